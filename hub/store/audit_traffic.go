package store

import (
	"context"

	"bellhop/hub/crm"
)

// Traffic is how much a user was shown in one module on one day.
type Traffic struct {
	Day     string // "2026-11-22", the office's
	User    crm.ID
	Module  string
	Pages   int64
	Records int64
	Exports int64
	Bytes   int64
}

// AddTraffic counts on.
func (s *Store) AddTraffic(ctx context.Context, tx *Tx, t Traffic) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO access_traffic (day, user_id, module, pages, records, exports, bytes) VALUES (?,?,?,?,?,?,?)
		ON CONFLICT (day, user_id, module) DO UPDATE SET pages = access_traffic.pages + excluded.pages,
		records = access_traffic.records + excluded.records, exports = access_traffic.exports + excluded.exports,
		bytes = access_traffic.bytes + excluded.bytes`,
		t.Day, t.User, t.Module, t.Pages, t.Records, t.Exports, t.Bytes)
	return err
}

// Traffic returns the counters from a day to another, both included; of one user, or of
// all (0).
func (s *Store) Traffic(ctx context.Context, from, to string, user crm.ID) ([]Traffic, error) {
	query, args := `SELECT day, user_id, module, pages, records, exports, bytes FROM access_traffic WHERE day >= ? AND day <= ?`, []any{from, to}
	if user != 0 {
		query, args = query+` AND user_id = ?`, append(args, user)
	}
	rows, err := s.Read().QueryContext(ctx, query+` ORDER BY day, user_id, module`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := []Traffic{}
	for rows.Next() {
		var t Traffic
		if err := rows.Scan(&t.Day, &t.User, &t.Module, &t.Pages, &t.Records, &t.Exports, &t.Bytes); err != nil {
			return nil, err
		}
		list = append(list, t)
	}
	return list, rows.Err()
}

// CopyRule says whether a user or a role may copy out.
type CopyRule struct {
	Subject string // "user", "role"
	ID      crm.ID
	Allowed bool
}

// CopyRules returns all of them.
func (s *Store) CopyRules(ctx context.Context) ([]CopyRule, error) {
	rows, err := s.Read().QueryContext(ctx, `SELECT subject, subject_id, allowed FROM copy_rule ORDER BY subject, subject_id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := []CopyRule{}
	for rows.Next() {
		var r CopyRule
		var allowed int64
		if err := rows.Scan(&r.Subject, &r.ID, &allowed); err != nil {
			return nil, err
		}
		r.Allowed = allowed != 0
		list = append(list, r)
	}
	return list, rows.Err()
}

// SetSecurity keeps settings and replaces the rules of who may copy out.
func (s *Store) SetSecurity(ctx context.Context, values map[string]string, rules []CopyRule) error {
	return s.Write(ctx, func(tx *Tx) error {
		for key, value := range values {
			if err := setSetting(ctx, tx, key, value); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM copy_rule`); err != nil {
			return err
		}
		for _, r := range rules {
			allowed := 0
			if r.Allowed {
				allowed = 1
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO copy_rule (subject, subject_id, allowed) VALUES (?,?,?)
				ON CONFLICT (subject, subject_id) DO UPDATE SET allowed = excluded.allowed`, r.Subject, r.ID, allowed); err != nil {
				return err
			}
		}
		return nil
	})
}
