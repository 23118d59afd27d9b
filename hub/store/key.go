package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"bellhop/hub/crm"
)

// Key lets another program act as a user of its own.
type Key struct {
	ID          crm.ID
	User        crm.ID
	Name        string
	Hash        string
	Hint        string   // the key's last characters
	Entities    []string // it may touch; nil for all
	ReadOnly    bool
	ExpiresAt   int64 // Unix ms, 0 for never
	CreatedBy   crm.ID
	CreatedAt   int64
	RevokedAt   int64 // 0 while it works
	LastUsed    int64
	LastAddress string
}

const keyColumns = `id, user_id, name, hash, hint, entities, read_only, expires_at, created_by, created_at, revoked_at, last_used, last_address`

func scanKey(scan func(...any) error) (Key, error) {
	var k Key
	var entities string
	err := scan(&k.ID, &k.User, &k.Name, &k.Hash, &k.Hint, &entities, &k.ReadOnly, &k.ExpiresAt, &k.CreatedBy, &k.CreatedAt, &k.RevokedAt, &k.LastUsed, &k.LastAddress)
	if entities != "" {
		k.Entities = strings.Fields(entities)
	}
	return k, err
}

// AddKey keeps a key and makes the user it acts as.
func (s *Store) AddKey(ctx context.Context, k Key, acts *crm.User, roles []crm.ID) error {
	return s.Write(ctx, func(tx *Tx) error {
		if err := insertUser(ctx, tx, acts, "", roles...); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO api_key (`+keyColumns+`) VALUES (?,?,?,?,?,?,?,?,?,?,0,0,'')`,
			k.ID, k.User, k.Name, k.Hash, k.Hint, strings.Join(k.Entities, " "), k.ReadOnly, k.ExpiresAt, k.CreatedBy, k.CreatedAt)
		if err != nil {
			return err
		}
		return organised(ctx, tx)
	})
}

// SaveKey writes what an administrator may change of a key, and the user it acts as.
func (s *Store) SaveKey(ctx context.Context, k Key, acts *crm.User, roles []crm.ID) error {
	return s.Write(ctx, func(tx *Tx) error {
		err := changeOne(ctx, tx, `UPDATE api_key SET name = ?, entities = ?, read_only = ?, expires_at = ?, revoked_at = ? WHERE id = ?`,
			k.Name, strings.Join(k.Entities, " "), k.ReadOnly, k.ExpiresAt, k.RevokedAt, k.ID)
		if err != nil {
			return err
		}
		if err := setUserRoles(ctx, tx, acts.ID, roles); err != nil {
			return err
		}
		if err := writeUser(ctx, tx, acts); err != nil {
			return err
		}
		return organised(ctx, tx)
	})
}

// Keys lists all keys, the newest first, revoked ones too.
func (s *Store) Keys(ctx context.Context) (list []Key, err error) {
	err = eachRow(ctx, s.Read(), `SELECT `+keyColumns+` FROM api_key ORDER BY id DESC`, func(scan func(...any) error) error {
		k, err := scanKey(scan)
		list = append(list, k)
		return err
	})
	return list, err
}

// Key finds a key.
func (s *Store) Key(ctx context.Context, id crm.ID) (Key, error) { return s.key(ctx, `id = ?`, id) }

// KeyByHash finds the key with that hash, revoked ones too.
func (s *Store) KeyByHash(ctx context.Context, hash string) (Key, error) {
	return s.key(ctx, `hash = ?`, hash)
}

func (s *Store) key(ctx context.Context, where string, arg any) (Key, error) {
	k, err := scanKey(s.Read().QueryRowContext(ctx, `SELECT `+keyColumns+` FROM api_key WHERE `+where, arg).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return k, crm.ErrNotFound
	}
	return k, err
}

// KeyUsed notes when and from where a key was used.
func (s *Store) KeyUsed(ctx context.Context, id crm.ID, at int64, address string) error {
	return s.exec(ctx, `UPDATE api_key SET last_used = ?, last_address = ? WHERE id = ?`, at, address, id)
}
