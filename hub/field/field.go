// Package field knows the types a record's fields have: how a value is checked and
// brought to its one written form, which columns hold it, and how it is compared in
// a filter. A file holds one type. It knows no entity, no user and no database.
package field

// Field is one field of an entity, or of the lines of one.
type Field struct {
	Key      string
	Type     Type
	Required bool
	ReadOnly bool // set by the program, never by a form
	Kept     bool // kept by effects of other records (crm.Effect); read-only, and a write of its record leaves it alone
	Hidden   bool // kept, but not shown in forms or lists unless asked for
	Unique   bool // no two records of the entity may hold the same value
	Width    int  // of its column, in pixels; 0 lets the page choose
	Max      int  // characters of a text; 0 is the type's own limit
	Options  []Option
	Dict     string // the dictionary the options come from, where several fields share one
	Ref      string // the entity a reference points to
	Search   bool   // its words are found by the search box
	Sortable bool   // a list may be ordered by it; gets an index
	Filtered bool   // gets an index because lists are often narrowed by it
	Compared bool   // looked for in other records while typing: a duplicate is pointed out, never refused
	KeyDate  bool   // a date the program keeps; an option of the office lets people mend it (CUS-53)
	Offers   string // "customer.shipTos": a text may be taken from the lines of the record that a reference field names
	Hint     bool   // labels hold a hint "<entity>.hints.<key>"
	Default  any    // of a new record

	Decimals int        // places of a decimal, percent or money, 0..MaxDecimals
	Measure  Measure    // takes Decimals from the office's options
	IM       string     // which service of IMs an im field belongs to
	Mask     Mask       // where part of the value is covered
	ShowIf   *Condition // the form shows it only while this holds; a value that is not shown is kept
	Series   *Series    // of a serial field
	Chained  bool       // a region inside China is chosen by its code, not typed freely
	Formula  string     // of a formula field, in the language of ParseFormula
	// Optional is an option of the office that has the field computed by OptionalFormula.
	Optional, OptionalFormula string
	Program                   *Program
	Lines                     []Field // of a lines field: what each line holds

	Parent string // of a field inside lines: the key of the lines field
	Custom bool   // added by the office
}

// Measure names what a number counts, so that the office can choose its decimals once.
type Measure string

const (
	Price    Measure = "price"
	Quantity Measure = "quantity"
	Sum      Measure = "amount"
)

// Mask covers part of a value (138****5678) before it leaves the hub.
type Mask string

const (
	MaskInList Mask = "list" // in lists, pickers and exports; the record's own page shows it
	MaskAlways Mask = "all"
)

// Option is one choice of a select field. Records store the ID; its label is in the
// language files as "<entity>.options.<field>.<id>".
type Option struct {
	ID      string
	Tone    Tone
	Retired bool // stays readable on old records, and is not offered
}

// Tone is the colour family an option is shown in.
type Tone string

const (
	OK      Tone = "ok"
	Warn    Tone = "warn"
	Bad     Tone = "bad"
	Info    Tone = "info"
	Neutral Tone = "neutral"
)

// Path is where the texts of a field are in the language files, below
// "<entity>.fields.", "<entity>.hints." and "<entity>.options.": its key, with that of
// the lines before it, "lines_qty".
func (f *Field) Path() string {
	if f.Parent != "" {
		return f.Parent + "_" + f.Key
	}
	return f.Key
}

// Option returns the option with that ID.
func (f *Field) Option(id string) (Option, bool) {
	for _, o := range f.Options {
		if o.ID == id {
			return o, true
		}
	}
	return Option{}, false
}

// Type is what fields of one kind have in common. Values in memory are nil for empty,
// else:
//
//	text longtext select email url
//	im serial                       string
//	int rating datetime (Unix ms)   int64
//	decimal percent                 Decimal
//	bool                            bool
//	date "2026-11-22"               Date
//	money                           Money
//	phones                          []Phone
//	ref                             Ref
//	refs                            []Ref
//	user                            Person
//	dept                            Dept
//	region                          Region
//	multiselect                     []string
//	file image                      []File
//	lines                           []Line
//	formula                         as its result
type Type interface {
	// Name is what the page calls the type.
	Name() string
	// Columns hold a value in the entity's table, in Bind's order. A type whose values
	// live elsewhere has none.
	Columns(key string) []Column
	// Parse checks what a client sent (JSON decoded with UseNumber, or the Go value
	// itself) and brings it to its one written form. It returns an *Error.
	Parse(f *Field, in any) (any, error)
	// Bind gives the values of Columns.
	Bind(v any) []any
	// Scan is Bind's reverse; SQLite and PostgreSQL give int64, string or nil.
	Scan(cols []any) any
	// Ops are the filter operators that make sense.
	Ops() []Op
	// Operand checks the value of a filter and gives what is compared with the first column.
	Operand(f *Field, op Op, in any) (any, error)
}

// Column is a column of an entity's table.
type Column struct {
	Name string
	Kind Kind
}

// Kind is one of the two column types both engines share.
type Kind string

const (
	Integer Kind = "INTEGER"
	String  Kind = "TEXT"
)

// Op compares a field with a value in a filter.
type Op string

const (
	Eq       Op = "eq"
	Ne       Op = "ne"
	In       Op = "in"
	Lt       Op = "lt"
	Le       Op = "le"
	Gt       Op = "gt"
	Ge       Op = "ge"
	Contains Op = "contains"
	Empty    Op = "empty"
	NotEmpty Op = "notEmpty"

	NotIn      Op = "notIn"
	Between    Op = "between" // both ends count; one of them may be open
	StartsWith Op = "startsWith"
)

// AllOps are all of them.
var AllOps = []Op{Eq, Ne, In, NotIn, Lt, Le, Gt, Ge, Between, Contains, StartsWith, Empty, NotEmpty}

// Error says why a value was refused. Key is in the language files under "field.".
type Error struct {
	Key  string
	Args map[string]string
	At   string // inside lines: "2.qty", the line counted from 0 and its field
	More []*Error
}

func (e *Error) Error() string { return e.Key }
