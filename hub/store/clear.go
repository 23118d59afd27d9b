package store

import (
	"context"
	"fmt"

	"bellhop/hub/crm"
)

// clearBatch bounds what one transaction of ClearEntity writes.
const clearBatch = 300

// ClearEntity removes every record of an entity for good, deleted ones too, with all they
// are found by, and answers how many. Whatever pointed to one points nowhere. The logs keep
// what they say of them.
func (s *Store) ClearEntity(ctx context.Context, e *crm.Entity, by crm.ID, at int64) (n int, err error) {
	for {
		cleared := 0
		err := s.Write(ctx, func(tx *Tx) error {
			cleared, err = s.clearSome(ctx, tx, e, by, at)
			return err
		})
		n += cleared
		if err != nil || cleared == 0 {
			return n, err
		}
	}
}

func (s *Store) clearSome(ctx context.Context, tx *Tx, e *crm.Entity, by crm.ID, at int64) (int, error) {
	rows, err := tx.QueryContext(ctx, fmt.Sprintf(`SELECT id, rev, deleted_at IS NULL FROM %s LIMIT %d`, quote(e.Table), clearBatch))
	if err != nil {
		return 0, err
	}
	type row struct {
		id   crm.ID
		rev  int64
		live bool
	}
	var list []row
	for rows.Next() {
		var r row
		if err := rows.Scan(&r.id, &r.rev, &r.live); err != nil {
			rows.Close()
			return 0, err
		}
		list = append(list, r)
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return 0, err
	}
	for _, r := range list {
		if r.live { // takes it out of the search and the indexes
			if err := s.DeleteRecord(ctx, tx, e, r.id, r.rev, at, by); err != nil {
				return 0, err
			}
		}
		if err := eraseRecord(ctx, tx, e, r.id); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}

// eraseRecord removes the rows of a record that is deleted already.
func eraseRecord(ctx context.Context, tx *Tx, e *crm.Entity, id crm.ID) error {
	if err := dropKeys(ctx, tx, e.Name, id); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM rec_share WHERE entity = ? AND record_id = ?`, e.Name, id); err != nil {
		return err
	}
	for _, f := range lineFields(e) {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+quote(e.LinesTable(f))+` WHERE record_id = ?`, id); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM `+quote(e.Table)+` WHERE id = ?`, id)
	return err
}
