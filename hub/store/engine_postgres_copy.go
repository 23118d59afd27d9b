package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// tool is a program of PostgreSQL, the newest that is installed: pg_dump refuses a server
// younger than itself.
func tool(name string) string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	version := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
		return n
	}
	sort.Slice(found, func(i, j int) bool { return version(found[i]) < version(found[j]) })
	if len(found) > 0 {
		return found[len(found)-1]
	}
	return name
}

// schema is where the tables are.
func (e *postgres) schema() string {
	if u, err := url.Parse(e.url); err == nil && u.Query().Get("search_path") != "" {
		return u.Query().Get("search_path")
	}
	return "public"
}

// program prepares one of PostgreSQL's programs for a database of the server; the password
// goes by its environment, where other users can't see it.
func (e *postgres) program(ctx context.Context, name, database string, args ...string) (*exec.Cmd, error) {
	u, err := url.Parse(e.url)
	if err != nil {
		return nil, err
	}
	password, _ := u.User.Password()
	u.User = url.User(u.User.Username())
	if database != "" {
		u.Path = "/" + database
	}
	q := u.Query()
	q.Del("search_path")
	for key := range q { // what only our driver knows
		if strings.HasPrefix(key, "pool_") || strings.HasPrefix(key, "default_query") || strings.HasPrefix(key, "statement_cache") {
			q.Del(key)
		}
	}
	u.RawQuery = q.Encode()
	cmd := exec.CommandContext(ctx, tool(name), append([]string{"--dbname=" + u.String()}, args...)...)
	cmd.Env = append(os.Environ(), "PGPASSWORD="+password, "LC_ALL=C.UTF-8")
	return cmd, nil
}

func runTool(cmd *exec.Cmd) error {
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w: %s", filepath.Base(cmd.Path), err, strings.TrimSpace(said.String()))
	}
	return nil
}

func (e *postgres) copyTo(ctx context.Context, path string, done func(float64)) (Counts, error) {
	writer, readers, err := e.open(ctx)
	if err != nil {
		return nil, err
	}
	writer.Close()
	defer readers.Close()
	// pg_dump takes over the moment that was counted.
	tx, err := readers.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, `SET LOCAL idle_in_transaction_session_timeout = 0`); err != nil {
		return nil, err
	}
	var moment string
	if err := tx.QueryRowContext(ctx, `SELECT pg_export_snapshot()`).Scan(&moment); err != nil {
		return nil, err
	}
	counts, err := postgresCounts(ctx, tx)
	if err != nil {
		return nil, err
	}
	done(0.1)
	// Not compressed: what is stored afterwards finds what it has already, and packs the rest.
	cmd, err := e.program(ctx, "pg_dump", "", "--format=custom", "--compress=0", "--no-owner", "--no-privileges", "--schema="+e.schema(),
		"--snapshot="+moment, "--file="+path)
	if err != nil {
		return nil, err
	}
	if err := runTool(cmd); err != nil {
		return nil, err
	}
	return counts, syncFile(path)
}

func postgresCounts(ctx context.Context, q Querier) (Counts, error) {
	tables, err := readNames(q.QueryContext(ctx, `SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename`))
	if err != nil {
		return nil, err
	}
	return countRows(ctx, q, tables)
}

// tryCopy loads the copy into a database of its own.
func (e *postgres) tryCopy(ctx context.Context, path string) (counts Counts, err error) {
	config, err := pgx.ParseConfig(e.url)
	if err != nil {
		return nil, err
	}
	server := stdlib.OpenDB(*config)
	defer server.Close()
	name := "bellhop_trial_" + strconv.FormatInt(time.Now().UnixNano(), 36)
	if _, err := server.ExecContext(ctx, `CREATE DATABASE `+name+` TEMPLATE template0`); err != nil {
		return nil, fmt.Errorf("a database for the trial restore: %w: let the hub's user create databases (ALTER ROLE … CREATEDB)", err)
	}
	defer func() {
		_, dropped := server.ExecContext(context.WithoutCancel(ctx), `DROP DATABASE IF EXISTS `+name+` WITH (FORCE)`)
		err = errors.Join(err, dropped)
	}()
	if err := e.load(ctx, name, path); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	config.Database = name
	trial := stdlib.OpenDB(*config)
	defer trial.Close()
	return postgresCounts(ctx, trial)
}

func (e *postgres) putCopy(ctx context.Context, path string) error { return e.load(ctx, "", path) }

// load puts a copy in the place of all tables of a database, or changes nothing.
func (e *postgres) load(ctx context.Context, database, path string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	into, err := e.program(ctx, "psql", database, "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null", "--file=-")
	if err != nil {
		return err
	}
	out := exec.CommandContext(ctx, tool("pg_restore"), "--no-owner", "--no-privileges", "--schema="+e.schema(), "--file=-", path)
	script, err := out.StdoutPipe()
	if err != nil {
		return err
	}
	var said bytes.Buffer
	out.Stderr = &said
	anew := "DROP SCHEMA IF EXISTS " + quote(e.schema()) + " CASCADE;\nCREATE SCHEMA " + quote(e.schema()) + ";\n"
	end := &ending{from: script, wait: out.Wait}
	into.Stdin = io.MultiReader(strings.NewReader(anew), end)
	if err := out.Start(); err != nil {
		return err
	}
	if err := runTool(into); err != nil {
		cancel()
		return err
	}
	if end.failed != nil {
		return fmt.Errorf("pg_restore: %w: %s", end.failed, strings.TrimSpace(said.String()))
	}
	return nil
}

// ending makes a script whose writer failed end with a line that undoes all of it.
type ending struct {
	from   io.Reader
	wait   func() error
	failed error
	over   bool
}

func (r *ending) Read(p []byte) (int, error) {
	if r.over {
		return 0, io.EOF
	}
	n, err := r.from.Read(p)
	if err != io.EOF {
		return n, err
	}
	r.over = true
	if r.failed = r.wait(); r.failed != nil {
		return n + copy(p[n:], "\n\\errverbose\nSELECT 1/0;\n"), nil
	}
	return n, io.EOF
}
