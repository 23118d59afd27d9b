// Package table reads tables out of what an office has: workbooks, text files, SQL
// scripts, Access and SQLite files, a database server. A table is rows of text cells;
// what the text means is somebody else's work. Nothing in a file is ever executed, and
// a hostile file ends in a crm.Error in bounded memory.
package table

import (
	"context"
	"errors"
	"strconv"

	"bellhop/hub/crm"
)

// Source is an opened file or database.
type Source interface {
	// Tables lists what may be read: sheets, tables, for a text file one without a name.
	Tables(ctx context.Context) ([]Table, error)
	// Each gives every row that holds anything to row, in the order of the file, until
	// row returns an error; Stop ends the reading without one. cells is reused.
	Each(ctx context.Context, table string, row func(line int, cells []string) error) error
	Close() error
}

// Table is a sheet or table of a source.
type Table struct {
	Name    string   `json:"name"`
	Rows    int      `json:"rows,omitempty"` // where the source tells without reading
	Columns []string `json:"-"`              // of a database: row 1 is made of them
}

// Stop returned by a row function ends the reading.
var Stop = errors.New("table: enough")

// Limits bound what is read of a source.
type Limits struct {
	Rows     int   // that hold something
	Columns  int   // of one row
	Cell     int   // bytes of one cell
	Unzipped int64 // bytes of one part of a workbook
	Ratio    int64 // how many times its packed size a part may have, once it is beyond ratioFloor
	Tables   int
}

// Standard are the limits of the product: a year's orders pass, a bomb does not.
var Standard = Limits{Rows: 200_000, Columns: 300, Cell: 128 << 10, Unzipped: 1 << 30, Ratio: 400, Tables: 500}

// ratioFloor is what any part may unpack to, however well it was packed.
const ratioFloor = 32 << 20

func tooMany(key string, max int) error {
	return &crm.Error{Code: crm.Invalid, Key: key, Args: map[string]string{"max": strconv.Itoa(max)}}
}

// at names the line at fault.
func at(key string, line int) error {
	return &crm.Error{Code: crm.Invalid, Key: key, Args: map[string]string{"line": strconv.Itoa(line)}}
}

func refusal(key string) error { return &crm.Error{Code: crm.Invalid, Key: key} }

// rower counts the rows handed on and keeps them within limits.
type rower struct {
	limits Limits
	row    func(line int, cells []string) error
	rows   int
}

// give hands on one row unless it is blank. Empty cells at its end are cut off.
func (r *rower) give(line int, cells []string) error {
	for len(cells) > 0 && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	if len(cells) == 0 {
		return nil
	}
	if len(cells) > r.limits.Columns {
		return tooMany("import.too_many_columns", r.limits.Columns)
	}
	if r.rows++; r.rows > r.limits.Rows {
		return tooMany("import.too_many_rows", r.limits.Rows)
	}
	for _, c := range cells {
		if len(c) > r.limits.Cell {
			return at("import.cell_too_long", line)
		}
	}
	return r.row(line, cells)
}

// ended makes of Stop a good end.
func ended(err error) error {
	if errors.Is(err, Stop) {
		return nil
	}
	return err
}
