package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"bellhop/hub/crm"
)

// View is a list somebody kept under a name. Spec is JSON only hub/records reads.
type View struct {
	ID       crm.ID
	Entity   string
	Owner    crm.ID
	Name     string
	Spec     string
	Position int
	Shares   []ViewShare
	At       int64 // when it was last written
}

// ViewShare lets others see a view. Target is a user, a department or a group; 0 with
// Kind "all" is everybody.
type ViewShare struct {
	Kind   string
	Target crm.ID
}

// Views returns the views of entity that owner made or that are shared with one of
// addresses, in the order their owners keep them.
func (s *Store) Views(ctx context.Context, entity string, owner crm.ID, addresses []crm.ID) ([]*View, error) {
	marks := strings.Repeat(",?", len(addresses))
	args := []any{entity, owner}
	for _, a := range addresses {
		args = append(args, a)
	}
	rows, err := s.readers.QueryContext(ctx, `SELECT id, entity, owner, name, spec, position, updated_at FROM list_view
		WHERE entity = ? AND (owner = ? OR id IN (SELECT view_id FROM list_view_share WHERE target IN (0`+marks+`)))
		ORDER BY position, id`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var views []*View
	for rows.Next() {
		v := &View{}
		if err := rows.Scan(&v.ID, &v.Entity, &v.Owner, &v.Name, &v.Spec, &v.Position, &v.At); err != nil {
			return nil, err
		}
		views = append(views, v)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for _, v := range views {
		if v.Shares, err = s.viewShares(ctx, v.ID); err != nil {
			return nil, err
		}
	}
	return views, nil
}

func (s *Store) viewShares(ctx context.Context, id crm.ID) ([]ViewShare, error) {
	rows, err := s.readers.QueryContext(ctx, `SELECT kind, target FROM list_view_share WHERE view_id = ? ORDER BY kind, target`, id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	shares := []ViewShare{}
	for rows.Next() {
		var share ViewShare
		if err := rows.Scan(&share.Kind, &share.Target); err != nil {
			return nil, err
		}
		shares = append(shares, share)
	}
	return shares, rows.Err()
}

// View returns one view.
func (s *Store) View(ctx context.Context, id crm.ID) (*View, error) {
	v := &View{ID: id}
	err := s.readers.QueryRowContext(ctx, `SELECT entity, owner, name, spec, position, updated_at FROM list_view WHERE id = ?`, id).
		Scan(&v.Entity, &v.Owner, &v.Name, &v.Spec, &v.Position, &v.At)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, crm.ErrNotFound
	}
	if err == nil {
		v.Shares, err = s.viewShares(ctx, id)
	}
	return v, err
}

// PutView writes a view, a new one too.
func (s *Store) PutView(ctx context.Context, v *View) error {
	return s.Write(ctx, func(tx *Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO list_view (id, entity, owner, name, spec, position, created_at, updated_at) VALUES (?,?,?,?,?,?,?,?)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, spec = excluded.spec, position = excluded.position, updated_at = excluded.updated_at`,
			v.ID, v.Entity, v.Owner, v.Name, v.Spec, v.Position, v.At, v.At)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM list_view_share WHERE view_id = ?`, v.ID); err != nil {
			return err
		}
		for _, share := range v.Shares {
			_, err := tx.ExecContext(ctx, `INSERT INTO list_view_share (view_id, target, kind) VALUES (?,?,?) ON CONFLICT (view_id, target) DO NOTHING`,
				v.ID, share.Target, share.Kind)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// DropView removes a view and how users had arranged it.
func (s *Store) DropView(ctx context.Context, v *View) error {
	return s.Write(ctx, func(tx *Tx) error {
		for _, statement := range []string{`DELETE FROM list_view_share WHERE view_id = ?`, `DELETE FROM list_view WHERE id = ?`} {
			if _, err := tx.ExecContext(ctx, statement, v.ID); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM list_layout WHERE entity = ? AND view = ?`, v.Entity, v.ID.String())
		return err
	})
}

// Layouts returns how a user has the lists of entity, by view.
func (s *Store) Layouts(ctx context.Context, user crm.ID, entity string) (map[string]string, error) {
	rows, err := s.readers.QueryContext(ctx, `SELECT view, spec FROM list_layout WHERE user_id = ? AND entity = ?`, user, entity)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	layouts := map[string]string{}
	for rows.Next() {
		var view, spec string
		if err := rows.Scan(&view, &spec); err != nil {
			return nil, err
		}
		layouts[view] = spec
	}
	return layouts, rows.Err()
}

// SetLayout keeps how a user has a list; an empty spec forgets it.
func (s *Store) SetLayout(ctx context.Context, user crm.ID, entity, view, spec string) error {
	return s.Write(ctx, func(tx *Tx) error {
		if spec == "" {
			_, err := tx.ExecContext(ctx, `DELETE FROM list_layout WHERE user_id = ? AND entity = ? AND view = ?`, user, entity, view)
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO list_layout (user_id, entity, view, spec) VALUES (?,?,?,?)
			ON CONFLICT (user_id, entity, view) DO UPDATE SET spec = excluded.spec`, user, entity, view, spec)
		return err
	})
}
