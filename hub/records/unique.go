package records

import (
	"context"
	"reflect"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// unique refuses values that another record of the entity holds already (CFG-15). A
// number typed by hand must differ from those of deleted records too: it is never given
// twice (CFG-02). It runs in the transaction of the write, alone with the table.
func (w *writing) unique(ctx context.Context, tx *store.Tx, rec *store.RecordRow) error {
	var faults []crm.Error
	for i := range w.e.Fields {
		f := &w.e.Fields[i]
		v := rec.Values[f.Key]
		if !f.Unique && f.Series == nil || empty(v) || w.old != nil && reflect.DeepEqual(w.old.Values[f.Key], v) {
			continue
		}
		holder, err := w.holder(ctx, tx, f, v, rec.ID)
		if err != nil {
			return err
		}
		if holder != 0 {
			fault, err := w.taken(ctx, tx, f, v, holder)
			if err != nil {
				return err
			}
			faults = append(faults, fault)
		}
	}
	return w.faulty(faults)
}

func (w *writing) holder(ctx context.Context, tx *store.Tx, f *field.Field, v any, self crm.ID) (crm.ID, error) {
	numbers, ok := v.([]field.Phone)
	if !ok {
		return w.r.store.Holder(ctx, tx, w.e, f, v, self, f.Series != nil)
	}
	for _, p := range numbers {
		if id, err := w.r.store.PhoneHolder(ctx, tx, w.e, f, p.Number, self); err != nil || id != 0 {
			return id, err
		}
	}
	return 0, nil
}

// taken names the other record, if the user may see it.
func (w *writing) taken(ctx context.Context, tx *store.Tx, f *field.Field, v any, holder crm.ID) (crm.Error, error) {
	fault := crm.Error{Field: f.Key, Key: "field.taken", Args: map[string]string{"value": w.r.Text(w.who.User.Lang, w.e, f, v)}}
	visible, err := w.r.store.InScope(ctx, tx, w.r.Schema(), crm.Ref{Entity: w.e.Name, ID: holder}, w.who.Scope(w.e.Name, rights.Read))
	if err != nil || !visible {
		return fault, err
	}
	labels, err := w.r.store.Labels(ctx, tx, w.r.Schema(), w.e, []int64{int64(holder)}, everything)
	fault.Key, fault.Args["label"] = "field.not_unique_value", labels[int64(holder)]
	return fault, err
}

// mendKept writes the key dates that were mended by hand (CUS-53): a write of the
// record leaves alone what effects keep.
func (w *writing) mendKept(ctx context.Context, tx *store.Tx, rec *store.RecordRow) error {
	for i := range w.e.Fields {
		f := &w.e.Fields[i]
		var was any
		if w.old != nil {
			was = w.old.Values[f.Key]
		}
		if !f.Kept || !f.KeyDate || reflect.DeepEqual(was, rec.Values[f.Key]) {
			continue
		}
		if err := w.r.store.SetKept(ctx, tx, w.e, f, rec.ID, rec.Values[f.Key]); err != nil {
			return err
		}
	}
	return nil
}
