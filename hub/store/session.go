package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"bellhop/hub/crm"
)

// Session is a browser's login as it is kept: never the token, only its hash.
type Session struct {
	Hash      string
	User      crm.ID
	CSRF      string
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time
	Address   string
	Device    string
	Locked    bool  // its page is covered
	RightsRev int64 // the office's revision when it was read
}

// CreateSession keeps a new session.
func (s *Store) CreateSession(ctx context.Context, n Session) error {
	return s.Write(ctx, func(tx *Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO session
			(token_hash, user_id, csrf, created_at, seen_at, expires_at, address, device) VALUES (?,?,?,?,?,?,?,?)`,
			n.Hash, n.User, n.CSRF, n.CreatedAt.UnixMilli(), n.SeenAt.UnixMilli(), n.ExpiresAt.UnixMilli(), n.Address, n.Device)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE user_account SET last_login = ? WHERE id = ?`, n.CreatedAt.UnixMilli(), n.User); err != nil {
			return err
		}
		return noteLogin(ctx, tx, n)
	})
}

// Session finds a session and its user by the hash of the token.
func (s *Store) Session(ctx context.Context, hash string) (Session, *crm.User, error) {
	n := Session{Hash: hash}
	var created, seen, expires int64
	row := s.readers.QueryRowContext(ctx, `SELECT `+userColumns+`, s.csrf, s.created_at, s.seen_at, s.expires_at, s.locked,
		(SELECT rev FROM rights_state WHERE id = 1)
		FROM session s JOIN user_account u ON u.id = s.user_id WHERE s.token_hash = ?`, hash)
	user, err := scanUser(row.Scan, &n.CSRF, &created, &seen, &expires, &n.Locked, &n.RightsRev)
	if errors.Is(err, sql.ErrNoRows) {
		return n, nil, crm.ErrNotFound
	}
	n.User = user.ID
	n.CreatedAt, n.SeenAt, n.ExpiresAt = time.UnixMilli(created), time.UnixMilli(seen), time.UnixMilli(expires)
	return n, user, err
}

// SessionSeen notes that a session is in use.
func (s *Store) SessionSeen(ctx context.Context, hash string, at time.Time) error {
	return s.exec(ctx, `UPDATE session SET seen_at = ? WHERE token_hash = ?`, at.UnixMilli(), hash)
}

// EndSession removes one session.
func (s *Store) EndSession(ctx context.Context, hash string) error {
	return s.Write(ctx, func(tx *Tx) error {
		if err := noteLogout(ctx, tx, hash); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM session WHERE token_hash = ?`, hash)
		return err
	})
}

// EndSessions removes a user's sessions but the one with the hash kept.
func (s *Store) EndSessions(ctx context.Context, user crm.ID, kept string) error {
	return s.exec(ctx, `DELETE FROM session WHERE user_id = ? AND token_hash <> ?`, user, kept)
}

// LockSession covers a session's page, or uncovers it.
func (s *Store) LockSession(ctx context.Context, hash string, locked bool) error {
	return s.exec(ctx, `UPDATE session SET locked = ? WHERE token_hash = ?`, locked, hash)
}

// OpenSession is a session with what decides whether it may go on.
type OpenSession struct {
	Hash   string
	Limits crm.LoginLimits
}

// StaleSessions are those that expired by now or were last used before idle.
func (s *Store) StaleSessions(ctx context.Context, now, idle time.Time) (hashes []string, err error) {
	err = eachRow(ctx, s.Read(), `SELECT token_hash FROM session WHERE expires_at < ? OR seen_at < ?`, func(scan func(...any) error) error {
		var hash string
		err := scan(&hash)
		hashes = append(hashes, hash)
		return err
	}, now.UnixMilli(), idle.UnixMilli())
	return hashes, err
}

// HourlySessions are those of users with login hours.
func (s *Store) HourlySessions(ctx context.Context) (list []OpenSession, err error) {
	err = eachRow(ctx, s.Read(), `SELECT s.token_hash, u.login_days, u.login_from, u.login_to FROM session s
		JOIN user_account u ON u.id = s.user_id WHERE u.login_days <> 0 OR u.login_from <> u.login_to`, func(scan func(...any) error) error {
		var n OpenSession
		err := scan(&n.Hash, &n.Limits.Days, &n.Limits.From, &n.Limits.To)
		list = append(list, n)
		return err
	})
	return list, err
}

// exec runs one statement in a transaction of its own.
func (s *Store) exec(ctx context.Context, query string, args ...any) error {
	return s.Write(ctx, func(tx *Tx) error {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	})
}

// Secret is what checking a password needs.
type Secret struct {
	User        *crm.User
	Hash        string
	LockedUntil time.Time
}

// Secret finds a user by login, in any case of letters.
func (s *Store) Secret(ctx context.Context, login string) (Secret, error) {
	var secret Secret
	var locked int64
	row := s.readers.QueryRowContext(ctx, `SELECT `+userColumns+`, u.password_hash, u.locked_until
		FROM user_account u WHERE u.login_key = ?`, loginKey(login))
	user, err := scanUser(row.Scan, &secret.Hash, &locked)
	if errors.Is(err, sql.ErrNoRows) {
		return secret, crm.ErrNotFound
	}
	secret.User, secret.LockedUntil = user, time.UnixMilli(locked)
	return secret, err
}

// TryLogin uses up one of the tries an account has before it is locked, and tells
// whether there was one. It counts before the password is checked, so that guesses
// sent side by side count too; LoginSucceeded gives them back. The limit-th try locks
// the account until then.
func (s *Store) TryLogin(ctx context.Context, user crm.ID, limit int, now, until time.Time) (left int, err error) {
	var used int
	err = s.Write(ctx, func(tx *Tx) error {
		return tx.QueryRowContext(ctx, `UPDATE user_account SET
			failed = CASE WHEN failed >= ? THEN 1 ELSE failed + 1 END,
			locked_until = CASE WHEN failed + 1 = ? THEN CAST(? AS BIGINT) ELSE 0 END
			WHERE id = ? AND locked_until <= ? RETURNING failed`,
			limit, limit, until.UnixMilli(), user, now.UnixMilli()).Scan(&used)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return -1, nil
	}
	return limit - used, err
}

// LoginSucceeded forgets the wrong passwords before.
func (s *Store) LoginSucceeded(ctx context.Context, user crm.ID) error {
	return s.exec(ctx, `UPDATE user_account SET failed = 0, locked_until = 0 WHERE id = ?`, user)
}

// SetPassword keeps a new hash and lifts a lock.
func (s *Store) SetPassword(ctx context.Context, user crm.ID, hash string, mustChange bool) error {
	return s.exec(ctx, `UPDATE user_account SET password_hash = ?, must_change = ?, failed = 0, locked_until = 0 WHERE id = ?`,
		hash, mustChange, user)
}

// ResetAdministratorIn sets the password of the oldest administrator inside a
// transaction, lets him in again, ends his sessions and returns him.
func (s *Store) ResetAdministratorIn(ctx context.Context, tx *Tx, hash string) (user crm.ID, err error) {
	err = tx.QueryRowContext(ctx, `UPDATE user_account SET password_hash = ?, must_change = 1, active = 1, failed = 0,
		locked_until = 0 WHERE id = (SELECT min(id) FROM user_account WHERE role = ?) RETURNING id`, hash, crm.Admin).Scan(&user)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, crm.ErrNotFound
	}
	if err != nil {
		return 0, err
	}
	if err := officeChanged(ctx, tx); err != nil { // he may log in again
		return 0, err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM session WHERE user_id = ?`, user)
	return user, err
}
