package audit

import (
	"context"
	"slices"

	"bellhop/hub/crm"
	"bellhop/hub/records"
	"bellhop/hub/rights"
)

// important is the field that marks a customer whose opening needs a purpose (SEC-18).
const important = "important"

func marks(e *crm.Entity) bool {
	f, ok := e.Field(important)
	return ok && f.Type.Name() == "bool"
}

// Open is asked before a record is shown to somebody who opened it: an important one
// needs a purpose, and where the office says so approval.
func (a *Audit) Open(ctx context.Context, who *rights.Rights, ref crm.Ref) error {
	e, ok := a.records.Schema().Entity(ref.Entity)
	if !ok || !marks(e) {
		return nil
	}
	closed, err := a.closed(ctx, who, e, []crm.ID{ref.ID})
	if err != nil || !closed[ref.ID] {
		return err
	}
	policy, err := a.Policy(ctx)
	if err != nil {
		return err
	}
	if policy.Important != Approval {
		return ErrPurpose
	}
	mine, err := a.store.AccessRequests(ctx, who.User.ID, "open", 0, 100)
	if err != nil {
		return err
	}
	for _, r := range mine {
		if r.Kind == View && r.Ref == ref {
			return ErrWaiting
		}
	}
	return ErrPurpose
}

// closed is which of the records are important and not open to the user now.
func (a *Audit) closed(ctx context.Context, who *rights.Rights, e *crm.Entity, ids []crm.ID) (map[crm.ID]bool, error) {
	marked, err := a.store.Marked(ctx, e, important, ids)
	if err != nil || len(marked) == 0 {
		return nil, err
	}
	policy, err := a.Policy(ctx)
	if err != nil || policy.Important == Free {
		return nil, err
	}
	now := a.now().UnixMilli()
	for id := range marked {
		pass, err := a.store.HasPass(ctx, who.User.ID, crm.Ref{Entity: e.Name, ID: id}, now)
		if err != nil {
			return nil, err
		}
		if pass {
			delete(marked, id)
		}
	}
	return marked, nil
}

// told are the types of fields that a list tells of an important customer to everybody.
var told = []string{"select", "bool", "user"}

// Veil leaves of important customers that are not open to the reader what tells them
// apart in a list: name, choices and owner. Numbers and addresses are for those who said
// what for.
func (a *Audit) Veil(ctx context.Context, who *rights.Rights, e *crm.Entity, rows []*records.Row) error {
	if !marks(e) || len(rows) == 0 {
		return nil
	}
	ids := make([]crm.ID, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	closed, err := a.closed(ctx, who, e, ids)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if !closed[row.ID] {
			continue
		}
		for key := range row.Values {
			if f, ok := e.Field(key); !ok || key != e.Title && !slices.Contains(told, f.Type.Name()) {
				delete(row.Values, key)
			}
		}
	}
	return nil
}
