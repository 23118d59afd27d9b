package store

import (
	"context"
	"strings"
	"time"

	"bellhop/hub/crm"
)

// Share lets a user, a department or a group see a record it is not theirs to see.
type Share struct {
	crm.Ref
	Target  crm.ID
	Kind    string // "user", "department", "group"
	Level   string // "read", "edit"
	Expires int64  // Unix ms, 0 for never
	By      crm.ID
	At      int64
}

// PutShares shares records; a share that is there already is changed.
func (s *Store) PutShares(ctx context.Context, shares []Share) error {
	return s.Write(ctx, func(tx *Tx) error {
		for _, n := range shares {
			_, err := tx.ExecContext(ctx, `INSERT INTO rec_share (entity, record_id, target, kind, level, expires, shared_by, shared_at)
				VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (entity, record_id, target) DO UPDATE SET
				level = excluded.level, expires = excluded.expires, shared_by = excluded.shared_by, shared_at = excluded.shared_at`,
				n.Entity, n.ID, n.Target, n.Kind, n.Level, n.Expires, n.By, n.At)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// DropShares takes shares of a record back.
func (s *Store) DropShares(ctx context.Context, ref crm.Ref, targets []crm.ID) error {
	return s.Write(ctx, func(tx *Tx) error {
		for _, target := range targets {
			_, err := tx.ExecContext(ctx, `DELETE FROM rec_share WHERE entity = ? AND record_id = ? AND target = ?`, ref.Entity, ref.ID, target)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Shares returns those of a record that stand.
func (s *Store) Shares(ctx context.Context, ref crm.Ref) ([]Share, error) {
	return s.shares(ctx, `entity = ? AND record_id = ?`, ref.Entity, ref.ID)
}

// maxSharedWith bounds the list of what is shared with one user.
const maxSharedWith = 500

// SharedWith returns what is shared with one of the targets, newest first.
func (s *Store) SharedWith(ctx context.Context, targets []crm.ID) ([]Share, error) {
	args := make([]any, len(targets))
	for i, id := range targets {
		args[i] = id
	}
	return s.shares(ctx, `target IN (?`+strings.Repeat(",?", len(targets)-1)+`)`, args...)
}

func (s *Store) shares(ctx context.Context, where string, args ...any) (list []Share, err error) {
	args = append(args, time.Now().UnixMilli(), maxSharedWith)
	err = eachRow(ctx, s.Read(), `SELECT entity, record_id, target, kind, level, expires, shared_by, shared_at FROM rec_share
		WHERE `+where+` AND (expires = 0 OR expires > ?) ORDER BY shared_at DESC, target LIMIT ?`, func(scan func(...any) error) error {
		var n Share
		err := scan(&n.Entity, &n.ID, &n.Target, &n.Kind, &n.Level, &n.Expires, &n.By, &n.At)
		list = append(list, n)
		return err
	}, args...)
	return list, err
}

// SweepShares removes those that have expired.
func (s *Store) SweepShares(ctx context.Context, now time.Time) error {
	return s.exec(ctx, `DELETE FROM rec_share WHERE expires <> 0 AND expires <= ?`, now.UnixMilli())
}
