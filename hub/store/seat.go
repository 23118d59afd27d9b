package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// TakeSeat gives the session a seat if fewer than limit others were heard of since
// alive. Otherwise the one among them that nobody has used for longest, if not since
// idle, is ended for it.
func (s *Store) TakeSeat(ctx context.Context, hash string, limit int, now, alive, idle time.Time) (ended string, full bool, err error) {
	err = s.Write(ctx, func(tx *Tx) error {
		ended, full = "", false
		var taken int
		err := tx.QueryRowContext(ctx, `SELECT count(*) FROM session WHERE alive_at > ? AND token_hash <> ?`, alive.UnixMilli(), hash).Scan(&taken)
		if err != nil {
			return err
		}
		if taken >= limit {
			err := tx.QueryRowContext(ctx, `SELECT token_hash FROM session WHERE alive_at > ? AND token_hash <> ? AND seen_at < ?
				ORDER BY seen_at LIMIT 1`, alive.UnixMilli(), hash, idle.UnixMilli()).Scan(&ended)
			if errors.Is(err, sql.ErrNoRows) || taken > limit {
				ended, full = "", true
				return nil
			}
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `DELETE FROM session WHERE token_hash = ?`, ended); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, `UPDATE session SET alive_at = ? WHERE token_hash = ?`, now.UnixMilli(), hash)
		return err
	})
	return ended, full, err
}

// LeaveSeat frees a session's seat; the session goes on.
func (s *Store) LeaveSeat(ctx context.Context, hash string) error {
	return s.exec(ctx, `UPDATE session SET alive_at = 0 WHERE token_hash = ?`, hash)
}

// SeatsTaken counts the sessions heard of since alive.
func (s *Store) SeatsTaken(ctx context.Context, alive time.Time) (n int, err error) {
	err = s.Read().QueryRowContext(ctx, `SELECT count(*) FROM session WHERE alive_at > ?`, alive.UnixMilli()).Scan(&n)
	return n, err
}
