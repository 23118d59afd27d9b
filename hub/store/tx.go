package store

import (
	"context"
	"database/sql"
)

// Querier is what reading needs: the reader pool, or a transaction that must see its
// own writes. Values are bound to ? whatever the engine.
type Querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Tx is a write transaction under way.
type Tx struct {
	tx     *sql.Tx
	engine engine
	notes  []note // for the logs, written when it ends
	after  []func()
}

// Committed has fn run once what the transaction wrote is on disk, and not at all when
// it is undone.
func (t *Tx) Committed(fn func()) { t.after = append(t.after, fn) }

// QueryContext reads what the transaction sees.
func (t *Tx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	query, args = t.engine.statement(query, args)
	return t.tx.QueryContext(ctx, query, args...)
}

// QueryRowContext reads one row.
func (t *Tx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	query, args = t.engine.statement(query, args)
	return t.tx.QueryRowContext(ctx, query, args...)
}

// ExecContext writes.
func (t *Tx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	query, args = t.engine.statement(query, args)
	return t.tx.ExecContext(ctx, query, args...)
}

// define runs statements that make or change tables.
func (t *Tx) define(ctx context.Context, text string) error {
	_, err := t.tx.ExecContext(ctx, t.engine.ddl(text))
	return err
}

// pool is the readers.
type pool struct {
	db     *sql.DB
	engine engine
}

// QueryContext reads what is committed.
func (p *pool) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	query, args = p.engine.statement(query, args)
	return p.db.QueryContext(ctx, query, args...)
}

// QueryRowContext reads one row.
func (p *pool) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	query, args = p.engine.statement(query, args)
	return p.db.QueryRowContext(ctx, query, args...)
}

// names reads a column of texts.
func names(rows *sql.Rows, err error) (map[string]bool, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	set := map[string]bool{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		set[name] = true
	}
	return set, rows.Err()
}
