package crm

import (
	"context"

	"bellhop/hub/field"
)

// Entity is one kind of record: a Go value in a module. It is never changed once the
// hub runs.
type Entity struct {
	Name   string // "customer": in addresses, labels and references
	Table  string // Name unless told
	Icon   string
	Fields []field.Field
	// Title names the field that names a record, Subtitle the one under it in pickers.
	Title    string
	Subtitle string
	List     List
	Phone    PhoneLayout
	Form     []Section
	Filters  []string  // fields offered as quick filters
	Related  []Related // lists on its page
	Party    bool      // has phones and a timeline, can be who calls
	// Timeline names the field that dates a record on the pages of those it belongs to:
	// one of its own, or "createdAt"; "" keeps it off.
	Timeline     string
	ColumnsFixed bool // nobody arranges columns of his own (CFG-04)
	Access       Access
	Number       *NumberRule
	Hooks        Hooks
}

// List is how the entity's list looks before a user arranges it.
type List struct {
	Columns []string
	Sort    Sort
}

// Sort orders a list. Field is a field's key, "createdAt" or "updatedAt".
type Sort struct {
	Field string `json:"field"`
	Desc  bool   `json:"desc"`
}

// PhoneLayout is the two-line row of a small screen; each names a field.
type PhoneLayout struct {
	Title  string `json:"title"`
	Badge  string `json:"badge,omitempty"`
	Right  string `json:"right,omitempty"`
	Second string `json:"second,omitempty"`
}

// Section is a group of fields in the form, labelled "<entity>.sections.<key>".
type Section struct {
	Key    string
	Fields []string
}

// Related is a list of the records of Entity whose Field refers to this one.
type Related struct {
	Entity string
	Field  string
	Sort   Sort // of that list there; the entity's own unless told
}

// Access says how far a record is seen by those without a role that sees all.
type Access struct {
	Shared  bool     // everybody in the office reads it; owners write it
	Private bool     // its owner alone, whatever the role of others
	Parents []string // reference fields: who reads the record referred to reads this one
	Follow  bool     // who writes the parent writes this one too
}

// NumberRule gives each new record a number inside its insert: XS-20261122-001, a
// count of the day by the office's clock, or without Daily one that runs on: KH00124.
type NumberRule struct {
	Field  string
	Prefix string
	Daily  bool
	Digits int
}

// series is the rule as its field keeps it.
func (r *NumberRule) series() *field.Series {
	series := &field.Series{Prefix: r.Prefix, Digits: r.Digits}
	if r.Daily {
		series.Reset = field.Daily
	}
	return series
}

// Hooks run inside the transaction that writes the record.
type Hooks struct {
	// Before may change or refuse the values about to be written; old is nil for a new record.
	// It only reads other records.
	Before func(ctx context.Context, tx Transaction, old, now *Record) error
	// After may write other records. old is nil for a new record, now for a deleted one.
	After func(ctx context.Context, tx Transaction, old, now *Record) error
	// Effects tells what the write changes in other records. old is nil for a new record,
	// now for a deleted one.
	Effects func(old, now *Record) []Effect
}

// Transaction is the write a hook is part of. It reaches every record, whatever the
// user's scope: what it reads decides, and is shown to nobody.
type Transaction interface {
	// Record reads one record; ErrNotFound when it is not there.
	Record(ctx context.Context, ref Ref) (*Record, error)
	// Find reads at most limit records whose field holds what value points to.
	Find(ctx context.Context, entity, field string, value ID, limit int) ([]*Record, error)
	// Create, Change and Delete write by the program's own hand: values are in the types
	// of hub/field and the user's field rights aside. The hooks of those records run too.
	Create(ctx context.Context, entity string, values map[string]any) (ID, error)
	Change(ctx context.Context, ref Ref, values map[string]any) error
	Delete(ctx context.Context, ref Ref) error
}

// Effect changes a Kept field of another record by one statement, in the transaction
// of the write that causes it.
type Effect struct {
	Ref   Ref
	Field string
	Add   int64 // counted up by this much
	Max   int64 // or raised to this, if it is less
}

// Field returns the field with that key.
func (e *Entity) Field(key string) (*field.Field, bool) {
	for i := range e.Fields {
		if e.Fields[i].Key == key {
			return &e.Fields[i], true
		}
	}
	return nil, false
}
