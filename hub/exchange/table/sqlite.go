package table

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/mattn/go-sqlite3"

	"bellhop/hub/crm"
)

// Database reads tables by SELECT: an uploaded SQLite file, or a server.
type Database struct {
	db      *sql.DB
	dialect dialect
	limits  Limits
	remote  bool // a server, whose words are told
}

// dialect is what differs between databases.
type dialect struct {
	tables  string                   // lists the names of tables
	quote   func(name string) string // makes an identifier
	timeout time.Duration            // of listing, and of waiting for a row
}

// restricted opens SQLite as its makers advise for files of strangers
// (sqlite.org/security.html): no functions in the schema, small limits, pages checked.
var restricted = &sqlite3.SQLiteDriver{ConnectHook: func(c *sqlite3.SQLiteConn) error {
	c.SetLimit(sqlite3.SQLITE_LIMIT_LENGTH, 8<<20)
	c.SetLimit(sqlite3.SQLITE_LIMIT_COLUMN, 1000)
	c.SetLimit(sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 20)
	c.SetLimit(sqlite3.SQLITE_LIMIT_COMPOUND_SELECT, 3)
	c.SetLimit(sqlite3.SQLITE_LIMIT_VDBE_OP, 50_000)
	c.SetLimit(sqlite3.SQLITE_LIMIT_FUNCTION_ARG, 8)
	c.SetLimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
	c.SetLimit(sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH, 1)
	for _, pragma := range []string{"trusted_schema=OFF", "cell_size_check=ON", "mmap_size=0", "cache_size=-4096", "query_only=ON", "temp_store=FILE"} {
		if _, err := c.Exec("PRAGMA "+pragma, nil); err != nil {
			return err
		}
	}
	return nil
}}

func init() { sql.Register("sqlite3_restricted", restricted) }

// OpenSQLite opens a copy of a database file; it is only ever read, and only if no
// other program writes it, which holds for an upload.
func OpenSQLite(path string, limits Limits) (*Database, error) {
	db, err := sql.Open("sqlite3_restricted", "file:"+(&url.URL{Path: path}).EscapedPath()+"?mode=ro&immutable=1&_query_only=1")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	d := &Database{db: db, limits: limits, dialect: dialect{
		tables:  `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND sql LIKE 'CREATE TABLE%' ORDER BY rowid`,
		quote:   func(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` },
		timeout: 20 * time.Second,
	}}
	if _, err := d.Tables(context.Background()); err != nil {
		db.Close()
		return nil, err
	}
	return d, nil
}

// Close ends the connections.
func (d *Database) Close() error { return d.db.Close() }

// Tables lists the tables of the database.
func (d *Database) Tables(ctx context.Context) ([]Table, error) {
	ctx, cancel := context.WithTimeout(ctx, d.dialect.timeout)
	defer cancel()
	rows, err := d.db.QueryContext(ctx, d.dialect.tables)
	if err != nil {
		return nil, d.explained(err)
	}
	defer rows.Close()
	var list []Table
	for rows.Next() {
		var t Table
		if err := rows.Scan(&t.Name); err != nil {
			return nil, d.explained(err)
		}
		if list = append(list, t); len(list) > d.limits.Tables {
			return nil, tooMany("import.too_many_tables", d.limits.Tables)
		}
	}
	return list, d.explained(rows.Err())
}

// Each gives the names of the columns as line 1, then the rows.
func (d *Database) Each(ctx context.Context, table string, row func(int, []string) error) error {
	tables, err := d.Tables(ctx)
	if err != nil {
		return err
	}
	known := false
	for _, t := range tables {
		if table == "" {
			table = t.Name
		}
		known = known || t.Name == table
	}
	if !known {
		return refusal("import.no_such_table") // only names the database told itself become identifiers
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	patience := time.AfterFunc(d.dialect.timeout, cancel)
	defer patience.Stop()
	rows, err := d.db.QueryContext(ctx, "SELECT * FROM "+d.dialect.quote(table))
	if err != nil {
		return d.explained(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	out := rower{limits: d.limits, row: row}
	out.limits.Rows++
	if err := out.give(1, append([]string{}, names...)); err != nil {
		return ended(err)
	}
	cells := make([]any, len(names))
	into := make([]any, len(names))
	for i := range cells {
		into[i] = &cells[i]
	}
	texts := make([]string, len(names))
	for line := 2; rows.Next(); line++ {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i, c := range cells {
			texts[i] = cellText(c)
		}
		patience.Stop() // the reader of the rows may take its time, the database may not
		if err := out.give(line, texts); err != nil {
			return ended(err)
		}
		patience.Reset(d.dialect.timeout)
	}
	return d.explained(rows.Err())
}

func (d *Database) explained(err error) error {
	if err == nil {
		return nil
	}
	if d.remote {
		return serverError(err)
	}
	if refused := refusalIn(err); refused != nil {
		return refused
	}
	return refusal("import.database_broken")
}

func refusalIn(err error) error {
	var refused *crm.Error
	if errors.As(err, &refused) {
		return refused
	}
	return nil
}

// clip keeps what a server says to one sentence.
func clip(s string) string {
	if r := []rune(s); len(r) > 300 {
		return string(r[:300]) + "…"
	}
	return s
}

// midnight is how drivers give a date without a time.
var midnight = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2})[T ]00:00:00(\.0+)?(Z|[+-]\d{2}:?\d{2})?$`)

// cellText makes text of what a driver gives.
func cellText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return datePart(v)
	case []byte:
		return datePart(string(v))
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return plainNumber(v)
	case bool:
		return strings.ToUpper(strconv.FormatBool(v))
	case time.Time:
		return dateText(v, false)
	}
	return fmt.Sprint(v)
}

func datePart(s string) string {
	if m := midnight.FindStringSubmatch(s); m != nil {
		return m[1]
	}
	return s
}
