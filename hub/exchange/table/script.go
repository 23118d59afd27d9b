package table

import (
	"bufio"
	"context"
	"io"
	"os"
	"strings"
)

// Script is an SQL dump of MySQL, SQL Server, PostgreSQL or SQLite. Its INSERT and COPY
// statements are read as rows, its CREATE TABLE statements for the names of columns;
// everything else is passed over. It is read, never executed.
type Script struct {
	path     string
	encoding string
	limits   Limits
	tables   []Table
}

// OpenScript reads the script once to learn its tables.
func OpenScript(path, encoding string, limits Limits) (*Script, error) {
	if encoding == "" {
		var err error
		if encoding, err = detectFile(path); err != nil {
			return nil, err
		}
	}
	return &Script{path: path, encoding: encoding, limits: limits}, nil
}

// Close closes nothing: the file is open only while it is read.
func (s *Script) Close() error { return nil }

// Tables are those that rows are inserted into.
func (s *Script) Tables(ctx context.Context) ([]Table, error) {
	if s.tables != nil {
		return s.tables, nil
	}
	index := map[string]int{}
	err := s.scan(ctx, func(name string, columns, _ []string) error {
		i, ok := index[fold(name)]
		if !ok {
			if len(s.tables) == s.limits.Tables {
				return tooMany("import.too_many_tables", s.limits.Tables)
			}
			i = len(s.tables)
			index[fold(name)] = i
			s.tables = append(s.tables, Table{Name: name, Columns: columns})
		}
		s.tables[i].Rows++
		return nil
	})
	if err != nil {
		s.tables = nil
		return nil, err
	}
	if len(s.tables) == 0 {
		return nil, refusal("import.script_without_rows")
	}
	return s.tables, nil
}

func fold(name string) string { return strings.ToLower(name) }

// Each gives the names of the columns as line 1, then the rows inserted into table.
func (s *Script) Each(ctx context.Context, table string, row func(int, []string) error) error {
	tables, err := s.Tables(ctx)
	if err != nil {
		return err
	}
	if table == "" {
		table = tables[0].Name
	}
	out := rower{limits: s.limits, row: row}
	out.limits.Rows++ // the names
	var head []string
	line := 1
	err = s.scan(ctx, func(name string, columns, cells []string) error {
		if fold(name) != fold(table) {
			return nil
		}
		if head == nil {
			head = append([]string{}, columns...)
			for i := len(head); i < len(cells); i++ {
				head = append(head, columnName(i))
			}
			if err := out.give(line, append([]string{}, head...)); err != nil {
				return err
			}
		}
		line++
		return out.give(line, arrange(head, columns, cells))
	})
	if err == nil && head == nil {
		return refusal("import.no_such_table")
	}
	return ended(err)
}

func columnName(i int) string {
	name := ""
	for i++; i > 0; i = (i - 1) / 26 {
		name = string(rune('A'+(i-1)%26)) + name
	}
	return name
}

// arrange puts cells in the order of head: two INSERTs may name columns differently.
func arrange(head, columns, cells []string) []string {
	if len(columns) == 0 {
		return cells
	}
	same := len(columns) <= len(head)
	for i := 0; same && i < len(columns); i++ {
		same = columns[i] == head[i]
	}
	if same {
		return cells
	}
	out := make([]string, len(head))
	for i, name := range columns {
		for j := range head {
			if i < len(cells) && fold(head[j]) == fold(name) {
				out[j] = cells[i]
			}
		}
	}
	return out
}

func (s *Script) scan(ctx context.Context, row func(table string, columns, cells []string) error) error {
	file, err := os.Open(s.path)
	if err != nil {
		return err
	}
	defer file.Close()
	text, err := decoded(file, s.encoding)
	if err != nil {
		return err
	}
	return scanSQL(ctx, text, s.limits, row)
}

// scanSQL gives the rows of every INSERT and COPY.
func scanSQL(ctx context.Context, text io.Reader, limits Limits, row func(table string, columns, cells []string) error) error {
	p := &scriptParser{
		lex:     lexer{in: bufio.NewReaderSize(text, 64<<10), limit: limits.Cell, line: 1},
		limits:  limits,
		row:     row,
		columns: map[string][]string{},
	}
	for ctx.Err() == nil {
		p.next()
		switch {
		case p.lex.err != nil:
			return p.lex.err
		case p.tok.kind == endOfScript:
			return nil
		}
		if err := p.statement(); err != nil {
			return err
		}
	}
	return ctx.Err()
}

type scriptParser struct {
	lex     lexer
	tok     token
	limits  Limits
	row     func(string, []string, []string) error
	columns map[string][]string // of CREATE TABLE
}

