package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"sort"
	"strings"
	"time"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate runs every numbered file of migrations/ that this database has not seen,
// each in one transaction, in order. A file is never edited after release. Files are
// written for SQLite with the types INTEGER, TEXT and BLOB alone; the engine translates. A
// file named "….sqlite.sql" or "….postgres.sql" is for that engine alone and not translated.
func (s *Store) migrate(ctx context.Context) error {
	err := s.Write(ctx, func(tx *Tx) error {
		return tx.define(ctx, `CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, ran_at INTEGER NOT NULL)`)
	})
	if err != nil {
		return err
	}
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	sort.Strings(names)
	for _, name := range names {
		if other, of := dialect(name); of && other != s.engine.dialect() {
			continue
		}
		if err := s.runMigration(ctx, name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// dialect is the engine a file is for, of "0302_gram.sqlite.sql"; other files are for all.
func dialect(name string) (string, bool) {
	parts := strings.Split(name, ".")
	return parts[len(parts)-2], len(parts) == 3
}

func (s *Store) runMigration(ctx context.Context, name string) error {
	text, err := migrations.ReadFile(name)
	if err != nil {
		return err
	}
	key := strings.TrimPrefix(name, "migrations/")
	return s.Write(ctx, func(tx *Tx) error {
		var seen int
		err := tx.QueryRowContext(ctx, `SELECT count(*) FROM migration WHERE name = ?`, key).Scan(&seen)
		if err != nil || seen > 0 {
			return err
		}
		statements := string(text)
		if _, own := dialect(name); !own {
			statements = tx.engine.ddl(statements)
		}
		if _, err := tx.tx.ExecContext(ctx, statements); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO migration (name, ran_at) VALUES (?, ?)`, key, time.Now().UnixMilli())
		return err
	})
}
