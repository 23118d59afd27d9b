package records

import (
	"context"
	"strconv"

	"bellhop/hub/audit/trail"
	"bellhop/hub/crm"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// Deleted is a deleted record as the recycle list shows it.
type Deleted struct {
	store.Deleted
	OwnerName, ByName string
}

const recyclePage = 100

// Recycled lists deleted records of one kind, the last deleted first, to those who may
// bring them back: the administrators (CUS-45). before is where the page before ended.
func (r *Records) Recycled(ctx context.Context, who *rights.Rights, entity string, before int64) ([]Deleted, error) {
	e, err := r.recyclable(who, entity)
	if err != nil {
		return nil, err
	}
	list, err := r.store.DeletedRecords(ctx, e, before, recyclePage)
	if err != nil {
		return nil, err
	}
	names, err := r.store.UserNames(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Deleted, len(list))
	for i, d := range list {
		out[i] = Deleted{d, names[d.Owner], names[d.By]}
	}
	return out, nil
}

// recyclable refuses what is somebody's private affair, administrator or not.
func (r *Records) recyclable(who *rights.Rights, entity string) (*crm.Entity, error) {
	e, ok := r.Schema().Entity(entity)
	if !ok || e.Access.Private || !who.May(entity, rights.Read) {
		return nil, crm.ErrNotFound
	}
	if !who.Administrates() {
		return nil, &crm.Error{Code: crm.Forbidden, Key: "recycle.forbidden"}
	}
	return e, nil
}

// Restore brings deleted records back as they were, numbers and all.
func (r *Records) Restore(ctx context.Context, who *rights.Rights, entity string, ids []crm.ID) error {
	e, err := r.recyclable(who, entity)
	if err != nil {
		return err
	}
	if len(ids) > MaxBatch {
		return &crm.Error{Code: crm.Invalid, Key: "bulk.too_large", Args: map[string]string{"max": itoa(MaxBatch)}}
	}
	for _, id := range ids {
		if err := r.restore(ctx, who, e, crm.Ref{Entity: entity, ID: id}); err != nil {
			return err
		}
	}
	return nil
}

func (r *Records) restore(ctx context.Context, who *rights.Rights, e *crm.Entity, ref crm.Ref) error {
	var rec *store.RecordRow
	err := r.store.Write(ctx, func(tx *store.Tx) (err error) {
		rec, err = r.restoreIn(ctx, tx, who, e, ref)
		return err
	})
	if err == nil {
		r.tell(e, ref.ID, rec.Rev, rec.Owner)
	}
	return err
}

func (r *Records) restoreIn(ctx context.Context, tx *store.Tx, who *rights.Rights, e *crm.Entity, ref crm.Ref) (*store.RecordRow, error) {
	rec, err := r.store.DeletedRecord(ctx, tx, r.Schema(), ref)
	if err != nil {
		return nil, err
	}
	now := r.now().UnixMilli()
	rec.Rev, rec.UpdatedAt, rec.UpdatedBy = rec.Rev+1, now, who.User.ID
	rec.Document = Document(e, rec.Values)
	if err := r.store.RestoreRecord(ctx, tx, e, rec); err != nil {
		return nil, err
	}
	tx.Note(trail.Change, trail.Entry{At: now, User: int64(who.User.ID), Name: who.User.Name, Kind: "restore",
		Entity: e.Name, Record: int64(ref.ID), Label: rec.Label})
	return rec, (&writing{r: r, who: who, e: e, isNew: true}).apply(ctx, tx, nil, &rec.Record)
}

func itoa(n int) string { return strconv.Itoa(n) }
