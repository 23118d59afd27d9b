package records

import (
	"context"
	"maps"
	"slices"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// Share is a share of a record as those who may share it see it.
type Share struct {
	Target   crm.ID       `json:"target"`
	Kind     string       `json:"kind"`
	Name     string       `json:"name"`
	Level    string       `json:"level"`
	Expires  int64        `json:"expires,omitempty"`
	SharedBy field.Person `json:"sharedBy"`
	SharedAt int64        `json:"sharedAt"`
}

// Shares lists whom a record is shared with.
func (r *Records) Shares(ctx context.Context, who *rights.Rights, ref crm.Ref) ([]Share, error) {
	if visible, err := r.Visible(ctx, who, ref); err != nil || !visible {
		return nil, orNotFound(err)
	}
	list, err := r.store.Shares(ctx, ref)
	if err != nil {
		return nil, err
	}
	office, err := r.Office(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Share, len(list))
	for i, n := range list {
		out[i] = Share{n.Target, n.Kind, office.NameOf(n.Target), n.Level, n.Expires,
			field.Person{ID: int64(n.By), Name: office.NameOf(n.By)}, n.At}
	}
	return out, nil
}

func orNotFound(err error) error {
	if err != nil {
		return err
	}
	return crm.ErrNotFound
}

// Sharing is with whom records are to be shared, and how.
type Sharing struct {
	Targets []crm.ID
	Level   string // "read", "edit"
	Expires int64  // 0 for never
}

const maxTargets = 100

// Share lets the targets see one record. The user must reach it by his own right to
// share: what was shared with him is not his to pass on.
func (r *Records) Share(ctx context.Context, who *rights.Rights, ref crm.Ref, s Sharing) error {
	office, err := r.Office(ctx)
	if err != nil {
		return err
	}
	if s.Level != "read" && s.Level != "edit" {
		return &crm.Error{Code: crm.Invalid, Key: "field.no_such_option", Field: "level"}
	}
	if s.Expires != 0 && s.Expires <= r.now().UnixMilli() {
		return &crm.Error{Code: crm.Invalid, Key: "share.expired", Field: "expires"}
	}
	if len(s.Targets) == 0 || len(s.Targets) > maxTargets {
		return &crm.Error{Code: crm.Invalid, Key: "share.nobody", Field: "targets"}
	}
	shares := make([]store.Share, len(s.Targets))
	for i, target := range s.Targets {
		kind := office.KindOf(target)
		if kind == "" {
			return &crm.Error{Code: crm.Invalid, Key: "share.nobody", Field: "targets"}
		}
		shares[i] = store.Share{Ref: ref, Target: target, Kind: kind, Level: s.Level, Expires: s.Expires, By: who.User.ID, At: r.now().UnixMilli()}
	}
	if err := r.reached(ctx, who, ref, rights.Share); err != nil {
		return err
	}
	return r.store.PutShares(ctx, shares)
}

// Unshare takes shares of a record back.
func (r *Records) Unshare(ctx context.Context, who *rights.Rights, ref crm.Ref, targets []crm.ID) error {
	if err := r.reached(ctx, who, ref, rights.Share); err != nil {
		return err
	}
	return r.store.DropShares(ctx, ref, targets)
}

// reached refuses an action on a record: one the user may not read isn't there, one
// out of the action's reach is Forbidden.
func (r *Records) reached(ctx context.Context, who *rights.Rights, ref crm.Ref, action rights.Action) error {
	reached, err := r.store.InScope(ctx, r.store.Read(), r.Schema(), ref, who.Scope(ref.Entity, action))
	if err != nil || reached {
		return err
	}
	if visible, err := r.Visible(ctx, who, ref); err != nil || !visible {
		return orNotFound(err)
	}
	return errForbidden
}

// SharedWithMe is a record somebody else lets the user see.
type SharedWithMe struct {
	crm.Ref
	Label       string `json:"label"`
	EntityLabel string `json:"entityLabel"`
	Share
}

// SharedWithMe lists what others share with the user, newest first.
func (r *Records) SharedWithMe(ctx context.Context, who *rights.Rights, lang string) ([]SharedWithMe, error) {
	office, err := r.Office(ctx)
	if err != nil {
		return nil, err
	}
	list, err := r.store.SharedWith(ctx, office.Addresses(who.User.ID))
	if err != nil {
		return nil, err
	}
	out := []SharedWithMe{}
	for _, n := range list {
		e, ok := r.Schema().Entity(n.Entity)
		if !ok || n.By == who.User.ID {
			continue
		}
		labels, err := r.store.Labels(ctx, r.store.Read(), r.Schema(), e, []int64{int64(n.ID)}, who.Scope(n.Entity, rights.Read))
		if err != nil {
			return nil, err
		}
		label, ok := labels[int64(n.ID)]
		if !ok {
			continue
		}
		out = append(out, SharedWithMe{n.Ref, label, r.EntityLabel(lang, e), Share{n.Target, n.Kind, office.NameOf(n.Target), n.Level, n.Expires,
			field.Person{ID: int64(n.By), Name: office.NameOf(n.By)}, n.At}})
	}
	return out, nil
}

// Transfer hands a record to another owner (客户移交). With keep its old owner goes on
// reading it, as by a share.
func (r *Records) Transfer(ctx context.Context, who *rights.Rights, ref crm.Ref, owner crm.ID, keep bool) error {
	e, ok := r.Schema().Entity(ref.Entity)
	if !ok {
		return crm.ErrNotFound
	}
	if _, ok := e.Field("owner"); !ok || e.Access.Private {
		return &crm.Error{Code: crm.Invalid, Key: "transfer.no_owner"}
	}
	if err := r.reached(ctx, who, ref, rights.Transfer); err != nil {
		return err
	}
	to, err := r.store.User(ctx, owner)
	if crm.IsCode(err, crm.NotFound) || err == nil && !to.Active {
		return &crm.Error{Code: crm.Invalid, Key: "transfer.to_nobody", Field: "owner"}
	}
	if err != nil {
		return err
	}
	rec, err := r.store.Record(ctx, r.store.Read(), r.Schema(), ref, everything, crm.Scope{})
	if err != nil || rec.Owner == owner {
		return err
	}
	old := rec.Record
	old.Values = maps.Clone(rec.Values)
	rec.Owner, rec.Values["owner"] = owner, field.Person{ID: int64(owner)}
	rec.Rev, rec.UpdatedAt, rec.UpdatedBy = old.Rev+1, r.now().UnixMilli(), who.User.ID
	w := &writing{r: r, who: who, e: e, old: &old}
	if r.watcher != nil {
		if err := r.watcher.Open(ctx, who, ref); err != nil {
			return err
		}
	}
	if err := r.store.Write(ctx, func(tx *store.Tx) error { return w.update(ctx, tx, rec.Copy(), old.Rev) }); err != nil {
		return err
	}
	if keep && old.Owner != 0 {
		err = r.store.PutShares(ctx, []store.Share{{Ref: ref, Target: old.Owner, Kind: "user", Level: "read", By: who.User.ID, At: rec.UpdatedAt}})
	}
	r.tell(e, ref.ID, rec.Rev, rec.Owner)
	return err
}

// Addressees are whom a user may share with, by kind.
type Addressees struct {
	Users       []Colleague       `json:"users"`
	Departments []*crm.Department `json:"departments"`
	Groups      []Addressee       `json:"groups"`
}

// Colleague is what everybody in the office knows of an employee.
type Colleague struct {
	ID         crm.ID `json:"id"`
	Name       string `json:"name"`
	Post       string `json:"post"`
	Department crm.ID `json:"department"`
}

// Addressee is a group by its name.
type Addressee struct {
	ID   crm.ID `json:"id"`
	Name string `json:"name"`
}

// Addressees lists the office as its employees know it.
func (r *Records) Addressees(ctx context.Context) (*Addressees, error) {
	office, err := r.Office(ctx)
	if err != nil {
		return nil, err
	}
	out := &Addressees{Users: []Colleague{}, Departments: []*crm.Department{}, Groups: []Addressee{}}
	for _, id := range slices.Sorted(maps.Keys(office.Users)) {
		if u := office.Users[id]; u.Active {
			out.Users = append(out.Users, Colleague{u.ID, u.Name, u.Post, u.Department})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(office.Departments)) {
		out.Departments = append(out.Departments, office.Departments[id])
	}
	slices.SortStableFunc(out.Departments, func(a, b *crm.Department) int { return a.Position - b.Position })
	for _, id := range slices.Sorted(maps.Keys(office.Groups)) {
		out.Groups = append(out.Groups, Addressee{id, office.Groups[id].Name})
	}
	return out, nil
}
