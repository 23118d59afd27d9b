package store

import (
	"context"
	"database/sql"
	"errors"

	"bellhop/hub/crm"
)

// Draft is what one user has typed into one form and not saved yet.
type Draft struct {
	Key  string
	Body string // JSON, only understood by the page
	At   int64
}

// Limits of drafts: one user's oldest go when he has more, everybody's after a while.
const (
	maxDrafts = 100
	keptDraft = 30 * 24 * 3600 * 1000
)

// Draft returns a user's draft of one form; ok is false when there is none.
func (s *Store) Draft(ctx context.Context, user crm.ID, key string) (d Draft, ok bool, err error) {
	d.Key = key
	err = s.readers.QueryRowContext(ctx, `SELECT body, at FROM draft WHERE user_id = ? AND key = ?`, user, key).Scan(&d.Body, &d.At)
	if errors.Is(err, sql.ErrNoRows) {
		return d, false, nil
	}
	return d, err == nil, err
}

// Drafts returns the newest of a user's drafts.
func (s *Store) Drafts(ctx context.Context, user crm.ID) ([]Draft, error) {
	rows, err := s.readers.QueryContext(ctx, `SELECT key, body, at FROM draft WHERE user_id = ? ORDER BY at DESC, key LIMIT ?`, user, maxDrafts)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := []Draft{}
	for rows.Next() {
		var d Draft
		if err := rows.Scan(&d.Key, &d.Body, &d.At); err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, rows.Err()
}

// SetDraft keeps a draft in place of the one before.
func (s *Store) SetDraft(ctx context.Context, user crm.ID, d Draft) error {
	return s.Write(ctx, func(tx *Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO draft (user_id, key, body, at) VALUES (?,?,?,?)
			ON CONFLICT (user_id, key) DO UPDATE SET body = excluded.body, at = excluded.at`, user, d.Key, d.Body, d.At)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM draft WHERE at < ? OR user_id = ? AND key IN
			(SELECT key FROM draft WHERE user_id = ? ORDER BY at DESC, key LIMIT 1000 OFFSET ?)`, d.At-keptDraft, user, user, maxDrafts)
		return err
	})
}

// DropDraft forgets a draft.
func (s *Store) DropDraft(ctx context.Context, user crm.ID, key string) error {
	return s.Write(ctx, func(tx *Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM draft WHERE user_id = ? AND key = ?`, user, key)
		return err
	})
}
