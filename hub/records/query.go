package records

import (
	"context"
	"slices"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/rights"
)

// Limits of one query.
const (
	DefaultLimit = 50
	MaxLimit     = 200
	maxFilters   = 60 // nodes of a filter tree
	maxDepth     = 6
	maxOperands  = 200
	maxPattern   = 2000 // bytes of a text compared with; SQLite gives up at 50,000
)

// Page is one page of a list.
type Page struct {
	Rows   []*Row
	Next   string
	Count  int
	Capped bool // there are more than Count
}

// Query lists the records the user may read. q.Scope is set here and nowhere else.
func (r *Records) Query(ctx context.Context, who *rights.Rights, q crm.Query) (*Page, error) {
	schema := r.Schema()
	e, ok := schema.Entity(q.Entity)
	if !ok || !who.May(q.Entity, rights.Read) {
		return nil, crm.ErrNotFound
	}
	if err := r.prepare(who, e, &q); err != nil {
		return nil, err
	}
	read := r.store.Read()
	list, next, err := r.store.Records(ctx, read, schema, &q, who.Scope(q.Entity, rights.Edit))
	if err != nil {
		return nil, err
	}
	rows, err := r.show(ctx, who, list)
	if err != nil {
		return nil, err
	}
	page := &Page{Rows: rows, Next: next}
	if q.Count {
		page.Count, page.Capped, err = r.store.CountRecords(ctx, read, schema, &q)
	}
	return page, err
}

// prepare bounds a query, checks it against the user's rights and sets its scope.
func (r *Records) prepare(who *rights.Rights, e *crm.Entity, q *crm.Query) error {
	q.Scope = who.Scope(e.Name, rights.Read)
	if q.Limit <= 0 {
		q.Limit = DefaultLimit
	}
	q.Limit = min(q.Limit, MaxLimit)
	if q.Sort.Field == "" {
		q.Sort = e.List.Sort
	}
	if !sortable(who, e, q.Sort.Field) {
		return &crm.Error{Code: crm.Invalid, Key: "query.bad_sort", Field: q.Sort.Field}
	}
	if q.Filter == nil {
		return nil
	}
	c := checker{who: who, e: e}
	checked, err := c.filter(*q.Filter, 0)
	q.Filter = &checked
	return err
}

// sortable tells whether a list may be ordered by a field: one the user may read and
// that has an index.
func sortable(who *rights.Rights, e *crm.Entity, key string) bool {
	if crm.SystemField(key) {
		return true
	}
	f, ok := e.Field(key)
	return ok && Sortable(e, f) && who.MayRead(e, f)
}

// Sortable tells whether lists of e may be ordered by f.
func Sortable(e *crm.Entity, f *field.Field) bool {
	return (f.Sortable || f.Key == e.Title) && len(f.Type.Columns(f.Key)) > 0
}

// checker turns a filter as a client sent it into one the store may run: every field
// readable, every operator the type's own, every operand in the form of the column.
type checker struct {
	who   *rights.Rights
	e     *crm.Entity
	nodes int
}

func badFilter(key, at string) error {
	return &crm.Error{Code: crm.Invalid, Key: key, Field: at}
}

func (c *checker) filter(f crm.Filter, depth int) (crm.Filter, error) {
	c.nodes++
	if depth > maxDepth || c.nodes > maxFilters {
		return f, badFilter("query.filter_too_large", "")
	}
	kinds := 0
	for _, is := range []bool{f.And != nil, f.Or != nil, f.Field != ""} {
		if is {
			kinds++
		}
	}
	if kinds != 1 {
		return f, badFilter("query.bad_filter", f.Field)
	}
	var err error
	switch {
	case f.And != nil:
		f.And, err = c.list(f.And, depth)
	case f.Or != nil:
		f.Or, err = c.list(f.Or, depth)
	default:
		f, err = c.compare(f)
	}
	return f, err
}

func (c *checker) list(in []crm.Filter, depth int) ([]crm.Filter, error) {
	out := make([]crm.Filter, len(in))
	for i := range in {
		var err error
		if out[i], err = c.filter(in[i], depth+1); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// systemFields are filtered like declared ones.
var systemFields = field.Field{Type: field.Moment}

func (c *checker) compare(f crm.Filter) (crm.Filter, error) {
	def := &systemFields
	if !crm.SystemField(f.Field) {
		var ok bool
		// A field that is hidden from the user doesn't exist for him.
		if def, ok = c.e.Field(f.Field); !ok || !c.who.MayRead(c.e, def) {
			return f, badFilter("query.no_such_field", f.Field)
		}
	}
	if !slices.Contains(def.Type.Ops(), f.Op) {
		return f, badFilter("query.bad_operator", f.Field)
	}
	switch f.Op {
	case field.Empty, field.NotEmpty:
		f.Value = nil
		return f, nil
	case field.In:
		return c.in(f, def)
	}
	if text, ok := f.Value.(string); ok && len(text) > maxPattern {
		return f, badFilter("query.bad_filter", f.Field)
	}
	v, err := def.Type.Operand(def, f.Op, f.Value)
	f.Value = v
	return f, operandFault(f.Field, err)
}

func (c *checker) in(f crm.Filter, def *field.Field) (crm.Filter, error) {
	list, ok := f.Value.([]any)
	if !ok || len(list) > maxOperands {
		return f, badFilter("query.bad_filter", f.Field)
	}
	out := make([]any, len(list))
	for i := range list {
		v, err := def.Type.Operand(def, f.Op, list[i])
		if err != nil {
			return f, operandFault(f.Field, err)
		}
		out[i] = v
	}
	f.Value = out
	return f, nil
}

func operandFault(key string, err error) error {
	if err == nil {
		return nil
	}
	if bad, ok := err.(*field.Error); ok {
		return &crm.Error{Code: crm.Invalid, Key: bad.Key, Args: bad.Args, Field: key}
	}
	return err
}
