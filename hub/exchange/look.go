package exchange

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/exchange/table"
	"bellhop/hub/records"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

func (x *Service) now() int64 { return time.Now().UnixMilli() }

// Tables lists the sheets or tables of an import.
func (x *Service) Tables(ctx context.Context, who *rights.Rights, id crm.ID) ([]table.Table, error) {
	job, err := x.own(ctx, who, id)
	if err != nil {
		return nil, err
	}
	source, err := x.open(ctx, job, table.Options{})
	if err != nil {
		return nil, err
	}
	defer source.Close()
	return source.Tables(ctx)
}

// Glance is the head of a table, with what its columns seem to mean.
type Glance struct {
	Table     string       `json:"table"`
	HeaderRow int          `json:"headerRow"`
	Encoding  string       `json:"encoding,omitempty"`
	Delimiter string       `json:"delimiter,omitempty"`
	Head      string       `json:"head"` // by which a match is remembered
	Columns   []FileColumn `json:"columns"`
	Rows      []FileRow    `json:"rows"` // the first, header and all
	Matched   []Column     `json:"matched"`
	// Remembered names the kept match this one came from, "" for a guess.
	Remembered string     `json:"remembered,omitempty"`
	Plan       *Plan      `json:"plan,omitempty"` // of the remembered one
	Keys       [][]string `json:"keys"`           // combinations that can find records
	Fields     []string   `json:"fields"`         // that columns may become
}

// FileColumn is a column with some of the different things it holds.
type FileColumn struct {
	Index   int      `json:"index"`
	Name    string   `json:"name"`
	Samples []string `json:"samples"`
}

// FileRow is a row as it is read.
type FileRow struct {
	Line  int      `json:"line"`
	Cells []string `json:"cells"`
}

const (
	glanced = 30 // rows looked at
	samples = 4  // of a column
	// shownCell is how much of a cell pages get.
	shownCell = 300
)

// Look reads the head of a table. headerRow -1 lets it be found.
func (x *Service) Look(ctx context.Context, who *rights.Rights, id crm.ID, name string, headerRow int, encoding, delimiter string) (*Glance, error) {
	job, err := x.own(ctx, who, id)
	if err != nil {
		return nil, err
	}
	e, ok := x.Records.Schema().Entity(job.Entity)
	if !ok {
		return nil, crm.ErrNotFound
	}
	source, err := x.open(ctx, job, optionsOf(encoding, delimiter))
	if err != nil {
		return nil, err
	}
	defer source.Close()
	rows, err := firstRows(ctx, source, name, max(headerRow, 0)+glanced)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, &crm.Error{Code: crm.Invalid, Key: "import.table_empty"}
	}
	g := newGuesser(x.Records.Schema(), who, e)
	if headerRow < 0 {
		headerRow = g.headerRow(rows)
		if isDatabase(source) {
			headerRow = 1
		}
	}
	out := &Glance{Table: name, HeaderRow: headerRow, Keys: keysOf(who, e), Fields: []string{}}
	for i := range e.Fields {
		if Importable(who, e, &e.Fields[i]) {
			out.Fields = append(out.Fields, e.Fields[i].Key)
		}
	}
	if c, ok := source.(*table.CSV); ok {
		out.Encoding, out.Delimiter = c.Encoding, string(c.Delimiter)
	}
	names := out.fill(rows, headerRow)
	out.Head = headOf(names)
	out.Matched = g.guess(names)
	return out, x.remember(ctx, who, job.Entity, e, out)
}

func isDatabase(source table.Source) bool {
	switch source.(type) {
	case *table.CSV, *table.Workbook:
		return false
	}
	return true
}

func firstRows(ctx context.Context, source table.Source, name string, n int) (rows []row, err error) {
	err = source.Each(ctx, name, func(line int, cells []string) error {
		rows = append(rows, row{line, append([]string{}, cells...)})
		if len(rows) >= n {
			return table.Stop
		}
		return nil
	})
	return rows, err
}

// fill makes columns and samples of the rows and returns the columns' names.
func (g *Glance) fill(rows []row, headerRow int) (names []string) {
	widest := 0
	for _, r := range rows {
		widest = max(widest, len(r.cells))
		if r.line == headerRow {
			names = append([]string{}, r.cells...)
		}
		short := make([]string, len(r.cells))
		for i, c := range r.cells {
			short[i] = shorten(c)
		}
		g.Rows = append(g.Rows, FileRow{r.line, short})
	}
	for len(names) < widest {
		names = append(names, "")
	}
	for i := range widest {
		column := FileColumn{Index: i, Name: shorten(names[i]), Samples: []string{}}
		for _, r := range rows {
			if r.line <= headerRow || i >= len(r.cells) || r.cells[i] == "" || len(column.Samples) == samples {
				continue
			}
			if text := shorten(r.cells[i]); !slices.Contains(column.Samples, text) {
				column.Samples = append(column.Samples, text)
			}
		}
		g.Columns = append(g.Columns, column)
	}
	return names
}

func shorten(s string) string {
	if r := []rune(s); len(r) > shownCell {
		return string(r[:shownCell]) + "…"
	}
	return s
}

// keysOf offers what records of e can be found by: each field with an index alone, and
// a name together with the record it belongs to, for people are called alike.
func keysOf(who *rights.Rights, e *crm.Entity) [][]string {
	keys := [][]string{}
	for _, f := range records.MatchFields(e) {
		if who.MayMatch(e, f) {
			keys = append(keys, []string{f.Key})
		}
	}
	for _, parent := range e.Access.Parents {
		keys = append(keys, []string{e.Title, parent})
	}
	return keys
}

