package store

import (
	"context"
	"database/sql"
	"errors"

	"bellhop/hub/audit/trail"
	"bellhop/hub/crm"
)

// AddMembers keeps which records the entry seq of the access log is about.
func (s *Store) AddMembers(ctx context.Context, tx *Tx, seq int64, entity string, ids []crm.ID) error {
	for _, id := range ids {
		_, err := tx.ExecContext(ctx, `INSERT INTO access_member (entity, record_id, seq) VALUES (?,?,?) ON CONFLICT DO NOTHING`, entity, id, seq)
		if err != nil {
			return err
		}
	}
	return nil
}

// AccessOf reads the access log of one record, newest first: also where it was one of
// many that were exported, printed or sent to.
func (s *Store) AccessOf(ctx context.Context, ref crm.Ref, before int64, limit int) ([]trail.Entry, error) {
	if before == 0 {
		before = 1 << 62
	}
	return readEntries(ctx, s.Read(), `SELECT `+logColumns+` FROM access_log WHERE seq < ? AND (entity = ? AND record_id = ?
		OR seq IN (SELECT seq FROM access_member WHERE entity = ? AND record_id = ?)) ORDER BY seq DESC LIMIT ?`,
		before, ref.Entity, ref.ID, ref.Entity, ref.ID, limit)
}

// Opened lists what different records of an entity a user opened since a moment, newest
// first, by the entries of kind in the access log.
func (s *Store) Opened(ctx context.Context, q Querier, user crm.ID, kind, entity string, since int64) ([]trail.Entry, error) {
	entries, err := readEntries(ctx, q, `SELECT `+logColumns+` FROM access_log WHERE user_id = ? AND kind = ? AND entity = ? AND at >= ?
		ORDER BY seq DESC`, user, kind, entity, since)
	if err != nil {
		return nil, err
	}
	seen := map[int64]bool{}
	var different []trail.Entry
	for _, e := range entries {
		if !seen[e.Record] {
			seen[e.Record] = true
			different = append(different, e)
		}
	}
	return different, nil
}

// AccessAlert tells that a user opened more than is usual.
type AccessAlert struct {
	ID      crm.ID
	At      int64
	User    crm.ID
	Name    string
	Opened  int
	Allowed int
	List    string // JSON
	SeenBy  crm.ID
	SeenAt  int64
}

// AddAlert keeps an alert.
func (s *Store) AddAlert(ctx context.Context, tx *Tx, a AccessAlert) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO access_alert (id, at, user_id, user_name, opened, allowed, list, seen_by, seen_at) VALUES (?,?,?,?,?,?,?,0,0)`,
		a.ID, a.At, a.User, a.Name, a.Opened, a.Allowed, a.List)
	return err
}

// LastAlert is when the newest alert about a user was raised, 0 for never.
func (s *Store) LastAlert(ctx context.Context, q Querier, user crm.ID) (at int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT coalesce(max(at), 0) FROM access_alert WHERE user_id = ?`, user).Scan(&at)
	return at, err
}

