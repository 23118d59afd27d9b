package field

import (
	"fmt"
	"math/big"
	"slices"
	"time"
)

// Formula types a field the program computes from others of the record. Stored results
// have the columns of their type and are filtered and sorted like it; live ones (today's
// age) are computed whenever they are read.
type formula struct {
	result Type
	live   bool
}

// FormulaOf is the type of a formula with results of another type.
func FormulaOf(result Type, live bool) Type { return formula{result, live} }

// IsFormula tells whether t is computed.
func IsFormula(t Type) bool { _, ok := t.(formula); return ok }

// ResultOf is what the values of t are: t itself, or the type of a formula's result.
func ResultOf(t Type) Type {
	if f, ok := t.(formula); ok {
		return f.result
	}
	return t
}

// IsLive tells whether t is computed whenever it is read, and stands in no column.
func IsLive(t Type) bool { f, ok := t.(formula); return ok && f.live }

// FormulaResults are the types a formula may have.
var FormulaResults = []Type{Fraction, Percent, Amount, Int, Text, Day, Bool}

func (formula) Name() string { return "formula" }

func (t formula) Columns(key string) []Column {
	if t.live {
		return nil
	}
	return t.result.Columns(key)
}

func (t formula) Bind(v any) []any {
	if t.live {
		return nil
	}
	return t.result.Bind(v)
}

func (t formula) Scan(cols []any) any {
	if t.live {
		return nil
	}
	return t.result.Scan(cols)
}

func (t formula) Ops() []Op {
	if t.live {
		return []Op{}
	}
	return t.result.Ops()
}

func (t formula) Parse(f *Field, in any) (any, error) { return t.result.Parse(f, in) }

func (t formula) Operand(f *Field, op Op, in any) (any, error) { return t.result.Operand(f, op, in) }

// numberScale is how finely formulas count: every step is rounded half away from zero
// to so many places, on the page as here.
const numberScale = 10

var (
	scaleUnit = new(big.Int).Exp(big.NewInt(10), big.NewInt(numberScale), nil)
	// numberLimit ends a computation that has run away.
	numberLimit = new(big.Int).Exp(big.NewInt(10), big.NewInt(numberScale+18), nil)
)

// Program is a formula ready to run. Values in it are nil for empty, *big.Int for
// numbers (scaled by numberScale), string, bool and Date.
type Program struct {
	root node
	refs []string // fields of the record, or of the line, it reads
	// LineRefs are the fields of lines it adds up: "lines.qty".
	LineRefs []string
	Live     bool // reads today's date
}

// Refs are the keys of the fields the formula reads itself.
func (p *Program) Refs() []string { return p.refs }

// Scope is what a formula reads from.
type Scope interface {
	// Value gives a field's value in the types of this package, nil for empty.
	Value(key string) any
	// Rows gives the lines of a lines field.
	Rows(key string) []Scope
	Today() Date
}

// Run computes the result of f, whose type is a formula, nil where there is none: a
// division by nothing, a number beyond all measure.
func (p *Program) Run(f *Field, s Scope) any {
	r := &run{scope: s}
	v, ok := r.eval(p.root)
	if !ok {
		return nil
	}
	return r.result(f, v)
}

// Plain computes the formula and writes the result as the test vectors do: "" for
// empty, numbers without needless zeros.
func (p *Program) Plain(s Scope) string {
	r := &run{scope: s}
	v, ok := r.eval(p.root)
	if !ok {
		return ""
	}
	return textOf(v)
}

type run struct {
	scope    Scope
	line     Scope // inside sum(): the line it is at
	currency string
}

// result brings a value to the type of the field.
func (r *run) result(f *Field, v any) any {
	want := ResultOf(f.Type)
	n, isNumber := v.(*big.Int)
	switch {
	case v == nil:
		return nil
	case want == Text:
		return cut(textOf(v), 200)
	case want == Day:
		if d, ok := v.(Date); ok {
			return d
		}
	case want == Bool:
		return truth(v)
	case !isNumber:
	case want == Int:
		if n := unscaled(roundBig(n, 0), 0); n.IsInt64() {
			return n.Int64()
		}
	case want == Amount:
		currency := r.currency
		if currency == "" {
			currency = "CNY"
		}
		units := unscaled(roundBig(n, f.MoneyDecimals(currency)), MoneyPlaces)
		if units.IsInt64() && units.Int64() <= maxUnits && units.Int64() >= -maxUnits {
			return Money{units.Int64(), currency}
		}
	default:
		d := unscaled(roundBig(n, f.Decimals), DecimalPlaces)
		if d.IsInt64() && Decimal(d.Int64()) <= maxDecimal && Decimal(d.Int64()) >= -maxDecimal {
			return Decimal(d.Int64())
		}
	}
	return nil
}

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// unscaled gives a scaled number in units of so many places.
func unscaled(n *big.Int, places int) *big.Int {
	return new(big.Int).Quo(n, pow10(numberScale-places))
}

