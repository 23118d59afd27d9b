// Package records does what users ask of records: within their rights, by the
// definitions, in one transaction. The API, the card and the demo office go through it.
package records

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// Records serves one store by one schema at a time. Its methods may be called from
// any goroutine.
type Records struct {
	store  *store.Store
	schema atomic.Pointer[crm.Schema]
	office atomic.Pointer[Office]
	now    func() time.Time
	book   *rights.Book

	mu      sync.Mutex
	sources []Source
	changed []func(Change)
	watcher Watcher

	bulks bulks

	revealed []func(context.Context, *rights.Rights, Revealed) error
}

// New serves the records of s as schema defines them. The tables must be Prepared.
func New(s *store.Store, schema *crm.Schema) *Records {
	r := &Records{store: s, now: time.Now, book: rights.NewBook(s)}
	r.schema.Store(schema)
	return r
}

// At returns the same records by another clock, for writing what happened before.
// Nobody is told of its writes.
func (r *Records) At(now func() time.Time) *Records {
	past := New(r.store, r.Schema())
	past.now = now
	past.office.Store(r.office.Load())
	return past
}

// Who gives the rights of a user as the office and the definitions are now.
func (r *Records) Who(ctx context.Context, user *crm.User) (*rights.Rights, error) {
	return r.book.For(ctx, user, r.Schema())
}

// WhoAt is Who for a caller that has just read the office's revision.
func (r *Records) WhoAt(ctx context.Context, user *crm.User, rev int64) (*rights.Rights, error) {
	return r.book.At(ctx, user, r.Schema(), rev)
}

// Office is the office's organisation as it is now.
func (r *Records) Office(ctx context.Context) (*rights.Office, error) { return r.book.Office(ctx) }

// Schema is the present definitions. A request takes them once.
func (r *Records) Schema() *crm.Schema { return r.schema.Load() }

// SetSchema serves the records by other definitions from now on. The tables must be
// prepared for them.
func (r *Records) SetSchema(schema *crm.Schema) { r.schema.Store(schema) }

// Change is told to OnChange after a record was written.
type Change struct {
	crm.Ref
	Rev     int64  `json:"rev"`
	Owner   crm.ID `json:"-"`
	Private bool   `json:"-"` // nobody but Owner may hear of it
}

// OnChange registers fn to hear of every write once it is on disk.
func (r *Records) OnChange(fn func(Change)) {
	r.mu.Lock()
	r.changed = append(r.changed, fn)
	r.mu.Unlock()
}

// Watcher guards records that need a purpose beside rights.
type Watcher interface {
	// Open is asked before a record is changed: an error refuses.
	Open(ctx context.Context, who *rights.Rights, ref crm.Ref) error
	// Veil takes from rows about to be shown what the user may see only after he said
	// what for.
	Veil(ctx context.Context, who *rights.Rights, e *crm.Entity, rows []*Row) error
}

// Watch sets the watcher, before the first request.
func (r *Records) Watch(w Watcher) { r.watcher = w }

func (r *Records) tell(e *crm.Entity, id crm.ID, rev int64, owner crm.ID) {
	r.mu.Lock()
	changed := r.changed
	r.mu.Unlock()
	for _, fn := range changed {
		fn(Change{Ref: crm.Ref{Entity: e.Name, ID: id}, Rev: rev, Owner: owner, Private: e.Access.Private})
	}
}

// Row is a record as one user sees it: pruned, references and users named.
type Row struct {
	crm.Record
	Creator, Editor field.Person
	MayEdit         bool
	MayDelete       bool
}

// Get returns one record the user may read.
func (r *Records) Get(ctx context.Context, who *rights.Rights, ref crm.Ref) (*Row, error) {
	row, err := r.read(ctx, who, r.store.Read(), ref)
	if err != nil {
		return nil, err
	}
	rows, err := r.show(ctx, who, []*store.RecordRow{row})
	if err != nil {
		return nil, err
	}
	return rows[0], nil
}

func (r *Records) read(ctx context.Context, who *rights.Rights, q store.Querier, ref crm.Ref) (*store.RecordRow, error) {
	return r.store.Record(ctx, q, r.Schema(), ref, who.Scope(ref.Entity, rights.Read), who.Scope(ref.Entity, rights.Edit))
}

