package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"bellhop/hub/crm"
	"bellhop/hub/store/storetest"
)

func TestPostgresStatements(t *testing.T) {
	e := &postgres{}
	query, args := e.statement(`SELECT '?' || "a?" FROM t WHERE a = ? AND b IN (?,?)`, []any{true, "a\x00b\xff", crm.ID(7)})
	if want := `SELECT '?' || "a?" FROM t WHERE a = $1 AND b IN ($2,$3)`; query != want {
		t.Errorf("%s, want %s", query, want)
	}
	if fmt.Sprint(args) != fmt.Sprint([]any{int64(1), "ab\uFFFD", crm.ID(7)}) {
		t.Errorf("%q", args)
	}
	for in, want := range map[string]string{
		"CREATE TABLE a (\n\tid INTEGER PRIMARY KEY, -- STRICT INTEGER\n\tt TEXT NOT NULL DEFAULT 'TEXT'\n) STRICT;": "CREATE TABLE a (\n\tid BIGINT PRIMARY KEY, -- STRICT INTEGER\n\tt TEXT COLLATE \"C\" NOT NULL DEFAULT 'TEXT'\n) ;",
		`CREATE TABLE "INTEGER" (b BLOB) WITHOUT ROWID;`:                                                             `CREATE TABLE "INTEGER" (b BYTEA) ;`,
		`CREATE TABLE x (b BLOB) STRICT, WITHOUT ROWID;`:                                                             `CREATE TABLE x (b BYTEA);`,
	} {
		if got := e.ddl(in); got != want && got != want+" " {
			t.Errorf("%s\nbecomes\n%s", in, got)
		}
	}
}

// Writers that read before they write lose nothing to each other, on either engine.
func TestWritersSideBySide(t *testing.T) {
	ctx := context.Background()
	source := storetest.Source(t)
	stores := []*Store{openAt(t, source)}
	if storetest.Postgres() {
		stores = append(stores, openAt(t, source)) // another hub on the same database
	}
	const writers, each = 4, 10
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			s := stores[w%len(stores)]
			for range each {
				err := s.Write(ctx, func(tx *Tx) error {
					var n int
					if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM number_counter`).Scan(&n); err != nil {
						return err
					}
					if _, err := s.NextNumber(ctx, tx, fmt.Sprint("counted ", n)); err != nil {
						return err
					}
					_, err := s.NextNumber(ctx, tx, "all")
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	var series, last, most int
	err := stores[0].Read().QueryRowContext(ctx, `SELECT count(*), max(last),
		max(CASE WHEN series <> 'all' THEN last END) FROM number_counter`).Scan(&series, &last, &most)
	if err != nil || last != writers*each || series != writers*each+1 || most != 1 {
		t.Errorf("%d series, the last number %d, two took the same %d times: %v", series, last, most, err)
	}
}

// A transaction that fails because of its own doing is not run again.
func TestOwnFailureIsToldAtOnce(t *testing.T) {
	s := openAt(t, storetest.Source(t))
	runs, own := 0, errors.New("own")
	err := s.Write(t.Context(), func(*Tx) error { runs++; return own })
	if !errors.Is(err, own) || runs != 1 {
		t.Errorf("%d runs, %v", runs, err)
	}
}
