package print

import (
	"context"
	"slices"
	"strconv"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/print/pdf"
	"bellhop/hub/records"
	"bellhop/hub/rights"
)

// ListWish is a list that somebody wants on paper: every record the query finds, or those
// of IDs alone.
type ListWish struct {
	Query   crm.Query
	IDs     []crm.ID
	Columns []string // in their order; empty for the list's own
	Title   string   // what the view is called
	Paper   string   // "" for A4, upright or not as the columns need
}

// CheckList tells whether a list may be printed, before the audit is asked. What is hidden
// from the user is left out of the columns.
func (s *Service) CheckList(ctx context.Context, who *rights.Rights, w *ListWish) error {
	e, _, err := s.entity(who, w.Query.Entity)
	if err != nil {
		return err
	}
	if err := mayPrint(who, e); err != nil {
		return err
	}
	if len(w.Columns) == 0 {
		w.Columns = e.List.Columns
	}
	kept := make([]string, 0, len(w.Columns))
	for _, key := range w.Columns {
		f, ok := e.Field(key)
		if (crm.SystemField(key) || ok && who.MayRead(e, f)) && !slices.Contains(kept, key) {
			kept = append(kept, key)
		}
	}
	if w.Columns = kept; len(kept) == 0 {
		return refuse("no_columns", "")
	}
	q := w.Query
	q.Limit, q.Count = 1, true
	if len(w.IDs) > MaxRows {
		return tooManyRows
	}
	if len(w.IDs) > 0 {
		return nil
	}
	_, err = s.Records.Query(ctx, who, q)
	return err
}

var tooManyRows = &crm.Error{Code: crm.Invalid, Key: "print.too_many_rows", Args: map[string]string{"max": strconv.Itoa(MaxRows)}}