func (p *scriptParser) next() { p.tok = p.lex.next() }

func (p *scriptParser) word(w string) bool {
	return p.tok.kind == wordToken && strings.EqualFold(p.tok.text, w)
}

func (p *scriptParser) mark(m byte) bool { return p.tok.kind == markToken && p.tok.text[0] == m }

func (p *scriptParser) over() bool { return p.tok.kind == endOfScript || p.lex.err != nil }

// statement looks at the token a statement may begin with.
func (p *scriptParser) statement() error {
	switch {
	case p.word("INSERT"), p.word("REPLACE"):
		return p.insert()
	case p.word("CREATE"):
		return p.create()
	case p.word("COPY"):
		return p.copy()
	}
	return nil
}

// name reads [schema.]table in any of the quotings; the last part counts.
func (p *scriptParser) name() (string, bool) {
	name, ok := "", false
	for p.tok.kind == wordToken || p.tok.kind == nameToken || p.tok.kind == stringToken && !ok {
		name, ok = p.tok.text, true
		if p.next(); !p.mark('.') {
			break
		}
		p.next()
	}
	return name, ok && name != ""
}

// insert reads INSERT [IGNORE|OR x|…] [INTO] name [(columns)] VALUES (…), (…) …
func (p *scriptParser) insert() error {
	p.next()
	for _, w := range []string{"OR", "REPLACE", "IGNORE", "LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "ROLLBACK", "ABORT", "FAIL", "INTO"} {
		if p.word(w) {
			p.next()
		}
	}
	name, ok := p.name()
	if !ok {
		return nil
	}
	columns, err := p.names()
	if err != nil {
		return err
	}
	if columns == nil {
		columns = p.columns[fold(name)]
	}
	for !p.word("VALUES") && !p.word("VALUE") {
		// OVERRIDING SYSTEM VALUE VALUES …; a SELECT holds no rows we could read.
		if p.over() || p.mark(';') || p.word("SELECT") || p.word("DEFAULT") || p.word("INSERT") || p.word("CREATE") {
			return nil
		}
		p.next()
	}
	if p.next(); p.word("VALUES") {
		p.next()
	}
	for p.mark('(') {
		cells, err := p.tuple()
		if err != nil {
			return err
		}
		if err := p.row(name, columns, cells); err != nil {
			return err
		}
		if !p.mark(',') {
			p.lex.back = true // a statement may begin here without a semicolon before it
			return p.lex.err
		}
		p.next()
	}
	return p.lex.err
}

// names reads a list of columns in brackets; nil when there is none.
func (p *scriptParser) names() ([]string, error) {
	if !p.mark('(') {
		return nil, nil
	}
	columns := []string{}
	for !p.over() && !p.mark(')') {
		p.next()
		if p.tok.kind == wordToken || p.tok.kind == nameToken || p.tok.kind == stringToken {
			if columns = append(columns, p.tok.text); len(columns) > p.limits.Columns {
				return nil, tooMany("import.too_many_columns", p.limits.Columns)
			}
		}
	}
	p.next()
	return columns, nil
}

// tuple reads the values of one row up to the token behind its bracket.
func (p *scriptParser) tuple() ([]string, error) {
	cells := []string{}
	for {
		cell, err := p.value()
		if err != nil {
			return nil, err
		}
		if cells = append(cells, cell); len(cells) > p.limits.Columns {
			return nil, tooMany("import.too_many_columns", p.limits.Columns)
		}
		if p.over() {
			return nil, at("import.script_cut", p.lex.line)
		}
		if p.mark(')') {
			p.next()
			return cells, nil
		}
	}
}

// value reads one expression up to the comma or bracket that ends it, and keeps of it
// what was meant: the first literal, of CAST(x AS type), CONVERT(type, x) and
// to_date(x, format) the one at the outer level of the call, and what || adds.
func (p *scriptParser) value() (string, error) {
	var v expression
	depth := 0
	for p.next(); !p.over(); p.next() {
		switch {
		case depth == 0 && (p.mark(',') || p.mark(')')):
			return v.text(), nil
		case p.mark('('):
			depth++
		case p.mark(')'):
			depth--
		default:
			v.take(p.tok, depth)
			if len(v.kept) > p.limits.Cell {
				return "", at("import.cell_too_long", p.lex.line)
			}
		}
	}
	return v.text(), p.lex.err
}

// expression gathers the literal of a value.
type expression struct {
	kept     string
	has      bool
	joins    bool // || came: the next literal is added
	negative bool
	bars     int
	hex      bool
	datetime bool
}

