package store

import (
	"context"

	"bellhop/hub/crm"
)

// ShownPage is a page one user showed another.
type ShownPage struct {
	ID, From, To crm.ID
	At           int64
	Path         string
	Title, Text  string
	ReadAt       int64 // 0 until it was opened
}

// keptPages is how many a user keeps; the oldest go.
const keptPages = 200

// AddShownPages keeps a page shown to several.
func (s *Store) AddShownPages(ctx context.Context, pages []ShownPage) error {
	return s.Write(ctx, func(tx *Tx) error {
		for _, p := range pages {
			if _, err := tx.ExecContext(ctx, `INSERT INTO shown_page (id, from_id, to_id, at, path, title, text, read_at) VALUES (?,?,?,?,?,?,?,0)`,
				p.ID, p.From, p.To, p.At, p.Path, p.Title, p.Text); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `DELETE FROM shown_page WHERE to_id = ? AND id IN
				(SELECT id FROM shown_page WHERE to_id = ? ORDER BY id DESC LIMIT 1000 OFFSET ?)`, p.To, p.To, keptPages); err != nil {
				return err
			}
		}
		return nil
	})
}

// ShownPages lists what was shown to a user, the newest first.
func (s *Store) ShownPages(ctx context.Context, to crm.ID) ([]ShownPage, error) {
	list := []ShownPage{}
	err := eachRow(ctx, s.Read(), `SELECT id, from_id, to_id, at, path, title, text, read_at FROM shown_page WHERE to_id = ? ORDER BY id DESC`,
		func(scan func(...any) error) error {
			var p ShownPage
			err := scan(&p.ID, &p.From, &p.To, &p.At, &p.Path, &p.Title, &p.Text, &p.ReadAt)
			list = append(list, p)
			return err
		}, to)
	return list, err
}

// ReadShownPage notes that the user it was shown to has opened it.
func (s *Store) ReadShownPage(ctx context.Context, to, id crm.ID, at int64) error {
	return s.exec(ctx, `UPDATE shown_page SET read_at = ? WHERE id = ? AND to_id = ? AND read_at = 0`, at, id, to)
}
