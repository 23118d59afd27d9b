package exchange

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"
)

// cell is one value on its way out: text, or a number or day that a sheet can count with.
type cell struct {
	text   string
	number string // plain decimals
	day    time.Time
	style  int
}

// Styles of a cell, by their place in cellXfs.
const (
	styleText = iota
	styleHead
	styleDay
	styleMoment
	styleAmount
	styleQuoted // text that begins like a formula
	stylePercent
)

// writer takes rows and hands them on as they come.
type writer interface {
	row(cells []cell) error
	close() error
}

// computes tells whether a sheet program would take text for a formula: by its first
// character, full-width ones too, for Chinese and Japanese Excel read them alike.
func computes(text string) bool {
	r, _ := utf8.DecodeRuneInString(strings.TrimLeft(text, " "))
	return strings.ContainsRune("=+-@\t\r＝＋－＠", r) && text != ""
}

// csvWriter writes RFC 4180 with line ends of Windows.
type csvWriter struct {
	out *bufio.Writer
	end io.Closer
}

// newCSV writes UTF-8 with the mark by which Excel knows it, or GB18030.
func newCSV(w io.Writer, encoding string) *csvWriter {
	if encoding == "gb18030" {
		t := transform.NewWriter(w, simplifiedchinese.GB18030.NewEncoder())
		return &csvWriter{bufio.NewWriterSize(t, 32<<10), t}
	}
	c := &csvWriter{out: bufio.NewWriterSize(w, 32<<10)}
	c.out.WriteString("\ufeff")
	return c
}

func (w *csvWriter) row(cells []cell) error {
	for i, c := range cells {
		if i > 0 {
			w.out.WriteByte(',')
		}
		text := c.text
		switch {
		case c.number != "":
			text = c.number
		case !c.day.IsZero():
			text = dayText(c)
		case computes(text):
			text = "'" + text
		}
		if strings.ContainsAny(text, ",\"\r\n;\t") || text != strings.TrimSpace(text) {
			text = `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
		}
		w.out.WriteString(text)
	}
	_, err := w.out.WriteString("\r\n")
	return err
}

func dayText(c cell) string {
	if c.style == styleMoment {
		return c.day.Format("2006-01-02 15:04")
	}
	return c.day.Format(time.DateOnly)
}

func (w *csvWriter) close() error {
	if err := w.out.Flush(); err != nil || w.end == nil {
		return err
	}
	return w.end.Close()
}

// xlsxWriter writes a workbook of one sheet as it goes: nothing but the row under way is
// in memory, and the first bytes leave before the last row is read. All texts stand in
// their cells (t="inlineStr", ECMA-376, 18.18.11), where no program computes them.
type xlsxWriter struct {
	zip   *zip.Writer
	out   *bufio.Writer
	line  int
	parts int
	name  string
	heads []cell
	width []int
}

// maxSheetRows is how many rows a sheet has; then the next one begins.
const maxSheetRows = 1 << 20

const workbookHead = xml.Header

func newXLSX(w io.Writer, name string, widths []int) *xlsxWriter {
	return &xlsxWriter{zip: zip.NewWriter(w), name: sheetName(name), width: widths}
}

// sheetName keeps to what a sheet may be called.
func sheetName(name string) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\'`, r) || r < ' ' {
			return ' '
		}
		return r
	}, name)
	if r := []rune(strings.TrimSpace(name)); len(r) > 25 {
		name = string(r[:25])
	}
	return or(strings.TrimSpace(name), "Sheet")
}

func (w *xlsxWriter) part(name, text string) error {
	f, err := w.zip.Create(name)
	if err == nil {
		_, err = io.WriteString(f, workbookHead+text)
	}
	return err
}

func (w *xlsxWriter) startSheet() error {
	w.parts++
	w.line = 0
	f, err := w.zip.Create("xl/worksheets/sheet" + strconv.Itoa(w.parts) + ".xml")
	if err != nil {
		return err
	}
	w.out = bufio.NewWriterSize(f, 32<<10)
	w.out.WriteString(workbookHead + `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>`)
	if len(w.width) > 0 {
		w.out.WriteString("<cols>")
		for i, width := range w.width {
			fmt.Fprintf(w.out, `<col min="%d" max="%d" width="%d" customWidth="1"/>`, i+1, i+1, width)
		}
		w.out.WriteString("</cols>")
	}
	_, err = w.out.WriteString("<sheetData>")
	return err
}

func (w *xlsxWriter) endSheet() error {
	w.out.WriteString("</sheetData></worksheet>")
	return w.out.Flush()
}

