package store

import (
	"context"
	"strings"

	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// insertLinks writes the IDs of fields that hold several.
func insertLinks(ctx context.Context, tx *Tx, e *crm.Entity, r *RecordRow) error {
	for i := range e.Fields {
		f := &e.Fields[i]
		linked, ok := f.Type.(field.Linked)
		if !ok || r.Values[f.Key] == nil {
			continue
		}
		ids := linked.Links(r.Values[f.Key])
		args := make([]any, 0, 4*len(ids))
		for _, id := range ids {
			args = append(args, e.Name, f.Key, id, r.ID)
		}
		if len(ids) == 0 {
			continue
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO record_link (entity, field, value, record_id) VALUES (?,?,?,?)`+
			strings.Repeat(",(?,?,?,?)", len(ids)-1), args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// compareLinks writes a condition on a field that holds several IDs: it is among them.
func (b *builder) compareLinks(e *crm.Entity, alias string, f *crm.Filter) {
	values, ok := f.Value.([]any)
	if !ok {
		values = []any{f.Value}
	}
	if len(values) == 0 {
		b.WriteString(map[bool]string{true: "1=1", false: "0=1"}[f.Op == field.NotIn])
		return
	}
	if f.Op == field.Ne || f.Op == field.NotIn {
		b.WriteString("NOT ")
	}
	b.bind("EXISTS (SELECT 1 FROM record_link l WHERE l.entity = ? AND l.field = ? AND l.record_id = "+alias+".id AND l.value IN (?"+
		strings.Repeat(",?", len(values)-1)+"))", append([]any{e.Name, f.Field}, values...)...)
}
