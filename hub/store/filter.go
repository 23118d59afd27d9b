package store

import (
	"fmt"
	"strings"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/search"
)

// filter writes a tree whose fields, operators and operands hub/records has checked,
// as a condition on the row called alias.
func (b *builder) filter(e *crm.Entity, alias string, f *crm.Filter) {
	switch {
	case f.And != nil:
		b.join(e, alias, f.And, " AND ", "1=1")
	case f.Or != nil:
		b.join(e, alias, f.Or, " OR ", "0=1")
	case f.Related != nil:
		b.child(alias, f.Related)
	case f.Shared != nil:
		b.shared(e, alias, f.Shared)
	default:
		b.compare(e, alias, f)
	}
}

func (b *builder) join(e *crm.Entity, alias string, filters []crm.Filter, by, none string) {
	if len(filters) == 0 {
		b.WriteString(none)
		return
	}
	b.WriteString("(")
	for i := range filters {
		if i > 0 {
			b.WriteString(by)
		}
		b.filter(e, alias, &filters[i])
	}
	b.WriteString(")")
}

// child asks whether a record that points here fits. It is looked up row by row along
// the index of the reference, so that a page ends as soon as it is full.
func (b *builder) child(alias string, c *crm.Child) {
	e, ok := b.schema.Entity(c.Entity)
	if !ok {
		b.WriteString("0=1")
		return
	}
	inner := alias + "c"
	if c.None {
		b.WriteString("NOT ")
	}
	if def, ok := e.Field(c.Field); ok && def.Type == field.References {
		b.bind("EXISTS (SELECT 1 FROM record_link k JOIN "+quote(e.Table)+" "+inner+" ON "+inner+".id = k.record_id WHERE k.entity = ? AND k.field = ? AND k.value = CAST("+
			alias+".id AS TEXT) AND "+inner+".deleted_at IS NULL AND ", e.Name, c.Field)
	} else {
		b.add("EXISTS (SELECT 1 FROM %s %s WHERE %s.%s = %s.id AND %s.deleted_at IS NULL AND ",
			quote(e.Table), inner, inner, quote(c.Field), alias, inner)
	}
	b.scope(e, inner, c.Scope)
	if c.Filter != nil {
		b.WriteString(" AND ")
		b.filter(e, inner, c.Filter)
	}
	b.WriteString(")")
}

var comparisons = map[field.Op]string{
	field.Eq: " = ", field.Ne: " <> ", field.Lt: " < ", field.Le: " <= ", field.Gt: " > ", field.Ge: " >= ",
}

func (b *builder) compare(e *crm.Entity, alias string, f *crm.Filter) {
	if other, ok := f.Value.(crm.OtherField); ok {
		b.compareFields(e, alias, f, other)
		return
	}
	if column := systemColumn[f.Field]; column != "" {
		b.compareValue(alias+"."+column, f)
		return
	}
	key, line, _ := strings.Cut(f.Field, ".")
	def, known := e.Field(key)
	if !known {
		b.WriteString("0=1")
		return
	}
	_, linked := def.Type.(field.Linked)
	switch {
	case def.Type == field.Lines:
		b.compareLines(e, alias, def, line, f)
	case def.Type == field.Phones:
		b.comparePhones(e, alias, f)
	case linked && f.Op != field.Empty && f.Op != field.NotEmpty:
		b.compareLinks(e, alias, f)
	default:
		b.compareColumns(e, def, alias, f)
	}
}

// compareColumns compares the columns of one field of a table.
func (b *builder) compareColumns(e *crm.Entity, def *field.Field, alias string, f *crm.Filter) {
	columns := def.Type.Columns(def.Key)
	switch {
	case len(columns) == 0:
		b.WriteString("0=1")
	case def.Type == field.Place:
		b.comparePlace(alias, columns, f)
	default:
		if alias == "a" && e != nil && (indexed(def) || def.Custom) && b.byValueIndex(e, columns[0].Name, f) {
			return
		}
		column := alias + "." + quote(columns[0].Name)
		if alias == "a" && indexed(def) && b.frequent(e, columns[0].Name, f) {
			column = b.engine.unindexed(column)
		}
		b.compareValue(column, f)
	}
}

// frequentValue is how many records hold a value before reading them all and putting
// them in order costs more than reading the list in its order and leaving others out.
const frequentValue = 2000

// frequent tells that an index on the column would find too many records.
func (b *builder) frequent(e *crm.Entity, column string, f *crm.Filter) bool {
	var args []any
	switch f.Op {
	case field.Eq:
		args = []any{f.Value}
	case field.In:
		args, _ = f.Value.([]any)
	}
	if b.ask == nil || len(args) == 0 || !b.engine.countsFirst() {
		return false
	}
	var n int
	err := b.ask(fmt.Sprintf(`SELECT count(*) FROM (SELECT 1 FROM %s WHERE %s IN (%s) AND deleted_at IS NULL LIMIT %d) counted`,
		quote(e.Table), quote(column), marks(len(args)), frequentValue+1), args...).Scan(&n)
	return err == nil && n > frequentValue
}

func (b *builder) compareValue(column string, f *crm.Filter) {
	switch f.Op {
	case field.Empty:
		b.add("%s IS NULL", column)
	case field.NotEmpty:
		b.add("%s IS NOT NULL", column)
	case field.Contains:
		text, _ := f.Value.(string)
		b.bind(column+b.engine.like(), containing(text))
	case field.StartsWith:
		text, _ := f.Value.(string)
		b.bind(column+b.engine.like(), strings.TrimPrefix(containing(text), "%"))
	case field.Ne:
		// Who asks for "not A" means the empty ones too.
		b.bind(fmt.Sprintf("(%s IS NULL OR %s <> ?)", column, column), f.Value)
	case field.In, field.NotIn:
		b.among(column, f)
	default:
		sql, ok := comparisons[f.Op]
		if !ok {
			b.WriteString("0=1")
			return
		}
		b.bind(column+sql+"?", f.Value)
	}
}

