package store

import (
	"context"
	"database/sql"
	"errors"

	"bellhop/hub/crm"
)

// Choice is a match of columns to fields, or a choice of fields to take out, kept for
// the next time. Without a name it was remembered without being asked to.
type Choice struct {
	ID     crm.ID
	User   crm.ID
	Kind   string // import, export
	Entity string
	Name   string
	Head   string // of an import: which columns it fits
	Shared bool
	Body   string // JSON
	At     int64
}

// Kinds of a Choice.
const (
	ImportChoice = "import"
	ExportChoice = "export"
)

// Choices lists a user's and those shared with everybody, the newest first.
func (s *Store) Choices(ctx context.Context, user crm.ID, kind, entity string) ([]Choice, error) {
	rows, err := s.readers.QueryContext(ctx, `SELECT id, user_id, kind, entity, name, head, shared, body, at FROM exchange_choice
		WHERE kind = ? AND entity = ? AND (user_id = ? OR shared = 1) ORDER BY at DESC, id DESC LIMIT 500`, kind, entity, user)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := []Choice{}
	for rows.Next() {
		var c Choice
		if err := rows.Scan(&c.ID, &c.User, &c.Kind, &c.Entity, &c.Name, &c.Head, &c.Shared, &c.Body, &c.At); err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, rows.Err()
}

// maxChoices bounds what one user keeps of a kind.
const maxChoices = 200

// SetChoice keeps a choice in place of the user's one of the same name; without a name,
// of the same columns.
func (s *Store) SetChoice(ctx context.Context, c *Choice) error {
	return s.Write(ctx, func(tx *Tx) error {
		same, args := `name = ?`, []any{c.User, c.Kind, c.Entity, c.Name}
		if c.Name == "" {
			same, args = same+` AND head = ?`, append(args, c.Head)
		}
		var id crm.ID
		err := tx.QueryRowContext(ctx, `SELECT id FROM exchange_choice WHERE user_id = ? AND kind = ? AND entity = ? AND `+same, args...).Scan(&id)
		if err == nil {
			c.ID = id
			_, err = tx.ExecContext(ctx, `UPDATE exchange_choice SET head = ?, shared = ?, body = ?, at = ? WHERE id = ?`, c.Head, c.Shared, c.Body, c.At, id)
			return err
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM exchange_choice WHERE user_id = ? AND kind = ?`, c.User, c.Kind).Scan(&n); err != nil {
			return err
		}
		if n >= maxChoices {
			// What was remembered unasked makes room; what has a name never does.
			result, err := tx.ExecContext(ctx, `DELETE FROM exchange_choice WHERE id IN (SELECT id FROM exchange_choice
				WHERE user_id = ? AND kind = ? AND name = '' ORDER BY at LIMIT 1)`, c.User, c.Kind)
			if err != nil {
				return err
			}
			if gone, err := result.RowsAffected(); err != nil || gone == 0 {
				return errOr(err, &crm.Error{Code: crm.Invalid, Key: "import.too_many_choices"})
			}
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO exchange_choice (id, user_id, kind, entity, name, head, shared, body, at) VALUES (?,?,?,?,?,?,?,?,?)`,
			c.ID, c.User, c.Kind, c.Entity, c.Name, c.Head, c.Shared, c.Body, c.At)
		return err
	})
}

func errOr(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// DropChoice forgets a user's choice.
func (s *Store) DropChoice(ctx context.Context, user, id crm.ID) error {
	return s.Write(ctx, func(tx *Tx) error {
		result, err := tx.ExecContext(ctx, `DELETE FROM exchange_choice WHERE id = ? AND user_id = ?`, id, user)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 0 {
			return errOr(err, crm.ErrNotFound)
		}
		return nil
	})
}
