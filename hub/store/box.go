package store

import (
	"context"
	"database/sql"
	"errors"
)

// BoxSeen gives the number of the last event of box that is kept.
func (s *Store) BoxSeen(ctx context.Context, box string) (uint64, error) {
	return boxSeen(ctx, s.readers, box)
}

func boxSeen(ctx context.Context, q Querier, box string) (seq uint64, err error) {
	err = q.QueryRowContext(ctx, `SELECT last_seq FROM box WHERE id = ?`, box).Scan(&seq)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return seq, err
}

// BoxTakes notes, inside the transaction that keeps an event, that it is kept. It
// answers false for one that was before.
func BoxTakes(ctx context.Context, tx *Tx, box string, seq uint64) (bool, error) {
	result, err := tx.ExecContext(ctx, `INSERT INTO box (id, last_seq) VALUES (?, ?)
		ON CONFLICT (id) DO UPDATE SET last_seq = excluded.last_seq WHERE box.last_seq < excluded.last_seq`, box, seq)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n == 1, err
}

// SetBoxVersion keeps what runs on a box.
func SetBoxVersion(ctx context.Context, tx *Tx, box, version, board string) error {
	_, err := tx.ExecContext(ctx, `UPDATE box SET version = ?, board = ? WHERE id = ?`, version, board, box)
	return err
}

// PhoneLine is a line as pages know it.
type PhoneLine struct {
	ID     int
	Box    string
	Number int // within its box
	Label  string
}

// PhoneLines returns every line any box ever had.
func (s *Store) PhoneLines(ctx context.Context) ([]PhoneLine, error) {
	rows, err := s.readers.QueryContext(ctx, `SELECT id, box, number, label FROM phone_line ORDER BY id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var lines []PhoneLine
	for rows.Next() {
		var l PhoneLine
		if err := rows.Scan(&l.ID, &l.Box, &l.Number, &l.Label); err != nil {
			return nil, err
		}
		lines = append(lines, l)
	}
	return lines, rows.Err()
}

// PutPhoneLine adds a line, or changes its label unless that is nil, and returns it with
// its ID: the box's own number, or the next free one where another box has that.
func PutPhoneLine(ctx context.Context, tx *Tx, box string, number int, label *string) (PhoneLine, error) {
	l := PhoneLine{Box: box, Number: number}
	if label != nil {
		l.Label = *label
	}
	err := tx.QueryRowContext(ctx, `UPDATE phone_line SET label = COALESCE(?, label)
		WHERE box = ? AND number = ? RETURNING id, label`, label, box, number).Scan(&l.ID, &l.Label)
	if !errors.Is(err, sql.ErrNoRows) {
		return l, err
	}
	var taken, highest int
	err = tx.QueryRowContext(ctx, `SELECT count(CASE WHEN id = ? THEN 1 END), COALESCE(max(id), 0) FROM phone_line`,
		l.Number).Scan(&taken, &highest)
	if err != nil {
		return l, err
	}
	l.ID = l.Number
	if taken > 0 {
		l.ID = highest + 1
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO phone_line (id, box, number, label) VALUES (?,?,?,?)`,
		l.ID, l.Box, l.Number, l.Label)
	return l, err
}

// Alert is something a person must know about a box.
type Alert struct {
	Box    string
	Kind   string
	Line   int // as pages know it; 0 for none
	Detail string
	Since  int64
}

// PutAlert raises an alert; one that stands keeps its Since.
func PutAlert(ctx context.Context, tx *Tx, a Alert) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO box_alert (box, kind, line, detail, since) VALUES (?,?,?,?,?)
		ON CONFLICT (box, kind, line) DO UPDATE SET detail = excluded.detail`, a.Box, a.Kind, a.Line, a.Detail, a.Since)
	return err
}

// ClearAlert takes an alert away.
func ClearAlert(ctx context.Context, tx *Tx, box, kind string, line int) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM box_alert WHERE box = ? AND kind = ? AND line = ?`, box, kind, line)
	return err
}

// Alerts returns what stands, oldest first.
func (s *Store) Alerts(ctx context.Context) ([]Alert, error) {
	rows, err := s.readers.QueryContext(ctx, `SELECT box, kind, line, detail, since FROM box_alert ORDER BY since, kind, line`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var alerts []Alert
	for rows.Next() {
		var a Alert
		if err := rows.Scan(&a.Box, &a.Kind, &a.Line, &a.Detail, &a.Since); err != nil {
			return nil, err
		}
		alerts = append(alerts, a)
	}
	return alerts, rows.Err()
}
