package store

import (
	"context"
	"database/sql"
	"errors"

	"bellhop/hub/audit/trail"
	"bellhop/hub/crm"
)

// noteLogin tells of a login in the transaction that opens the session.
func noteLogin(ctx context.Context, tx *Tx, n Session) error {
	return noteSession(ctx, tx, n.User, trail.Entry{Kind: "login", Address: n.Address, Device: trail.Device(n.Device)})
}

// noteLogout tells of a logout in the transaction that ends the session.
func noteLogout(ctx context.Context, tx *Tx, hash string) error {
	var user crm.ID
	e := trail.Entry{Kind: "logout"}
	var device string
	err := tx.QueryRowContext(ctx, `SELECT user_id, address, device FROM session WHERE token_hash = ?`, hash).Scan(&user, &e.Address, &device)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	e.Device = trail.Device(device)
	return noteSession(ctx, tx, user, e)
}

func noteSession(ctx context.Context, tx *Tx, user crm.ID, e trail.Entry) error {
	e.User = int64(user)
	err := tx.QueryRowContext(ctx, `SELECT name FROM user_account WHERE id = ?`, user).Scan(&e.Name)
	if err != nil {
		return err
	}
	tx.Note(trail.System, e)
	return nil
}
