package table

import (
	"bufio"
	"context"
	"io"
	"os"
)

// CSV is a text file of lines and a mark between cells, as RFC 4180 has it, read
// tolerantly: a stray quote mark is a character, and any line end will do.
type CSV struct {
	path      string
	Encoding  string // of Encodings
	Delimiter byte
	limits    Limits
}

// Delimiters are the marks looked for.
var Delimiters = []byte{',', '\t', ';', '|'}

// OpenCSV finds out encoding and delimiter unless they are given.
func OpenCSV(path, encoding string, delimiter byte, limits Limits) (*CSV, error) {
	c := &CSV{path: path, Encoding: encoding, Delimiter: delimiter, limits: limits}
	if c.Encoding == "" {
		var err error
		if c.Encoding, err = detectFile(path); err != nil {
			return nil, err
		}
	}
	if c.Delimiter != 0 {
		return c, nil
	}
	return c, c.detectDelimiter()
}

// looked is how many rows decide about the delimiter.
const looked = 30

// detectDelimiter takes the mark that cuts most rows into the same number of cells.
func (c *CSV) detectDelimiter() error {
	best := -1
	c.Delimiter = ','
	for _, mark := range Delimiters {
		try := *c
		try.Delimiter = mark
		counts := map[int]int{}
		n := 0
		err := try.Each(context.Background(), "", func(_ int, cells []string) error {
			counts[len(cells)]++
			if n++; n == looked {
				return Stop
			}
			return nil
		})
		if err != nil {
			continue // with this mark it is no table; the reading itself will say what is wrong
		}
		score := 0
		for cells, rows := range counts {
			if cells > 1 {
				score = max(score, rows*100+min(cells, 99))
			}
		}
		if score > best {
			best, c.Delimiter = score, mark
		}
	}
	return nil
}

// Tables of a text file is the one.
func (c *CSV) Tables(context.Context) ([]Table, error) { return []Table{{}}, nil }

// Close closes nothing: the file is open only while it is read.
func (c *CSV) Close() error { return nil }

// Each reads the file from its start.
func (c *CSV) Each(ctx context.Context, _ string, row func(int, []string) error) error {
	file, err := os.Open(c.path)
	if err != nil {
		return err
	}
	defer file.Close()
	text, err := decoded(file, c.Encoding)
	if err != nil {
		return err
	}
	return eachCSV(ctx, text, c.Delimiter, c.limits, row)
}

func eachCSV(ctx context.Context, text io.Reader, delimiter byte, limits Limits, row func(int, []string) error) error {
	r := &csvReader{in: bufio.NewReaderSize(text, 64<<10), delimiter: delimiter, limits: limits, line: 1}
	out := rower{limits: limits, row: row}
	for ctx.Err() == nil {
		at := r.line
		cells, err := r.read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := out.give(at, cells); err != nil {
			return ended(err)
		}
	}
	return ctx.Err()
}

// csvReader cuts UTF-8 text into rows. All marks are ASCII, so bytes will do.
type csvReader struct {
	in        *bufio.Reader
	delimiter byte
	limits    Limits
	line      int
	cells     []string
	cell      []byte
}

func (r *csvReader) read() ([]string, error) {
	r.cells = r.cells[:0]
	first, err := r.in.Peek(1)
	if err != nil {
		return nil, err
	}
	for {
		end, err := r.readCell(first)
		if err != nil {
			return nil, err
		}
		if r.cells = append(r.cells, string(r.cell)); len(r.cells) > 4*r.limits.Columns {
			return nil, tooMany("import.too_many_columns", r.limits.Columns)
		}
		if end {
			return r.cells, nil
		}
		first, _ = r.in.Peek(1)
	}
}

// readCell reads one cell with the mark that ends it; end tells that its row ends too.
func (r *csvReader) readCell(first []byte) (end bool, err error) {
	r.cell = r.cell[:0]
	if len(first) > 0 && first[0] == '"' {
		r.in.ReadByte()
		if err := r.readQuoted(); err != nil {
			return false, err
		}
	}
	for {
		b, err := r.in.ReadByte()
		switch {
		case err == io.EOF:
			return true, nil
		case err != nil:
			return false, err
		case b == r.delimiter:
			return false, nil
		case b == '\r':
			if next, _ := r.in.Peek(1); len(next) == 1 && next[0] == '\n' {
				r.in.ReadByte()
			}
			r.line++
			return true, nil
		case b == '\n':
			r.line++
			return true, nil
		}
		if err := r.put(b, "import.cell_too_long", r.line); err != nil {
			return false, err
		}
	}
}

// readQuoted reads to the closing quote mark; a doubled one is a character.
func (r *csvReader) readQuoted() error {
	began := r.line
	for {
		b, err := r.in.ReadByte()
		if err == io.EOF {
			return at("import.quote_open", began)
		}
		if err != nil {
			return err
		}
		if b == '"' {
			if next, _ := r.in.Peek(1); len(next) == 0 || next[0] != '"' {
				return nil
			}
			r.in.ReadByte()
		}
		if b == '\n' {
			r.line++
		}
		// A cell that grows without end is most often a quote mark nobody closed.
		if err := r.put(b, "import.quote_open", began); err != nil {
			return err
		}
	}
}

func (r *csvReader) put(b byte, key string, line int) error {
	if len(r.cell) == r.limits.Cell {
		return at(key, line)
	}
	r.cell = append(r.cell, b)
	return nil
}
