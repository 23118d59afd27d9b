package crm

import "bellhop/hub/field"

// Query asks for the records of one entity.
type Query struct {
	Entity string
	Scope  Scope
	IDs    []ID // these records alone; nil for all
	Search string
	Wide   bool    // Search also looks at the people of a party: names, titles, remarks
	People []Child // who they are; set by hub/records
	Filter *Filter
	Sort   Sort
	Fields []string // what is read of each record beside its name and system fields; nil for all
	After  string   // cursor of the page before
	Limit  int
	Pick   bool // to pick from: of very many matches a page of the newest will do, and no page follows
	Count  bool
}

// Filter is a tree: exactly one of And, Or, Related and Field is set.
type Filter struct {
	And     []Filter `json:"and,omitempty"`
	Or      []Filter `json:"or,omitempty"`
	Related *Child   `json:"related,omitempty"`
	Field   string   `json:"field,omitempty"`
	Op      field.Op `json:"op,omitempty"`
	// Value is one operand, a list for In and NotIn, {"rel":…} for a day that moves with
	// the calendar or for the user himself, {"field":…} for another field of the record.
	Value any `json:"value,omitempty"`
	// Shared asks for what is shared; hub/records puts it in place of a comparison.
	Shared *Shared `json:"-"`
}

// Child asks for the records that a record of Entity points to with Field, one the
// user reaches and Filter fits; with None for those that no such record points to.
type Child struct {
	Entity string  `json:"entity"`
	Field  string  `json:"field"`
	Filter *Filter `json:"filter,omitempty"`
	None   bool    `json:"none,omitempty"`
	Scope  Scope   `json:"-"` // set by hub/records
}

// OtherField is the operand of a comparison between two fields of one record.
type OtherField struct{ Key string }

// Scope is which records of an entity a user reaches: the union of its parts. Only
// hub/rights makes one that is not None; only hub/store turns it into SQL.
type Scope struct {
	All     bool
	Owners  []ID     // records of these owners
	Shared  *Shared  // those shared with the user
	Parents []Parent // and those whose parent is within a scope of its own
}

// Shared widens a scope to the records shared with one of With: users, departments
// and groups, whose IDs are all different.
type Shared struct {
	With []ID
	Edit bool // only where the share lets edit
}

// Parent widens a scope to the children of records within Scope.
type Parent struct {
	Field  string // the reference field of the child
	Entity string // it points to
	Scope  Scope
}

// None tells that the scope holds no record at all.
func (s Scope) None() bool {
	return !s.All && len(s.Owners) == 0 && s.Shared == nil && len(s.Parents) == 0
}
