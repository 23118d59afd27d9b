package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/mattn/go-sqlite3"

	"bellhop/hub/store/plans"
)

// sqlite keeps everything in one file: one writer, many query-only readers.
type sqlite struct{ path string }

func (e *sqlite) dialect() string { return "sqlite" }

func (e *sqlite) open(ctx context.Context) (writer, readers *sql.DB, err error) {
	plans.Keep()
	writerDSN, readerDSN := e.dsn()
	if writer, err = sql.Open("sqlite3", writerDSN); err != nil {
		return nil, nil, err
	}
	writer.SetMaxOpenConns(1)
	writer.SetMaxIdleConns(1)
	if readers, err = sql.Open("sqlite3", readerDSN); err != nil {
		writer.Close()
		return nil, nil, err
	}
	readers.SetMaxOpenConns(4)
	readers.SetMaxIdleConns(4)
	return writer, readers, nil
}

// dsn asks for synchronous=FULL by name: mattn builds WAL to
// default to NORMAL, and a power cut may take the last commits.
func (e *sqlite) dsn() (writer, reader string) {
	q := url.Values{
		"_journal_mode":    {"WAL"},
		"_synchronous":     {"FULL"},
		"_busy_timeout":    {"5000"},
		"_foreign_keys":    {"1"},
		"_cache_size":      {"-8192"},
		"_stmt_cache_size": {"128"},
	}
	path := e.path
	if path == ":memory:" {
		path = fmt.Sprintf("mem%p", &q)
		q.Set("mode", "memory")
		q.Set("cache", "shared")
		q.Del("_journal_mode")
	} else {
		os.MkdirAll(filepath.Dir(path), 0o750)
	}
	w := url.Values{"_txlock": {"immediate"}}
	r := url.Values{"_query_only": {"1"}}
	base := "file:" + path + "?" + q.Encode() + "&"
	return base + w.Encode(), base + r.Encode()
}

// upkeep looks at a sample of the tables that grew or shrank tenfold since it last did.
func (e *sqlite) upkeep() string {
	return `PRAGMA analysis_limit = 1000; PRAGMA optimize = 0x10002; PRAGMA shrink_memory`
}

func (e *sqlite) forLoading() string {
	return `PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; PRAGMA wal_autocheckpoint = 50000`
}

// exclusive has nothing to do: the hub holds a lock on its folder.
func (e *sqlite) exclusive(_ context.Context, _ *sql.DB, fn func() error) error { return fn() }

func (e *sqlite) isolation() sql.IsolationLevel { return sql.LevelDefault }

func (e *sqlite) statement(query string, args []any) (string, []any) { return query, args }
func (e *sqlite) ddl(text string) string                             { return text }
func (e *sqlite) patience() string                                   { return "" }
func (e *sqlite) like() string                                       { return ` LIKE ? ESCAPE '\'` }
func (e *sqlite) within(column string) string                        { return "instr(" + column + ", ?) > 0" }

func (e *sqlite) holding(grams []string) (string, any) {
	return `SELECT rowid FROM search_gram WHERE search_gram MATCH ?`, `"` + strings.Join(grams, `" AND "`) + `"`
}

func (e *sqlite) putGrams(ctx context.Context, tx *Tx, id int64, fresh bool, grams []string) error {
	if !fresh {
		if _, err := tx.ExecContext(ctx, `DELETE FROM search_gram WHERE rowid = ?`, id); err != nil {
			return err
		}
	}
	if len(grams) == 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO search_gram (rowid, grams) VALUES (?, ?)`, id, strings.Join(grams, " "))
	return err
}

func (e *sqlite) countsFirst() bool { return true }

func (e *sqlite) columns(ctx context.Context, q Querier, table string) (map[string]bool, error) {
	return names(q.QueryContext(ctx, `SELECT name FROM pragma_table_info(?)`, table))
}

func (e *sqlite) indexes(ctx context.Context, q Querier, table string) (map[string]bool, error) {
	return names(q.QueryContext(ctx, `SELECT name FROM pragma_index_list(?)`, table))
}

func (e *sqlite) again(err error) bool {
	var s sqlite3.Error
	return errors.As(err, &s) && (s.Code == sqlite3.ErrBusy || s.Code == sqlite3.ErrLocked)
}

func (e *sqlite) full(err error) bool {
	var s sqlite3.Error
	return errors.As(err, &s) && (s.Code == sqlite3.ErrFull || s.SystemErrno == syscall.ENOSPC || s.SystemErrno == syscall.EDQUOT)
}

func (e *sqlite) explained(err error) error {
	var s sqlite3.Error
	switch {
	case e.full(err):
		return fmt.Errorf("%w: free some space on this disk and start again", err)
	case errors.As(err, &s) && (s.Code == sqlite3.ErrNotADB || s.Code == sqlite3.ErrCorrupt):
		return fmt.Errorf("%w: the file is damaged; keep a copy of it, then put a backup in its place", err)
	case errors.As(err, &s) && s.Code == sqlite3.ErrCantOpen:
		return fmt.Errorf("%w: is the folder there, and may this user write in it?", err)
	}
	return err
}

// unindexed: "+" before a column keeps SQLite from its indexes.
func (e *sqlite) unindexed(column string) string { return "+" + column }
