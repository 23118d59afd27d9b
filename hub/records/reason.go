package records

import (
	"context"
	"slices"

	"bellhop/hub/crm"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// Reach tells how many records of an entity a user reads, and why (SEC-08). Counts stop
// at store.CountCap.
type Reach struct {
	Total  int         `json:"total"`
	Capped bool        `json:"capped,omitempty"`
	Parts  []ReachPart `json:"parts"`
}

// ReachPart is one reason with what it alone reaches: "all", "owner", "subordinate",
// "department", "shared", "parent". A record may be in several.
type ReachPart struct {
	Why    string `json:"why"`
	Count  int    `json:"count"`
	Capped bool   `json:"capped,omitempty"`
	Entity string `json:"entity,omitempty"` // of a parent
}

// ReachOf counts what a user reads of an entity.
func (r *Records) ReachOf(ctx context.Context, who *rights.Rights, e *crm.Entity) (*Reach, error) {
	scope := who.Scope(e.Name, rights.Read)
	out := &Reach{Parts: []ReachPart{}}
	count := func(s crm.Scope) (int, bool, error) {
		return r.store.CountRecords(ctx, r.store.Read(), r.Schema(), &crm.Query{Entity: e.Name, Scope: s})
	}
	var err error
	if out.Total, out.Capped, err = count(scope); err != nil {
		return nil, err
	}
	add := func(why, entity string, s crm.Scope) error {
		n, capped, err := count(s)
		if err == nil && n > 0 {
			out.Parts = append(out.Parts, ReachPart{why, n, capped, entity})
		}
		return err
	}
	if scope.All {
		return out, add("all", "", scope)
	}
	by := map[string][]crm.ID{}
	for _, owner := range scope.Owners {
		by[who.Owning(owner)] = append(by[who.Owning(owner)], owner)
	}
	for _, why := range []string{"owner", "subordinate", "department"} {
		if len(by[why]) > 0 {
			if err := add(why, "", crm.Scope{Owners: by[why]}); err != nil {
				return nil, err
			}
		}
	}
	if scope.Shared != nil {
		if err := add("shared", "", crm.Scope{Shared: scope.Shared}); err != nil {
			return nil, err
		}
	}
	for _, p := range scope.Parents {
		if err := add("parent", p.Entity, crm.Scope{Parents: []crm.Parent{p}}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Seer is a user who may read a record, and why.
type Seer struct {
	User    crm.ID       `json:"id"`
	Name    string       `json:"name"`
	Edit    bool         `json:"edit"`
	Reasons []SeerReason `json:"reasons"`
}

// SeerReason is one reason: a role that reaches all ("all"), ownership ("owner",
// "subordinate", "department"), a share ("shared"), or the record it belongs to
// ("parent").
type SeerReason struct {
	Why     string   `json:"why"`
	Roles   []string `json:"roles,omitempty"` // IDs of "all"
	Via     string   `json:"via,omitempty"`   // whom a share names; the entity of a parent
	Level   string   `json:"level,omitempty"` // of a share
	Expires int64    `json:"expires,omitempty"`
}

// Seers lists who may read a record and why. The caller's own right to know is checked
// before: it tells nothing but names of the office.
func (r *Records) Seers(ctx context.Context, ref crm.Ref) ([]Seer, error) {
	office, err := r.Office(ctx)
	if err != nil {
		return nil, err
	}
	rec, err := r.store.Record(ctx, r.store.Read(), r.Schema(), ref, everything, crm.Scope{})
	if err != nil {
		return nil, err
	}
	shares, err := r.store.Shares(ctx, ref)
	if err != nil {
		return nil, err
	}
	users, err := r.store.Users(ctx)
	if err != nil {
		return nil, err
	}
	seers := []Seer{}
	for _, u := range users {
		if !u.Active {
			continue
		}
		who, err := r.Who(ctx, u)
		if err != nil {
			return nil, err
		}
		seer := Seer{User: u.ID, Name: u.Name}
		if seer.Reasons, err = r.reasons(ctx, who, office, ref, rec, shares); err != nil {
			return nil, err
		}
		if len(seer.Reasons) == 0 {
			continue
		}
		if seer.Edit, err = r.store.InScope(ctx, r.store.Read(), r.Schema(), ref, who.Scope(ref.Entity, rights.Edit)); err != nil {
			return nil, err
		}
		seers = append(seers, seer)
	}
	return seers, nil
}

func (r *Records) reasons(ctx context.Context, who *rights.Rights, office *rights.Office, ref crm.Ref, rec *store.RecordRow, shares []store.Share) (list []SeerReason, err error) {
	scope := who.Scope(ref.Entity, rights.Read)
	if scope.All {
		all := SeerReason{Why: "all"}
		for _, because := range who.Reasons(ref.Entity, rights.Read) {
			all.Roles = append(all.Roles, because.Role.ID.String())
		}
		return []SeerReason{all}, nil
	}
	if rec.Owner != 0 && slices.Contains(scope.Owners, rec.Owner) {
		list = append(list, SeerReason{Why: who.Owning(rec.Owner)})
	}
	for _, n := range shares {
		if scope.Shared != nil && slices.Contains(scope.Shared.With, n.Target) {
			list = append(list, SeerReason{Why: "shared", Via: office.NameOf(n.Target), Level: n.Level, Expires: n.Expires})
		}
	}
	for _, p := range scope.Parents {
		in, err := r.store.InScope(ctx, r.store.Read(), r.Schema(), ref, crm.Scope{Parents: []crm.Parent{p}})
		if err != nil {
			return nil, err
		}
		if in {
			list = append(list, SeerReason{Why: "parent", Via: p.Entity})
		}
	}
	return list, nil
}
