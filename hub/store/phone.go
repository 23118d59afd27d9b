package store

import (
	"context"

	"bellhop/hub/crm"
)

// PhoneHit is a stored number and the record that holds it.
type PhoneHit struct {
	crm.Ref
	Field     string
	Label     string
	Canonical string
	Display   string
}

// Phones of each rung of the ladder callers are looked up by; see hub/phone.Keys. Hits
// come newest record first.

// PhonesExact finds the records that hold a canonical number.
func (s *Store) PhonesExact(ctx context.Context, canonical string, limit int) ([]PhoneHit, error) {
	return s.phones(ctx, "canonical", canonical, limit)
}

// PhonesTail finds the records with a number that ends like it.
func (s *Store) PhonesTail(ctx context.Context, tail string, limit int) ([]PhoneHit, error) {
	return s.phones(ctx, "tail", tail, limit)
}

// PhonesSwitchboard finds the records with an extension of the same switchboard.
func (s *Store) PhonesSwitchboard(ctx context.Context, board string, limit int) ([]PhoneHit, error) {
	return s.phones(ctx, "switchboard", board, limit)
}

func (s *Store) phones(ctx context.Context, column, value string, limit int) ([]PhoneHit, error) {
	if value == "" {
		return nil, nil
	}
	// The second condition lets the engine use the partial index.
	rows, err := s.readers.QueryContext(ctx, `SELECT entity, record_id, field, label, canonical, display FROM phone_number
		WHERE `+column+` = ? AND `+column+` <> '' ORDER BY record_id DESC, position LIMIT ?`, value, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var hits []PhoneHit
	for rows.Next() {
		var h PhoneHit
		if err := rows.Scan(&h.Entity, &h.ID, &h.Field, &h.Label, &h.Canonical, &h.Display); err != nil {
			return nil, err
		}
		hits = append(hits, h)
	}
	return hits, rows.Err()
}
