package exchange

import (
	"context"
	"encoding/json"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/records"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// undoable is how long an import can be taken back.
const undoable = 7 * 24 * time.Hour

// MayUndo tells whether an import can still be taken back.
func (x *Service) MayUndo(job *store.ImportJob) bool {
	switch job.State {
	case store.ImportDone, store.ImportAsking, store.ImportStopped, store.ImportFailed:
	default:
		return false
	}
	return job.Created+job.Updated > 0 && x.now()-job.EndedAt <= undoable.Milliseconds()
}

// Undo takes an import back in the background: what it made goes, what it changed gets
// its old values. A record that somebody has changed or used since stays, and is named.
func (x *Service) Undo(ctx context.Context, who *rights.Rights, id crm.ID) (*store.ImportJob, error) {
	defer x.lock(id)()
	job, err := x.own(ctx, who, id)
	if err != nil {
		return nil, err
	}
	if !x.MayUndo(job) {
		return nil, &crm.Error{Code: crm.Conflict, Key: "import.undo_too_late"}
	}
	job.State = store.ImportUndoing
	if err := x.save(ctx, job); err != nil {
		return nil, err
	}
	shown := *job
	x.begin(job, x.undoRows)
	return &shown, nil
}

// undoPart is how many rows are taken back between two looks at who the user is.
const undoPart = 200

// undoRows goes from the last row to the first, for a later one may have changed what
// an earlier one made.
func (x *Service) undoRows(ctx context.Context, job *store.ImportJob) error {
	whole := context.WithoutCancel(ctx) // see runRows
	for {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		who, err := x.whoOf(whole, job.User)
		if err != nil {
			return err
		}
		list, err := x.Store.ImportRows(whole, job.ID, []string{rowCreated, rowUpdated, rowMade}, 0, true, undoPart)
		if err != nil || len(list) == 0 {
			return err
		}
		u := &undoing{x: x, who: who, job: job}
		for _, r := range list {
			if err := u.take(whole, r); err != nil {
				return err
			}
		}
		if err := u.flush(whole); err != nil {
			return err
		}
	}
}

// undoing gathers rows of one entity that can be taken back in one batch.
type undoing struct {
	x      *Service
	who    *rights.Rights
	job    *store.ImportJob
	rows   []store.ImportRow
	writes []records.Write
	seen   map[crm.Ref]bool
}

func (u *undoing) take(ctx context.Context, r store.ImportRow) error {
	if len(u.rows) > 0 && u.rows[0].Ref.Entity != r.Ref.Entity || u.seen[r.Ref] {
		if err := u.flush(ctx); err != nil {
			return err
		}
		// The same record again: what was just written has moved its revision.
		now, err := u.x.Store.ImportRows(ctx, u.job.ID, []string{r.State}, r.Seq-1, false, 1)
		if err != nil {
			return err
		}
		if len(now) == 1 && now[0].Seq == r.Seq {
			r = now[0]
		}
	}
	w := records.Write{ID: r.Ref.ID, Rev: r.Rev, Withdraw: r.State != rowUpdated}
	if r.State == rowUpdated {
		if err := json.Unmarshal([]byte(r.Old), &w.Values); err != nil {
			return err
		}
	} else if used, is, err := u.used(ctx, r.Ref); err != nil {
		return err
	} else if is {
		return u.refuse(ctx, r, Fault{Column: -1, Key: "import.used_since", Args: map[string]string{"name": used}})
	}
	if u.seen == nil {
		u.seen = map[crm.Ref]bool{}
	}
	u.seen[r.Ref] = true
	u.rows, u.writes = append(u.rows, r), append(u.writes, w)
	return nil
}

// used tells whether a record from elsewhere refers to one the import made.
func (u *undoing) used(ctx context.Context, ref crm.Ref) (string, bool, error) {
	schema := u.x.Records.Schema()
	var children []crm.Related
	for _, e := range schema.Entities() {
		for i := range e.Fields {
			if e.Fields[i].Ref == ref.Entity && e.Fields[i].Type == field.Reference {
				children = append(children, crm.Related{Entity: e.Name, Field: e.Fields[i].Key})
			}
		}
	}
	by, is, err := u.x.Store.UsedBeside(ctx, u.job.ID, ref, children, schema)
	if err != nil || !is {
		return "", false, err
	}
	// Which one it is, is only for who may read it.
	row, err := u.x.Records.Get(ctx, u.who, by)
	if err != nil {
		return "***", true, unforeseen(err)
	}
	return row.Label, true, nil
}

func (u *undoing) refuse(ctx context.Context, r store.ImportRow, why Fault) error {
	r.State, r.Reasons = rowKept, jsonOf([]Fault{why})
	return u.x.Store.Write(ctx, func(tx *store.Tx) error { return u.x.Store.SetImportRow(ctx, tx, u.job.ID, r) })
}

func (u *undoing) flush(ctx context.Context) error {
	if len(u.rows) == 0 {
		return nil
	}
	list := u.rows
	_, err := u.x.Records.WriteMany(throughImport(ctx), u.who, list[0].Ref.Entity, u.writes, func(tx *store.Tx, part []records.Outcome) error {
		for _, out := range part {
			r := list[out.Item]
			if out.Err != nil {
				r.State, r.Reasons = rowKept, jsonOf((&rows{c: &converter{}}).faultsOf(out.Err))
			} else {
				r.State, r.Reasons = rowUndone, ""
				if err := u.x.Store.MoveImportRev(ctx, tx, u.job.ID, r.Ref, out.Rev); err != nil {
					return err
				}
			}
			if err := u.x.Store.SetImportRow(ctx, tx, u.job.ID, r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	u.rows, u.writes, u.seen = nil, nil, nil
	return u.count(ctx)
}

// count tells how many rows of the file are taken back by now.
func (u *undoing) count(ctx context.Context) error {
	n, err := u.x.Store.CountImportRows(ctx, u.job.ID, rowUndone)
	if err != nil {
		return err
	}
	u.job.Undone = n
	u.x.tell(u.job)
	return u.x.save(ctx, u.job)
}