// PrintList makes the file of a list that CheckList let through; went hears of each page
// of records before it is on paper.
func (s *Service) PrintList(ctx context.Context, who *rights.Rights, lang string, w ListWish, went func(ids []crm.ID) error) (*File, error) {
	done, err := s.turn(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	e, texts, err := s.entity(who, w.Query.Entity)
	if err != nil {
		return nil, err
	}
	texts.lang = lang
	l := listLayout(e, &w, texts)
	p, err := s.printing(ctx, texts, l)
	if err != nil {
		return nil, err
	}
	title := texts.text(e.Name + ".plural")
	src := &listSource{sample: sample{texts, who, e, p.office}, clock: clock{s.now()}}
	a := p.arranger(src, func(page *Page) error {
		p.pages = append(p.pages, page)
		if len(p.pages) < heldPages {
			return nil
		}
		return p.flush(title)
	})
	a.begin()
	t := a.newTable(listColumns(who, e, w.Columns, texts), l.Size, false)
	t.head()
	n := 0
	err = s.eachRow(ctx, who, w, func(rows []*records.Row) error {
		ids := make([]crm.ID, len(rows))
		for i, r := range rows {
			ids[i] = r.ID
		}
		if n += len(rows); n > MaxRows {
			return tooManyRows
		}
		if err := went(ids); err != nil {
			return err
		}
		for _, r := range rows {
			t.add(s.listCells(texts, e, r, w.Columns))
		}
		return a.err
	})
	if err != nil {
		return nil, err
	}
	a.room(8)
	a.put(a.left(), a.y+1.5, a.width(), l.Size, false, "", texts.schema.Labels.Text(lang, "print.rows", map[string]string{"n": strconv.Itoa(n)}))
	a.end()
	if a.err != nil {
		return nil, a.err
	}
	if p.writer == nil { // all of them wait: their number is known
		setPages(p.pages, strconv.Itoa(len(p.pages)), a.measure)
	}
	file := &File{Name: title}
	file.Data, file.Pages, err = p.close(title)
	return file, err
}

// heldPages are kept in memory until it is known how many there will be; of a longer list
// each page is written as soon as it is full.
const heldPages = 40

// flush writes the pages that wait.
func (p *printing) flush(title string) error {
	if p.writer == nil {
		p.writer = pdf.NewWriter(&p.out, p.font, title)
	}
	for _, page := range p.pages {
		page.Draw(p.writer, p.font)
	}
	p.pages = nil
	return p.writer.Err()
}

// eachRow gives the records of the wish, a page at a time.
func (s *Service) eachRow(ctx context.Context, who *rights.Rights, w ListWish, fn func([]*records.Row) error) error {
	queries := []crm.Query{w.Query}
	if len(w.IDs) > 0 {
		queries = nil
		for ids := range slices.Chunk(w.IDs, records.MaxLimit) {
			q := w.Query
			q.IDs = ids
			queries = append(queries, q)
		}
	}
	for _, q := range queries {
		q.Limit, q.Count, q.After = records.MaxLimit, false, ""
		for {
			page, err := s.Records.Query(ctx, who, q)
			if err != nil {
				return err
			}
			if err := fn(page.Rows); err != nil {
				return err
			}
			if page.Next == "" {
				break
			}
			q.After = page.Next
		}
	}
	return nil
}

// uprightWidth is how many pixels of columns fit on upright paper.
const uprightWidth = 780

func listLayout(e *crm.Entity, w *ListWish, texts words) *Layout {
	wide := 0
	for _, key := range w.Columns {
		wide += columnWidth(e, key)
	}
	on := w.Paper
	if on == "" {
		on = "a4"
		if wide > uprightWidth {
			on = "a4-landscape"
		}
	}
	l := &Layout{Paper: paper(on), Size: 8.5, Margins: Margins{10, 10, 8, 10}}
	width := l.Paper.Width - 20
	title := w.Title
	if title == "" {
		title = texts.text(e.Name + ".plural")
	}
	l.Head = Band{Height: 13, Elements: []Element{
		{Kind: Text, Text: "{office.name}", W: width * 0.3, Y: 2, Size: 8},
		{Kind: Text, Text: plain(title), X: width * 0.3, W: width * 0.4, Size: 14, Bold: true, Align: "center"},
	}}
	l.Bottom = Band{Height: 5, Elements: []Element{
		{Kind: Text, Text: "{print.time}  {print.user}", Y: 1.5, W: width / 2, Size: 7.5},
		{Kind: Text, Text: texts.own("pageOf"), X: width / 2, Y: 1.5, W: width / 2, Size: 7.5, Align: "right"},
	}}
	return l
}

// plain keeps a name somebody typed from being taken for a path.
func plain(s string) string {
	out := []rune(s)
	for i, r := range out {
		if r == '{' {
			out[i] = '('
		} else if r == '}' {
			out[i] = ')'
		}
	}
	return string(out)
}

func columnWidth(e *crm.Entity, key string) int {
	if f, ok := e.Field(key); ok && f.Width > 0 {
		return f.Width
	}
	return 120
}

func listColumns(who *rights.Rights, e *crm.Entity, keys []string, texts words) []tableColumn {
	columns := make([]tableColumn, len(keys))
	for i, key := range keys {
		columns[i] = tableColumn{title: texts.labelOf(who, e, key), width: float64(columnWidth(e, key))}
		if f, ok := e.Field(key); ok && rightAligned(f) {
			columns[i].align = "right"
		}
	}
	return columns
}

func (s *Service) listCells(texts words, e *crm.Entity, r *records.Row, keys []string) []string {
	cells := make([]string, len(keys))
	for i, key := range keys {
		switch key {
		case "createdAt":
			cells[i] = moment(r.CreatedAt)
		case "updatedAt":
			cells[i] = moment(r.UpdatedAt)
		default:
			f, _ := e.Field(key)
			switch v := r.Values[key].(type) {
			case []field.Phone:
				cells[i] = joined(v, func(p field.Phone) string { return p.Display })
			default:
				cells[i] = s.Records.Text(texts.lang, e, f, v)
			}
		}
	}
	return cells
}

// listSource is what stands around a list.
type listSource struct {
	sample
	clock clock
}

func (s *listSource) Text(path string) string {
	if path == "print.user" {
		return s.who.User.Name
	}
	if text := s.clock.text(path); text != "" {
		return text
	}
	return s.sample.Text(path)
}
