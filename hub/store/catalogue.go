package store

import (
	"context"
	"fmt"
	"strconv"

	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// maxColumns of a table; far below the engines' own limits (SQLite 2000, PostgreSQL
// 1600), because every row that is read is read through all of them.
const maxColumns = 250

// AddColumn adds a column to the table of records in use, outside of any other
// transaction: "x<field id>" of an office's own field. It is empty in every record there
// is, so nobody waits for it. A column that is there already is left as it is.
func (s *Store) AddColumn(ctx context.Context, table string, c field.Column) error {
	return s.engine.exclusive(ctx, s.writer, func() error {
		return s.Write(ctx, func(tx *Tx) error {
			there, err := tx.engine.columns(ctx, tx, table)
			if err != nil || there[c.Name] {
				return err
			}
			if len(there) == 0 {
				return fmt.Errorf("no table %s", table)
			}
			if len(there) >= maxColumns {
				return &crm.Error{Code: crm.Invalid, Key: "field.too_many_fields", Args: map[string]string{"max": strconv.Itoa(maxColumns)}}
			}
			return tx.define(ctx, tx.engine.patience()+fmt.Sprintf(`ALTER TABLE %s ADD COLUMN %s %s`, quote(table), quote(c.Name), c.Kind))
		})
	})
}
