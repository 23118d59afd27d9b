package store

import (
	"context"
	"strings"
)

// What differs between databases is kept in this file.

// quote makes an identifier of a name that comes from a definition.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// columnsOf lists the columns a table has; none means there is no such table.
func columnsOf(ctx context.Context, q Querier, table string) (map[string]bool, error) {
	rows, err := q.QueryContext(ctx, `SELECT name FROM pragma_table_info(?)`, table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns := map[string]bool{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		columns[name] = true
	}
	return columns, rows.Err()
}

// like is a comparison that looks away from upper and lower case.
const like = " LIKE ? ESCAPE '\\'"

// containing is the pattern of like for text that holds s.
func containing(s string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s) + "%"
}
