package table

import (
	"archive/zip"
	"context"
	"encoding/xml"
	"io"
	"path"
	"strconv"
	"strings"
)

// Workbook is an .xlsx file (ECMA-376, part 1, clause 18), read part by part as a
// stream: no sheet is ever in memory as a whole. Cells come as text in one form
// whatever the style: dates as "2026-11-22" and "2026-11-22 13:05", numbers in plain
// decimals with the 15 digits a workbook keeps, percentages with their sign. A formula
// counts as the value the workbook has saved for it; it is never computed.
type Workbook struct {
	archive *zip.ReadCloser
	parts   map[string]*zip.File
	sheets  []sheet
	styles  []styleKind
	strings *stringTable
	from    epoch
	limits  Limits
}

type sheet struct{ name, part string }

const (
	maxParts = 5000
	// maxToken bounds what one tag or text of a part may hold while it is read.
	maxToken = 4 << 20
	maxXF    = 100_000
)

// OpenXLSX reads what a workbook says of itself. Shared strings are read with the first sheet.
func OpenXLSX(path string, limits Limits) (*Workbook, error) {
	archive, err := zip.OpenReader(path)
	if err != nil {
		return nil, refusal("import.workbook_broken")
	}
	w := &Workbook{archive: archive, parts: map[string]*zip.File{}, limits: limits}
	if len(archive.File) > maxParts {
		archive.Close()
		return nil, refusal("import.workbook_broken")
	}
	for _, f := range archive.File {
		w.parts[strings.TrimPrefix(strings.ReplaceAll(f.Name, `\`, "/"), "/")] = f
	}
	if err := w.readBook(); err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// Close removes what was put aside.
func (w *Workbook) Close() error {
	if w.strings != nil {
		w.strings.Close()
	}
	return w.archive.Close()
}

// Tables lists the sheets a person sees.
func (w *Workbook) Tables(context.Context) ([]Table, error) {
	list := make([]Table, len(w.sheets))
	for i, s := range w.sheets {
		list[i] = Table{Name: s.name}
	}
	return list, nil
}

// part opens a part as a bounded stream of tokens.
func (w *Workbook) part(name string) (*tokens, error) {
	f := w.parts[name]
	if f == nil {
		return nil, refusal("import.workbook_broken")
	}
	r, err := f.Open()
	if err != nil {
		return nil, refusal("import.workbook_broken")
	}
	bound := int64(f.CompressedSize64)*w.limits.Ratio + ratioFloor
	meter := &meter{in: r, left: min(bound, w.limits.Unzipped)}
	d := xml.NewDecoder(meter)
	d.Strict = false
	return &tokens{d: d, meter: meter, close: r}, nil
}

// tokens reads the tags of a part. Namespaces are not looked at: the strict and the
// transitional form of the standard have different ones.
type tokens struct {
	d     *xml.Decoder
	meter *meter
	close io.Closer
}

// next returns io.EOF at the end of the part.
func (t *tokens) next() (xml.Token, error) {
	t.meter.token = maxToken
	token, err := t.d.RawToken()
	if err == nil || err == io.EOF {
		return token, err
	}
	if t.meter.err != nil {
		return nil, t.meter.err
	}
	return nil, refusal("import.workbook_broken")
}

// meter ends a stream that unpacks to more than it may.
type meter struct {
	in    io.Reader
	left  int64
	token int64
	err   error
}

func (m *meter) Read(b []byte) (int, error) {
	if m.left <= 0 || m.token <= 0 {
		m.err = refusal("import.zip_bomb")
		return 0, m.err
	}
	n, err := m.in.Read(b[:min(int64(len(b)), m.left, m.token)])
	m.left -= int64(n)
	m.token -= int64(n)
	if err != nil && err != io.EOF {
		m.err = refusal("import.workbook_broken")
	}
	return n, err
}

func attr(tag xml.StartElement, name string) string {
	for _, a := range tag.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// relationID is the one attribute where the prefix matters: sheets have an "id" too.
func relationID(tag xml.StartElement) string {
	for _, a := range tag.Attr {
		if a.Name.Local == "id" && a.Name.Space != "" {
			return a.Value
		}
	}
	return ""
}

// eachTag gives every start tag of a part.
func (w *Workbook) eachTag(part string, fn func(tag xml.StartElement) error) error {
	t, err := w.part(part)
	if err != nil {
		return err
	}
	defer t.close.Close()
	for {
		token, err := t.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if tag, ok := token.(xml.StartElement); ok {
			if err := fn(tag); err != nil {
				return err
			}
		}
	}
}

func (w *Workbook) readBook() error {
	book := "xl/workbook.xml"
	targets := map[string]string{}
	err := w.eachTag("xl/_rels/workbook.xml.rels", func(tag xml.StartElement) error {
		if tag.Name.Local == "Relationship" && len(targets) < maxParts {
			targets[attr(tag, "Id")] = resolve("xl", attr(tag, "Target"))
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = w.eachTag(book, func(tag xml.StartElement) error {
		switch tag.Name.Local {
		case "workbookPr":
			if v := attr(tag, "date1904"); v == "1" || v == "true" {
				w.from = epoch1904
			}
		case "sheet":
			part := targets[relationID(tag)]
			if w.parts[part] == nil || attr(tag, "state") != "" && attr(tag, "state") != "visible" {
				return nil
			}
			if w.sheets = append(w.sheets, sheet{attr(tag, "name"), part}); len(w.sheets) > w.limits.Tables {
				return tooMany("import.too_many_tables", w.limits.Tables)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(w.sheets) == 0 {
		return refusal("import.workbook_broken")
	}
	return w.readStyles()
}

// resolve makes of a target the name of a part.
func resolve(folder, target string) string {
	if strings.HasPrefix(target, "/") {
		return strings.TrimPrefix(path.Clean(target), "/")
	}
	return path.Join(folder, target)
}

func (w *Workbook) readStyles() error {
	if w.parts["xl/styles.xml"] == nil {
		return nil
	}
	custom := map[string]styleKind{}
	cellXfs := false
	return w.eachTag("xl/styles.xml", func(tag xml.StartElement) error {
		switch tag.Name.Local {
		case "numFmt":
			if len(custom) < maxXF {
				custom[attr(tag, "numFmtId")] = kindOfFormat(attr(tag, "formatCode"))
			}
		case "cellXfs":
			cellXfs = true
		case "cellStyles", "dxfs":
			cellXfs = false
		case "xf":
			if !cellXfs {
				return nil
			}
			if len(w.styles) == maxXF {
				return refusal("import.workbook_broken")
			}
			id := attr(tag, "numFmtId")
			kind, ok := custom[id]
			if !ok {
				n, _ := strconv.Atoi(id)
				kind = builtinFormat(n)
			}
			w.styles = append(w.styles, kind)
		}
		return nil
	})
}

// Each reads one sheet.
func (w *Workbook) Each(ctx context.Context, table string, row func(int, []string) error) error {
	for _, s := range w.sheets {
		if s.name != table && table != "" {
			continue
		}
		if err := w.readStrings(); err != nil {
			return err
		}
		t, err := w.part(s.part)
		if err != nil {
			return err
		}
		defer t.close.Close()
		r := &sheetReader{book: w, tokens: t, out: rower{limits: w.limits, row: row}}
		return ended(r.read(ctx))
	}
	return refusal("import.no_such_table")
}

func (w *Workbook) readStrings() error {
	if w.strings != nil {
		return nil
	}
	w.strings = &stringTable{}
	if w.parts["xl/sharedStrings.xml"] == nil {
		return nil
	}
	t, err := w.part("xl/sharedStrings.xml")
	if err != nil {
		return err
	}
	defer t.close.Close()
	var text textRun
	for {
		token, err := t.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		text.take(token)
		if end, ok := token.(xml.EndElement); ok && end.Name.Local == "si" {
			if len(text.b) > w.limits.Cell {
				text.b = text.b[:w.limits.Cell+1] // told as too long where a row uses it
			}
			if err := w.strings.add(text.b); err != nil {
				return err
			}
			text.b = text.b[:0]
		}
	}
}

// textRun joins the texts of a string item, leaving out how it is pronounced.
type textRun struct {
	b        []byte
	inText   bool
	phonetic bool
}

func (r *textRun) take(token xml.Token) {
	switch token := token.(type) {
	case xml.StartElement:
		switch token.Name.Local {
		case "t":
			r.inText = true
		case "rPh":
			r.phonetic = true
		}
	case xml.EndElement:
		switch token.Name.Local {
		case "t":
			r.inText = false
		case "rPh":
			r.phonetic = false
		}
	case xml.CharData:
		if r.inText && !r.phonetic && len(r.b) < maxToken {
			r.b = append(r.b, token...)
		}
	}
}

// sheetReader reads the rows of one sheet.
type sheetReader struct {
	book   *Workbook
	tokens *tokens
	out    rower
	line   int
	cells  []string
	seen   int // rows, blank ones too
}

// maxSheetRows is how many a sheet has (ECMA-376, 18.3.1.73); more is no workbook.
const maxSheetRows = 1 << 20

func (s *sheetReader) read(ctx context.Context) error {
	for {
		token, err := s.tokens.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.StartElement:
			switch token.Name.Local {
			case "row":
				if err := s.startRow(token); err != nil {
					return err
				}
			case "c":
				if err := s.readCell(token); err != nil {
					return err
				}
			}
		case xml.EndElement:
			switch token.Name.Local {
			case "row":
				if err := s.out.give(s.line, s.cells); err != nil {
					return err
				}
				if s.line%1000 == 0 && ctx.Err() != nil {
					return ctx.Err()
				}
			case "sheetData":
				return nil // what follows is about looks
			}
		}
	}
}

func (s *sheetReader) startRow(tag xml.StartElement) error {
	s.cells = s.cells[:0]
	s.line++
	if n, err := strconv.Atoi(attr(tag, "r")); err == nil && n > 0 {
		s.line = n
	}
	if s.seen++; s.seen > maxSheetRows || s.line > maxSheetRows {
		return tooMany("import.too_many_rows", s.book.limits.Rows)
	}
	return nil
}

func (s *sheetReader) readCell(tag xml.StartElement) error {
	column := len(s.cells)
	if ref := attr(tag, "r"); ref != "" {
		var ok bool
		if column, ok = columnOf(ref); !ok {
			return refusal("import.workbook_broken")
		}
	}
	text, err := s.readValue(tag)
	if err != nil {
		return err
	}
	if text == "" {
		return nil
	}
	if column >= s.book.limits.Columns {
		return tooMany("import.too_many_columns", s.book.limits.Columns)
	}
	for len(s.cells) <= column {
		s.cells = append(s.cells, "")
	}
	s.cells[column] = text
	return nil
}

// readValue reads to the end of the cell. Of a formula only the saved value counts.
func (s *sheetReader) readValue(tag xml.StartElement) (string, error) {
	var raw []byte
	var inline textRun
	inValue := false
	for {
		token, err := s.tokens.next()
		if err == io.EOF {
			return "", refusal("import.workbook_broken")
		}
		if err != nil {
			return "", err
		}
		switch token := token.(type) {
		case xml.StartElement:
			inValue = token.Name.Local == "v"
		case xml.CharData:
			if inValue {
				if raw = append(raw, token...); len(raw) > maxToken {
					return "", at("import.cell_too_long", s.line)
				}
			}
		case xml.EndElement:
			inValue = false
			if token.Name.Local == "c" {
				if attr(tag, "t") == "inlineStr" {
					return string(inline.b), nil
				}
				return s.book.value(attr(tag, "t"), attr(tag, "s"), string(raw))
			}
		}
		inline.take(token)
	}
}

// value makes text of what a cell holds, by its type and style.
func (w *Workbook) value(kind, style, raw string) (string, error) {
	switch kind {
	case "s":
		n, err := strconv.Atoi(raw)
		if err != nil {
			return "", refusal("import.workbook_broken")
		}
		return w.strings.at(n)
	case "b":
		if raw == "1" || raw == "true" {
			return "TRUE", nil
		}
		return "FALSE", nil
	case "str", "e", "d", "inlineStr":
		return raw, nil
	}
	if raw == "" {
		return "", nil
	}
	var as styleKind
	if n, err := strconv.Atoi(style); err == nil && n >= 0 && n < len(w.styles) {
		as = w.styles[n]
	}
	return numberText(raw, as, w.from), nil
}

// columnOf reads the letters of "AB12": A is 0.
func columnOf(ref string) (int, bool) {
	n, i := 0, 0
	for ; i < len(ref) && i < 4; i++ {
		c := ref[i] &^ 0x20
		if c < 'A' || c > 'Z' {
			break
		}
		n = n*26 + int(c-'A') + 1
	}
	return n - 1, n > 0
}
