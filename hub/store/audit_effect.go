package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"bellhop/hub/audit/trail"
	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// noteEffect counts a kept field up or down by update and tells the record's change log:
// what follows from another write is a change too. When something last happened, which
// effects raise to a maximum, is told by what happened.
func noteEffect(ctx context.Context, tx *Tx, e *crm.Entity, f *field.Field, effect crm.Effect, update string, args []any) error {
	entry := trail.Entry{Kind: "update", Via: trail.Rule, Entity: e.Name, Record: int64(effect.Ref.ID)}
	var now int64
	var currency sql.NullString
	returned, into := quote(f.Type.Columns(f.Key)[0].Name), []any{&entry.Label, &now}
	money := len(f.Type.Columns(f.Key)) > 1
	if money {
		returned += ", " + quote(f.Type.Columns(f.Key)[1].Name)
		into = append(into, &currency)
	}
	if err := unindexValues(ctx, tx, e.Table, effect.Ref.ID); err != nil {
		return err
	}
	err := tx.QueryRowContext(ctx, update+" RETURNING label, "+returned, args...).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // the record is gone
	}
	if err != nil {
		return err
	}
	if err := indexValues(ctx, tx, e.Table, effect.Ref.ID); err != nil {
		return err
	}
	value := func(n int64) any {
		if money {
			return f.Type.Scan([]any{n, currency.String})
		}
		return f.Type.Scan([]any{n})
	}
	detail, err := json.Marshal([]map[string]any{{"f": f.Key, "o": value(now - effect.Add), "n": value(now)}})
	if err != nil {
		return err
	}
	entry.Detail = string(detail)
	tx.Note(trail.Change, entry)
	return nil
}
