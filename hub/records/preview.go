package records

import (
	"context"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/rights"
)

// Preview is what the hub makes of values not saved yet.
type Preview struct {
	Values map[string]any    // formulas, and the lines with theirs
	Words  map[string]string // amounts in the characters of paper money
}

// Preview computes the formulas of a record as it would be saved. Values that can't be
// read count as empty: the form says so when it is saved.
func (r *Records) Preview(_ context.Context, who *rights.Rights, entity string, values map[string]any) (*Preview, error) {
	e, ok := r.Schema().Entity(entity)
	if !ok || !who.May(entity, rights.Read) {
		return nil, crm.ErrNotFound
	}
	parsed := map[string]any{}
	for i := range e.Fields {
		f := &e.Fields[i]
		if !who.MayRead(e, f) {
			continue
		}
		if v, err := f.Type.Parse(f, values[f.Key]); err == nil && v != nil {
			parsed[f.Key] = v
		}
	}
	today := field.Date(r.now().Format(time.DateOnly))
	field.Compute(e.Fields, parsed, today)
	field.ComputeLive(e.Fields, parsed, today, true)
	out := &Preview{Values: map[string]any{}, Words: map[string]string{}}
	for i := range e.Fields {
		f := &e.Fields[i]
		v := parsed[f.Key]
		if v == nil || !who.MayRead(e, f) {
			continue
		}
		if field.IsFormula(f.Type) || f.Type == field.Lines {
			out.Values[f.Key] = v
		}
		if m, ok := v.(field.Money); ok {
			if words := field.Capital(m); words != "" {
				out.Words[f.Key] = words
			}
		}
	}
	who.Prune(&crm.Record{Entity: entity, Values: out.Values})
	return out, nil
}