// comparePlace compares regions: a code holds all that begin with it.
func (b *builder) comparePlace(alias string, columns []field.Column, f *crm.Filter) {
	name := func(i int) string { return alias + "." + quote(columns[i].Name) }
	switch f.Op {
	case field.Empty, field.NotEmpty:
		// A place without a code has words.
		empty := make([]string, len(columns))
		for i := range columns {
			empty[i] = name(i) + " IS NULL"
		}
		if f.Op == field.NotEmpty {
			b.WriteString("NOT ")
		}
		b.WriteString("(" + strings.Join(empty, " AND ") + ")")
		return
	case field.Contains:
		words := make([]string, 0, len(columns)-1)
		for i := range columns[1:] {
			words = append(words, "coalesce("+name(i+1)+", '')")
		}
		text, _ := f.Value.(string)
		b.bind("("+strings.Join(words, " || ")+")"+b.engine.like(), containing(text))
		return
	case field.Ne, field.NotIn:
		b.add("(%s IS NULL OR NOT ", name(0))
		defer b.WriteString(")")
	}
	codes, ok := f.Value.([]any)
	if !ok {
		codes = []any{f.Value}
	}
	b.WriteString("(0=1")
	for _, code := range codes {
		text, _ := code.(string)
		b.bind(fmt.Sprintf(" OR (%s >= ? AND %s < ?)", name(0), name(0)), text, text+":") // ':' comes after '9'
	}
	b.WriteString(")")
}

func (b *builder) among(column string, f *crm.Filter) {
	list, _ := f.Value.([]any)
	none, in := "0=1", column+" IN (?"
	if f.Op == field.NotIn {
		none, in = "1=1", "("+column+" IS NULL OR "+column+" NOT IN (?"
	}
	if len(list) == 0 {
		b.WriteString(none)
		return
	}
	b.bind(in+strings.Repeat(",?", len(list)-1)+")", list...)
	if f.Op == field.NotIn {
		b.WriteString(")")
	}
}

// compareFields compares two fields of one record; a day and a moment meet at the
// day's first instant by the office's clock.
func (b *builder) compareFields(e *crm.Entity, alias string, f *crm.Filter, other crm.OtherField) {
	left, right := b.typed(e, alias, f.Field), b.typed(e, alias, other.Key)
	sql, ok := comparisons[f.Op]
	if !ok || left.column == "" || right.column == "" {
		b.WriteString("0=1")
		return
	}
	if left.day != right.day {
		left, right = left.asMoment(), right.asMoment()
	}
	b.add("(%s%s%s)", left.column, sql, right.column)
}

// typedColumn is a column and whether it holds days.
type typedColumn struct {
	column string
	day    bool
}

func (b *builder) typed(e *crm.Entity, alias, key string) typedColumn {
	if system := systemColumn[key]; system != "" {
		return typedColumn{column: alias + "." + system}
	}
	f, ok := e.Field(key)
	if !ok {
		return typedColumn{}
	}
	return typedColumn{alias + "." + quote(key), f.Type == field.Day}
}

// asMoment counts the days of a date since 1970 by whole numbers alone, which every
// engine reckons alike (Howard Hinnant, "chrono-compatible low-level date algorithms",
// days_from_civil), and gives the milliseconds of its midnight.
func (c typedColumn) asMoment() typedColumn {
	if !c.day {
		return c
	}
	part := func(from, n int) string {
		return fmt.Sprintf("CAST(substr(%s, %d, %d) AS INTEGER)", c.column, from, n)
	}
	month := part(6, 2)
	// March is the first month of the year reckoned with, so that leap days come last.
	year := fmt.Sprintf("(%s - CASE WHEN %s <= 2 THEN 1 ELSE 0 END)", part(1, 4), month)
	shifted := fmt.Sprintf("((%s + 9) %% 12)", month)
	days := fmt.Sprintf("(%s * 365 + %s / 4 - %s / 100 + %s / 400 + (153 * %s + 2) / 5 + %s - 719469)",
		year, year, year, year, shifted, part(9, 2))
	_, offset := time.Now().Zone()
	return typedColumn{column: fmt.Sprintf("(%s * 86400000.0 - %d)", days, offset*1000)}
}

func (b *builder) comparePhones(e *crm.Entity, alias string, f *crm.Filter) {
	if f.Op == field.Empty {
		b.WriteString("NOT ")
	}
	if digits, ok := f.Value.(string); ok && b.engine.countsFirst() {
		// The pieces of the number rule most records out before each is looked at.
		for _, w := range search.Parse(search.Digits(digits)) {
			if grams, _ := parted(w); len(grams) > 0 && strings.Contains(search.Digits(digits), w.Digits) {
				query, arg := b.engine.holding(gramTokens(e.Name, grams))
				b.bind(alias+".id IN ("+query+") AND ", arg)
			}
		}
	}
	b.bind("EXISTS (SELECT 1 FROM phone_number n WHERE n.entity = ? AND n.record_id = "+alias+".id AND n.field = ?", e.Name, f.Field)
	switch f.Op {
	case field.Contains, field.StartsWith:
		text, _ := f.Value.(string)
		pattern := containing(search.Digits(text))
		if f.Op == field.StartsWith {
			pattern = pattern[1:]
		}
		b.bind(" AND n.canonical"+b.engine.like(), pattern)
	}
	b.WriteString(")")
}