// remember puts the match that fitted these columns before in place of the guess.
func (x *Service) remember(ctx context.Context, who *rights.Rights, entity string, e *crm.Entity, g *Glance) error {
	choices, err := x.Store.Choices(ctx, who.User.ID, store.ImportChoice, entity)
	if err != nil {
		return err
	}
	for _, c := range choices {
		plan := &Plan{}
		if c.Head != g.Head || json.Unmarshal([]byte(c.Body), plan) != nil {
			continue
		}
		kept := plan.Columns[:0]
		for _, column := range plan.Columns {
			if f, ok := e.Field(column.Field); ok && Importable(who, e, f) && column.Index < len(g.Columns) {
				kept = append(kept, column)
			}
		}
		if len(kept) == 0 {
			continue
		}
		plan.Columns = kept
		g.Matched, g.Plan, g.Remembered = kept, plan, c.Name
		if c.Name == "" {
			g.Remembered = "auto"
		}
		return nil
	}
	return nil
}

// Preview is what the first rows would become.
type Preview struct {
	Rows []PreviewRow `json:"rows"`
	Good int          `json:"good"`
	Bad  int          `json:"bad"`
	Same int          `json:"same"` // as a record there is
}

// PreviewRow is one row with what is wrong with it and what it would do.
type PreviewRow struct {
	FileRow
	Faults []Fault   `json:"faults"`
	Match  *RowMatch `json:"match,omitempty"`
	Makes  []string  `json:"makes,omitempty"` // records that would be made first
	// Repeats is the line of an earlier row of the file that is about the same.
	Repeats int `json:"repeats,omitempty"`
}

// RowMatch is the record a row is the same as.
type RowMatch struct {
	ID    string `json:"id,omitempty"`
	Label string `json:"label"`
	Owner string `json:"owner,omitempty"`
	Open  bool   `json:"open"`
	More  int    `json:"more,omitempty"` // other records that fit too
}

const previewed = 50

// Preview tries the first rows of a plan; nothing is written.
func (x *Service) Preview(ctx context.Context, who *rights.Rights, id crm.ID, plan *Plan) (*Preview, error) {
	job, err := x.own(ctx, who, id)
	if err != nil {
		return nil, err
	}
	r, err := x.rowsOf(ctx, who, job.Entity, plan)
	if err != nil {
		return nil, err
	}
	source, err := x.open(ctx, job, optionsOf(plan.Encoding, plan.Delimiter))
	if err != nil {
		return nil, err
	}
	defer source.Close()
	r.c.dry = true
	out := &Preview{Rows: []PreviewRow{}}
	seen := map[string]int{}
	err = source.Each(ctx, plan.Table, func(line int, cells []string) error {
		if line <= plan.HeaderRow {
			return nil
		}
		p, err := r.try(ctx, row{line, cells}, seen)
		if err != nil {
			return err
		}
		out.Rows = append(out.Rows, p)
		switch {
		case len(p.Faults) > 0:
			out.Bad++
		case p.Match != nil || p.Repeats > 0:
			out.Same++
		default:
			out.Good++
		}
		if len(out.Rows) == previewed {
			return table.Stop
		}
		return nil
	})
	return out, err
}

// try does with a row all but write it.
func (r *rows) try(ctx context.Context, in row, seen map[string]int) (PreviewRow, error) {
	out := PreviewRow{FileRow: FileRow{Line: in.line}, Faults: []Fault{}}
	for _, c := range in.cells {
		out.Cells = append(out.Cells, shorten(c))
	}
	values, need, faults, err := r.c.values(ctx, in)
	if err != nil {
		return out, err
	}
	out.Faults = append(out.Faults, faults...)
	for _, w := range need {
		out.Makes = append(out.Makes, w.text)
	}
	if len(faults) > 0 {
		return out, nil
	}
	matches, err := r.m.Find(ctx, values)
	if err != nil {
		return out, err
	}
	for _, key := range r.m.Keys(values) {
		if seen[key] == 0 {
			seen[key] = in.line
		} else {
			out.Repeats = seen[key]
		}
	}
	if len(matches) > 0 {
		out.Match = matchOf(matches)
		return out, nil
	}
	for _, w := range need {
		values[w.field] = nil
	}
	err = r.x.Records.Try(ctx, r.c.who, r.c.e, withoutNumber(r.c.e, values))
	out.Faults = append(out.Faults, without(r.faultsOf(err), need)...)
	return out, unforeseen(err)
}

func matchOf(matches []records.Match) *RowMatch {
	m := &RowMatch{Label: matches[0].Label, Owner: matches[0].Owner, Open: matches[0].Open, More: len(matches) - 1}
	if m.Open {
		m.ID = matches[0].ID.String()
	}
	return m
}

// without leaves out the faults of fields whose record would be made first.
func without(faults []Fault, need []wanted) (kept []Fault) {
	for _, f := range faults {
		made := false
		for _, w := range need {
			made = made || w.field == f.Field
		}
		if !made {
			kept = append(kept, f)
		}
	}
	return kept
}

func itoa(n int) string { return strconv.Itoa(n) }

func itoa64(n int64) string { return strconv.FormatInt(n, 10) }
