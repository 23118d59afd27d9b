package records

import (
	"context"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/phone"
	"bellhop/hub/rights"
)

// Duplicate is a record that holds a value already. Of one outside the user's rights
// only name and owner are told, and Open is false.
type Duplicate struct {
	crm.Ref
	Label string        `json:"label"`
	Owner *field.Person `json:"owner,omitempty"`
	Field string        `json:"field"`
	Value string        `json:"value"`
	Open  bool          `json:"open"`
}

const maxDuplicates = 10

// everything reads past the user's scope; only what Duplicate tells leaves this file.
var everything = crm.Scope{All: true}

// Duplicates looks for records of any owner that hold one of the values: a telephone
// number anywhere, a unique field in the same entity. self is left out.
func (r *Records) Duplicates(ctx context.Context, who *rights.Rights, self crm.Ref, values map[string]any) ([]Duplicate, error) {
	e, ok := r.Schema().Entity(self.Entity)
	if !ok || !who.May(self.Entity, rights.Read) {
		return nil, crm.ErrNotFound
	}
	d := &duplicates{r: r, who: who, self: self, seen: map[crm.Ref]bool{self: true}, found: []Duplicate{}}
	for i := range e.Fields {
		f := &e.Fields[i]
		v, err := f.Type.Parse(f, values[f.Key])
		if err != nil || v == nil {
			continue // the form says so when it is saved
		}
		switch v := v.(type) {
		case []field.Phone:
			err = d.phones(ctx, f, v)
		case string:
			if f.Compared {
				err = d.text(ctx, e, f, v)
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return d.found, nil
}

type duplicates struct {
	r     *Records
	who   *rights.Rights
	self  crm.Ref
	seen  map[crm.Ref]bool
	found []Duplicate
}

func (d *duplicates) phones(ctx context.Context, f *field.Field, list []field.Phone) error {
	area, err := d.r.store.Setting(ctx, "area_code")
	if err != nil {
		return err
	}
	for _, p := range list {
		number := phone.Normalise(p.Raw, area)
		hits, err := d.r.store.PhonesExact(ctx, number.Canonical, maxDuplicates)
		if err != nil {
			return err
		}
		for _, hit := range hits {
			if err := d.add(ctx, hit.Ref, f.Key, number.Display); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *duplicates) text(ctx context.Context, e *crm.Entity, f *field.Field, v string) error {
	q := crm.Query{Entity: e.Name, Scope: everything, Limit: maxDuplicates, Sort: crm.Sort{Field: "updatedAt", Desc: true},
		Filter: &crm.Filter{Field: f.Key, Op: field.Eq, Value: v}}
	list, _, err := d.r.store.Records(ctx, d.r.store.Read(), d.r.Schema(), &q, crm.Scope{})
	if err != nil {
		return err
	}
	for _, rec := range list {
		if err := d.add(ctx, crm.Ref{Entity: e.Name, ID: rec.ID}, f.Key, v); err != nil {
			return err
		}
	}
	return nil
}

func (d *duplicates) add(ctx context.Context, ref crm.Ref, key, value string) error {
	e, ok := d.r.Schema().Entity(ref.Entity)
	if !ok || d.seen[ref] || len(d.found) == maxDuplicates {
		return nil
	}
	d.seen[ref] = true
	open, err := d.r.Visible(ctx, d.who, ref)
	// A private record of somebody else isn't even mentioned.
	if err != nil || !open && e.Access.Private {
		return err
	}
	name, err := d.r.Mention(ctx, ref)
	if err != nil {
		return err
	}
	d.found = append(d.found, Duplicate{Ref: ref, Label: name.Label, Owner: name.Owner, Field: key, Value: value, Open: open})
	return nil
}

// Mention is what anybody in the office may learn of a record: its name and whose it
// is (TEL-11).
type Mention struct {
	Label string
	Owner *field.Person
}

// Mention names a record without regard to scope. Never use it to tell more.
func (r *Records) Mention(ctx context.Context, ref crm.Ref) (Mention, error) {
	rec, err := r.store.Record(ctx, r.store.Read(), r.Schema(), ref, everything, crm.Scope{})
	if err != nil {
		return Mention{}, err
	}
	m := Mention{Label: rec.Label}
	if rec.Owner == 0 {
		return m, nil
	}
	names, err := r.store.UserNames(ctx)
	m.Owner = &field.Person{ID: int64(rec.Owner), Name: names[rec.Owner]}
	return m, err
}
