package records

import (
	"context"
	"maps"
	"slices"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/rights"
)

// Limits of one query.
const (
	DefaultLimit = 50
	MaxLimit     = 200
	maxFilters   = 120 // nodes of a filter tree
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
	wanted := q.Fields
	if q.Search != "" && blind(who, e) {
		q.Fields = nil // what is seen of a record decides whether it is found
		page, err := r.querySeen(ctx, who, e, q)
		if err == nil {
			keepOnly(page.Rows, wanted)
		}
		return page, err
	}
	if wanted != nil {
		q.Fields = field.WithRead(e.Fields, wanted)
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
	cover(who, rows)
	keepOnly(rows, wanted)
	page := &Page{Rows: rows, Next: next}
	if q.Count {
		page.Count, page.Capped, err = r.store.CountRecords(ctx, read, schema, &q)
	}
	return page, err
}

// keepOnly leaves of the rows what was asked for; nil asked for all.
func keepOnly(rows []*Row, wanted []string) {
	if wanted == nil {
		return
	}
	for _, row := range rows {
		maps.DeleteFunc(row.Values, func(key string, _ any) bool { return !slices.Contains(wanted, key) })
	}
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
		if !sortable(who, e, q.Sort.Field) { // hidden from this user
			q.Sort = crm.Sort{Field: "updatedAt", Desc: true}
		}
	}
	if !sortable(who, e, q.Sort.Field) {
		return &crm.Error{Code: crm.Invalid, Key: "query.bad_sort", Field: q.Sort.Field}
	}
	if q.Wide && q.Search != "" {
		q.People = r.peopleOf(who, e)
	}
	if q.Filter == nil {
		return nil
	}
	checked, err := r.check(who, e, *q.Filter)
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
	return ok && Sortable(e, f) && who.MayCompare(e, f)
}

// Sortable tells whether lists of e may be ordered by f.
func Sortable(e *crm.Entity, f *field.Field) bool {
	return (f.Sortable || f.Key == e.Title) && len(f.Type.Columns(f.Key)) > 0
}

// peopleOf are the relations whose words find a record of e too: those it knows, its
// contacts.
func (r *Records) peopleOf(who *rights.Rights, e *crm.Entity) (people []crm.Child) {
	for _, related := range e.Related {
		child, ok := r.Schema().Entity(related.Entity)
		if ok && e.Party && child.Party && child != e && who.May(child.Name, rights.Read) && !blind(who, child) {
			people = append(people, crm.Child{Entity: related.Entity, Field: related.Field, Scope: who.Scope(child.Name, rights.Read)})
		}
	}
	return people
}
