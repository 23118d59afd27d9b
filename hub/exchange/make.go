package exchange

import (
	"context"

	"bellhop/hub/audit/trail"
	"bellhop/hub/crm"
	"bellhop/hub/records"
	"bellhop/hub/search"
	"bellhop/hub/store"
)

// make makes the records that a row names and that are not there.
func (r *rows) make(ctx context.Context, in row, values map[string]any, need []wanted) (faults []Fault, err error) {
	for _, w := range need {
		key := wanted{entity: w.entity, text: search.Fold(w.text)}
		id, ok := r.c.refs[key]
		if !ok {
			var fault *Fault
			if id, fault, err = r.makeOne(ctx, in.line, w); err != nil {
				return nil, err
			}
			if fault != nil {
				faults = append(faults, *fault)
				continue
			}
			r.c.refs[key] = id
		}
		if list, ok := values[w.field].([]any); ok {
			values[w.field] = append(list, id.String())
		} else if f, _ := r.c.e.Field(w.field); f.Type.Name() == "refs" {
			values[w.field] = []any{id.String()}
		} else {
			values[w.field] = id.String()
		}
	}
	return faults, nil
}

func (r *rows) makeOne(ctx context.Context, line int, w wanted) (crm.ID, *Fault, error) {
	target, _ := r.c.schema.Entity(w.entity)
	writes := []records.Write{{Values: map[string]any{target.Title: w.text}}}
	out, err := r.x.Records.WriteMany(throughImport(ctx), r.c.who, w.entity, writes, func(tx *store.Tx, part []records.Outcome) error {
		if part[0].Err != nil {
			return nil
		}
		return r.x.Store.AddImportRows(ctx, tx, r.job.ID, []store.ImportRow{{Line: line, State: rowMade,
			Ref: crm.Ref{Entity: w.entity, ID: part[0].ID}, Rev: part[0].Rev, Label: part[0].Label}})
	})
	if err != nil {
		return 0, nil, err
	}
	if out[0].Err != nil {
		return 0, &Fault{Column: w.column, Field: w.field, Key: "import.cannot_make", Args: map[string]string{"text": w.text}}, nil
	}
	return out[0].ID, nil, nil
}

func throughImport(ctx context.Context) context.Context { return trail.Through(ctx, trail.Import) }
