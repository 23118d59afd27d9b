package records

import (
	"context"
	"slices"

	"bellhop/hub/crm"
	"bellhop/hub/rights"
)

// Hearers gives the rights of all who may log in, as they are now.
func (r *Records) Hearers(ctx context.Context) (map[crm.ID]*rights.Rights, error) {
	rev, err := r.store.RightsRev(ctx)
	if err != nil {
		return nil, err
	}
	users, err := r.store.Staff(ctx)
	if err != nil {
		return nil, err
	}
	hearers := make(map[crm.ID]*rights.Rights, len(users))
	for id, u := range users {
		if !u.Active {
			continue
		}
		if hearers[id], err = r.WhoAt(ctx, u, rev); err != nil {
			return nil, err
		}
	}
	return hearers, nil
}

// Hears tells whether a user may be told which record was written. Most are answered
// from his rights alone; only for what is shared with him, or reached by what it belongs
// to, is the record looked at.
func (r *Records) Hears(ctx context.Context, who *rights.Rights, c Change) (bool, error) {
	scope := who.Scope(c.Entity, rights.Read)
	switch {
	case scope.All, c.Owner != 0 && slices.Contains(scope.Owners, c.Owner):
		return true, nil
	case scope.Shared == nil && len(scope.Parents) == 0:
		return false, nil
	}
	return r.Visible(ctx, who, c.Ref)
}
