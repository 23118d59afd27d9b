package store

import (
	"context"

	"bellhop/hub/crm"
)

// Device is something a user logs in with, or tried to.
type Device struct {
	ID      crm.ID `json:"id"`
	User    crm.ID `json:"user"`
	Kind    string `json:"kind"` // "mac", "key"
	Value   string `json:"-"`    // the address, or the hash of the key
	Shown   string `json:"shown"`
	Label   string `json:"label"`
	Address string `json:"address"`
	Bound   bool   `json:"bound"`
	FirstAt int64  `json:"firstAt"`
	LastAt  int64  `json:"lastAt"`
}

// TouchDevice tells whether a device is bound to its user, and if so notes its use.
func (s *Store) TouchDevice(ctx context.Context, d Device) (bound bool, err error) {
	err = s.Write(ctx, func(tx *Tx) error {
		result, err := tx.ExecContext(ctx, `UPDATE user_device SET last_at = ?, address = ?, label = ?
			WHERE user_id = ? AND kind = ? AND value = ? AND bound = 1`, d.LastAt, d.Address, d.Label, d.User, d.Kind, d.Value)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		bound = n > 0
		return err
	})
	return bound, err
}

const maxDevices = 20 // of one user; the oldest refused ones are forgotten

// AskDevice notes that a user was refused with a device.
func (s *Store) AskDevice(ctx context.Context, d Device) error {
	return s.Write(ctx, func(tx *Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO user_device (id, user_id, kind, value, label, address, bound, first_at, last_at)
			VALUES (?,?,?,?,?,?,0,?,?) ON CONFLICT (user_id, kind, value) DO UPDATE SET
			label = excluded.label, address = excluded.address, last_at = excluded.last_at`,
			d.ID, d.User, d.Kind, d.Value, d.Label, d.Address, d.LastAt, d.LastAt)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM user_device WHERE user_id = ? AND bound = 0 AND id NOT IN
			(SELECT id FROM user_device WHERE user_id = ? AND bound = 0 ORDER BY last_at DESC LIMIT ?)`, d.User, d.User, maxDevices)
		return err
	})
}

// Devices lists a user's, bound ones first.
func (s *Store) Devices(ctx context.Context, user crm.ID) ([]Device, error) {
	list := []Device{}
	err := eachRow(ctx, s.Read(), `SELECT id, user_id, kind, value, label, address, bound, first_at, last_at FROM user_device
		WHERE user_id = ? ORDER BY bound DESC, last_at DESC`, func(scan func(...any) error) error {
		var d Device
		err := scan(&d.ID, &d.User, &d.Kind, &d.Value, &d.Label, &d.Address, &d.Bound, &d.FirstAt, &d.LastAt)
		if d.Shown = d.Value; d.Kind == "key" && len(d.Value) > 8 {
			d.Shown = d.Value[:8]
		}
		list = append(list, d)
		return err
	}, user)
	return list, err
}

// BindMAC binds a hardware address typed by an administrator.
func (s *Store) BindMAC(ctx context.Context, d Device) error {
	return s.exec(ctx, `INSERT INTO user_device (id, user_id, kind, value, label, address, bound, first_at, last_at)
		VALUES (?,?,'mac',?,?,'',1,?,0) ON CONFLICT (user_id, kind, value) DO UPDATE SET bound = 1`, d.ID, d.User, d.Value, d.Label, d.FirstAt)
}

// SetDevice binds a device or takes it away.
func (s *Store) SetDevice(ctx context.Context, user, id crm.ID, bound bool) error {
	if !bound {
		return s.exec(ctx, `DELETE FROM user_device WHERE id = ? AND user_id = ?`, id, user)
	}
	return s.exec(ctx, `UPDATE user_device SET bound = 1 WHERE id = ? AND user_id = ?`, id, user)
}
