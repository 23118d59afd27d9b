package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// Merge is two records made one.
type Merge struct {
	ID           crm.ID
	At           int64
	User         crm.ID
	Entity       string
	Master, Twin crm.ID
	Before       string // JSON of the values it changed, as they were
	After        string // and as it left them
	UndoneAt     int64
}

// Pointer is a place that points to records: a reference field of an entity, or the
// party of calls and texts.
type Pointer struct {
	Entity string // of the child; "call", "sms"
	Field  string
	table  string
	column string
	party  string // the column that names the entity, where several are pointed to
	own    bool   // a record with a revision of its own
}

// PointersTo lists every place that may point to a record of entity.
func PointersTo(schema *crm.Schema, entity string) []Pointer {
	var list []Pointer
	for _, e := range schema.Entities() {
		for i := range e.Fields {
			if f := &e.Fields[i]; f.Ref == entity && f.Type == field.Reference {
				list = append(list, Pointer{Entity: e.Name, Field: f.Key, table: e.Table, column: f.Key, own: true})
			}
		}
	}
	return append(list,
		Pointer{Entity: "call", Field: "party", table: "call", column: "party_id", party: "party_entity"},
		Pointer{Entity: "sms", Field: "party", table: "sms", column: "party_id", party: "party_entity"})
}

// Pointing lists what points to a record from one place, deleted children too: they may
// come back.
func (s *Store) Pointing(ctx context.Context, q Querier, p Pointer, to crm.Ref) ([]crm.ID, error) {
	query := fmt.Sprintf(`SELECT id FROM %s WHERE %s = ?`, quote(p.table), quote(p.column))
	args := []any{to.ID}
	if p.party != "" {
		query += " AND " + quote(p.party) + " = ?"
		args = append(args, to.Entity)
	}
	return s.ids(ctx, q, query+" ORDER BY id", args...)
}

func (s *Store) ids(ctx context.Context, q Querier, query string, args ...any) ([]crm.ID, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []crm.ID
	for rows.Next() {
		var id crm.ID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// Repoint makes children that point to one record point to another. A child that has
// been pointed elsewhere meanwhile is left alone.
func (s *Store) Repoint(ctx context.Context, tx *Tx, p Pointer, children []crm.ID, from, to crm.Ref, at int64) error {
	set := quote(p.column) + " = ?"
	if p.own {
		set += ", rev = rev + 1"
	}
	for _, id := range children {
		err := updateOne(ctx, tx, p.table, id, fmt.Sprintf(`UPDATE %s SET %s WHERE id = ? AND %s = ?`, quote(p.table), set, quote(p.column)), to.ID, id, from.ID)
		if err != nil {
			return err
		}
	}
	return nil
}

// AddMerge keeps a merge and what it moved.
func (s *Store) AddMerge(ctx context.Context, tx *Tx, m Merge) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO merge_log (id, at, user_id, entity, master_id, twin_id, before, after, undone_at)
		VALUES (?,?,?,?,?,?,?,?,0)`, m.ID, m.At, m.User, m.Entity, m.Master, m.Twin, m.Before, m.After)
	return err
}

// AddMoved keeps which children a merge moved from one place.
func (s *Store) AddMoved(ctx context.Context, tx *Tx, merge crm.ID, p Pointer, children []crm.ID) error {
	for _, id := range children {
		_, err := tx.ExecContext(ctx, `INSERT INTO merge_moved (merge_id, entity, field, record_id) VALUES (?,?,?,?)`, merge, p.Entity, p.Field, id)
		if err != nil {
			return err
		}
	}
	return nil
}

// Moved lists which children a merge moved from one place.
func (s *Store) Moved(ctx context.Context, q Querier, merge crm.ID, p Pointer) ([]crm.ID, error) {
	return s.ids(ctx, q, `SELECT record_id FROM merge_moved WHERE merge_id = ? AND entity = ? AND field = ? ORDER BY record_id`, merge, p.Entity, p.Field)
}

// MergeByID reads a merge.
func (s *Store) MergeByID(ctx context.Context, q Querier, id crm.ID) (Merge, error) {
	m := Merge{ID: id}
	err := q.QueryRowContext(ctx, `SELECT at, user_id, entity, master_id, twin_id, before, after, undone_at FROM merge_log WHERE id = ?`, id).
		Scan(&m.At, &m.User, &m.Entity, &m.Master, &m.Twin, &m.Before, &m.After, &m.UndoneAt)
	if errors.Is(err, sql.ErrNoRows) {
		return m, crm.ErrNotFound
	}
	return m, err
}

// UndoneMerge marks a merge as undone; only one of two at the same moment succeeds.
func (s *Store) UndoneMerge(ctx context.Context, tx *Tx, id crm.ID, at int64) error {
	return changeOne(ctx, tx, `UPDATE merge_log SET undone_at = ? WHERE id = ? AND undone_at = 0`, at, id)
}

// MergesInto lists the merges a record took in, newest first, undone ones left out.
func (s *Store) MergesInto(ctx context.Context, ref crm.Ref) ([]Merge, error) {
	rows, err := s.readers.QueryContext(ctx, `SELECT id, at, user_id, twin_id FROM merge_log
		WHERE entity = ? AND master_id = ? AND undone_at = 0 ORDER BY id DESC LIMIT 50`, ref.Entity, ref.ID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Merge
	for rows.Next() {
		m := Merge{Entity: ref.Entity, Master: ref.ID}
		if err := rows.Scan(&m.ID, &m.At, &m.User, &m.Twin); err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, rows.Err()
}
