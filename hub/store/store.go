// Package store is the only package with SQL. It opens the database, brings its
// tables to the present form and gives the rest of the hub one writer and many
// query-only readers.
package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	_ "github.com/mattn/go-sqlite3"
)

// Store is an open database. Its methods may be called from any goroutine.
type Store struct {
	writer  *sql.DB
	readers *sql.DB
	writing sync.Mutex // one transaction at a time, in the order asked
}

// Open opens, creates and migrates the SQLite database in file path. A path of
// ":memory:" gives a database of its own that lives as long as the Store.
func Open(ctx context.Context, path string) (*Store, error) {
	writerDSN, readerDSN := dsn(path)
	writer, err := sql.Open("sqlite3", writerDSN)
	if err != nil {
		return nil, err
	}
	writer.SetMaxOpenConns(1)
	writer.SetMaxIdleConns(1)
	readers, err := sql.Open("sqlite3", readerDSN)
	if err != nil {
		writer.Close()
		return nil, err
	}
	readers.SetMaxOpenConns(4)
	readers.SetMaxIdleConns(4)
	s := &Store{writer: writer, readers: readers}
	if err := migrate(ctx, writer); err != nil {
		s.Close()
		return nil, fmt.Errorf("open %s: %w", path, explained(err))
	}
	return s, nil
}

// dsn asks for synchronous=FULL by name: mattn builds WAL to
// default to NORMAL, and a power cut may take the last commits.
func dsn(path string) (writer, reader string) {
	q := url.Values{
		"_journal_mode":    {"WAL"},
		"_synchronous":     {"FULL"},
		"_busy_timeout":    {"5000"},
		"_foreign_keys":    {"1"},
		"_cache_size":      {"-8192"},
		"_stmt_cache_size": {"64"},
	}
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

// Close ends every connection.
func (s *Store) Close() error {
	err := s.readers.Close()
	if werr := s.writer.Close(); err == nil {
		err = werr
	}
	return err
}

// Write runs fn in the one write transaction there is. What fn wrote is on disk when
// Write returns nil, and nowhere when it returns an error.
func (s *Store) Write(ctx context.Context, fn func(tx *Tx) error) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	t := &Tx{tx: tx}
	if err := fn(t); err != nil {
		return err
	}
	if err := t.writeNotes(ctx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	told(ctx)
	return nil
}

// Read gives the query-only readers.
func (s *Store) Read() Querier { return s.readers }
