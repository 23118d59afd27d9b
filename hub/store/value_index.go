package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// An index on a table of a million records takes the engine seconds in which nobody
// writes. One that is wanted while the office works is therefore a table beside it,
// (value, record), that is made empty, kept up by every write from then on, and filled
// with what was there before in short pieces; then filters use it. At the next start it
// stays as it is.

// maxValueIndexes of one table: each is one more to keep up with every write.
const maxValueIndexes = 8

// Filling takes pieces of about so long, however slow the disk, and rests between them
// for as long again.
const (
	pieceTime  = 15 * time.Millisecond
	firstPiece = 200
	maxPiece   = 20000
)

func valueTable(table, column string) string { return quote("xi_" + table + "_" + column) }

// IndexEntity makes the indexes that lists of e are narrowed by and that are missing,
// without keeping anybody waiting: they are of use once they are filled. It drops the
// use of those that no field asks for any more.
func (s *Store) IndexEntity(ctx context.Context, e *crm.Entity) error {
	wanted, err := s.wantedIndexes(ctx, e)
	if err != nil {
		return err
	}
	err = s.Write(ctx, func(tx *Tx) error {
		there, err := valueIndexes(ctx, tx, e.Table)
		if err != nil {
			return err
		}
		for _, column := range there {
			if !slices.ContainsFunc(wanted, func(c field.Column) bool { return c.Name == column }) {
				if err := dropValueIndex(ctx, tx, e.Table, column); err != nil {
					return err
				}
			}
		}
		for _, c := range wanted {
			if !slices.Contains(there, c.Name) {
				if err := addValueIndex(ctx, tx, e.Table, c); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err == nil {
		s.fillIndexes()
	}
	return err
}

// wantedIndexes are the columns that need an index and have none of the engine's own.
func (s *Store) wantedIndexes(ctx context.Context, e *crm.Entity) ([]field.Column, error) {
	own, err := s.engine.indexes(ctx, s.readers, e.Table)
	if err != nil {
		return nil, err
	}
	var wanted []field.Column
	for i := range e.Fields {
		f := &e.Fields[i]
		columns := f.Type.Columns(f.Key)
		if len(columns) == 0 || f.Key == "owner" || !indexed(f) || own[e.Table+"_by_"+f.Key] || own[e.Table+"_all_"+f.Key] || own[e.Table+"_of_"+f.Key] {
			continue
		}
		if f.Key == e.Title {
			continue
		}
		wanted = append(wanted, columns[0])
	}
	if len(wanted) > maxValueIndexes {
		return nil, &crm.Error{Code: crm.Invalid, Key: "field.too_many_indexes", Args: map[string]string{"max": strconv.Itoa(maxValueIndexes)}}
	}
	return wanted, nil
}

func valueIndexes(ctx context.Context, q Querier, table string) (columns []string, err error) {
	err = eachRow(ctx, q, `SELECT column_name FROM value_index WHERE table_name = ? ORDER BY column_name`, func(scan func(...any) error) error {
		var column string
		err := scan(&column)
		columns = append(columns, column)
		return err
	}, table)
	return columns, err
}

func addValueIndex(ctx context.Context, tx *Tx, table string, c field.Column) error {
	// What an index of before left behind is of no use: nobody kept it up.
	name := valueTable(table, c.Name)
	err := tx.define(ctx, fmt.Sprintf(`DROP TABLE IF EXISTS %s; CREATE TABLE %s (value %s NOT NULL, record_id INTEGER NOT NULL,
		PRIMARY KEY (value, record_id)) WITHOUT ROWID`, name, name, c.Kind))
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO value_index (table_name, column_name, kind, ready, upto) VALUES (?,?,?,0,0)`, table, c.Name, string(c.Kind))
	return err
}

// dropValueIndex ends its use; its table goes when it is wanted anew.
func dropValueIndex(ctx context.Context, tx *Tx, table, column string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM value_index WHERE table_name = ? AND column_name = ?`, table, column)
	return err
}

// unindexValues takes a record out of its table's value indexes, before it changes.
func unindexValues(ctx context.Context, tx *Tx, table string, id crm.ID) error {
	return eachValueIndex(ctx, tx, table, func(name, column string) (string, []any) {
		return fmt.Sprintf(`DELETE FROM %s WHERE record_id = ? AND value = (SELECT %s FROM %s WHERE id = ?)`, name, column, quote(table)), []any{id, id}
	})
}

// indexValues puts it back as it is now.
func indexValues(ctx context.Context, tx *Tx, table string, id crm.ID) error {
	return eachValueIndex(ctx, tx, table, func(name, column string) (string, []any) {
		return fmt.Sprintf(`INSERT INTO %s (value, record_id) SELECT %s, id FROM %s WHERE id = ? AND %s IS NOT NULL AND deleted_at IS NULL
			ON CONFLICT DO NOTHING`, name, column, quote(table), column), []any{id}
	})
}

// updateOne changes columns of one record and keeps its value indexes up.
func updateOne(ctx context.Context, tx *Tx, table string, id crm.ID, query string, args ...any) error {
	if err := unindexValues(ctx, tx, table, id); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, query, args...); err != nil {
		return err
	}
	return indexValues(ctx, tx, table, id)
}

func eachValueIndex(ctx context.Context, tx *Tx, table string, statement func(name, column string) (string, []any)) error {
	columns, err := valueIndexes(ctx, tx, table)
	if err != nil {
		return err
	}
	for _, column := range columns {
		query, args := statement(valueTable(table, column), quote(column))
		if _, err := tx.ExecContext(ctx, query, args...); err != nil {
			return err
		}
	}
	return nil
}

// fillIndexes fills in the background what isn't filled yet; once at a time.
func (s *Store) fillIndexes() {
	s.filling.Lock()
	defer s.filling.Unlock()
	if s.life.Err() != nil {
		return
	}
	s.wanted++
	if s.wanted > 1 {
		return // the one at work looks again when it is through
	}
	s.background.Go(func() {
		for {
			s.filling.Lock()
			seen := s.wanted
			s.filling.Unlock()
			err := s.fillAll(s.life)
			s.filling.Lock()
			if err != nil || s.wanted == seen {
				s.wanted = 0
				s.filling.Unlock()
				return
			}
			s.filling.Unlock()
		}
	})
}

// fillAll fills every index that isn't. An error, of a full disk say, leaves the rest
// to the next start; lists work without.
func (s *Store) fillAll(ctx context.Context) error {
	for {
		var table, column string
		err := s.readers.QueryRowContext(ctx, `SELECT table_name, column_name FROM value_index WHERE ready = 0 LIMIT 1`).Scan(&table, &column)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.fill(ctx, table, column); err != nil {
			return err
		}
	}
}

func (s *Store) fill(ctx context.Context, table, column string) error {
	size := firstPiece
	for {
		began := time.Now()
		more, err := s.fillPiece(ctx, table, column, size)
		if err != nil || !more {
			return err
		}
		took := time.Since(began)
		switch {
		case took > pieceTime:
			size = max(size/2, 10)
		case took < pieceTime/2:
			size = min(size*2, maxPiece)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(took):
		}
	}
}

// fillPiece puts the next records in, so many, and tells whether there are more.
func (s *Store) fillPiece(ctx context.Context, table, column string, size int) (more bool, err error) {
	var upto int64
	err = s.readers.QueryRowContext(ctx, `SELECT upto FROM value_index WHERE table_name = ? AND column_name = ? AND ready = 0`, table, column).Scan(&upto)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil // nobody wants it any more
	}
	if err != nil {
		return false, err
	}
	var last int64
	err = s.readers.QueryRowContext(ctx, fmt.Sprintf(`SELECT id FROM %s WHERE id > ? ORDER BY id LIMIT 1 OFFSET %d`, quote(table), size), upto).Scan(&last)
	more = err == nil
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return false, err
	}
	if !more {
		last = 1<<63 - 1
	}
	return more, s.Write(ctx, func(tx *Tx) error {
		_, err := tx.ExecContext(ctx, fmt.Sprintf(`INSERT INTO %s (value, record_id) SELECT %s, id FROM %s
			WHERE id > ? AND id <= ? AND %s IS NOT NULL AND deleted_at IS NULL ON CONFLICT DO NOTHING`,
			valueTable(table, column), quote(column), quote(table), quote(column)), upto, last)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE value_index SET upto = ?, ready = ? WHERE table_name = ? AND column_name = ?`, last, !more, table, column)
		return err
	})
}

// byValueIndex writes a condition by the value index of a column, if there is one and
// it rules out most records.
func (b *builder) byValueIndex(e *crm.Entity, column string, f *crm.Filter) bool {
	if b.ask == nil || !slices.Contains([]field.Op{field.Eq, field.In, field.Lt, field.Le, field.Gt, field.Ge}, f.Op) {
		return false
	}
	var one int
	if b.ask(`SELECT 1 FROM value_index WHERE table_name = ? AND column_name = ? AND ready = 1`, e.Table, column).Scan(&one) != nil {
		return false
	}
	inner := &builder{schema: b.schema, engine: b.engine}
	inner.compareValue("v.value", f)
	table := valueTable(e.Table, column)
	var n int
	err := b.ask(fmt.Sprintf(`SELECT count(*) FROM (SELECT 1 FROM %s v WHERE %s LIMIT %d) counted`, table, inner.String(), frequentValue+1), inner.args...).Scan(&n)
	if err != nil || n > frequentValue {
		return false
	}
	b.bind(fmt.Sprintf("a.id IN (SELECT v.record_id FROM %s v WHERE %s)", table, inner.String()), inner.args...)
	return true
}
