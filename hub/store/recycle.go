package store

import (
	"context"
	"fmt"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/search"
)

// A deleted record stays in its table with all it held. Its telephone numbers stay
// too, under a form nobody calls from, so that it can come back whole.
const deletedNumber = "-"

// hideKeys takes a record out of everything it is found by.
func hideKeys(ctx context.Context, tx *Tx, entity string, id crm.ID) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM match_key WHERE entity = ? AND record_id = ?`, entity, id); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE phone_number SET canonical = '`+deletedNumber+`' || canonical, tail = '', switchboard = ''
		WHERE entity = ? AND record_id = ?`, entity, id)
	return err
}

// Deleted is a record that was deleted: what the list of them shows.
type Deleted struct {
	crm.Ref
	Label string
	Owner crm.ID
	At    int64
	By    crm.ID
}

// DeletedRecords are those of entity, the last deleted first, from before a moment (0
// for now) and limit in all.
func (s *Store) DeletedRecords(ctx context.Context, e *crm.Entity, before int64, limit int) ([]Deleted, error) {
	rows, err := s.readers.QueryContext(ctx, fmt.Sprintf(`SELECT id, label, coalesce(owner, 0), deleted_at, coalesce(updated_by, 0) FROM %s
		WHERE deleted_at IS NOT NULL AND (? = 0 OR deleted_at < ?) ORDER BY deleted_at DESC, id DESC LIMIT %d`, quote(e.Table), limit), before, before)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Deleted
	for rows.Next() {
		d := Deleted{Ref: crm.Ref{Entity: e.Name}}
		if err := rows.Scan(&d.ID, &d.Label, &d.Owner, &d.At, &d.By); err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, rows.Err()
}

// DeletedRecord reads a deleted record as it was.
func (s *Store) DeletedRecord(ctx context.Context, q Querier, schema *crm.Schema, ref crm.Ref) (*RecordRow, error) {
	e, ok := schema.Entity(ref.Entity)
	if !ok {
		return nil, crm.ErrNotFound
	}
	b := s.build(schema)
	fields := readFields(e, nil)
	b.bind(fmt.Sprintf("SELECT NULL, %s, 1=1 FROM %s a WHERE a.id = ? AND a.deleted_at IS NOT NULL", selected(fields), quote(e.Table)), ref.ID)
	list, _, err := s.scanRecords(ctx, q, e, fields, b)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, crm.ErrNotFound
	}
	if err := s.ReadLines(ctx, q, e, list); err != nil {
		return nil, err
	}
	if err := s.readPhones(ctx, q, e, fields, list); err != nil {
		return nil, err
	}
	for key, v := range list[0].Values {
		numbers, ok := v.([]field.Phone)
		for i := range numbers {
			if n := numbers[i].Number; n != "" && n[:1] == deletedNumber {
				numbers[i].Number = n[1:]
			}
		}
		if ok {
			list[0].Values[key] = numbers
		}
	}
	return list[0], nil
}

// RestoreRecord brings a deleted record back, with what it is found by.
func (s *Store) RestoreRecord(ctx context.Context, tx *Tx, e *crm.Entity, r *RecordRow) error {
	err := changeOne(ctx, tx, `UPDATE `+quote(e.Table)+` SET deleted_at = NULL, rev = ?, updated_at = ?, updated_by = ?
		WHERE id = ? AND rev = ? AND deleted_at IS NOT NULL`, r.Rev, r.UpdatedAt, null(r.UpdatedBy), r.ID, r.Rev-1)
	if err != nil {
		return err
	}
	if err := dropKeys(ctx, tx, e.Name, r.ID); err != nil {
		return err
	}
	if err := insertKeys(ctx, tx, e, r); err != nil {
		return err
	}
	if err := indexValues(ctx, tx, e.Table, r.ID); err != nil {
		return err
	}
	return s.PutSearch(ctx, tx, e.Name, r.ID, search.Document{}, r.Document)
}

// RecordIDs lists the records of a query in its order, at most limit.
func (s *Store) RecordIDs(ctx context.Context, q Querier, schema *crm.Schema, query *crm.Query, limit int) ([]crm.ID, error) {
	e, ok := schema.Entity(query.Entity)
	if !ok {
		return nil, crm.ErrNotFound
	}
	b := s.build(schema)
	b.add("SELECT a.id FROM %s a WHERE ", quote(e.Table))
	if err := b.where(ctx, q, e, query); err != nil {
		return nil, err
	}
	b.add(" ORDER BY a.id LIMIT %d", limit)
	return s.ids(ctx, q, b.String(), b.args...)
}
