// Package records does what users ask of records: within their rights, by the
// definitions, in one transaction. The API, the card and the demo office go through it.
package records

import (
	"sync/atomic"

	"bellhop/hub/crm"
	"bellhop/hub/store"
)

// Records serves one store by one schema at a time.
type Records struct {
	store  *store.Store
	schema atomic.Pointer[crm.Schema]
}

// New serves the records of s as schema defines them.
func New(s *store.Store, schema *crm.Schema) *Records {
	r := &Records{store: s}
	r.schema.Store(schema)
	return r
}

// Schema is the present definitions. A request takes them once.
func (r *Records) Schema() *crm.Schema { return r.schema.Load() }
