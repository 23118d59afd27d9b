package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// postgres is a PostgreSQL server, version 15 or later. Several hubs may share one.
type postgres struct{ url string }

// Connections of one hub; a server allows 100 in all unless it is told otherwise.
const (
	postgresWriters = 4
	postgresReaders = 12
)

func (e *postgres) dialect() string { return "postgres" }

func (e *postgres) open(context.Context) (writer, readers *sql.DB, err error) {
	config, err := pgx.ParseConfig(e.url)
	if err != nil {
		return nil, nil, err
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "bellhop-hub"
	}
	// One hub that hangs in the middle of a transaction may not hold its locks for ever.
	config.RuntimeParams["idle_in_transaction_session_timeout"] = "60000"
	writer = stdlib.OpenDB(*config)
	writer.SetMaxOpenConns(postgresWriters)
	writer.SetMaxIdleConns(postgresWriters)

	reading := config.Copy()
	reading.RuntimeParams["default_transaction_read_only"] = "on"
	readers = stdlib.OpenDB(*reading)
	readers.SetMaxOpenConns(postgresReaders)
	readers.SetMaxIdleConns(postgresReaders)
	return writer, readers, nil
}

// tablesLock is the advisory lock of whoever changes tables: any number, the same in
// every hub.
const tablesLock = 0x62656c6c

func (e *postgres) exclusive(ctx context.Context, writer *sql.DB, fn func() error) error {
	conn, err := writer.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, tablesLock); err != nil {
		return err
	}
	defer conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, tablesLock)
	return fn()
}

// isolation is serializable: what a transaction read still holds when it commits,
// or it is run again.
func (e *postgres) isolation() sql.IsolationLevel { return sql.LevelSerializable }

// statement numbers the marks and brings values to what bigint and text columns take.
func (e *postgres) statement(query string, args []any) (string, []any) {
	if len(args) == 0 {
		return query, args
	}
	return numbered(query), textsAndNumbers(args)
}

// numbered turns ? into $1, $2, … outside of quotes.
func numbered(query string) string {
	var b strings.Builder
	b.Grow(len(query) + 32)
	n := 0
	var quoted byte
	for i := 0; i < len(query); i++ {
		c := query[i]
		switch {
		case quoted != 0:
			if c == quoted {
				quoted = 0
			}
		case c == '\'' || c == '"':
			quoted = c
		case c == '?':
			n++
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(n))
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// textsAndNumbers makes 0 and 1 of yes and no, and takes out of texts what PostgreSQL
// can't keep: the zero character and broken UTF-8.
func textsAndNumbers(args []any) []any {
	out := make([]any, len(args))
	for i, arg := range args {
		switch v := arg.(type) {
		case bool:
			arg = int64(0)
			if v {
				arg = int64(1)
			}
		case string:
			if strings.IndexByte(v, 0) >= 0 || !utf8.ValidString(v) {
				arg = strings.ReplaceAll(strings.ToValidUTF8(v, "\uFFFD"), "\x00", "")
			}
		}
		out[i] = arg
	}
	return out
}

// kinds are the engine's own types. Text compares by its bytes, as in SQLite, whatever
// language the server was set up for.
var kinds = map[string]string{"INTEGER": "BIGINT", "TEXT": `TEXT COLLATE "C"`, "BLOB": "BYTEA"}

// ddl translates types, and drops STRICT and WITHOUT ROWID.
func (e *postgres) ddl(text string) string {
	var b strings.Builder
	for text != "" {
		end := strings.IndexFunc(text, func(r rune) bool { return !isWord(r) })
		switch {
		case end < 0:
			end = len(text)
		case end == 0:
			end = skipped(text)
			b.WriteString(text[:end])
			text = text[end:]
			continue
		}
		word := text[:end]
		text = text[end:]
		switch {
		case kinds[word] != "":
			word = kinds[word]
		case word == "STRICT":
			word = ""
		case word == "WITHOUT" && strings.HasPrefix(text, " ROWID"):
			word, text = "", strings.TrimPrefix(text, " ROWID")
		}
		b.WriteString(word)
	}
	// "CREATE TABLE … ( … ) STRICT, WITHOUT ROWID" leaves its comma behind.
	return strings.ReplaceAll(b.String(), ") , ;", ");")
}

func isWord(r rune) bool {
	return r == '_' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9'
}

// skipped is how much of text is not looked at: a quoted piece, a comment, one character.
func skipped(text string) int {
	until := func(end string, from int) int {
		if i := strings.Index(text[from:], end); i >= 0 {
			return from + i + len(end)
		}
		return len(text)
	}
	switch {
	case text[0] == '\'' || text[0] == '"':
		return until(text[:1], 1)
	case strings.HasPrefix(text, "--"):
		return until("\n", 2)
	}
	_, size := utf8.DecodeRuneInString(text)
	return size
}

func (e *postgres) upkeep() string     { return "" }
func (e *postgres) forLoading() string { return `SET synchronous_commit = off` }

func (e *postgres) like() string { return ` ILIKE ? ESCAPE '\'` }

func (e *postgres) within(column string) string { return "strpos(" + column + ", ?) > 0" }

func (e *postgres) holding(grams []string) (string, any) {
	return `SELECT record_id FROM search_gram WHERE grams @> ?`, grams
}

func (e *postgres) putGrams(ctx context.Context, tx *Tx, id int64, _ bool, grams []string) error {
	if len(grams) == 0 {
		_, err := tx.ExecContext(ctx, `DELETE FROM search_gram WHERE record_id = ?`, id)
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO search_gram (record_id, grams) VALUES (?, ?)
		ON CONFLICT (record_id) DO UPDATE SET grams = excluded.grams`, id, grams)
	return err
}

// countsFirst is left to the planner, which keeps the most frequent values and elements.
func (e *postgres) countsFirst() bool { return false }

func (e *postgres) columns(ctx context.Context, q Querier, table string) (map[string]bool, error) {
	return names(q.QueryContext(ctx, `SELECT column_name FROM information_schema.columns
		WHERE table_schema = current_schema() AND table_name = ?`, table))
}

func (e *postgres) indexes(ctx context.Context, q Querier, table string) (map[string]bool, error) {
	return names(q.QueryContext(ctx, `SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() AND tablename = ?`, table))
}

// SQLSTATE codes of PostgreSQL, appendix A of its manual.
const (
	uniqueViolation      = "23505"
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
	lockNotAvailable     = "55P03"
	diskFull             = "53100"
)

func sqlState(err error) string {
	var p *pgconn.PgError
	if errors.As(err, &p) {
		return p.Code
	}
	return ""
}

// again counts a key that is there already among the failures because of others: who
// looked before he inserted sees it at the second look, and says so.
func (e *postgres) again(err error) bool {
	switch sqlState(err) {
	case serializationFailure, deadlockDetected, lockNotAvailable, uniqueViolation:
		return true
	}
	return pgconn.SafeToRetry(err)
}

func (e *postgres) patience() string { return `SET LOCAL lock_timeout = '40ms'; ` }

func (e *postgres) full(err error) bool { return sqlState(err) == diskFull }

func (e *postgres) explained(err error) error {
	var network *net.OpError
	var refused *pgconn.ConnectError
	switch {
	case e.full(err):
		return fmt.Errorf("%w: free some space on the database server's disk and start again", err)
	case errors.As(err, &network), errors.As(err, &refused):
		return fmt.Errorf("%w: is PostgreSQL running there, and do name and password fit?", err)
	}
	return err
}

// unindexed leaves the choice to the planner, which knows how many rows a page wants.
func (e *postgres) unindexed(column string) string { return column }
