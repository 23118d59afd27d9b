package print

import (
	"bytes"
	"context"
	"embed"
	"log/slog"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"bellhop/hub/crm"
	"bellhop/hub/print/pdf"
	"bellhop/hub/records"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// Labels are this package's texts.
//
//go:embed labels/*.json
var Labels embed.FS

// Parts are what a Service works with.
type Parts struct {
	Store   *store.Store
	Records *records.Records
	Font    string // a font file; "" for the first of pdf.Places
	Log     *slog.Logger
}

// Service prints. Its methods may be called from any goroutine.
type Service struct {
	Parts
	now  func() time.Time
	busy chan struct{} // as many at once as memory has room for
	font func() (*pdf.Font, error)
}

// atOnce is how many files are made at a time; the others wait.
const atOnce = 2

// New returns a Service. The font is opened when it is first needed.
func New(parts Parts) *Service {
	s := &Service{Parts: parts, now: time.Now, busy: make(chan struct{}, atOnce)}
	if s.Log == nil {
		s.Log = slog.Default()
	}
	s.font = sync.OnceValues(func() (*pdf.Font, error) {
		f, err := pdf.FindFont(s.Font)
		if err != nil {
			s.Log.Warn("printing without a font of its own: readers without Chinese fonts show boxes", "err", err)
		}
		return f, err
	})
	return s
}

// FontFile tells which font file is printed with; an error says what to install where there
// is none. Printing goes on without.
func (s *Service) FontFile() (string, error) {
	f, err := s.font()
	if err != nil {
		return "", err
	}
	return f.Path, nil
}

// Bounds of one printing.
const (
	MaxRecords = 500
	MaxRows    = 20_000
)

func (s *Service) entity(who *rights.Rights, name string) (*crm.Entity, words, error) {
	schema := s.Records.Schema()
	e, ok := schema.Entity(name)
	if !ok || !who.May(name, rights.Read) {
		return nil, words{}, crm.ErrNotFound
	}
	return e, words{schema, ""}, nil
}

// mayPrint refuses who has no right to print records of e.
func mayPrint(who *rights.Rights, e *crm.Entity) error {
	if !who.May(e.Name, rights.Print) {
		return &crm.Error{Code: crm.Forbidden, Key: "print.forbidden"}
	}
	return nil
}

// Layouts are those offered for an entity: the office's first, then the delivered ones.
func (s *Service) Layouts(ctx context.Context, who *rights.Rights, lang, entity string) ([]*Named, error) {
	e, w, err := s.entity(who, entity)
	if err != nil {
		return nil, err
	}
	w.lang = lang
	rows, err := s.Store.PrintLayouts(ctx, entity)
	if err != nil {
		return nil, err
	}
	var out []*Named
	for _, row := range rows {
		named, err := named(row)
		if err != nil { // of a newer program
			s.Log.Warn("layout passed over", "layout", row.Name, "err", err)
			continue
		}
		out = append(out, named)
	}
	out = append(out, delivered(e, w.own)...)
	slices.SortStableFunc(out, func(a, b *Named) int { return slices.Index(Kinds, a.Kind) - slices.Index(Kinds, b.Kind) })
	return out, nil
}

func named(row *store.PrintLayout) (*Named, error) {
	l, err := ParseLayout([]byte(row.Body))
	if err != nil {
		return nil, err
	}
	return &Named{ID: row.ID.String(), Name: row.Name, Kind: row.Kind, Own: true, Layout: l}, nil
}

// Layout is one of Layouts.
func (s *Service) Layout(ctx context.Context, who *rights.Rights, lang, entity, id string) (*Named, error) {
	all, err := s.Layouts(ctx, who, lang, entity)
	if err != nil {
		return nil, err
	}
	for _, l := range all {
		if l.ID == id {
			return l, nil
		}
	}
	return nil, &crm.Error{Code: crm.NotFound, Key: "print.no_layout"}
}

// Draft is a layout somebody keeps.
type Draft struct {
	Name   string
	Kind   string
	Layout []byte // JSON
}

const maxLayouts = 50 // of one entity

// Put keeps a layout; id 0 makes a new one.
func (s *Service) Put(ctx context.Context, who *rights.Rights, entity string, id crm.ID, d Draft) (*Named, error) {
	if _, _, err := s.entity(who, entity); err != nil {
		return nil, err
	}
	d.Name = strings.TrimSpace(d.Name)
	if d.Name == "" || utf8.RuneCountInString(d.Name) > maxName {
		return nil, refuse("name", "name")
	}
	if !slices.Contains(Kinds, d.Kind) {
		return nil, &crm.Error{Code: crm.Invalid, Key: "field.no_such_option", Field: "kind"}
	}
	if _, err := ParseLayout(d.Layout); err != nil {
		return nil, err
	}
	rows, err := s.Store.PrintLayouts(ctx, entity)
	if err != nil {
		return nil, err
	}
	row := &store.PrintLayout{ID: crm.NewID(), Entity: entity, Position: len(rows)}
	for _, other := range rows {
		if other.ID == id {
			row = other
		} else if other.Name == d.Name {
			return nil, refuse("name_taken", "name")
		}
	}
	if id != 0 && row.ID != id {
		return nil, &crm.Error{Code: crm.NotFound, Key: "print.no_layout"}
	}
	if id == 0 && len(rows) >= maxLayouts {
		return nil, refuse("too_many_layouts", "")
	}
	row.Name, row.Kind, row.Body, row.At, row.By = d.Name, d.Kind, string(d.Layout), s.now().UnixMilli(), who.User.ID
	if err := s.Store.PutPrintLayout(ctx, row); err != nil {
		return nil, err
	}
	return named(row)
}

// Drop removes a layout of the office.
func (s *Service) Drop(ctx context.Context, who *rights.Rights, entity string, id crm.ID) error {
	row, err := s.Store.PrintLayout(ctx, id)
	if err != nil {
		return err
	}
	if _, _, err := s.entity(who, entity); err != nil || row.Entity != entity {
		return crm.ErrNotFound
	}
	return s.Store.DropPrintLayout(ctx, id)
}

// Wish is what somebody wants on paper.
type Wish struct {
	Entity string
	Layout string  // the ID of one of Layouts; "" for Drawn
	Drawn  *Layout // as it stands on the page of whoever draws it
	Kind   string  // of Drawn
	IDs    []crm.ID
	Today  bool // with what stands today, also where it was printed before
	Skip   int  // labels of the first sheet that are used up
}

// File is a finished PDF.
type File struct {
	Name  string
	Data  []byte
	Pages int
	Kept  int64 // when what stands on it was first printed and has changed since; else 0
}

// Check tells whether a wish may be granted, before the audit is asked.
func (s *Service) Check(ctx context.Context, who *rights.Rights, lang string, w *Wish) error {
	e, _, err := s.entity(who, w.Entity)
	if err != nil {
		return err
	}
	if err := mayPrint(who, e); err != nil {
		return err
	}
	if len(w.IDs) > MaxRecords {
		return &crm.Error{Code: crm.Invalid, Key: "print.too_many", Args: map[string]string{"max": strconv.Itoa(MaxRecords)}}
	}
	if w.Drawn == nil {
		l, err := s.Layout(ctx, who, lang, w.Entity, w.Layout)
		if err != nil {
			return err
		}
		w.Drawn, w.Kind = l.Layout, l.Kind
	}
	return w.Drawn.check()
}

func (s *Service) turn(ctx context.Context) (done func(), err error) {
	select {
	case s.busy <- struct{}{}:
		return func() { <-s.busy }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Print makes the file of a wish that Check let through.
func (s *Service) Print(ctx context.Context, who *rights.Rights, lang string, w Wish) (*File, error) {
	done, err := s.turn(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	e, texts, err := s.entity(who, w.Entity)
	if err != nil {
		return nil, err
	}
	texts.lang = lang
	p, err := s.printing(ctx, texts, w.Drawn.Design(e, texts.own))
	if err != nil {
		return nil, err
	}
	sources := make([]Source, 0, len(w.IDs))
	file := &File{Name: texts.text(e.Name + ".label")}
	var labels []string
	for _, id := range w.IDs {
		src, err := s.source(ctx, who, texts, e, id, w, p)
		if err != nil {
			return nil, err
		}
		sources, labels = append(sources, src), append(labels, src.row.Label)
	}
	if len(labels) == 1 {
		file.Name += " " + labels[0]
	}
	if len(sources) == 0 { // whoever draws a layout before there is a record
		sources = append(sources, sample{texts, who, e, p.office})
	}
	if err := p.all(w.Kind, sources, w.Skip); err != nil {
		return nil, err
	}
	for _, any := range sources {
		src, ok := any.(*source)
		if !ok {
			continue
		}
		if src.err != nil {
			return nil, src.err
		}
		if src.kept == nil {
			continue
		}
		if src.kept.at != 0 && src.kept.changed {
			file.Kept = src.kept.at
		}
		if err := s.keep(ctx, crm.Ref{Entity: e.Name, ID: src.row.ID}, who.User.ID, src.kept); err != nil {
			return nil, err
		}
	}
	file.Data, file.Pages, err = p.close(file.Name)
	return file, err
}

// source reads one record for paper.
func (s *Service) source(ctx context.Context, who *rights.Rights, texts words, e *crm.Entity, id crm.ID, w Wish, p *printing) (*source, error) {
	row, err := s.Records.Get(ctx, who, crm.Ref{Entity: e.Name, ID: id})
	if err != nil {
		return nil, err
	}
	src := &source{words: texts, ctx: ctx, s: s, who: who, e: e, row: row, office: p.office, clock: clock{s.now()}, many: len(w.IDs) > 1, refs: map[string]*records.Row{}}
	if src.many {
		who.Cover(&row.Record)
	}
	if w.Kind == Document && documentLines(e) != nil {
		src.kept, err = s.keptOf(ctx, crm.Ref{Entity: e.Name, ID: id}, w.Today)
	}
	return src, err
}

// printing is one file being made.
type printing struct {
	layout *Layout
	office map[string]string
	logo   *pdf.Image
	font   *pdf.Font
	words  func(string) string
	pages  []*Page
	out    bytes.Buffer
	writer *pdf.Writer
}

const logoPicture = "logo"

func (s *Service) printing(ctx context.Context, texts words, l *Layout) (*printing, error) {
	p := &printing{layout: l, words: texts.own}
	var err error
	if p.office, err = s.officeTexts(ctx, texts); err != nil {
		return nil, err
	}
	_, data, _, err := s.Store.Picture(ctx, logoPicture)
	if err == nil {
		p.logo, err = pdf.DecodeImage(data)
	}
	if err != nil && !crm.IsCode(err, crm.NotFound) {
		s.Log.Warn("printing without the logo", "err", err)
	}
	p.font, _ = s.font() // said when it was looked for; STSong stands in
	return p, nil
}

func (p *printing) arranger(src Source, emit func(*Page) error) *arranger {
	return &arranger{Layout: p.layout, source: src, measure: measureWith(p.font), logo: p.logo, emit: emit, words: p.words}
}

func (p *printing) add(page *Page) error {
	p.pages = append(p.pages, page)
	return nil
}

// all lays out every record, by the kind of layout.
func (p *printing) all(kind string, sources []Source, skip int) error {
	if p.layout.Grid != nil {
		return p.sheets(sources, skip)
	}
	for _, src := range sources {
		from := len(p.pages)
		a := p.arranger(src, p.add)
		var err error
		if kind == Document {
			err = a.document()
		} else { // one page each, whatever stands on it
			a.begin()
			a.end()
			err = a.err
		}
		if err != nil {
			return err
		}
		setPages(p.pages[from:], strconv.Itoa(len(p.pages)-from), measureWith(p.font))
	}
	return nil
}

// sheets puts a record into each cell of a grid, row by row.
func (p *printing) sheets(sources []Source, skip int) error {
	l, g := p.layout, p.layout.Grid
	each := g.Across * g.Down
	width := (l.Paper.Width - l.Margins.Left - l.Margins.Right - float64(g.Across-1)*g.GapX) / float64(g.Across)
	height := (l.Paper.Height - l.Margins.Top - l.Margins.Bottom - float64(g.Down-1)*g.GapY) / float64(g.Down)
	at := max(0, skip) % each
	var page *Page
	for _, src := range sources {
		if page == nil || at == each {
			page = &Page{Width: l.Paper.Width, Height: l.Paper.Height}
			p.pages = append(p.pages, page)
			at %= each
		}
		a := p.arranger(src, p.add)
		a.page, a.number = page, len(p.pages)
		column, row := float64(at%g.Across), float64(at/g.Across)
		a.band(&l.Head, l.Margins.Left+column*(width+g.GapX)+l.Offset.X, l.Margins.Top+row*(height+g.GapY)+l.Offset.Y)
		at++
	}
	setPages(p.pages, strconv.Itoa(len(p.pages)), measureWith(p.font))
	return nil
}

// close writes the pages that wait and ends the file.
func (p *printing) close(title string) ([]byte, int, error) {
	if err := p.flush(title); err != nil {
		return nil, 0, err
	}
	n := p.writer.Pages()
	err := p.writer.Close()
	return p.out.Bytes(), n, err
}

// Drawn gives the bands of a layout in ticks, for somebody to draw on.
func (s *Service) Drawn(lang, entity string, l *Layout) *Layout {
	schema := s.Records.Schema()
	e, ok := schema.Entity(entity)
	if !ok {
		return l
	}
	out := *l.Design(e, words{schema, lang}.own)
	out.Simple = nil
	for _, band := range []*Band{&out.Head, &out.Foot, &out.Bottom} {
		band.Height = tenth(band.Height)
		for i := range band.Elements {
			at := &band.Elements[i]
			at.X, at.Y, at.W, at.H = tenth(at.X), tenth(at.Y), tenth(at.W), tenth(at.H)
		}
	}
	return &out
}

// tenth rounds to tenths of a millimetre: what people like to read.
func tenth(v float64) float64 { return math.Round(v*10) / 10 }
