package store

import (
	"context"
	"fmt"
	"strings"

	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// lineFields are the fields of e that are tables of their own.
func lineFields(e *crm.Entity) (fields []*field.Field) {
	for i := range e.Fields {
		if e.Fields[i].Type == field.Lines {
			fields = append(fields, &e.Fields[i])
		}
	}
	return fields
}

func lineColumns(f *field.Field) (columns []field.Column) {
	for i := range f.Lines {
		columns = append(columns, f.Lines[i].Type.Columns(f.Lines[i].Key)...)
	}
	return columns
}

func bindLine(f *field.Field, values map[string]any) (args []any) {
	for i := range f.Lines {
		args = append(args, f.Lines[i].Type.Bind(values[f.Lines[i].Key])...)
	}
	return args
}

// writeLines brings the lines of r to what it holds: what is new is added, what is
// gone removed, the rest updated in place, so that an ID lives as long as its line.
// Lines without an ID get one.
func writeLines(ctx context.Context, tx *Tx, e *crm.Entity, r *RecordRow, isNew bool) error {
	for _, f := range lineFields(e) {
		list, _ := r.Values[f.Key].([]field.Line)
		there := map[int64]bool{}
		if !isNew {
			var err error
			if there, err = lineIDs(ctx, tx, e, f, r.ID); err != nil {
				return err
			}
		}
		for position := range list {
			line := &list[position]
			known := there[line.ID]
			if !known {
				line.ID = int64(crm.NewID())
			}
			delete(there, line.ID)
			if err := writeLine(ctx, tx, e, f, r.ID, position, line, known); err != nil {
				return err
			}
		}
		for id := range there {
			if _, err := tx.ExecContext(ctx, `DELETE FROM `+quote(e.LinesTable(f))+` WHERE id = ?`, id); err != nil {
				return err
			}
		}
	}
	return nil
}

func lineIDs(ctx context.Context, tx *Tx, e *crm.Entity, f *field.Field, record crm.ID) (map[int64]bool, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id FROM `+quote(e.LinesTable(f))+` WHERE record_id = ?`, record)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	ids := map[int64]bool{}
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids[id] = true
	}
	return ids, rows.Err()
}

func writeLine(ctx context.Context, tx *Tx, e *crm.Entity, f *field.Field, record crm.ID, position int, line *field.Line, known bool) error {
	columns := lineColumns(f)
	args := append([]any{record, position}, bindLine(f, line.Values)...)
	var query strings.Builder
	if known {
		fmt.Fprintf(&query, `UPDATE %s SET record_id = ?, position = ?`, quote(e.LinesTable(f)))
		for _, c := range columns {
			query.WriteString(", " + quote(c.Name) + " = ?")
		}
		query.WriteString(" WHERE id = ?")
	} else {
		fmt.Fprintf(&query, `INSERT INTO %s (record_id, position`, quote(e.LinesTable(f)))
		for _, c := range columns {
			query.WriteString(", " + quote(c.Name))
		}
		query.WriteString(", id) VALUES (?,?,?" + strings.Repeat(",?", len(columns)) + ")")
	}
	_, err := tx.ExecContext(ctx, query.String(), append(args, line.ID)...)
	return err
}

// ReadLines fills in the lines of records of one entity, which a list is read without.
func (s *Store) ReadLines(ctx context.Context, q Querier, e *crm.Entity, list []*RecordRow) error {
	for _, r := range list {
		r.WithLines = true
	}
	if len(list) == 0 || len(lineFields(e)) == 0 {
		return nil
	}
	byID := map[int64]*RecordRow{}
	ids := make([]any, len(list))
	for i, r := range list {
		byID[int64(r.ID)], ids[i] = r, r.ID
	}
	for _, f := range lineFields(e) {
		if err := readLines(ctx, q, e, f, byID, ids); err != nil {
			return err
		}
	}
	return nil
}

func readLines(ctx context.Context, q Querier, e *crm.Entity, f *field.Field, byID map[int64]*RecordRow, ids []any) error {
	columns := lineColumns(f)
	names := ""
	for _, c := range columns {
		names += ", " + quote(c.Name)
	}
	rows, err := q.QueryContext(ctx, fmt.Sprintf(`SELECT id, record_id%s FROM %s WHERE record_id IN (?%s) ORDER BY record_id, position`,
		names, quote(e.LinesTable(f)), strings.Repeat(",?", len(ids)-1)), ids...)
	if err != nil {
		return err
	}
	defer rows.Close()
	cells := make([]any, len(columns))
	for rows.Next() {
		var record int64
		line := field.Line{Values: map[string]any{}}
		into := []any{&line.ID, &record}
		for i := range cells {
			cells[i] = nil
			into = append(into, &cells[i])
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		scanValues(f.Lines, line.Values, cells)
		r := byID[record]
		before, _ := r.Values[f.Key].([]field.Line)
		r.Values[f.Key] = append(before, line)
	}
	return rows.Err()
}

// scanValues puts cells, in the order of the fields' columns, into values.
func scanValues(fields []field.Field, values map[string]any, cells []any) {
	for i := range fields {
		f := &fields[i]
		n := len(f.Type.Columns(f.Key))
		if n == 0 {
			continue
		}
		if v := f.Type.Scan(cells[:n]); v != nil {
			values[f.Key] = v
		}
		cells = cells[n:]
	}
}

// compareLines writes a condition on lines: that there are any, or, where the filter
// names one of their fields ("lines.product"), that one of them fits.
func (b *builder) compareLines(e *crm.Entity, alias string, def *field.Field, line string, f *crm.Filter) {
	sub, ok := def.Line(line)
	if line != "" && !ok {
		b.WriteString("0=1")
		return
	}
	if line == "" && f.Op == field.Empty {
		b.WriteString("NOT ")
	}
	inner := alias + "l"
	b.add("EXISTS (SELECT 1 FROM %s %s WHERE %s.record_id = %s.id", quote(e.LinesTable(def)), inner, inner, alias)
	if sub != nil {
		b.WriteString(" AND ")
		b.compareColumns(nil, sub, inner, &crm.Filter{Field: sub.Key, Op: f.Op, Value: f.Value})
	}
	b.WriteString(")")
}
