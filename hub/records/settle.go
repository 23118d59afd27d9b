package records

import (
	"context"
	"slices"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/phone"
)

// settle checks a parsed value against the rest of the office: that what it points to
// is there for this user, that its options are offered. What stood there before stays.
func (w *writing) settle(ctx context.Context, f *field.Field, was, v any) (any, error) {
	switch now := v.(type) {
	case []field.Phone:
		return w.normalise(ctx, now)
	case field.Ref:
		return v, w.reachable(ctx, f, was, now)
	case []field.Ref:
		for _, ref := range now {
			if err := w.reachable(ctx, f, was, ref); err != nil {
				return nil, err
			}
		}
	case field.Person:
		if _, err := w.r.store.User(ctx, crm.ID(now.ID)); crm.IsCode(err, crm.NotFound) {
			return nil, &field.Error{Key: "field.no_such_record"}
		} else if err != nil {
			return nil, err
		}
	case field.Dept:
		return v, w.department(ctx, was, now)
	case []field.File:
		return w.files(ctx, f, was, now)
	case []field.Line:
		return w.settleLines(ctx, f, was, now)
	case string:
		if f.Type == field.Select && was != v && retired(f, now) {
			return nil, &field.Error{Key: "field.option_retired"}
		}
	case []string:
		before, _ := was.([]string)
		for _, id := range now {
			if retired(f, id) && !slices.Contains(before, id) {
				return nil, &field.Error{Key: "field.option_retired"}
			}
		}
	}
	return v, nil
}

// retired tells whether an option is no longer offered; records that have it keep it.
func retired(f *field.Field, id string) bool {
	o, ok := f.Option(id)
	return ok && o.Retired
}

// reachable refuses a reference to a record that isn't there for this user, unless it
// stood there before.
func (w *writing) reachable(ctx context.Context, f *field.Field, was any, to field.Ref) error {
	if slices.Contains(refsOf(was), to.ID) {
		return nil
	}
	ok, err := w.r.Visible(ctx, w.who, crm.Ref{Entity: f.Ref, ID: crm.ID(to.ID)})
	if err == nil && !ok {
		return &field.Error{Key: "field.no_such_record"}
	}
	return err
}

func refsOf(v any) (ids []int64) {
	switch v := v.(type) {
	case field.Ref:
		return []int64{v.ID}
	case []field.Ref:
		for _, r := range v {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// normalise brings numbers to the form callers are looked up by.
func (w *writing) normalise(ctx context.Context, list []field.Phone) ([]field.Phone, error) {
	area, err := w.r.store.Setting(ctx, "area_code")
	if err != nil {
		return nil, err
	}
	var kept []field.Phone
	seen := map[string]bool{}
	for _, p := range list {
		number := phone.Normalise(p.Raw, area)
		if number.Canonical == "" {
			return nil, &field.Error{Key: "field.bad_phone", Args: map[string]string{"number": p.Raw}}
		}
		p.Number, p.Display = number.Canonical, number.Display
		if !seen[p.Display] {
			seen[p.Display] = true
			kept = append(kept, p)
		}
	}
	return kept, nil
}
