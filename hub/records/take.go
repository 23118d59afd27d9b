package records

import (
	"context"
	"errors"
	"reflect"
	"slices"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/rights"
)

// take checks values and puts them into rec. All faults are told at once.
func (w *writing) take(ctx context.Context, rec *crm.Record, values map[string]any) error {
	var faults []crm.Error
	bad := map[string]bool{}
	for key := range values {
		if f, ok := w.e.Field(key); !ok || !w.who.MayRead(w.e, f) {
			faults = append(faults, crm.Error{Field: key, Key: "field.unknown"})
		}
	}
	for i := range w.e.Fields {
		f := &w.e.Fields[i]
		in, given := values[f.Key]
		if !w.who.MayRead(w.e, f) {
			continue // told above as a field that isn't there; nor can it be asked for
		}
		masked := given && w.who.Masks(w.e, f)
		if masked {
			var untouched bool
			in, untouched = unmask(rec.Values[f.Key], in)
			given = !untouched
		}
		if given && !w.who.MayWrite(w.e, f, w.isNew) {
			// Whether a masked value was guessed is not told: it would be an answer.
			if !masked && w.same(ctx, f, rec, in) {
				given = false
			} else {
				faults = append(faults, crm.Error{Field: f.Key, Key: "field.read_only"})
				bad[f.Key] = true
				continue
			}
		}
		if given {
			if err := w.takeOne(ctx, f, rec, in); err != nil {
				found, ok := faultsOf(f, err)
				if !ok {
					return err
				}
				faults = append(faults, found...)
				bad[f.Key] = true
			}
		}
	}
	for i := range w.e.Fields {
		if f := &w.e.Fields[i]; !bad[f.Key] && w.lacks(f, rec.Values) {
			faults = append(faults, crm.Error{Field: f.Key, Key: "field.required"})
		}
	}
	return w.faulty(faults)
}

// lacks tells that a field the user must fill in is empty. One that the form doesn't
// show now, or that the program fills in, he need not.
func (w *writing) lacks(f *field.Field, values map[string]any) bool {
	return f.Required && empty(values[f.Key]) && !w.numbered(f) && !field.IsFormula(f.Type) && f.Key != "owner" && !f.Hidden &&
		w.who.MayRead(w.e, f) && f.ShowIf.Holds(values)
}

func (w *writing) faulty(faults []crm.Error) error {
	if len(faults) == 0 {
		return nil
	}
	first := faults[0]
	return &crm.Error{Code: crm.Invalid, Key: first.Key, Args: first.Args, Field: first.Field, Fields: faults}
}

func (w *writing) takeOne(ctx context.Context, f *field.Field, rec *crm.Record, in any) error {
	if f.Type == field.Lines {
		in = w.ownLines(f, rec.Values[f.Key], in)
	}
	v, err := f.Type.Parse(f, in)
	if err != nil {
		return err
	}
	if v == nil {
		if f.Key != "owner" {
			delete(rec.Values, f.Key)
		} else if !w.isNew {
			rec.Owner = 0
			delete(rec.Values, f.Key)
		}
		return nil
	}
	if v, err = w.settle(ctx, f, rec.Values[f.Key], v); err != nil {
		return err
	}
	w.keepUnseen(f, rec.Values[f.Key], v)
	if p, ok := v.(field.Person); ok && f.Key == "owner" {
		rec.Owner = crm.ID(p.ID)
	}
	rec.Values[f.Key] = v
	return nil
}

// keepUnseen gives lines back what their writer does not see of them, or may not change.
func (w *writing) keepUnseen(f *field.Field, was, now any) {
	old, _ := was.([]field.Line)
	lines, _ := now.([]field.Line)
	for _, line := range lines {
		i := slices.IndexFunc(old, func(l field.Line) bool { return l.ID == line.ID && l.ID != 0 })
		for n := range f.Lines {
			sub := &f.Lines[n]
			if w.who.MayWrite(w.e, sub, i < 0) && !w.who.Masks(w.e, sub) || sub.ReadOnly || sub.Kept {
				continue
			}
			delete(line.Values, sub.Key)
			if i >= 0 && old[i].Values[sub.Key] != nil {
				line.Values[sub.Key] = old[i].Values[sub.Key]
			}
		}
	}
}

// same tells that a form sent back a value it may not change, unchanged.
func (w *writing) same(ctx context.Context, f *field.Field, rec *crm.Record, in any) bool {
	v, err := f.Type.Parse(f, in)
	if err != nil {
		return false
	}
	if empty(v) && empty(rec.Values[f.Key]) {
		return true
	}
	return reflect.DeepEqual(written(rec.Values[f.Key]), written(v))
}

// unmask puts the value that stands back where a form returned what it was shown of
// it, and tells whether that is all it returned.
func unmask(stands, in any) (out any, untouched bool) {
	switch was := stands.(type) {
	case string:
		return in, in == rights.MaskText(was)
	case []field.Phone:
		shown, _ := rights.Mask(nil, was).([]field.Phone)
		list, _ := in.([]any)
		back := make([]any, len(list))
		kept := 0
		for i, item := range list {
			back[i] = item
			tree, _ := item.(map[string]any)
			at := slices.IndexFunc(shown, func(p field.Phone) bool { return p.Display == tree["display"] })
			if tree["masked"] == true && at >= 0 {
				back[i] = map[string]any{"label": tree["label"], "number": was[at].Raw}
				shown[at].Display = "" // two may look alike
				if at == i && tree["label"] == was[at].Label {
					kept++
				}
			}
		}
		return back, kept == len(was) && len(list) == len(was)
	case nil:
		return in, in == nil || in == ""
	}
	return in, in == nil // nothing of it is shown
}

// faultsOf tells what is wrong with a field; those in lines by "lines.2.qty".
func faultsOf(f *field.Field, err error) ([]crm.Error, bool) {
	var bad *field.Error
	if !errors.As(err, &bad) {
		return nil, false
	}
	var faults []crm.Error
	for _, e := range append([]*field.Error{bad}, bad.More...) {
		at := f.Key
		if e.At != "" {
			at += "." + e.At
		}
		faults = append(faults, crm.Error{Field: at, Key: e.Key, Args: e.Args})
	}
	return faults, true
}

func empty(v any) bool { return v == nil || v == "" }

// numbered tells that the program fills the field in.
func (w *writing) numbered(f *field.Field) bool { return f.Series != nil }
