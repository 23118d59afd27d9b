// Package storetest gives tests a database of their own, on the engine the run is for:
// SQLite, or with BELLHOP_TEST_POSTGRES (the URL of a server's database) PostgreSQL.
package storetest

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Postgres tells whether this run is for PostgreSQL.
func Postgres() bool { return server() != "" }

func server() string { return os.Getenv("BELLHOP_TEST_POSTGRES") }

// OnlySQLite skips a test that can't be about PostgreSQL, and says why.
func OnlySQLite(t testing.TB, why string) {
	t.Helper()
	if Postgres() {
		t.Skip("SQLite only: " + why)
	}
}

var made atomic.Int64

// Source returns what store.Open opens: an empty database that goes when the test
// ends. Opened twice it is the same one.
func Source(t testing.TB) string {
	t.Helper()
	if !Postgres() {
		return filepath.Join(t.TempDir(), "hub.db")
	}
	u, err := url.Parse(server())
	if err != nil {
		t.Fatal(err)
	}
	schema := "test_" + strconv.Itoa(os.Getpid()) + "_" + strconv.FormatInt(time.Now().UnixNano(), 36) + "_" + strconv.FormatInt(made.Add(1), 10)
	run(t, `CREATE SCHEMA `+schema)
	t.Cleanup(func() { run(t, `DROP SCHEMA `+schema+` CASCADE`) })
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}

func run(t testing.TB, statement string) {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, server())
	if err != nil {
		t.Fatalf("BELLHOP_TEST_POSTGRES: %v", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		t.Fatal(err)
	}
}
