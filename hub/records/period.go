package records

import (
	"context"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/rights"
)

// customer is the entity whose contacts are planned.
const customer = "customer"

// Figure is one number of a period and the list that makes it.
type Figure struct {
	Entity string      `json:"entity"`
	Filter *crm.Filter `json:"filter"`
	Count  int64       `json:"count"`
}

// PersonFigures are the four numbers of one person (QRY-09). One that would tell of a
// field hidden from the reader is missing.
type PersonFigures struct {
	User      field.Person
	New       *Figure // customers made in the period
	Contacted *Figure // contact records of the period
	Overdue   *Figure // customers whose planned day is past without contact since
	Planned   *Figure // customers whose planned day is in the period
}

// Period counts for the user and for everybody below him (QRY-10), from a day to the
// one before to.
func (r *Records) Period(ctx context.Context, who *rights.Rights, from, to time.Time) ([]PersonFigures, error) {
	names, err := r.store.UserNames(ctx)
	if err != nil {
		return nil, err
	}
	var all []PersonFigures
	for _, id := range append([]crm.ID{who.User.ID}, who.Subordinates()...) {
		p := PersonFigures{User: person(names, id)}
		for _, f := range []struct {
			into   **Figure
			entity string
			filter []crm.Filter
		}{
			{&p.New, customer, within("createdAt", from.UnixMilli(), to.UnixMilli())},
			{&p.Contacted, activity, within("at", from.UnixMilli(), to.UnixMilli())},
			{&p.Planned, customer, within("nextContact", day(from), day(to))},
			{&p.Overdue, customer, append(within("nextContact", day(from), day(to)), overdue(r.now())...)},
		} {
			if *f.into, err = r.figure(ctx, who, f.entity, id, f.filter); err != nil {
				return nil, err
			}
		}
		all = append(all, p)
	}
	return all, nil
}

func day(t time.Time) string { return t.Format(time.DateOnly) }

func within(key string, from, to any) []crm.Filter {
	return []crm.Filter{{Field: key, Op: field.Ge, Value: from}, {Field: key, Op: field.Lt, Value: to}}
}

// overdue is a planned day before today that no contact has followed.
func overdue(now time.Time) []crm.Filter {
	return []crm.Filter{
		{Field: "nextContact", Op: field.Lt, Value: day(now)},
		{Or: []crm.Filter{
			{Field: "lastContact", Op: field.Empty},
			{Field: "lastContact", Op: field.Lt, Value: map[string]any{"field": "nextContact"}},
		}},
	}
}

func (r *Records) figure(ctx context.Context, who *rights.Rights, entity string, owner crm.ID, filter []crm.Filter) (*Figure, error) {
	whole := &crm.Filter{And: append([]crm.Filter{{Field: "owner", Op: field.Eq, Value: owner.String()}}, filter...)}
	found, err := r.Summarise(ctx, who, crm.Query{Entity: entity, Filter: whole}, Ask{})
	switch {
	case crm.IsCode(err, crm.NotFound), crm.IsCode(err, crm.Invalid):
		return nil, nil // not for this user's eyes
	case err != nil:
		return nil, err
	}
	return &Figure{entity, whole, found.Count}, nil
}