// row writes a row; the first of all is repeated on every further sheet.
func (w *xlsxWriter) row(cells []cell) error {
	if w.heads == nil {
		w.heads = append([]cell{}, cells...)
		for i := range w.heads {
			w.heads[i].style = styleHead
		}
		cells = w.heads
	}
	switch {
	case w.out == nil:
		if err := w.startSheet(); err != nil {
			return err
		}
	case w.line == maxSheetRows:
		if err := w.endSheet(); err != nil {
			return err
		}
		if err := w.startSheet(); err != nil {
			return err
		}
		if err := w.write(w.heads); err != nil {
			return err
		}
	}
	return w.write(cells)
}

func (w *xlsxWriter) write(cells []cell) error {
	w.line++
	w.out.WriteString(`<row r="`)
	w.out.WriteString(strconv.Itoa(w.line))
	w.out.WriteString(`">`)
	for _, c := range cells {
		w.cell(c)
	}
	_, err := w.out.WriteString("</row>")
	return err
}

func (w *xlsxWriter) cell(c cell) {
	switch {
	case c.number != "":
		w.value(c.style, c.number)
	case !c.day.IsZero():
		w.value(c.style, serialOf(c.day))
	case c.text == "":
		w.out.WriteString("<c/>")
	default:
		style := c.style
		if style == styleText && computes(c.text) {
			style = styleQuoted
		}
		w.out.WriteString(`<c s="`)
		w.out.WriteString(strconv.Itoa(style))
		w.out.WriteString(`" t="inlineStr"><is><t xml:space="preserve">`)
		xml.EscapeText(w.out, []byte(clipCell(c.text)))
		w.out.WriteString("</t></is></c>")
	}
}

func (w *xlsxWriter) value(style int, number string) {
	w.out.WriteString(`<c s="`)
	w.out.WriteString(strconv.Itoa(style))
	w.out.WriteString(`"><v>`)
	w.out.WriteString(number)
	w.out.WriteString("</v></c>")
}

// maxCell is how many characters a cell of a workbook holds.
const maxCell = 32767

func clipCell(s string) string {
	if len(s) <= maxCell {
		return s
	}
	if r := []rune(s); len(r) > maxCell {
		return string(r[:maxCell-1]) + "…"
	}
	return s
}

// serialOf is a sheet's number for a moment.
func serialOf(at time.Time) string {
	utc := time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), 0, time.UTC)
	days := utc.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Seconds() / 86400
	return strconv.FormatFloat(days, 'f', -1, 64)
}

func (w *xlsxWriter) close() error {
	if w.out == nil {
		if err := w.startSheet(); err != nil {
			return err
		}
	}
	if err := w.endSheet(); err != nil {
		return err
	}
	var types, sheets, relations strings.Builder
	for i := 1; i <= w.parts; i++ {
		name := w.name
		if i > 1 {
			name += " " + strconv.Itoa(i)
		}
		fmt.Fprintf(&types, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`, i)
		sheets.WriteString(`<sheet name="`)
		xml.EscapeText(&sheets, []byte(name))
		fmt.Fprintf(&sheets, `" sheetId="%d" r:id="rId%d"/>`, i, i)
		fmt.Fprintf(&relations, `<Relationship Id="rId%d" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet%d.xml"/>`, i, i)
	}
	for _, p := range [][2]string{
		{"xl/styles.xml", stylesPart},
		{"xl/workbook.xml", `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>` + sheets.String() + `</sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` + relations.String() +
			`<Relationship Id="rIdS" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>`},
		{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>` + types.String() + `</Types>`},
	} {
		if err := w.part(p[0], p[1]); err != nil {
			return err
		}
	}
	return w.zip.Close()
}

// stylesPart has cellXfs in the order of the style constants. 164 and on are our own formats.
const stylesPart = `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` +
	`<numFmts count="3"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd"/><numFmt numFmtId="165" formatCode="yyyy\-mm\-dd\ hh:mm"/><numFmt numFmtId="166" formatCode="#,##0.00####"/></numFmts>` +
	`<fonts count="2"><font><sz val="11"/></font><font><b/><sz val="11"/></font></fonts>` +
	`<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFF2F4F7"/></patternFill></fill></fills>` +
	`<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="7">` +
	`<xf xfId="0"/>` +
	`<xf xfId="0" fontId="1" fillId="2" applyFont="1" applyFill="1"/>` +
	`<xf xfId="0" numFmtId="164" applyNumberFormat="1"/>` +
	`<xf xfId="0" numFmtId="165" applyNumberFormat="1"/>` +
	`<xf xfId="0" numFmtId="166" applyNumberFormat="1"/>` +
	`<xf xfId="0" quotePrefix="1"/>` +
	`<xf xfId="0" numFmtId="10" applyNumberFormat="1"/>` +
	`</cellXfs></styleSheet>`
