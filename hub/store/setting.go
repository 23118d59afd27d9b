package store

import (
	"context"
	"database/sql"
	"errors"

	"bellhop/hub/crm"
)

// Setting returns a setting of the office, "" when it was never set. Keys in use:
// "company", "area_code", "record.incoming", "record.outgoing", "line.<n>.label".
func (s *Store) Setting(ctx context.Context, key string) (string, error) {
	var value string
	err := s.readers.QueryRowContext(ctx, `SELECT value FROM setting WHERE key = ?`, key).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return value, err
}

// SetSetting keeps a setting.
func (s *Store) SetSetting(ctx context.Context, key, value string) error {
	return s.Write(ctx, func(tx *Tx) error { return setSetting(ctx, tx, key, value) })
}

func setSetting(ctx context.Context, tx *Tx, key, value string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO setting (key, value) VALUES (?, ?)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, value)
	return err
}

// Settings returns all settings.
func (s *Store) Settings(ctx context.Context) (map[string]string, error) {
	rows, err := s.readers.QueryContext(ctx, `SELECT key, value FROM setting`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := map[string]string{}
	for rows.Next() {
		var key, value string
		if err := rows.Scan(&key, &value); err != nil {
			return nil, err
		}
		all[key] = value
	}
	return all, rows.Err()
}

// SetOffice keeps settings and ring groups together.
func (s *Store) SetOffice(ctx context.Context, values map[string]string, groups map[int][]crm.ID) error {
	return s.Write(ctx, func(tx *Tx) error {
		for key, value := range values {
			if err := setSetting(ctx, tx, key, value); err != nil {
				return err
			}
		}
		for line, users := range groups {
			if err := setRingGroup(ctx, tx, line, users); err != nil {
				return err
			}
		}
		return nil
	})
}
