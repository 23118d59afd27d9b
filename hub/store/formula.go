package store

import (
	"context"
	"strings"

	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// RecordsAfter reads records of e by ID, those after one, with their lines.
func (s *Store) RecordsAfter(ctx context.Context, q Querier, schema *crm.Schema, e *crm.Entity, after crm.ID, limit int) ([]*RecordRow, error) {
	b := s.build(schema)
	fields := readFields(e, nil)
	b.add("SELECT NULL, %s, 1=1 FROM %s a WHERE a.deleted_at IS NULL", selected(fields), quote(e.Table))
	b.bind(" AND a.id > ? ORDER BY a.id LIMIT ?", after, limit)
	list, _, err := s.scanRecords(ctx, q, e, fields, b)
	if err != nil {
		return nil, err
	}
	return list, s.ReadLines(ctx, q, e, list)
}

// SetFormulas writes what the formulas of a record came to, and nothing else.
func (s *Store) SetFormulas(ctx context.Context, tx *Tx, e *crm.Entity, r *RecordRow) error {
	if err := setFormulas(ctx, tx, e.Table, e.Fields, r.Values, int64(r.ID)); err != nil {
		return err
	}
	for _, f := range lineFields(e) {
		list, _ := r.Values[f.Key].([]field.Line)
		for _, line := range list {
			if err := setFormulas(ctx, tx, e.LinesTable(f), f.Lines, line.Values, line.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

func setFormulas(ctx context.Context, tx *Tx, table string, fields []field.Field, values map[string]any, id int64) error {
	var set []string
	var args []any
	for i := range fields {
		f := &fields[i]
		if !field.IsFormula(f.Type) {
			continue
		}
		for _, c := range f.Type.Columns(f.Key) {
			set = append(set, quote(c.Name)+" = ?")
		}
		args = append(args, f.Type.Bind(values[f.Key])...)
	}
	if len(set) == 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, `UPDATE `+quote(table)+` SET `+strings.Join(set, ", ")+` WHERE id = ?`, append(args, id)...)
	return err
}