func pow10(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// roundBig rounds a scaled number to so many places (negative: tens, hundreds), half
// away from zero.
func roundBig(n *big.Int, places int) *big.Int {
	if places >= numberScale {
		return n
	}
	unit := pow10(numberScale - places)
	return new(big.Int).Mul(divide(n, unit), unit)
}

// divide is a/b, half away from zero.
func divide(a, b *big.Int) *big.Int {
	q, rest := new(big.Int).QuoRem(a, b, new(big.Int))
	if new(big.Int).Lsh(rest.Abs(rest), 1).CmpAbs(b) >= 0 {
		q.Add(q, big.NewInt(int64(a.Sign()*b.Sign())))
	}
	return q
}

func scaled(n int64) *big.Int { return new(big.Int).Mul(big.NewInt(n), scaleUnit) }

// operand brings a field's value to what formulas count with.
func (r *run) operand(v any) any {
	switch v := v.(type) {
	case int64:
		return scaled(v)
	case Decimal:
		return new(big.Int).Mul(big.NewInt(int64(v)), pow10(numberScale-DecimalPlaces))
	case Money:
		if r.currency == "" {
			r.currency = v.Currency
		}
		return new(big.Int).Mul(big.NewInt(v.Units), pow10(numberScale-MoneyPlaces))
	case string, bool, Date:
		return v
	case Region:
		return v.Name()
	}
	return nil
}

// moment turns a datetime into its day, by the office's clock.
func moment(f *Field, v any) any {
	if ms, ok := v.(int64); ok && ResultOf(f.Type) == Moment {
		return Date(time.UnixMilli(ms).Format(dayLayout))
	}
	return v
}

// Computable tells whether formulas can read fields of a type.
func Computable(t Type) bool {
	t = ResultOf(t)
	return slices.Contains([]Type{Text, LongText, Email, URL, IM, Serial, Select, Int, Rating, Fraction, Percent, Amount, Day, Moment, Bool, Place}, t)
}

// Values is a Scope of values by key.
type Values struct {
	Fields []Field
	Of     map[string]any
	Day    Date
}

// Value gives the value of a field.
func (v Values) Value(key string) any {
	for i := range v.Fields {
		if v.Fields[i].Key == key {
			return moment(&v.Fields[i], v.Of[key])
		}
	}
	return nil
}

// Rows gives the lines of a lines field.
func (v Values) Rows(key string) (rows []Scope) {
	for i := range v.Fields {
		if v.Fields[i].Key != key {
			continue
		}
		list, _ := v.Of[key].([]Line)
		for _, line := range list {
			rows = append(rows, Values{v.Fields[i].Lines, line.Values, v.Day})
		}
	}
	return rows
}

// Today is the day the formula runs on.
func (v Values) Today() Date { return v.Day }

// Compute fills in the stored formulas among fields, those of lines first. It is for
// values about to be written, lines included.
func Compute(fields []Field, values map[string]any, today Date) {
	computationOf(fields, func(f *Field) bool { return !IsLive(f.Type) }).Run(values, today)
}

// ComputeLive fills in the live formulas of values just read. Without lines, those that
// add them up are left out.
func ComputeLive(fields []Field, values map[string]any, today Date, withLines bool) {
	LiveFormulas(fields, withLines).Run(values, today)
}

// WithRead adds to keys of fields those of the fields that the live formulas among them
// read.
func WithRead(fields []Field, keys []string) []string {
	all := slices.Clone(keys)
	for i := 0; i < len(all); i++ {
		at := slices.IndexFunc(fields, func(f Field) bool { return f.Key == all[i] })
		if at < 0 || fields[at].Program == nil || !IsLive(fields[at].Type) {
			continue
		}
		for _, ref := range fields[at].Program.refs {
			if !slices.Contains(all, ref) {
				all = append(all, ref)
			}
		}
	}
	return all
}

// Computation is formulas among some fields in the order they are computed, found out
// once for many records. nil computes nothing.
type Computation struct {
	fields   []Field
	formulas []*Field
	lines    map[string]*Computation // by field, of what has any
}

// LiveFormulas are those ComputeLive fills in.
func LiveFormulas(fields []Field, withLines bool) *Computation {
	return computationOf(fields, func(f *Field) bool { return IsLive(f.Type) && (withLines || len(f.Program.LineRefs) == 0) })
}

func computationOf(fields []Field, wanted func(f *Field) bool) *Computation {
	c := &Computation{fields: fields, lines: map[string]*Computation{}}
	found := false
	for i := range fields {
		f := &fields[i]
		found = found || f.Program != nil && wanted(f)
		if inside := computationOf(f.Lines, wanted); inside != nil {
			c.lines[f.Key] = inside
		}
	}
	if found {
		c.formulas = slices.DeleteFunc(SortFormulas(fields), func(f *Field) bool { return f.Program == nil || !wanted(f) })
	}
	if len(c.formulas) == 0 && len(c.lines) == 0 {
		return nil
	}
	return c
}

// Run fills them in.
func (c *Computation) Run(values map[string]any, today Date) {
	if c == nil {
		return
	}
	for key, inside := range c.lines {
		list, _ := values[key].([]Line)
		for _, line := range list {
			inside.Run(line.Values, today)
		}
	}
	scope := Values{c.fields, values, today}
	for _, f := range c.formulas {
		if v := f.Program.Run(f, scope); v != nil {
			values[f.Key] = v
		} else {
			delete(values, f.Key)
		}
	}
}

// SortFormulas gives the formula fields so that each comes after those it reads; those
// that read each other in a circle are left out.
func SortFormulas(fields []Field) []*Field {
	byKey := map[string]*Field{}
	for i := range fields {
		byKey[fields[i].Key] = &fields[i]
	}
	const visiting, done = 1, 2
	state := map[string]int{}
	var sorted []*Field
	var visit func(f *Field) bool
	visit = func(f *Field) bool {
		if f == nil || f.Program == nil {
			return true
		}
		switch state[f.Key] {
		case visiting:
			return false
		case done:
			return true
		}
		state[f.Key] = visiting
		for _, key := range f.Program.refs {
			if !visit(byKey[key]) {
				return false
			}
		}
		state[f.Key] = done
		sorted = append(sorted, f)
		return true
	}
	for i := range fields {
		visit(&fields[i])
	}
	return sorted
}

// CompileFormulas parses the formulas among fields and checks what they read. A formula
// that reads today's date, what effects of other records keep, or a live formula is
// made live.
func CompileFormulas(fields []Field) error {
	for i := range fields {
		if err := CompileFormulas(fields[i].Lines); err != nil {
			return err
		}
	}
	for i := range fields {
		f := &fields[i]
		if !IsFormula(f.Type) {
			continue
		}
		p, err := ParseFormula(f.Formula)
		if err != nil {
			return fmt.Errorf("field %s: %w", f.Key, err)
		}
		if err := p.check(fields); err != nil {
			return fmt.Errorf("field %s: %w", f.Key, err)
		}
		f.Program = p
	}
	sorted := SortFormulas(fields)
	for i := range fields {
		if f := &fields[i]; f.Program != nil && !slices.Contains(sorted, f) {
			return fmt.Errorf("field %s: %w", f.Key, &Error{Key: "field.formula_circle"})
		}
	}
	for _, f := range sorted {
		if f.Program.Live || readsLive(f.Program, fields) {
			f.Type = formula{ResultOf(f.Type), true}
		}
	}
	return nil
}

// FaultyFormula names the first field whose formula CompileFormulas refuses, by its
// Path; "" is none.
func FaultyFormula(fields []Field) string {
	for i := range fields {
		if key := FaultyFormula(fields[i].Lines); key != "" {
			return key
		}
	}
	for i := range fields {
		f := &fields[i]
		if !IsFormula(f.Type) {
			continue
		}
		p, err := ParseFormula(f.Formula)
		if err != nil || p.check(fields) != nil {
			return f.Path()
		}
	}
	sorted := SortFormulas(fields)
	for i := range fields {
		if f := &fields[i]; IsFormula(f.Type) && !slices.Contains(sorted, f) {
			return f.Path()
		}
	}
	return ""
}

func readsLive(p *Program, fields []Field) bool {
	for i := range fields {
		f := &fields[i]
		if slices.Contains(p.refs, f.Key) && (f.Kept || IsLive(f.Type)) {
			return true
		}
		for j := range f.Lines {
			if slices.Contains(p.LineRefs, f.Key+"."+f.Lines[j].Key) && IsLive(f.Lines[j].Type) {
				return true
			}
		}
	}
	return false
}

// check refuses names that are no fields, and fields that can't be computed with.
func (p *Program) check(fields []Field) error {
	for _, key := range p.refs {
		i := slices.IndexFunc(fields, func(f Field) bool { return f.Key == key })
		if i < 0 || !Computable(fields[i].Type) {
			return &Error{Key: "field.formula_field", Args: map[string]string{"name": key}}
		}
	}
	for _, ref := range p.LineRefs {
		if !lineRef(fields, ref) {
			return &Error{Key: "field.formula_field", Args: map[string]string{"name": ref}}
		}
	}
	return nil
}

func lineRef(fields []Field, ref string) bool {
	for i := range fields {
		f := &fields[i]
		if f.Type != Lines {
			continue
		}
		if ref == f.Key {
			return true
		}
		for j := range f.Lines {
			if ref == f.Key+"."+f.Lines[j].Key {
				return Computable(f.Lines[j].Type)
			}
		}
	}
	return false
}
