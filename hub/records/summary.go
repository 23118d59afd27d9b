package records

import (
	"context"
	"errors"
	"slices"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// Summary is what a list says about all its records, beyond the page in sight.
type Summary struct {
	Count  int64
	Totals map[string][]any // by field: one value, of an amount one for each currency
	Groups []Bucket
	// Late tells that counting took too long and was given up: narrow the list.
	Late bool
}

// Bucket is the records that hold one value of a field, named.
type Bucket struct {
	Value any // a select's option, a Person, a Ref, a bool; nil for none
	Count int64
	Sums  []any
}

// Ask is what Summarise is to find out.
type Ask struct {
	Totals []string // fields to add up
	Group  string   // field to count by
	Sum    string   // field to add up in each group
}

// summaryTime is how long one summary may keep a reader busy.
const summaryTime = 2 * time.Second

// maxTotals is how many fields one question adds up.
const maxTotals = 12

// Summarise counts and adds up the records of q the user may read, and nothing else.
func (r *Records) Summarise(ctx context.Context, who *rights.Rights, q crm.Query, ask Ask) (*Summary, error) {
	e, ok := r.Schema().Entity(q.Entity)
	if !ok || !who.May(q.Entity, rights.Read) {
		return nil, crm.ErrNotFound
	}
	if err := r.prepare(who, e, &q); err != nil {
		return nil, err
	}
	if q.Search != "" && blind(who, e) {
		// Sums over what is found would tell by which hidden words it is.
		q.Count = true
		page, err := r.querySeen(ctx, who, e, q)
		if err != nil {
			return nil, err
		}
		return &Summary{Count: int64(page.Count), Late: page.Capped}, nil
	}
	bounded, cancel := context.WithTimeout(ctx, summaryTime)
	defer cancel()
	s, err := r.summarise(bounded, who, e, &q, ask)
	if err != nil && ctx.Err() == nil && errors.Is(bounded.Err(), context.DeadlineExceeded) {
		return &Summary{Late: true}, nil
	}
	return s, err
}

func (r *Records) summarise(ctx context.Context, who *rights.Rights, e *crm.Entity, q *crm.Query, ask Ask) (*Summary, error) {
	if len(ask.Totals) > maxTotals {
		return nil, badFilter("query.filter_too_large", "")
	}
	read, schema := r.store.Read(), r.Schema()
	out := &Summary{Totals: map[string][]any{}}
	var err error
	if out.Count, err = r.store.ExactCount(ctx, read, schema, q); err != nil {
		return nil, err
	}
	for _, key := range ask.Totals {
		f, ok := summed(who, e, key)
		if !ok {
			return nil, badFilter("query.no_such_field", key)
		}
		if out.Totals[key], err = r.store.Total(ctx, read, schema, q, f); err != nil {
			return nil, err
		}
	}
	if ask.Group == "" {
		return out, nil
	}
	out.Groups, err = r.groups(ctx, who, e, q, ask)
	return out, err
}

func (r *Records) groups(ctx context.Context, who *rights.Rights, e *crm.Entity, q *crm.Query, ask Ask) ([]Bucket, error) {
	by, ok := e.Field(ask.Group)
	if !ok || !compares(who, e, by) || !slices.Contains([]string{"select", "user", "ref", "bool"}, by.Type.Name()) {
		return nil, badFilter("query.no_such_field", ask.Group)
	}
	var sum *field.Field
	if ask.Sum != "" {
		if sum, ok = summed(who, e, ask.Sum); !ok {
			return nil, badFilter("query.no_such_field", ask.Sum)
		}
	}
	found, err := r.store.Groups(ctx, r.store.Read(), r.Schema(), q, by.Key, sum)
	if err != nil {
		return nil, err
	}
	return r.nameGroups(ctx, who, by, found)
}

// nameGroups gives users and records their names.
func (r *Records) nameGroups(ctx context.Context, who *rights.Rights, by *field.Field, found []store.Group) ([]Bucket, error) {
	names, err := r.store.UserNames(ctx)
	if err != nil {
		return nil, err
	}
	labels := map[int64]string{}
	if to, ok := r.Schema().Entity(by.Ref); ok {
		var ids []int64
		for _, g := range found {
			if id, ok := g.Value.(int64); ok {
				ids = append(ids, id)
			}
		}
		if labels, err = r.store.Labels(ctx, r.store.Read(), r.Schema(), to, ids, who.Scope(to.Name, rights.Read)); err != nil {
			return nil, err
		}
	}
	groups := make([]Bucket, len(found))
	for i, g := range found {
		groups[i] = Bucket{by.Type.Scan([]any{g.Value}), g.Count, g.Sums}
		switch v := groups[i].Value.(type) {
		case field.Person:
			groups[i].Value = person(names, crm.ID(v.ID))
		case field.Ref:
			groups[i].Value = field.Ref{ID: v.ID, Label: labels[v.ID], Entity: by.Ref}
		}
	}
	return groups, nil
}

// summed gives a field the user may add up.
func summed(who *rights.Rights, e *crm.Entity, key string) (*field.Field, bool) {
	f, ok := e.Field(key)
	return f, ok && compares(who, e, f) && Summed(f)
}

// Summed tells whether lists add up a field.
func Summed(f *field.Field) bool {
	return slices.Contains([]string{"int", "decimal", "money"}, f.Type.Name())
}

// compares tells whether the user may sort, group and add up by the field: its sums
// and its order tell what it holds.
func compares(who *rights.Rights, e *crm.Entity, f *field.Field) bool { return who.MayCompare(e, f) }
