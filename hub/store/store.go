// Package store is the only package with SQL. It opens the database, SQLite or
// PostgreSQL, brings its tables to the present form and gives the rest of the hub
// write transactions and query-only readers.
package store

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// Store is an open database. Its methods may be called from any goroutine.
type Store struct {
	engine  engine
	writer  *sql.DB
	readers *pool
	staff   atomic.Pointer[staff]

	life       context.Context // ends with the Store
	end        context.CancelFunc
	background sync.WaitGroup
	filling    sync.Mutex
	wanted     int // calls of fillIndexes that the one at work has to see to

	writing sync.Mutex // one transaction of this hub at a time, in the order asked; of other hubs see Write
}

// Open opens, creates and migrates the database at source: the path of a SQLite file,
// or the URL of a PostgreSQL database ("postgres://user:password@host/database"). A
// path of ":memory:" gives a database of its own that lives as long as the Store.
func Open(ctx context.Context, source string) (*Store, error) {
	e := engineOf(source)
	writer, readers, err := e.open(ctx)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", e.explained(err))
	}
	s := &Store{engine: e, writer: writer, readers: &pool{readers, e}}
	s.life, s.end = context.WithCancel(context.Background())
	if err := e.exclusive(ctx, writer, func() error { return s.migrate(ctx) }); err != nil {
		s.Close()
		return nil, fmt.Errorf("open database: %w", e.explained(err))
	}
	return s, nil
}

// Close ends every connection.
func (s *Store) Close() error {
	s.filling.Lock()
	s.end()
	s.filling.Unlock()
	s.background.Wait()
	err := s.readers.db.Close()
	if werr := s.writer.Close(); err == nil {
		err = werr
	}
	return err
}

// A transaction that others got in the way of is tried this often, with a pause that
// grows; about two seconds in all.
const (
	maxTries   = 14
	firstPause = 2 * time.Millisecond
	maxPause   = 250 * time.Millisecond
)

// Write runs fn in a write transaction. What fn wrote is on disk when Write returns
// nil, and nowhere when it returns an error. fn sees the database as if it were alone
// in it; where another hub got in the way it is run again, so it may change nothing
// outside of the transaction that a second run would not set right.
func (s *Store) Write(ctx context.Context, fn func(tx *Tx) error) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	pause := firstPause
	for try := 1; ; try++ {
		err := s.writeOnce(ctx, fn)
		if err == nil || try == maxTries || !s.engine.again(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause/2 + rand.N(pause)):
		}
		pause = min(2*pause, maxPause)
	}
}

func (s *Store) writeOnce(ctx context.Context, fn func(tx *Tx) error) error {
	tx, err := s.writer.BeginTx(ctx, &sql.TxOptions{Isolation: s.engine.isolation()})
	if err != nil {
		return err
	}
	defer tx.Rollback()
	t := &Tx{tx: tx, engine: s.engine}
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
	for _, fn := range t.after {
		fn()
	}
	return nil
}

// Read gives the query-only readers.
func (s *Store) Read() Querier { return s.readers }
