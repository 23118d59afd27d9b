package store

import (
	"context"
	"database/sql"
	"errors"

	"bellhop/hub/crm"
)

// PrintLayout is a layout of paper the office drew. Body is JSON only hub/print reads.
type PrintLayout struct {
	ID       crm.ID
	Entity   string
	Kind     string
	Name     string
	Body     string
	Position int
	At       int64
	By       crm.ID
}

const printLayoutColumns = `id, entity, kind, name, body, position, updated_at, updated_by`

// PrintLayouts are those of an entity, in the office's order.
func (s *Store) PrintLayouts(ctx context.Context, entity string) ([]*PrintLayout, error) {
	rows, err := s.readers.QueryContext(ctx, `SELECT `+printLayoutColumns+` FROM print_layout WHERE entity = ? ORDER BY position, id`, entity)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []*PrintLayout
	for rows.Next() {
		l := &PrintLayout{}
		if err := rows.Scan(&l.ID, &l.Entity, &l.Kind, &l.Name, &l.Body, &l.Position, &l.At, &l.By); err != nil {
			return nil, err
		}
		list = append(list, l)
	}
	return list, rows.Err()
}

// PrintLayout reads one.
func (s *Store) PrintLayout(ctx context.Context, id crm.ID) (*PrintLayout, error) {
	l := &PrintLayout{}
	err := s.readers.QueryRowContext(ctx, `SELECT `+printLayoutColumns+` FROM print_layout WHERE id = ?`, id).
		Scan(&l.ID, &l.Entity, &l.Kind, &l.Name, &l.Body, &l.Position, &l.At, &l.By)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, crm.ErrNotFound
	}
	return l, err
}

// PutPrintLayout writes one, new or not.
func (s *Store) PutPrintLayout(ctx context.Context, l *PrintLayout) error {
	return s.Write(ctx, func(tx *Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO print_layout (`+printLayoutColumns+`) VALUES (?,?,?,?,?,?,?,?)
			ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, name = excluded.name, body = excluded.body, position = excluded.position,
			updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
			l.ID, l.Entity, l.Kind, l.Name, l.Body, l.Position, l.At, l.By)
		return err
	})
}

// DropPrintLayout removes one.
func (s *Store) DropPrintLayout(ctx context.Context, id crm.ID) error {
	return s.Write(ctx, func(tx *Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM print_layout WHERE id = ?`, id)
		return err
	})
}

// PrintKept is what stood on a document when it was first printed.
type PrintKept struct {
	At   int64
	By   crm.ID
	Data string
}

// PrintKept reads it; a nil without error for a document never printed.
func (s *Store) PrintKept(ctx context.Context, ref crm.Ref) (*PrintKept, error) {
	k := &PrintKept{}
	err := s.readers.QueryRowContext(ctx, `SELECT at, user_id, data FROM print_kept WHERE entity = ? AND record_id = ?`, ref.Entity, ref.ID).Scan(&k.At, &k.By, &k.Data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return k, err
}

// KeepPrint writes it.
func (s *Store) KeepPrint(ctx context.Context, ref crm.Ref, k *PrintKept) error {
	return s.Write(ctx, func(tx *Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO print_kept (entity, record_id, at, user_id, data) VALUES (?,?,?,?,?)
			ON CONFLICT (entity, record_id) DO UPDATE SET at = excluded.at, user_id = excluded.user_id, data = excluded.data`,
			ref.Entity, ref.ID, k.At, k.By, k.Data)
		return err
	})
}
