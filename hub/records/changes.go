package records

import (
	"context"
	"encoding/json"
	"strings"

	"bellhop/hub/audit/trail"
	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// ShownChange is a FieldChange in a reader's words.
type ShownChange struct {
	Field string `json:"field"`
	Label string `json:"label"`
	Old   string `json:"old"`
	New   string `json:"new"`
}

// Changes puts what entries of the change log hold into words, an element for each: what
// the reader may not see is absent, what is masked for him is masked, and of records
// outside his rights nothing is told.
func (r *Records) Changes(ctx context.Context, who *rights.Rights, lang string, entries []trail.Entry) ([][]ShownChange, error) {
	shown := make([][]ShownChange, len(entries))
	rows := map[string][]*store.RecordRow{} // by entity: old and new of each change in turn
	at := map[string][]int{}
	visible := map[crm.Ref]bool{}
	for i := range entries {
		e, ok := r.Schema().Entity(entries[i].Entity)
		if !ok || entries[i].Detail == "" {
			continue
		}
		ref := crm.Ref{Entity: e.Name, ID: crm.ID(entries[i].Record)}
		if _, asked := visible[ref]; !asked {
			var err error
			if visible[ref], err = r.Visible(ctx, who, ref); err != nil {
				return nil, err
			}
		}
		if visible[ref] {
			old, now := twoStates(e, &entries[i])
			rows[e.Name] = append(rows[e.Name], old, now)
			at[e.Name] = append(at[e.Name], i)
		}
	}
	for name, states := range rows {
		e, _ := r.Schema().Entity(name)
		list, err := r.show(ctx, who, states)
		if err != nil {
			return nil, err
		}
		for n, i := range at[name] {
			shown[i] = r.wording(who, lang, e, list[2*n], list[2*n+1])
		}
	}
	return shown, nil
}

// twoStates makes records of an entry, with the changed fields alone.
func twoStates(e *crm.Entity, entry *trail.Entry) (old, now *store.RecordRow) {
	var changes []FieldChange
	if json.Unmarshal([]byte(entry.Detail), &changes) != nil {
		changes = nil
	}
	state := func() *store.RecordRow {
		return &store.RecordRow{Record: crm.Record{Entity: e.Name, ID: crm.ID(entry.Record), Values: map[string]any{}}}
	}
	old, now = state(), state()
	for _, c := range changes {
		if f, ok := e.Field(c.Field); ok {
			old.Values[f.Key], now.Values[f.Key] = read(f, c.Old), read(f, c.New)
		}
	}
	return old, now
}

// read brings a value of the log back; what the field no longer takes (an option that is
// gone) is shown as it was written.
func read(f *field.Field, raw json.RawMessage) any {
	if f.Type.Name() == "phones" {
		var list []field.Phone // as they were written, with how they look
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
	v, err := f.Type.Parse(f, in)
	if err == nil {
		return v
	}
	if text, ok := in.(string); ok {
		return text
	}
	return string(raw)
}

func (r *Records) wording(who *rights.Rights, lang string, e *crm.Entity, old, now *Row) []ShownChange {
	var shown []ShownChange
	for _, f := range who.Fields(e.Name) {
		_, was := old.Values[f.Key]
		_, is := now.Values[f.Key]
		if !was && !is {
			continue
		}
		shown = append(shown, ShownChange{Field: f.Key, Label: r.FieldLabel(lang, e, f),
			Old: r.wordsOf(lang, old, f), New: r.wordsOf(lang, now, f)})
	}
	return shown
}

// wordsOf is Display, but tells every number and line of a value.
func (r *Records) wordsOf(lang string, row *Row, f *field.Field) string {
	switch v := row.Values[f.Key].(type) {
	case []field.Phone:
		var numbers []string
		for _, p := range v {
			numbers = append(numbers, p.Display)
		}
		return strings.Join(numbers, ", ")
	case bool:
		return r.Schema().Labels.Text(lang, map[bool]string{true: "audit.yes", false: "audit.no"}[v], nil)
	case string:
		if f.Type.Name() == "longtext" {
			return v
		}
	}
	return r.Display(lang, row, f.Key)
}

// FieldLabel is what a field is called.
func (r *Records) FieldLabel(lang string, e *crm.Entity, f *field.Field) string {
	return r.Schema().Labels.Text(lang, e.Name+".fields."+f.Key, nil)
}
