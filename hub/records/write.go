package records

import (
	"context"
	"maps"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// Create makes a record of values. With a key the same request sent again returns
// the record it made the first time.
func (r *Records) Create(ctx context.Context, who *rights.Rights, entity string, values map[string]any, key string) (*Row, error) {
	e, ok := r.Schema().Entity(entity)
	if !ok {
		return nil, crm.ErrNotFound
	}
	if !who.May(entity, rights.Create) {
		return nil, errForbidden
	}
	rec := r.fresh(e, who)
	w := &writing{r: r, who: who, e: e, isNew: true}
	if err := w.take(ctx, &rec.Record, values); err != nil {
		return nil, err
	}
	ref := crm.Ref{Entity: entity, ID: rec.ID}
	again := false
	taken := rec
	err := r.store.Write(ctx, func(tx *store.Tx) error {
		rec = taken.Copy() // a second run must not find the first one's number
		if key != "" {
			before, made, err := r.store.MadeBefore(ctx, tx, who.User.ID, key)
			if err != nil || made {
				ref, again = before, made
				return err
			}
			if err := r.store.Made(ctx, tx, who.User.ID, key, ref, rec.CreatedAt); err != nil {
				return err
			}
		}
		return w.insert(ctx, tx, rec)
	})
	if err != nil {
		return nil, err
	}
	if !again {
		r.tell(e, rec.ID, rec.Rev, rec.Owner)
	}
	row, err := r.Get(ctx, who, ref)
	if crm.IsCode(err, crm.NotFound) && !again {
		// Given to somebody else at once: he who made it still sees what he made.
		rows, err := r.show(ctx, who, []*store.RecordRow{rec})
		if err != nil {
			return nil, err
		}
		return rows[0], nil
	}
	return row, err
}

// fresh is a new record before anything is put into it.
func (r *Records) fresh(e *crm.Entity, who *rights.Rights) *store.RecordRow {
	now := r.now().UnixMilli()
	rec := &store.RecordRow{Record: crm.Record{
		Entity: e.Name, ID: crm.NewID(), Rev: 1, Values: map[string]any{}, Owner: who.User.ID,
		CreatedAt: now, UpdatedAt: now, CreatedBy: who.User.ID, UpdatedBy: who.User.ID,
	}}
	for i := range e.Fields {
		switch f := &e.Fields[i]; {
		case f.Default != nil:
			rec.Values[f.Key] = f.Default
		case f.KeyDate && f.Type == field.Day && !f.Kept:
			rec.Values[f.Key] = field.Date(r.now().Format(time.DateOnly)) // when it was registered
		}
	}
	return rec
}

// Update changes the given values of the record of revision rev. If it has another
// one by now the Conflict holds the record as it is.
func (r *Records) Update(ctx context.Context, who *rights.Rights, ref crm.Ref, rev int64, values map[string]any) (*Row, error) {
	e, ok := r.Schema().Entity(ref.Entity)
	if !ok {
		return nil, crm.ErrNotFound
	}
	rec, err := r.writable(ctx, who, ref, rights.Edit)
	if err != nil {
		return nil, err
	}
	if rec.Rev != rev {
		return nil, r.conflict(ctx, who, ref)
	}
	old := rec.Record
	old.Values = maps.Clone(rec.Values)
	w := &writing{r: r, who: who, e: e, old: &old}
	if err := w.take(ctx, &rec.Record, values); err != nil {
		return nil, err
	}
	if rec.Owner != old.Owner {
		if err := r.reached(ctx, who, ref, rights.Transfer); err != nil {
			return nil, err
		}
	}
	rec.Rev, rec.UpdatedAt, rec.UpdatedBy = rev+1, r.now().UnixMilli(), who.User.ID
	taken := rec
	err = r.store.Write(ctx, func(tx *store.Tx) error {
		rec = taken.Copy()
		return w.update(ctx, tx, rec, rev)
	})
	if crm.IsCode(err, crm.Conflict) {
		return nil, r.conflict(ctx, who, ref)
	}
	if err != nil {
		return nil, err
	}
	r.tell(e, ref.ID, rec.Rev, rec.Owner)
	return r.Get(ctx, who, ref)
}

// Delete hides the record of revision rev.
func (r *Records) Delete(ctx context.Context, who *rights.Rights, ref crm.Ref, rev int64) error {
	e, ok := r.Schema().Entity(ref.Entity)
	if !ok {
		return crm.ErrNotFound
	}
	rec, err := r.writable(ctx, who, ref, rights.Delete)
	if err != nil {
		return err
	}
	err = r.store.Write(ctx, func(tx *store.Tx) error {
		return r.remove(ctx, tx, who, e, rec, rev)
	})
	if crm.IsCode(err, crm.Conflict) {
		return r.conflict(ctx, who, ref)
	}
	if err == nil {
		r.tell(e, ref.ID, rev+1, rec.Owner)
	}
	return err
}

var errForbidden = &crm.Error{Code: crm.Forbidden, Key: "record.forbidden"}

// writable reads a record the user is about to change. What he may read but not
// change is Forbidden, what he may not read isn't there.
func (r *Records) writable(ctx context.Context, who *rights.Rights, ref crm.Ref, action rights.Action) (*store.RecordRow, error) {
	rec, err := r.read(ctx, who, r.store.Read(), ref)
	if err != nil {
		return nil, err
	}
	if !rec.MayWrite || !who.May(ref.Entity, action) {
		return nil, errForbidden
	}
	if r.watcher != nil {
		if err := r.watcher.Open(ctx, who, ref); err != nil {
			return nil, err
		}
	}
	if action != rights.Edit {
		reached, err := r.store.InScope(ctx, r.store.Read(), r.Schema(), ref, who.Scope(ref.Entity, action))
		if err != nil {
			return nil, err
		}
		if !reached {
			return nil, errForbidden
		}
	}
	return rec, nil
}

func (r *Records) conflict(ctx context.Context, who *rights.Rights, ref crm.Ref) error {
	current, err := r.Get(ctx, who, ref)
	if err != nil {
		return err
	}
	return &crm.Error{Code: crm.Conflict, Key: "record.changed_meanwhile", Args: map[string]string{"name": current.Editor.Name}, Current: current}
}

// writing is one write of one user.
type writing struct {
	r     *Records
	who   *rights.Rights
	e     *crm.Entity
	old   *crm.Record // nil for a new one
	isNew bool
}

func (w *writing) insert(ctx context.Context, tx *store.Tx, rec *store.RecordRow) error {
	if err := w.number(ctx, tx, rec); err != nil {
		return err
	}
	if err := w.finish(ctx, tx, rec); err != nil {
		return err
	}
	if err := w.unique(ctx, tx, rec); err != nil {
		return err
	}
	if err := w.r.store.InsertRecord(ctx, tx, w.e, rec); err != nil {
		return err
	}
	if err := w.mendKept(ctx, tx, rec); err != nil {
		return err
	}
	if err := trace(tx, w.who, w.e, nil, &rec.Record, rec.UpdatedAt); err != nil {
		return err
	}
	return w.apply(ctx, tx, nil, &rec.Record)
}

func (w *writing) update(ctx context.Context, tx *store.Tx, rec *store.RecordRow, rev int64) error {
	if err := w.finish(ctx, tx, rec); err != nil {
		return err
	}
	if err := w.unique(ctx, tx, rec); err != nil {
		return err
	}
	if err := w.r.store.UpdateRecord(ctx, tx, w.e, rec, rev); err != nil {
		return err
	}
	if err := w.mendKept(ctx, tx, rec); err != nil {
		return err
	}
	if err := trace(tx, w.who, w.e, w.old, &rec.Record, rec.UpdatedAt); err != nil {
		return err
	}
	return w.apply(ctx, tx, w.old, &rec.Record)
}

// apply carries out what a write changes in other records.
func (w *writing) apply(ctx context.Context, tx *store.Tx, old, now *crm.Record) error {
	if err := w.r.effects(ctx, tx, w.e, old, now); err != nil {
		return err
	}
	if w.e.Hooks.After == nil {
		return nil
	}
	return w.e.Hooks.After(ctx, w.transaction(tx), old, now)
}

func (r *Records) effects(ctx context.Context, tx *store.Tx, e *crm.Entity, old, now *crm.Record) error {
	if e.Hooks.Effects == nil {
		return nil
	}
	for _, effect := range e.Hooks.Effects(old, now) {
		if err := r.store.Apply(ctx, tx, r.Schema(), effect); err != nil {
			return err
		}
	}
	return nil
}

// number gives the record its numbers, except those it came with.
func (w *writing) number(ctx context.Context, tx *store.Tx, rec *store.RecordRow) error {
	now := w.r.now()
	for i := range w.e.Fields {
		f := &w.e.Fields[i]
		if f.Series == nil || rec.Text(f.Key) != "" {
			continue
		}
		no, err := w.r.nextNumber(ctx, tx, w.e, f, now)
		if err != nil {
			return err
		}
		rec.Values[f.Key] = no
	}
	return nil
}

// finish runs the hook and derives label and search words.
func (w *writing) finish(ctx context.Context, tx *store.Tx, rec *store.RecordRow) error {
	today := field.Date(w.r.now().Format(time.DateOnly))
	if w.e.Hooks.Before != nil {
		field.Compute(w.e.Fields, rec.Values, today)
		if err := w.e.Hooks.Before(ctx, w.transaction(tx), w.old, &rec.Record); err != nil {
			return err
		}
	}
	field.Compute(w.e.Fields, rec.Values, today)
	rec.Label = firstLine(rec.Text(w.e.Title))
	if rec.Label == "" {
		rec.Label = rec.ID.String()
	}
	rec.Document = Document(w.e, rec.Values)
	return nil
}
