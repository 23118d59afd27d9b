// Package pdf writes PDF files (ISO 32000-1) of text, lines and pictures, a page at a
// time: a page that is finished has left the memory. Text is Unicode in one TrueType
// font, of which the file holds the characters it uses; without a font it names one that
// readers in China bring along. It lays nothing out: positions are told to it.
package pdf

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
)

// Point per millimetre.
const PerMM = 72 / 25.4

// face measures and has characters.
type face interface {
	has(r rune) bool
	width(r rune) float64 // thousandths of the type size
}

// Writer writes one file. Its methods remember the first error; Close tells it.
type Writer struct {
	out     io.Writer
	at      int64
	offsets []int64 // of each object, from 1; 0 for one not written yet
	pages   []int
	page    *Page
	face    face
	subset  *subset // nil without a font
	images  map[*Image]int
	totals  map[string]total
	total   string
	title   string
	err     error
}

// total is a form that shows how many pages there are.
type total struct {
	object int
	size   float64
}

// Objects with fixed numbers.
const (
	catalogObject = 1 + iota
	pagesObject
	fontObject
	resourcesObject
	infoObject
	firstFree
)

// NewWriter begins a file on out. font may be nil: then text is in a font that is not in
// the file.
func NewWriter(out io.Writer, font *Font, title string) *Writer {
	w := &Writer{out: out, offsets: make([]int64, firstFree-1), images: map[*Image]int{}, totals: map[string]total{}, title: title, face: song{}}
	if font != nil {
		w.face, w.subset = font, newSubset(font)
	}
	w.write("%PDF-1.5\n%\xe4\xf6\xfc\xdf\n")
	return w
}

// Measure is how wide text in size points is.
func Measure(font *Font, text string, size float64) float64 {
	var f face = song{}
	if font != nil {
		f = font
	}
	sum := 0.0
	for _, r := range text {
		sum += f.width(r)
	}
	return sum * size / 1000
}

func (w *Writer) write(text string) {
	if w.err != nil {
		return
	}
	n, err := io.WriteString(w.out, text)
	w.at += int64(n)
	w.err = err
}

func (w *Writer) writef(format string, args ...any) { w.write(fmt.Sprintf(format, args...)) }

// next gives the number of an object to be.
func (w *Writer) next() int {
	w.offsets = append(w.offsets, 0)
	return len(w.offsets)
}

func (w *Writer) object(n int, text string) {
	w.offsets[n-1] = w.at
	w.writef("%d 0 obj\n%s\nendobj\n", n, text)
}

// stream writes an object of packed bytes; more stands in its dictionary.
func (w *Writer) stream(n int, more string, b []byte) {
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	z.Write(b) // memory takes everything
	z.Close()
	w.offsets[n-1] = w.at
	w.writef("%d 0 obj\n<<%s/Filter/FlateDecode/Length %d>>\nstream\n", n, more, packed.Len())
	w.write(packed.String())
	w.write("\nendstream\nendobj\n")
}

// Page is the page being written. Its origin is the top left corner; lengths are points.
type Page struct {
	w             *Writer
	width, height float64
	content       bytes.Buffer
}

// AddPage ends the page before and begins one.
func (w *Writer) AddPage(width, height float64) *Page {
	w.endPage()
	w.page = &Page{w: w, width: width, height: height}
	return w.page
}

func (w *Writer) endPage() {
	p := w.page
	if p == nil {
		return
	}
	w.page = nil
	content, page := w.next(), w.next()
	w.stream(content, "", p.content.Bytes())
	w.object(page, fmt.Sprintf("<</Type/Page/Parent %d 0 R/MediaBox[0 0 %.2f %.2f]/Resources %d 0 R/Contents %d 0 R>>",
		pagesObject, p.width, p.height, resourcesObject, content))
	w.pages = append(w.pages, page)
}

// Pages is how many there are so far.
func (w *Writer) Pages() int {
	if w.page != nil {
		return len(w.pages) + 1
	}
	return len(w.pages)
}

// Err is what went wrong so far.
func (w *Writer) Err() error { return w.err }

// Text writes one line, its baseline at y. Bold is drawn by thicker strokes.
func (p *Page) Text(x, y, size float64, text string, bold bool) {
	if text == "" {
		return
	}
	mode := "0 Tr"
	if bold {
		mode = fmt.Sprintf("2 Tr %.3f w", size*0.022)
	}
	fmt.Fprintf(&p.content, "BT /F %.2f Tf %s %.2f %.2f Td %s Tj ET\n", size, mode, x, p.height-y, p.w.encode(text))
}

