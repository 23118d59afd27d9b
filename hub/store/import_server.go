package store

import (
	"context"
	"database/sql"
	"errors"

	"bellhop/hub/crm"
)

// ImportServer is a database server of the office that tables may be read from.
type ImportServer struct {
	ID        crm.ID
	Kind      string // mysql, sqlserver
	Name      string
	Host      string
	Port      int
	Database  string
	Login     string
	Secret    string // the password, sealed
	Encrypted bool   // the connection must be
}

const serverColumns = `id, kind, name, host, port, db, login, secret, encrypted`

func scanServer(scan func(...any) error) (*ImportServer, error) {
	v := &ImportServer{}
	err := scan(&v.ID, &v.Kind, &v.Name, &v.Host, &v.Port, &v.Database, &v.Login, &v.Secret, &v.Encrypted)
	return v, err
}

// ImportServers lists them by name.
func (s *Store) ImportServers(ctx context.Context) ([]*ImportServer, error) {
	rows, err := s.readers.QueryContext(ctx, `SELECT `+serverColumns+` FROM exchange_server ORDER BY name, id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := []*ImportServer{}
	for rows.Next() {
		v, err := scanServer(rows.Scan)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, rows.Err()
}

// ImportServer returns one.
func (s *Store) ImportServer(ctx context.Context, id crm.ID) (*ImportServer, error) {
	v, err := scanServer(s.readers.QueryRowContext(ctx, `SELECT `+serverColumns+` FROM exchange_server WHERE id = ?`, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, crm.ErrNotFound
	}
	return v, err
}

// SetImportServer keeps a server, new or changed.
func (s *Store) SetImportServer(ctx context.Context, v *ImportServer, at int64) error {
	return s.Write(ctx, func(tx *Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO exchange_server (id, kind, name, host, port, db, login, secret, encrypted, at) VALUES (?,?,?,?,?,?,?,?,?,?)
			ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, name = excluded.name, host = excluded.host, port = excluded.port, db = excluded.db,
			login = excluded.login, secret = excluded.secret, encrypted = excluded.encrypted, at = excluded.at`,
			v.ID, v.Kind, v.Name, v.Host, v.Port, v.Database, v.Login, v.Secret, v.Encrypted, at)
		return err
	})
}

// DropImportServer forgets a server.
func (s *Store) DropImportServer(ctx context.Context, id crm.ID) error {
	return s.Write(ctx, func(tx *Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM exchange_server WHERE id = ?`, id)
		return err
	})
}
