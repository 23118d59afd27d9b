package exchange

import (
	"context"
	"errors"
	"maps"

	"bellhop/hub/crm"
	"bellhop/hub/records"
	"bellhop/hub/store"
)

// commit writes what waits. Each transaction keeps with the records what became of the
// rows and how far the file is done, so that a hub that stops in the middle goes on with
// the row behind the last one written.
func (r *rows) commit(ctx context.Context) error {
	pending := r.pending
	writes := make([]records.Write, 0, r.writes)
	at := make([]int, 0, r.writes+1) // where in pending the writes stand
	for i, e := range pending {
		if e.write != nil {
			writes, at = append(writes, *e.write), append(at, i)
		}
	}
	r.pending, r.keys, r.writes = nil, map[string]bool{}, 0
	if len(pending) == 0 {
		return nil
	}
	at = append(at, len(pending))
	base, staged, first := *r.job, *r.job, -1
	keep := func(tx *store.Tx, part []records.Outcome) error {
		from, to := 0, at[0]
		if len(part) > 0 {
			if part[0].Item != first { // else the transaction is run again
				base, first = staged, part[0].Item
			}
			if part[0].Item > 0 {
				from = at[part[0].Item]
			}
			to = at[part[len(part)-1].Item+1]
		}
		next := base
		if err := r.store(ctx, tx, &next, pending[from:to], part); err != nil {
			return err
		}
		staged = next
		return nil
	}
	var err error
	if len(writes) == 0 {
		err = r.x.Store.Write(ctx, func(tx *store.Tx) error { return keep(tx, nil) })
	} else {
		_, err = r.x.Records.WriteMany(throughImport(ctx), r.c.who, r.c.e.Name, writes, keep)
	}
	if err != nil {
		// Some of it may have been written before it broke off.
		if now, lookErr := r.x.Store.Import(context.WithoutCancel(ctx), r.job.ID); lookErr == nil {
			*r.job = *now
		}
		return err
	}
	*r.job = staged
	r.x.tell(r.job)
	return nil
}

// store keeps a part of the entries with the outcomes of their writes.
func (r *rows) store(ctx context.Context, tx *store.Tx, job *store.ImportJob, entries []entry, outcomes []records.Outcome) error {
	var added []store.ImportRow
	for _, e := range entries {
		if e.write != nil {
			e = r.outcome(e, outcomes[0])
			outcomes = outcomes[1:]
		}
		e.kept.Line, e.kept.Seq = e.in.line, e.seq
		if e.kept.Ref.Entity == "" {
			e.kept.Ref.Entity = r.c.e.Name
		}
		count(job, e.kept.State)
		if e.seq == 0 {
			added = append(added, e.kept)
			job.Line = e.in.line
			continue
		}
		job.Asked--
		if err := r.x.Store.SetImportRow(ctx, tx, job.ID, e.kept); err != nil {
			return err
		}
	}
	if err := r.x.Store.AddImportRows(ctx, tx, job.ID, added); err != nil {
		return err
	}
	return r.x.Store.SetImport(ctx, tx, job)
}

func count(job *store.ImportJob, state string) {
	switch state {
	case rowCreated:
		job.Created++
	case rowUpdated:
		job.Updated++
	case rowSkipped:
		job.Skipped++
	case rowFailed:
		job.Failed++
	case rowAsked:
		job.Asked++
	}
}

// outcome makes the entry what its write became.
func (r *rows) outcome(e entry, out records.Outcome) entry {
	if out.Err != nil {
		return e.as(rowFailed, r.faultsOf(out.Err)...)
	}
	e.kept = store.ImportRow{State: rowCreated, Ref: crm.Ref{Entity: r.c.e.Name, ID: out.ID}, Rev: out.Rev, Label: out.Label}
	if e.update {
		e.kept.State, e.kept.Old = rowUpdated, string(out.Old)
	}
	return e
}

// faultsOf finds the columns of what hub/records refused.
func (r *rows) faultsOf(err error) (faults []Fault) {
	var refusal *crm.Error
	if !errors.As(err, &refusal) {
		return nil
	}
	all := refusal.Fields
	if len(all) == 0 {
		all = []crm.Error{*refusal}
	}
	for _, e := range all {
		f := Fault{Column: -1, Field: e.Field, Key: e.Key, Args: e.Args}
		for _, p := range r.c.fields {
			if p.f.Key == e.Field {
				f.Column = p.columns[0].Index
			}
		}
		faults = append(faults, f)
	}
	return faults
}

// unforeseen is err unless it is a refusal.
func unforeseen(err error) error {
	var refusal *crm.Error
	if errors.As(err, &refusal) {
		return nil
	}
	return err
}

// withoutNumber leaves out the number, which no form may set.
func withoutNumber(e *crm.Entity, values map[string]any) map[string]any {
	out := maps.Clone(values)
	for key := range out {
		if f, ok := e.Field(key); ok && isNumber(e, f) {
			delete(out, key)
		}
	}
	return out
}

func numberOf(e *crm.Entity, values map[string]any) string {
	if e.Number == nil {
		return ""
	}
	s, _ := values[e.Number.Field].(string)
	return s
}