// Visible tells whether the user may read a record; the card and the recordings of
// its calls ask this (TEL-11, REC-10).
func (r *Records) Visible(ctx context.Context, who *rights.Rights, ref crm.Ref) (bool, error) {
	return r.store.InScope(ctx, r.store.Read(), r.Schema(), ref, who.Scope(ref.Entity, rights.Read))
}

// show makes rows of what the store read: names for references, nothing the user may
// not see.
func (r *Records) show(ctx context.Context, who *rights.Rights, list []*store.RecordRow) ([]*Row, error) {
	rows := make([]*Row, len(list))
	if len(list) == 0 {
		return rows, nil
	}
	users, err := r.store.UserNames(ctx)
	if err != nil {
		return nil, err
	}
	e, _ := r.Schema().Entity(list[0].Entity)
	known := names{users: users}
	if hasDept(e.Fields) {
		if known.depts, err = r.departments(ctx); err != nil {
			return nil, err
		}
	}
	today := field.Date(r.now().Format(time.DateOnly))
	live := field.LiveFormulas(e.Fields, list[0].WithLines)
	for i, rec := range list {
		live.Run(rec.Values, today)
		who.Prune(&rec.Record)
		rows[i] = &Row{Record: rec.Record, Creator: person(users, rec.CreatedBy), Editor: person(users, rec.UpdatedBy), MayEdit: rec.MayWrite,
			MayDelete: rec.MayWrite && mayDelete(who, &rec.Record)}
		known.fill(e.Fields, rec.Values)
	}
	if err := r.nameRefs(ctx, who, e, list); err != nil {
		return nil, err
	}
	if r.watcher != nil {
		return rows, r.watcher.Veil(ctx, who, e, rows)
	}
	return rows, nil
}

// mayDelete is what the page is told; Delete asks the store.
func mayDelete(who *rights.Rights, rec *crm.Record) bool {
	scope := who.Scope(rec.Entity, rights.Delete)
	return scope.All || len(scope.Parents) > 0 || slices.Contains(scope.Owners, rec.Owner)
}

func person(names map[crm.ID]string, id crm.ID) field.Person {
	return field.Person{ID: int64(id), Name: names[id]}
}

// nameRefs fills in the labels of all references, in one query per entity they point to.
// A record the user may not read stays without a name.
func (r *Records) nameRefs(ctx context.Context, who *rights.Rights, e *crm.Entity, list []*store.RecordRow) error {
	schema := r.Schema()
	wanted := map[string]map[int64]bool{}
	for _, rec := range list {
		eachRef(e.Fields, rec.Values, func(target string, ref field.Ref) field.Ref {
			if wanted[target] == nil {
				wanted[target] = map[int64]bool{}
			}
			wanted[target][ref.ID] = true
			return ref
		})
	}
	labels := map[string]map[int64]string{}
	for target, set := range wanted {
		ids := make([]int64, 0, len(set))
		for id := range set {
			ids = append(ids, id)
		}
		to, _ := schema.Entity(target)
		var err error
		if labels[target], err = r.store.Labels(ctx, r.store.Read(), schema, to, ids, who.Scope(target, rights.Read)); err != nil {
			return err
		}
	}
	for _, rec := range list {
		eachRef(e.Fields, rec.Values, func(target string, ref field.Ref) field.Ref {
			ref.Entity, ref.Label = target, labels[target][ref.ID]
			return ref
		})
	}
	return nil
}

// eachRef puts what fn makes of each reference in its place, those in lines too.
func eachRef(fields []field.Field, values map[string]any, fn func(target string, ref field.Ref) field.Ref) {
	for i := range fields {
		f := &fields[i]
		switch v := values[f.Key].(type) {
		case field.Ref:
			values[f.Key] = fn(f.Ref, v)
		case []field.Ref:
			for j := range v {
				v[j] = fn(f.Ref, v[j])
			}
		case []field.Line:
			for _, line := range v {
				eachRef(f.Lines, line.Values, fn)
			}
		}
	}
}
