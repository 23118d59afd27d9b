package store

import (
	"context"
	"database/sql"
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
// each in one transaction, in order. A file is never edited after release.
func migrate(ctx context.Context, db *sql.DB) error {
	_, err := db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS migration (
		name TEXT PRIMARY KEY, ran_at INTEGER NOT NULL)`)
	if err != nil {
		return err
	}
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	sort.Strings(names)
	for _, name := range names {
		if err := runMigration(ctx, db, name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func runMigration(ctx context.Context, db *sql.DB, name string) error {
	var seen int
	key := strings.TrimPrefix(name, "migrations/")
	err := db.QueryRowContext(ctx, `SELECT count(*) FROM migration WHERE name = ?`, key).Scan(&seen)
	if err != nil || seen > 0 {
		return err
	}
	text, err := migrations.ReadFile(name)
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, string(text)); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO migration (name, ran_at) VALUES (?, ?)`, key, time.Now().UnixMilli())
	if err != nil {
		return err
	}
	return tx.Commit()
}
