package audit

import (
	"context"
	"time"

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
	if kind != List {
		a.Count(who.User.ID, named.Entity, store.Traffic{Exports: 1, Records: int64(count)})
	}
	return t, nil
}

// MayList tells whether the user may be shown more of a kind of customer file today.
// Beyond what the office lets be listed in a day the Export rule holds: each approved
// request to read on lets as many be listed again (SEC-17).
func (a *Audit) MayList(ctx context.Context, who *rights.Rights, entity string) error {
	policy, err := a.Policy(ctx)
	if err != nil || policy.ListLimit == 0 || policy.Export == Free {
		return err
	}
	now := a.now()
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	listed, err := a.listedToday(ctx, who.User.ID, entity)
	if err != nil || listed < int64(policy.ListLimit) {
		return err
	}
	requests, err := a.store.AccessRequests(ctx, who.User.ID, "", 0, 200)
	if err != nil {
		return err
	}
	allowed := int64(policy.ListLimit)
	var grant *store.AccessRequest
	for _, r := range requests {
		switch {
		case r.Kind != List || r.Ref.Entity != entity:
		case r.State == store.RequestUsed && r.UsedAt >= day.UnixMilli():
			allowed += int64(policy.ListLimit)
		case r.State == store.RequestApproved && r.ExpiresAt > now.UnixMilli():
			grant = r
		case r.State == store.RequestOpen:
			err = ErrWaiting
		}
	}
	if listed < allowed {
		return nil
	}
	if grant != nil {
		_, err := a.Take(ctx, who, List, Named{Entity: entity}, 0, grant.ID)
		return err
	}
	if err == nil {
		err = ErrReason
		if policy.Export == Approval {
			err = ErrApproval
		}
	}
	return err
}

// listedToday is how many records of an entity the user was shown today.
func (a *Audit) listedToday(ctx context.Context, user crm.ID, entity string) (int64, error) {
	today := a.now().Format(time.DateOnly)
	rows, err := a.store.Traffic(ctx, today, today, user)
	if err != nil {
		return 0, err
	}
	var n int64
	for _, t := range rows {
		if t.Module == entity {
			n += t.Records
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if t := a.traffic[store.Traffic{Day: today, User: user, Module: entity}]; t != nil {
		n += t.Records
	}
	return n, nil
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
