package records

import (
	"context"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/rights"
)

// Member is a record in a family: one that names another of its kind as its parent, or
// the one everything starts from.
type Member struct {
	ID     crm.ID
	Label  string
	Parent crm.ID // 0 of the first
	Depth  int
	Deals  map[string]Deals // by entity
}

// Deals are how many, and what they come to, one value for each currency.
type Deals struct {
	Count int64
	Sums  []any
}

// Family is a record with all below it, parents before their children.
type Family struct {
	Above   *Member // whom the record itself belongs to
	Members []Member
	Totals  map[string]Deals
	Capped  bool // there are more below
}

// maxFamily bounds a family; a filter names no more records than that, and lists count
// in no more groups.
const maxFamily = 100

// deals are what of a customer's business is added up. What was voided is none.
var deals = []struct {
	entity, by, sum string
	not             *crm.Filter
}{
	{"opportunity", "customer", "amount", nil},
	{"order", "customer", "amount", &crm.Filter{Field: "state", Op: field.Ne, Value: "void"}},
}

// Family gathers a customer, the customers below it and the deals of all, as far as the
// user may read them (CUS-12): what he may not see is neither there nor in the sums.
func (r *Records) Family(ctx context.Context, who *rights.Rights, ref crm.Ref) (*Family, error) {
	e, ok := r.Schema().Entity(ref.Entity)
	if !ok || !who.May(ref.Entity, rights.Read) {
		return nil, crm.ErrNotFound
	}
	parent, ok := e.Field("parent")
	if !ok || parent.Ref != e.Name || !who.MayRead(e, parent) {
		return nil, crm.ErrNotFound
	}
	first, err := r.Get(ctx, who, ref)
	if err != nil {
		return nil, err
	}
	f := &Family{Totals: map[string]Deals{}}
	if up, ok := first.Values[parent.Key].(field.Ref); ok && up.Label != "" {
		f.Above = &Member{ID: crm.ID(up.ID), Label: up.Label}
	}
	if err := r.descend(ctx, who, f, parent.Key, Member{ID: first.ID, Label: first.Label}, ref.Entity); err != nil {
		return nil, err
	}
	return f, r.addDeals(ctx, who, f)
}

// descend puts a record and all below it into the family, depth first. One that is below
// itself is there once.
func (r *Records) descend(ctx context.Context, who *rights.Rights, f *Family, by string, m Member, entity string) error {
	for _, known := range f.Members {
		if known.ID == m.ID {
			return nil
		}
	}
	if len(f.Members) >= maxFamily {
		f.Capped = true
		return nil
	}
	m.Deals = map[string]Deals{}
	f.Members = append(f.Members, m)
	page, err := r.Query(ctx, who, crm.Query{Entity: entity, Sort: crm.Sort{Field: "createdAt"}, Filter: &crm.Filter{Field: by, Op: field.Eq, Value: m.ID.String()}, Limit: maxFamily})
	if err != nil {
		return err
	}
	for _, row := range page.Rows {
		if err := r.descend(ctx, who, f, by, Member{ID: row.ID, Label: row.Label, Parent: m.ID, Depth: m.Depth + 1}, entity); err != nil {
			return err
		}
	}
	f.Capped = f.Capped || page.Next != ""
	return nil
}

func (r *Records) addDeals(ctx context.Context, who *rights.Rights, f *Family) error {
	ids := make([]any, len(f.Members))
	at := map[int64]*Member{}
	for i := range f.Members {
		ids[i] = f.Members[i].ID.String()
		at[int64(f.Members[i].ID)] = &f.Members[i]
	}
	for _, d := range deals {
		whole := []crm.Filter{{Field: d.by, Op: field.In, Value: ids}}
		if d.not != nil {
			whole = append(whole, *d.not)
		}
		found, err := r.Summarise(ctx, who, crm.Query{Entity: d.entity, Filter: &crm.Filter{And: whole}}, Ask{Totals: []string{d.sum}, Group: d.by, Sum: d.sum})
		switch {
		case crm.IsCode(err, crm.NotFound), crm.IsCode(err, crm.Invalid):
			continue // not for this user's eyes
		case err != nil:
			return err
		case found.Late:
			continue
		}
		f.Totals[d.entity] = Deals{found.Count, found.Totals[d.sum]}
		for _, g := range found.Groups {
			if ref, ok := g.Value.(field.Ref); ok && at[ref.ID] != nil {
				at[ref.ID].Deals[d.entity] = Deals{g.Count, g.Sums}
			}
		}
	}
	return nil
}
