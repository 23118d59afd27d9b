package records

import (
	"context"
	"maps"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// transaction is what the hooks of a write see of the rest of the office.
type transaction struct {
	w  *writing
	q  store.Querier
	tx *store.Tx // nil for a write that is only tried
}

func (w *writing) transaction(tx *store.Tx) *transaction { return &transaction{w, tx, tx} }

func (t *transaction) Record(ctx context.Context, ref crm.Ref) (*crm.Record, error) {
	row, err := t.row(ctx, ref)
	if err != nil {
		return nil, err
	}
	return &row.Record, nil
}

func (t *transaction) row(ctx context.Context, ref crm.Ref) (*store.RecordRow, error) {
	return t.w.r.store.Record(ctx, t.q, t.w.r.Schema(), ref, everything, crm.Scope{})
}

func (t *transaction) Find(ctx context.Context, entity, key string, value crm.ID, limit int) ([]*crm.Record, error) {
	q := crm.Query{Entity: entity, Scope: everything, Limit: limit, Sort: crm.Sort{Field: "createdAt"},
		Filter: &crm.Filter{Field: key, Op: field.Eq, Value: int64(value)}}
	rows, _, err := t.w.r.store.Records(ctx, t.q, t.w.r.Schema(), &q, crm.Scope{})
	list := make([]*crm.Record, len(rows))
	for i, row := range rows {
		list[i] = &row.Record
	}
	return list, err
}

func (t *transaction) Create(ctx context.Context, entity string, values map[string]any) (crm.ID, error) {
	w, err := t.writing(entity)
	if err != nil {
		return 0, err
	}
	w.isNew = true
	rec := w.r.fresh(w.e, w.who)
	t.put(rec, values)
	if err := w.insert(ctx, t.tx, rec); err != nil {
		return 0, err
	}
	t.tell(w, rec.ID, rec.Rev, rec.Owner)
	return rec.ID, nil
}

func (t *transaction) Change(ctx context.Context, ref crm.Ref, values map[string]any) error {
	w, err := t.writing(ref.Entity)
	if err != nil {
		return err
	}
	rec, err := t.row(ctx, ref)
	if err != nil {
		return err
	}
	old := rec.Record
	old.Values = maps.Clone(rec.Values)
	w.old = &old
	t.put(rec, values)
	rev := rec.Rev
	rec.Rev, rec.UpdatedAt, rec.UpdatedBy = rev+1, w.r.now().UnixMilli(), w.who.User.ID
	if err := w.update(ctx, t.tx, rec, rev); err != nil {
		return err
	}
	t.tell(w, rec.ID, rec.Rev, rec.Owner)
	return nil
}

func (t *transaction) Delete(ctx context.Context, ref crm.Ref) error {
	w, err := t.writing(ref.Entity)
	if err != nil {
		return err
	}
	rec, err := t.row(ctx, ref)
	if err != nil {
		return err
	}
	if err := w.r.remove(ctx, t.tx, w.who, w.e, rec, rec.Rev); err != nil {
		return err
	}
	t.tell(w, rec.ID, rec.Rev+1, rec.Owner)
	return nil
}

func (t *transaction) writing(entity string) (*writing, error) {
	e, ok := t.w.r.Schema().Entity(entity)
	if !ok {
		return nil, crm.ErrNotFound
	}
	return &writing{r: t.w.r, who: t.w.who, e: e}, nil
}

func (t *transaction) put(rec *store.RecordRow, values map[string]any) {
	for key, v := range values {
		if v == nil {
			delete(rec.Values, key)
		} else {
			rec.Values[key] = v
		}
		if p, ok := v.(field.Person); ok && key == "owner" {
			rec.Owner = crm.ID(p.ID)
		}
	}
}

func (t *transaction) tell(w *writing, id crm.ID, rev int64, owner crm.ID) {
	t.tx.Committed(func() { w.r.tell(w.e, id, rev, owner) })
}

// remove hides a record and undoes what it did in others.
func (r *Records) remove(ctx context.Context, tx *store.Tx, who *rights.Rights, e *crm.Entity, rec *store.RecordRow, rev int64) error {
	now := r.now().UnixMilli()
	if err := r.store.DeleteRecord(ctx, tx, e, rec.ID, rev, now, who.User.ID); err != nil {
		return err
	}
	if err := trace(tx, who, e, &rec.Record, nil, now); err != nil {
		return err
	}
	return (&writing{r: r, who: who, e: e, old: &rec.Record}).apply(ctx, tx, &rec.Record, nil)
}
