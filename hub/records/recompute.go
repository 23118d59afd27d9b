package records

import (
	"context"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/store"
)

// recomputed is how many records one transaction computes anew, so that others get
// their turn between.
const recomputed = 100

// Recompute brings the stored formulas of all records of an entity up to date, after
// one was added or changed. Records keep their revision: nobody's editing is disturbed.
func (r *Records) Recompute(ctx context.Context, entity string) error {
	after := crm.ID(0)
	for {
		n := 0
		err := r.store.Write(ctx, func(tx *store.Tx) error {
			n = 0
			schema := r.Schema()
			e, ok := schema.Entity(entity)
			if !ok {
				return nil
			}
			list, err := r.store.RecordsAfter(ctx, tx, schema, e, after, recomputed)
			if err != nil || len(list) == 0 {
				return err
			}
			today := field.Date(r.now().Format(time.DateOnly))
			for _, rec := range list {
				field.Compute(e.Fields, rec.Values, today)
				if err := r.store.SetFormulas(ctx, tx, e, rec); err != nil {
					return err
				}
			}
			n, after = len(list), list[len(list)-1].ID
			return nil
		})
		if err != nil || n == 0 {
			return err
		}
	}
}