func (v *expression) take(tok token, depth int) {
	switch tok.kind {
	case stringToken, numberToken, hexToken:
		if depth > 1 || v.has && !v.joins {
			return
		}
		text := tok.text
		if v.negative && tok.kind == numberToken {
			text = "-" + text
		}
		v.kept += text
		v.has, v.joins, v.bars = true, false, 0
		v.hex = tok.kind == hexToken
	case markToken:
		switch {
		case tok.text == "-" && !v.has:
			v.negative = true
		case tok.text == "|":
			v.bars++
			v.joins = v.has && v.bars == 2
		}
	case wordToken:
		v.word(tok.text)
	}
}

func (v *expression) word(w string) {
	switch strings.ToUpper(w) {
	case "TRUE", "FALSE":
		if !v.has {
			v.kept, v.has = strings.ToUpper(w), true
		}
	case "DATETIME":
		v.datetime = true
	}
}

func (v *expression) text() string {
	if !v.hex {
		return v.kept
	}
	if at, ok := serverDate(v.kept); ok && v.datetime {
		return at
	}
	return bytesText(v.kept)
}

// create reads CREATE TABLE name (column type …, …) for the columns' names.
func (p *scriptParser) create() error {
	p.next()
	for _, w := range []string{"GLOBAL", "LOCAL", "TEMPORARY", "TEMP", "UNLOGGED"} {
		if p.word(w) {
			p.next()
		}
	}
	if !p.word("TABLE") {
		return p.lex.err
	}
	p.next()
	for _, w := range []string{"IF", "NOT", "EXISTS"} {
		if p.word(w) {
			p.next()
		}
	}
	name, ok := p.name()
	if !ok || !p.mark('(') {
		return p.lex.err
	}
	var columns []string
	depth, begins := 1, true
	for depth > 0 {
		p.next()
		switch {
		case p.over():
			return p.lex.err
		case p.mark('('):
			depth++
		case p.mark(')'):
			depth--
		case p.mark(',') && depth == 1:
			begins = true
			continue
		case begins && depth == 1 && p.isColumn():
			if columns = append(columns, p.tok.text); len(columns) > p.limits.Columns {
				return tooMany("import.too_many_columns", p.limits.Columns)
			}
		}
		begins = false
	}
	if len(p.columns) < p.limits.Tables {
		p.columns[fold(name)] = columns
	}
	return p.lex.err
}

// constraints begin a part of CREATE TABLE that is no column.
var constraints = map[string]bool{
	"PRIMARY": true, "KEY": true, "UNIQUE": true, "INDEX": true, "CONSTRAINT": true, "FOREIGN": true, "CHECK": true,
	"FULLTEXT": true, "SPATIAL": true, "EXCLUDE": true, "LIKE": true, "PERIOD": true,
}

func (p *scriptParser) isColumn() bool {
	return p.tok.kind == nameToken || p.tok.kind == stringToken || p.tok.kind == wordToken && !constraints[strings.ToUpper(p.tok.text)]
}

// copy reads PostgreSQL's COPY name (columns) FROM stdin; and the lines behind it.
func (p *scriptParser) copy() error {
	p.next()
	name, ok := p.name()
	if !ok {
		return p.lex.err
	}
	columns, err := p.names()
	if err != nil {
		return err
	}
	stdin := false
	for !p.over() && !p.mark(';') {
		stdin = stdin || p.word("STDIN")
		p.next()
	}
	if !stdin || p.over() {
		return p.lex.err
	}
	if columns == nil {
		columns = p.columns[fold(name)]
	}
	if _, err := p.lex.readLine(); err != nil { // the rest of the COPY line
		return p.lex.err
	}
	for {
		text, err := p.lex.readLine()
		if p.lex.err != nil {
			return p.lex.err
		}
		if text == `\.` || err == io.EOF && text == "" {
			return nil
		}
		cells := strings.Split(text, "\t")
		if len(cells) > p.limits.Columns {
			return tooMany("import.too_many_columns", p.limits.Columns)
		}
		for i := range cells {
			cells[i] = copyText(cells[i])
		}
		if err := p.row(name, columns, cells); err != nil {
			return err
		}
		if err == io.EOF {
			return nil
		}
	}
}

var copyEscapes = map[byte]byte{'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v'}

// copyText undoes the escapes of COPY's text format; \N is empty.
func copyText(s string) string {
	if s == `\N` {
		return ""
	}
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '\\' && i+1 < len(s) {
			i++
			if c = s[i]; copyEscapes[c] != 0 {
				c = copyEscapes[c]
			}
		}
		b.WriteByte(c)
	}
	return b.String()
}
