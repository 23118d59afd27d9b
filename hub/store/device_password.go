package store

import (
	"context"
	"database/sql"
	"errors"

	"bellhop/hub/crm"
)

// DevicePassword lets a telephone read its user's address book.
type DevicePassword struct {
	ID        crm.ID `json:"id"`
	User      crm.ID `json:"-"`
	Name      string `json:"name"`
	Hash      string `json:"-"`
	CreatedAt int64  `json:"createdAt"`
	LastUsed  int64  `json:"lastUsed,omitempty"`
	LastFrom  string `json:"lastFrom,omitempty"`
}

const devicePasswordColumns = `id, user_id, name, hash, created_at, last_used, last_from`

func scanDevicePassword(scan func(...any) error) (p DevicePassword, err error) {
	err = scan(&p.ID, &p.User, &p.Name, &p.Hash, &p.CreatedAt, &p.LastUsed, &p.LastFrom)
	return p, err
}

// AddDevicePassword keeps one; limit bounds how many a user may have (Conflict).
func (s *Store) AddDevicePassword(ctx context.Context, p DevicePassword, limit int) error {
	return s.Write(ctx, func(tx *Tx) error {
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM device_password WHERE user_id = ?`, p.User).Scan(&n); err != nil {
			return err
		}
		if n >= limit {
			return &crm.Error{Code: crm.Conflict, Key: "addressbook.too_many"}
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO device_password (`+devicePasswordColumns+`) VALUES (?,?,?,?,?,0,'')`, p.ID, p.User, p.Name, p.Hash, p.CreatedAt)
		return err
	})
}

// DevicePasswords lists a user's, the newest first.
func (s *Store) DevicePasswords(ctx context.Context, user crm.ID) (list []DevicePassword, err error) {
	err = eachRow(ctx, s.Read(), `SELECT `+devicePasswordColumns+` FROM device_password WHERE user_id = ? ORDER BY id DESC`, func(scan func(...any) error) error {
		p, err := scanDevicePassword(scan)
		list = append(list, p)
		return err
	}, user)
	return list, err
}

// DevicePassword finds one by its hash.
func (s *Store) DevicePassword(ctx context.Context, hash string) (DevicePassword, error) {
	p, err := scanDevicePassword(s.Read().QueryRowContext(ctx, `SELECT `+devicePasswordColumns+` FROM device_password WHERE hash = ?`, hash).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return p, crm.ErrNotFound
	}
	return p, err
}

// DevicePasswordUsed notes its use.
func (s *Store) DevicePasswordUsed(ctx context.Context, id crm.ID, at int64, from string) error {
	return s.exec(ctx, `UPDATE device_password SET last_used = ?, last_from = ? WHERE id = ?`, at, from, id)
}

// DropDevicePassword takes one of a user's back.
func (s *Store) DropDevicePassword(ctx context.Context, user, id crm.ID) error {
	return s.Write(ctx, func(tx *Tx) error {
		result, err := tx.ExecContext(ctx, `DELETE FROM device_password WHERE id = ? AND user_id = ?`, id, user)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 1 {
			return err
		}
		return crm.ErrNotFound
	})
}
