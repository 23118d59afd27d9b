package store

import (
	"context"

	"bellhop/hub/crm"
)

// UserChoices returns what a user has set about his own page, by key.
func (s *Store) UserChoices(ctx context.Context, user crm.ID) (map[string]string, error) {
	choices := map[string]string{}
	err := eachRow(ctx, s.Read(), `SELECT key, value FROM user_choice WHERE user_id = ?`, func(scan func(...any) error) error {
		var key, value string
		err := scan(&key, &value)
		choices[key] = value
		return err
	}, user)
	return choices, err
}

// SetUserChoices keeps those given and leaves the others.
func (s *Store) SetUserChoices(ctx context.Context, user crm.ID, choices map[string]string) error {
	return s.Write(ctx, func(tx *Tx) error {
		for key, value := range choices {
			if _, err := tx.ExecContext(ctx, `INSERT INTO user_choice (user_id, key, value) VALUES (?,?,?)
				ON CONFLICT (user_id, key) DO UPDATE SET value = excluded.value`, user, key, value); err != nil {
				return err
			}
		}
		return nil
	})
}
