package store

import (
	"context"
	"database/sql"
	"errors"
)

// Counts are how many rows each table holds, by its name.
type Counts map[string]int64

// CopyTo writes the database as it is at one moment to a new file at path while others go
// on working, and counts the rows of that moment. A SQLite database becomes a SQLite file
// that any tool opens, a PostgreSQL one what pg_dump writes. done, which may be nil, is told
// how far it is, 0 to 1.
func (s *Store) CopyTo(ctx context.Context, path string, done func(part float64)) (Counts, error) {
	if done == nil {
		done = func(float64) {}
	}
	return s.engine.copyTo(ctx, path, done)
}

// CopyName is what a copy is called.
func CopyName(source string) string {
	if IsServer(source) {
		return "hub.dump"
	}
	return "hub.db"
}

// ErrDamaged is a copy that can't be what was written.
var ErrDamaged = errors.New("store: the copy of the database is damaged")

// TryCopy opens the copy at path as a restore would, checks it from end to end and counts
// its rows. source is where the hub keeps its data: a copy of PostgreSQL is loaded into a
// database of its own there, which is dropped again.
func TryCopy(ctx context.Context, source, path string) (Counts, error) {
	return engineOf(source).tryCopy(ctx, path)
}

// PutCopy makes the copy at path the content of an empty or present PostgreSQL database, in
// one transaction. A SQLite file is put in place by its name and needs none of this.
func PutCopy(ctx context.Context, source, path string) error {
	return engineOf(source).putCopy(ctx, path)
}

func countRows(ctx context.Context, q Querier, tables []string) (Counts, error) {
	counts := Counts{}
	for _, table := range tables {
		var n int64
		if err := q.QueryRowContext(ctx, `SELECT count(*) FROM `+quote(table)).Scan(&n); err != nil {
			return nil, err
		}
		counts[table] = n
	}
	return counts, nil
}

func readNames(rows *sql.Rows, err error) (list []string, _ error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		list = append(list, name)
	}
	return list, rows.Err()
}

// EndAllSessions logs everybody out: of what a restored database says of sessions nothing
// can be trusted.
func (s *Store) EndAllSessions(ctx context.Context) error { return s.exec(ctx, `DELETE FROM session`) }

// Copy is CopyTo for a database nobody has open.
func Copy(ctx context.Context, source, path string) error {
	_, err := engineOf(source).copyTo(ctx, path, func(float64) {})
	return err
}
