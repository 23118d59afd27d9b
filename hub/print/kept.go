package print

import (
	"context"
	"encoding/json"
	"strings"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/store"
)

// kept is what stood on a document besides its own values when it was first printed: so
// that it is printed alike again after a customer was renamed or has moved. The document's
// own values it needs not: who changes those changes the document.
type kept struct {
	Labels  map[string]string                     `json:"labels"` // by "entity:id"
	Values  map[string]map[string]json.RawMessage `json:"values"` // of those it refers to, by field, as they are written
	at      int64
	added   bool // something is in it that was not kept yet
	changed bool // something was printed that is different today
}

func refKey(entity string, id int64) string {
	return crm.Ref{Entity: entity, ID: crm.ID(id)}.Entity + ":" + crm.ID(id).String()
}

// keptOf reads what was kept of a document; today makes a new start.
func (s *Service) keptOf(ctx context.Context, ref crm.Ref, today bool) (*kept, error) {
	k := &kept{Labels: map[string]string{}, Values: map[string]map[string]json.RawMessage{}}
	if today {
		return k, nil
	}
	row, err := s.Store.PrintKept(ctx, ref)
	if err != nil || row == nil {
		return k, err
	}
	if err := json.Unmarshal([]byte(row.Data), k); err != nil {
		return nil, err
	}
	k.at = row.At
	return k, nil
}

// keep writes what a printing added.
func (s *Service) keep(ctx context.Context, ref crm.Ref, user crm.ID, k *kept) error {
	if !k.added {
		return nil
	}
	data, err := json.Marshal(k)
	if err != nil {
		return err
	}
	at := k.at
	if at == 0 {
		at = s.now().UnixMilli()
	}
	return s.Store.KeepPrint(ctx, ref, &store.PrintKept{At: at, By: user, Data: string(data)})
}

// label is what a record was called then; now is what it is called today and is kept
// where nothing was. A record the user may not see has no name, then or now.
func (k *kept) label(key, now string) string {
	if k == nil || now == "" {
		return now
	}
	if was, ok := k.Labels[key]; ok {
		k.changed = k.changed || was != now
		return was
	}
	k.Labels[key], k.added = now, true
	return now
}

// value is what a field held then.
func (k *kept) value(key string, f *field.Field, now any) any {
	if k == nil {
		return now
	}
	written, err := json.Marshal(field.Written(now))
	if err != nil {
		return now
	}
	if was, ok := k.Values[key][f.Key]; ok {
		k.changed = k.changed || string(was) != string(written)
		return readBack(f, was)
	}
	if k.Values[key] == nil {
		k.Values[key] = map[string]json.RawMessage{}
	}
	k.Values[key][f.Key], k.added = written, true
	return now
}

// readBack gives a value as Written wrote it; what the field no longer takes is shown as
// it was written.
func readBack(f *field.Field, raw json.RawMessage) any {
	if f.Type == field.Phones {
		var list []field.Phone // with how they look
		if json.Unmarshal(raw, &list) != nil || len(list) == 0 {
			return nil
		}
		return list
	}
	var in any
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	if d.Decode(&in) != nil || in == nil {
		return nil
	}
	if v, err := f.Type.Parse(f, in); err == nil {
		return v
	}
	text, _ := in.(string)
	return text
}
