package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"

	"github.com/mattn/go-sqlite3"
)

// copyPages is how much is copied between two looks at ctx: 8 MB, some 50 ms on a card.
const copyPages = 2000

func (e *sqlite) copyTo(ctx context.Context, path string, done func(float64)) (Counts, error) {
	_, reader := e.dsn()
	source, err := sql.Open("sqlite3", reader)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	from, err := source.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer from.Close()
	// Inside one read transaction the copy is of one moment and never begins anew.
	if _, err := from.ExecContext(ctx, `BEGIN`); err != nil {
		return nil, err
	}
	defer from.ExecContext(context.WithoutCancel(ctx), `ROLLBACK`)
	counts, err := sqliteCounts(ctx, from)
	if err != nil {
		return nil, err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	target, err := sql.Open("sqlite3", "file:"+url.PathEscape(path)+"?_synchronous=OFF&_journal_mode=OFF")
	if err != nil {
		return nil, err
	}
	defer target.Close()
	target.SetMaxOpenConns(1)
	to, err := target.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer to.Close()
	if err := copyPagesOf(ctx, from, to, done); err != nil {
		return nil, err
	}
	// The copy says of itself that it has a log beside it; alone on a disk that can't be
	// written it would not open.
	if _, err := to.ExecContext(ctx, `PRAGMA journal_mode = DELETE`); err != nil {
		return nil, err
	}
	return counts, syncFile(path)
}

func copyPagesOf(ctx context.Context, from, to *sql.Conn, done func(float64)) error {
	return from.Raw(func(f any) error {
		return to.Raw(func(t any) (err error) {
			b, err := t.(*sqlite3.SQLiteConn).Backup("main", f.(*sqlite3.SQLiteConn), "main")
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, b.Close()) }()
			for {
				if err := ctx.Err(); err != nil {
					return err
				}
				whole, err := b.Step(copyPages)
				if err != nil || whole {
					return err
				}
				if n := b.PageCount(); n > 0 {
					done(1 - float64(b.Remaining())/float64(n))
				}
			}
		})
	})
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// sqliteCounts counts the rows of ordinary tables; those of the search are made of others.
func sqliteCounts(ctx context.Context, q Querier) (Counts, error) {
	tables, err := readNames(q.QueryContext(ctx, `SELECT name FROM sqlite_master WHERE type = 'table'
		AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'search_gram%' ORDER BY name`))
	if err != nil {
		return nil, err
	}
	return countRows(ctx, q, tables)
}

func (e *sqlite) tryCopy(ctx context.Context, path string) (Counts, error) {
	db, err := sql.Open("sqlite3", "file:"+url.PathEscape(path)+"?mode=ro&immutable=1")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	var said string
	if err := db.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&said); err != nil {
		return nil, damaged(err)
	}
	if said != "ok" {
		return nil, fmt.Errorf("%w: %s", ErrDamaged, said)
	}
	counts, err := sqliteCounts(ctx, db)
	if err != nil {
		return nil, damaged(err)
	}
	if counts["migration"] == 0 {
		return nil, fmt.Errorf("%w: it holds no office", ErrDamaged)
	}
	return counts, nil
}

func damaged(err error) error {
	var s sqlite3.Error
	if errors.As(err, &s) && (s.Code == sqlite3.ErrCorrupt || s.Code == sqlite3.ErrNotADB || s.Code == sqlite3.ErrError) {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}

func (e *sqlite) putCopy(context.Context, string) error {
	return errors.New("store: a SQLite copy is put in place by its name")
}
