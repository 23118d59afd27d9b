package store

import (
	"context"

	"bellhop/hub/crm"
)

// MaxFavourites is how many records one user may star.
const MaxFavourites = 500

// Favourite is a record somebody starred.
type Favourite struct {
	crm.Ref
	At int64
}

// Favourites lists a user's, the newest first.
func (s *Store) Favourites(ctx context.Context, user crm.ID) ([]Favourite, error) {
	list := []Favourite{}
	err := eachRow(ctx, s.Read(), `SELECT entity, record_id, at FROM favourite WHERE user_id = ? ORDER BY at DESC, record_id DESC`,
		func(scan func(...any) error) error {
			var f Favourite
			err := scan(&f.Entity, &f.ID, &f.At)
			list = append(list, f)
			return err
		}, user)
	return list, err
}

// AddFavourite stars a record; one starred already stays where it is. It tells whether
// there was room.
func (s *Store) AddFavourite(ctx context.Context, user crm.ID, ref crm.Ref, at int64) (room bool, err error) {
	err = s.Write(ctx, func(tx *Tx) error {
		result, err := tx.ExecContext(ctx, `INSERT INTO favourite (user_id, entity, record_id, at) SELECT ?, ?, ?, ?
			WHERE (SELECT count(*) FROM favourite WHERE user_id = ?) < ? ON CONFLICT (user_id, entity, record_id) DO NOTHING`,
			user, ref.Entity, ref.ID, at, user, MaxFavourites)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n > 0 {
			room = true
			return err
		}
		var n int
		err = tx.QueryRowContext(ctx, `SELECT count(*) FROM favourite WHERE user_id = ? AND entity = ? AND record_id = ?`, user, ref.Entity, ref.ID).Scan(&n)
		room = n > 0
		return err
	})
	return room, err
}

// DropFavourite takes the star off.
func (s *Store) DropFavourite(ctx context.Context, user crm.ID, ref crm.Ref) error {
	return s.exec(ctx, `DELETE FROM favourite WHERE user_id = ? AND entity = ? AND record_id = ?`, user, ref.Entity, ref.ID)
}
