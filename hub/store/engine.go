package store

import (
	"context"
	"database/sql"
	"strings"
)

// engine is what differs between databases; engine_sqlite.go and engine_postgres.go are
// the two there are. Statements elsewhere are written in what both understand, with
// ? for bound values.
type engine interface {
	// dialect is its name in those of migrations.
	dialect() string
	// open connects: writer runs the write transactions, readers can only read.
	open(ctx context.Context) (writer, readers *sql.DB, err error)
	// exclusive runs fn, which changes tables, while no other program does.
	exclusive(ctx context.Context, writer *sql.DB, fn func() error) error
	// isolation of write transactions: each sees the database as if it were alone.
	isolation() sql.IsolationLevel
	// statement gives a statement and its values in the engine's own form.
	statement(query string, args []any) (string, []any)
	// ddl gives statements that make tables in the engine's own types.
	ddl(text string) string
	// columns lists the columns a table has; none means there is no such table.
	columns(ctx context.Context, q Querier, table string) (map[string]bool, error)
	// indexes lists the names of a table's indexes.
	indexes(ctx context.Context, q Querier, table string) (map[string]bool, error)
	// again tells that a transaction failed because of others and may be tried anew.
	again(err error) bool
	// patience is put before a change of a table in use: it is tried again rather than
	// keep others waiting behind it.
	patience() string
	// full tells that there is no space left.
	full(err error) bool
	// explained adds what to do to an error of opening the database.
	explained(err error) error
	// holding is a question for the records that hold all of the grams, and what to bind.
	holding(grams []string) (query string, arg any)
	// putGrams makes these the grams of a record; none takes it out, fresh tells that it had none.
	putGrams(ctx context.Context, tx *Tx, id int64, fresh bool, grams []string) error
	// countsFirst tells that the planner doesn't know how many records hold a gram or a
	// value, and that it is worth counting some before a statement is built.
	countsFirst() bool
	// unindexed is a column in a condition that no index is to be chosen for.
	unindexed(column string) string
	// upkeep refreshes what the planner knows; "" where a server does so by itself.
	upkeep() string
	// forLoading trades safety for speed of one connection.
	forLoading() string
	// copyTo, tryCopy and putCopy are CopyTo, TryCopy and PutCopy.
	copyTo(ctx context.Context, path string, done func(float64)) (Counts, error)
	tryCopy(ctx context.Context, path string) (Counts, error)
	putCopy(ctx context.Context, path string) error
	// like is a comparison that looks away from upper and lower case of Latin letters.
	like() string
	// within is a condition that a column of folded text holds what is bound; it costs
	// less than like, which folds each row anew.
	within(column string) string
}

// engineOf chooses by what was asked for: a URL is PostgreSQL, all else a file.
func engineOf(source string) engine {
	if IsServer(source) {
		return &postgres{url: source}
	}
	return &sqlite{path: source}
}

// IsServer tells whether source, as Open takes it, is a database server's URL.
func IsServer(source string) bool {
	return strings.HasPrefix(source, "postgres://") || strings.HasPrefix(source, "postgresql://")
}

// quote makes an identifier of a name that comes from a definition.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// containing is the pattern of like for text that holds s.
func containing(s string) string { return "%" + literal(s) + "%" }

// literal takes the meaning of the characters of a pattern away.
func literal(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}
