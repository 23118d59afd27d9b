package audit

import (
	"context"

	"bellhop/hub/audit/trail"
	"bellhop/hub/crm"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// Taking is data on its way out: an export, a print, a mass sending under way.
type Taking struct {
	audit *Audit
	entry *trail.Entry
	named Named
	ids   []crm.ID
}

// Take is asked before data leaves the office (SEC-16, SEC-17): whoever may not copy out
// is refused; where the office wants a reason or approval, grant must be a request of
// this user for exactly what is named, approved and not used before, and is used up.
// When it returns nil the taking is in the access log. count is how many records it will
// be, 0 when that is not known yet.
func (a *Audit) Take(ctx context.Context, who *rights.Rights, kind string, named Named, count int, grant crm.ID) (*Taking, error) {
	if may, err := a.MayCopy(ctx, who); err != nil {
		return nil, err
	} else if !may && kind != List {
		return nil, ErrNoCopy
	}
	policy, err := a.Policy(ctx)
	if err != nil {
		return nil, err
	}
	x := Access{Kind: kind, Ref: crm.Ref{Entity: named.Entity}, Count: count, Named: &named, Grant: grant}
	if len(named.IDs) == 1 {
		x.Ref.ID = named.IDs[0]
	}
	if policy.Export != Free && grant == 0 {
		if policy.Export == Approval {
			return nil, ErrApproval
		}
		return nil, ErrReason
	}
	t := &Taking{audit: a, named: named}
	now := a.now()
	err = a.store.Write(ctx, func(tx *store.Tx) error {
		if grant != 0 {
			r, err := a.store.AccessRequest(ctx, tx, grant)
			if crm.IsCode(err, crm.NotFound) {
				return &crm.Error{Code: crm.Forbidden, Key: "audit.grant_void"}
			}
			if err != nil {
				return err
			}
			if err := a.store.UseRequest(ctx, tx, grant, who.User.ID, kind, named.Fingerprint(), now.UnixMilli()); err != nil {
				return err
			}
			x.Reason = r.Reason
		}
		e, err := x.entry(who, now)
		if err != nil {
			return err
		}
		t.entry = tx.Note(trail.Access, e)
		return nil
	})
	if err != nil {
		return nil, err
	}
	a.Count(who.User.ID, named.Entity, store.Traffic{Exports: 1, Records: int64(count)})
	return t, nil
}

// memberBatch bounds what one transaction writes.
const memberBatch = 500

// Add tells which records went out, so that the audit of each finds this taking.
func (t *Taking) Add(ctx context.Context, ids ...crm.ID) error {
	t.ids = append(t.ids, ids...)
	for len(t.ids) >= memberBatch {
		if err := t.write(ctx, t.ids[:memberBatch]); err != nil {
			return err
		}
		t.ids = t.ids[memberBatch:]
	}
	return nil
}

// Done writes down what Add has not.
func (t *Taking) Done(ctx context.Context) error {
	if len(t.ids) == 0 {
		return nil
	}
	err := t.write(ctx, t.ids)
	t.ids = nil
	return err
}

func (t *Taking) write(ctx context.Context, ids []crm.ID) error {
	return t.audit.store.Write(ctx, func(tx *store.Tx) error {
		return t.audit.store.AddMembers(ctx, tx, t.entry.Seq, t.named.Entity, ids)
	})
}
