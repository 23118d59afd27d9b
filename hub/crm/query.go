package crm

import "bellhop/hub/field"

// Query asks for the records of one entity.
type Query struct {
	Entity string
	Scope  Scope
	Search string
	Filter *Filter
	Sort   Sort
	After  string // cursor of the page before
	Limit  int
	Count  bool
}

// Filter is a tree: exactly one of And, Or and Field is set.
type Filter struct {
	And   []Filter `json:"and,omitempty"`
	Or    []Filter `json:"or,omitempty"`
	Field string   `json:"field,omitempty"`
	Op    field.Op `json:"op,omitempty"`
	Value any      `json:"value,omitempty"`
}

// Scope is which records of an entity a user reaches. Only hub/rights makes one that
// is not None; only hub/store turns it into SQL.
type Scope struct {
	All     bool
	Owner   ID       // records of this owner
	Parents []Parent // and those whose parent is within a scope of its own
}

// Parent widens a scope to the children of records within Scope.
type Parent struct {
	Field  string // the reference field of the child
	Entity string // it points to
	Scope  Scope
}

// None tells that the scope holds no record at all.
func (s Scope) None() bool { return !s.All && s.Owner == 0 && len(s.Parents) == 0 }