// encode writes text as the font counts its characters.
func (w *Writer) encode(text string) string {
	var b strings.Builder
	b.WriteByte('<')
	for _, r := range text {
		if w.subset != nil {
			fmt.Fprintf(&b, "%04X", w.subset.of(r))
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, "%04X", unit)
		}
	}
	b.WriteByte('>')
	return b.String()
}

// Line draws from one point to another.
func (p *Page) Line(x1, y1, x2, y2, width float64) {
	fmt.Fprintf(&p.content, "%.2f w %.2f %.2f m %.2f %.2f l S\n", width, x1, p.height-y1, x2, p.height-y2)
}

// Box draws a rectangle's edges.
func (p *Page) Box(x, y, width, height, line float64) {
	fmt.Fprintf(&p.content, "%.2f w %.2f %.2f %.2f %.2f re S\n", line, x, p.height-y-height, width, height)
}

// Shade fills a rectangle with a grey: 0 is black, 1 white.
func (p *Page) Shade(x, y, width, height, grey float64) {
	fmt.Fprintf(&p.content, "%.2f g %.2f %.2f %.2f %.2f re f 0 g\n", grey, x, p.height-y-height, width, height)
}

// Picture draws an image into a rectangle.
func (p *Page) Picture(img *Image, x, y, width, height float64) {
	n, ok := p.w.images[img]
	if !ok {
		n = p.w.next()
		p.w.images[img] = n
		img.write(p.w, n)
	}
	fmt.Fprintf(&p.content, "q %.2f 0 0 %.2f %.2f %.2f cm /I%d Do Q\n", width, height, x, p.height-y-height, n)
}

// Total writes how many pages the file will have had in the end.
func (p *Page) Total(x, y, size float64) {
	key := fmt.Sprintf("%.2f", size)
	t, ok := p.w.totals[key]
	if !ok {
		t = total{p.w.next(), size}
		p.w.totals[key] = t
	}
	fmt.Fprintf(&p.content, "q 1 0 0 1 %.2f %.2f cm /I%d Do Q\n", x, p.height-y, t.object)
}

// Close writes the font, the catalogue and the table of objects.
func (w *Writer) Close() error {
	w.endPage()
	w.writeTotals()
	w.writeFont()
	var objects strings.Builder
	for _, n := range w.images {
		fmt.Fprintf(&objects, "/I%d %d 0 R", n, n)
	}
	for _, t := range w.totals {
		fmt.Fprintf(&objects, "/I%d %d 0 R", t.object, t.object)
	}
	w.object(resourcesObject, fmt.Sprintf("<</ProcSet[/PDF/Text/ImageC]/Font<</F %d 0 R>>/XObject<<%s>>>>", fontObject, objects.String()))
	var kids strings.Builder
	for _, n := range w.pages {
		fmt.Fprintf(&kids, "%d 0 R ", n)
	}
	w.object(pagesObject, fmt.Sprintf("<</Type/Pages/Count %d/Kids[%s]>>", len(w.pages), kids.String()))
	w.object(catalogObject, fmt.Sprintf("<</Type/Catalog/Pages %d 0 R/ViewerPreferences<</PrintScaling/None>>>>", pagesObject))
	w.object(infoObject, "<</Title "+textString(w.title)+"/Producer(Bellhop)>>")
	start := w.at
	w.writef("xref\n0 %d\n0000000000 65535 f \n", len(w.offsets)+1)
	for _, at := range w.offsets {
		w.writef("%010d 00000 n \n", at)
	}
	w.writef("trailer\n<</Size %d/Root %d 0 R/Info %d 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(w.offsets)+1, catalogObject, infoObject, start)
	return w.err
}

func (w *Writer) writeTotals() {
	count := fmt.Sprint(len(w.pages))
	for _, t := range w.totals {
		content := fmt.Sprintf("BT /F %.2f Tf %s Tj ET", t.size, w.encode(count))
		w.stream(t.object, fmt.Sprintf("/Type/XObject/Subtype/Form/BBox[0 %.2f %.2f %.2f]/Resources<</Font<</F %d 0 R>>>>", -t.size, t.size*20, t.size*2, fontObject),
			[]byte(content))
	}
}

// textString is UTF-16 with its mark, as texts outside of pages are.
func textString(s string) string {
	var b strings.Builder
	b.WriteString("<FEFF")
	for _, unit := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", unit)
	}
	return b.String() + ">"
}