// AccessAlerts lists alerts, newest first.
func (s *Store) AccessAlerts(ctx context.Context, limit int) ([]AccessAlert, error) {
	rows, err := s.Read().QueryContext(ctx, `SELECT id, at, user_id, user_name, opened, allowed, list, seen_by, seen_at FROM access_alert
		ORDER BY id DESC LIMIT ?`, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := []AccessAlert{}
	for rows.Next() {
		var a AccessAlert
		if err := rows.Scan(&a.ID, &a.At, &a.User, &a.Name, &a.Opened, &a.Allowed, &a.List, &a.SeenBy, &a.SeenAt); err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	return list, rows.Err()
}

// UnseenAlerts counts the alerts nobody has looked at.
func (s *Store) UnseenAlerts(ctx context.Context) (n int, err error) {
	err = s.Read().QueryRowContext(ctx, `SELECT count(*) FROM access_alert WHERE seen_at = 0`).Scan(&n)
	return n, err
}

// SeeAlert notes who looked at an alert.
func (s *Store) SeeAlert(ctx context.Context, id, by crm.ID, at int64) error {
	return s.exec(ctx, `UPDATE access_alert SET seen_by = ?, seen_at = ? WHERE id = ? AND seen_at = 0`, by, at, id)
}

// PageMark is a code drawn into the pages of one login in one hour.
type PageMark struct {
	Code    string
	Session string
	User    crm.ID
	Name    string
	Address string
	Device  string
	At      int64
	Until   int64
}

const markColumns = `code, session, user_id, user_name, address, device, at, until`

func (m *PageMark) into() []any {
	return []any{&m.Code, &m.Session, &m.User, &m.Name, &m.Address, &m.Device, &m.At, &m.Until}
}

// MarkOf is the mark a session draws now.
func (s *Store) MarkOf(ctx context.Context, session string, at int64) (*PageMark, error) {
	return s.mark(ctx, `session = ? AND until > ?`, session, at)
}

// Mark finds a mark by its code.
func (s *Store) Mark(ctx context.Context, code string) (*PageMark, error) {
	return s.mark(ctx, `code = ?`, code)
}

func (s *Store) mark(ctx context.Context, where string, args ...any) (*PageMark, error) {
	m := &PageMark{}
	err := s.Read().QueryRowContext(ctx, `SELECT `+markColumns+` FROM page_mark WHERE `+where+` LIMIT 1`, args...).Scan(m.into()...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, crm.ErrNotFound
	}
	return m, err
}

// AddMark keeps a mark, unless its code is taken (Conflict).
func (s *Store) AddMark(ctx context.Context, m *PageMark) error {
	return s.Write(ctx, func(tx *Tx) error {
		result, err := tx.ExecContext(ctx, `INSERT INTO page_mark (`+markColumns+`) VALUES (?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING`,
			m.Code, m.Session, m.User, m.Name, m.Address, m.Device, m.At, m.Until)
		return oneRow(result, err, &crm.Error{Code: crm.Conflict, Key: "audit.mark_taken"})
	})
}

// Finding is what an audit found.
type Finding struct {
	ID      crm.ID
	At      int64
	By      crm.ID
	Ref     crm.Ref
	Label   string
	Code    string
	Finding string
	Person  crm.ID
	Measure string
	Changed int64
}

// PutFinding keeps a finding, or what became of it.
func (s *Store) PutFinding(ctx context.Context, f *Finding) error {
	return s.exec(ctx, `INSERT INTO access_finding (id, at, by_id, entity, record_id, label, code, finding, person, measure, changed)
		VALUES (?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET finding = excluded.finding, person = excluded.person,
		measure = excluded.measure, changed = excluded.changed`,
		f.ID, f.At, f.By, f.Ref.Entity, f.Ref.ID, f.Label, f.Code, f.Finding, f.Person, f.Measure, f.Changed)
}

// Findings lists findings, newest first; of one record where ref names one.
func (s *Store) Findings(ctx context.Context, ref crm.Ref, limit int) ([]Finding, error) {
	query, args := `SELECT id, at, by_id, entity, record_id, label, code, finding, person, measure, changed FROM access_finding`, []any{}
	if ref.ID != 0 {
		query, args = query+` WHERE entity = ? AND record_id = ?`, append(args, ref.Entity, ref.ID)
	}
	rows, err := s.Read().QueryContext(ctx, query+` ORDER BY id DESC LIMIT ?`, append(args, limit)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := []Finding{}
	for rows.Next() {
		var f Finding
		if err := rows.Scan(&f.ID, &f.At, &f.By, &f.Ref.Entity, &f.Ref.ID, &f.Label, &f.Code, &f.Finding, &f.Person, &f.Measure, &f.Changed); err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	return list, rows.Err()
}

// Finding returns one finding.
func (s *Store) Finding(ctx context.Context, id crm.ID) (*Finding, error) {
	f := &Finding{}
	err := s.Read().QueryRowContext(ctx, `SELECT id, at, by_id, entity, record_id, label, code, finding, person, measure, changed
		FROM access_finding WHERE id = ?`, id).
		Scan(&f.ID, &f.At, &f.By, &f.Ref.Entity, &f.Ref.ID, &f.Label, &f.Code, &f.Finding, &f.Person, &f.Measure, &f.Changed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, crm.ErrNotFound
	}
	return f, err
}
