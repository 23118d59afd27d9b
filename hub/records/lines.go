package records

import (
	"context"
	"errors"
	"strconv"

	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// ownLines puts what stood there in place of what the user may not set of lines that
// are there; of new ones it takes it away.
func (w *writing) ownLines(f *field.Field, was, in any) any {
	list, ok := in.([]any)
	if !ok {
		return in
	}
	before := map[string]map[string]any{}
	old, _ := was.([]field.Line)
	for _, line := range old {
		before[crm.ID(line.ID).String()] = line.Values
	}
	for _, item := range list {
		tree, ok := item.(map[string]any)
		values, isTree := tree["values"].(map[string]any)
		if !ok || !isTree {
			continue
		}
		id, _ := tree["id"].(string)
		for i := range f.Lines {
			sub := &f.Lines[i]
			if w.who.MayWrite(w.e, sub, before[id] == nil) && !sub.Hidden || field.IsFormula(sub.Type) {
				continue
			}
			delete(values, sub.Key)
			if v := before[id][sub.Key]; v != nil {
				values[sub.Key] = v
			}
		}
		for i := range f.Lines { // a form may send back what was computed
			if field.IsFormula(f.Lines[i].Type) {
				delete(values, f.Lines[i].Key)
			}
		}
	}
	return in
}

// settleLines settles the values of each line; what is wrong is told with its place.
func (w *writing) settleLines(ctx context.Context, f *field.Field, was any, now []field.Line) (any, error) {
	before := map[int64]map[string]any{}
	old, _ := was.([]field.Line)
	for _, line := range old {
		before[line.ID] = line.Values
	}
	var faults []*field.Error
	for i := range now {
		line := &now[i]
		if _, known := before[line.ID]; !known {
			line.ID = 0 // of another record, or gone: it is written as a new one
		}
		for j := range f.Lines {
			sub := &f.Lines[j]
			v := line.Values[sub.Key]
			if v == nil {
				continue
			}
			settled, err := w.settle(ctx, sub, before[line.ID][sub.Key], v)
			var bad *field.Error
			if errors.As(err, &bad) {
				e := *bad
				e.At = strconv.Itoa(i) + "." + sub.Key
				faults = append(faults, &e)
			} else if err != nil {
				return nil, err
			}
			line.Values[sub.Key] = settled
		}
	}
	if len(faults) > 0 {
		first := *faults[0]
		first.More = faults[1:]
		return nil, &first
	}
	return now, nil
}
