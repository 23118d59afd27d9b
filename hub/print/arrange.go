package print

import (
	"strconv"
	"strings"
	"time"

	"bellhop/hub/print/pdf"
)

// Source is what is printed. Paths name a field ("amount"), a field of the record a
// reference points to ("customer.address"), the office ("office.name"), where a letter
// goes ("mail.address"), or the printing itself ("print.date").
type Source interface {
	Label(path string) string
	Text(path string) string
	Words(path string) string // an amount in the characters of paper money
	Rows(lines string) int
	Cell(lines string, row int, key string) string
	// Sum adds up the rows from..to of a column; "" for what can't be added.
	Sum(lines, key string, from, to int) string
	Right(lines, key string) bool // numbers stand to the right
}

// arranger lays one record or list out.
type arranger struct {
	*Layout
	source  Source
	measure measure
	logo    *pdf.Image
	emit    func(*Page) error
	words   func(key string) string // of the hub's own texts
	page    *Page
	number  int
	y       float64 // where the next block begins
	err     error
}

func (a *arranger) left() float64  { return a.Margins.Left }
func (a *arranger) width() float64 { return a.Paper.Width - a.Margins.Left - a.Margins.Right }

// limit is where the body ends; a roll has none.
func (a *arranger) limit() float64 {
	if a.Paper.Height == 0 {
		return 1e9
	}
	return a.Paper.Height - a.Margins.Bottom - a.Bottom.Height
}

// begin starts a page.
func (a *arranger) begin() {
	a.number++
	a.page = &Page{Width: a.Paper.Width, Height: a.Paper.Height}
	a.band(&a.Head, a.left(), a.Margins.Top)
	a.y = a.Margins.Top + a.Head.Height
}

// leastRoll is the shortest piece a printer can tear off.
const leastRoll = 20

// end closes a page.
func (a *arranger) end() {
	if a.page == nil || a.err != nil {
		return
	}
	p := a.page
	if p.Height == 0 {
		a.band(&a.Bottom, a.left(), a.y)
		p.Height = max(leastRoll, a.y+a.Bottom.Height+a.Margins.Bottom)
	} else {
		a.band(&a.Bottom, a.left(), a.limit())
	}
	if a.Offset != (Point{}) {
		for i := range p.Marks {
			p.Marks[i].X += a.Offset.X
			p.Marks[i].from += a.Offset.X
			p.Marks[i].Y += a.Offset.Y
		}
	}
	a.page = nil
	a.err = a.emit(p)
}

// room sees that height is left on the page; it tells whether a new one was begun.
func (a *arranger) room(height float64) bool {
	top := a.Margins.Top + a.Head.Height
	if a.y+height <= a.limit() || a.y <= top {
		return false
	}
	a.end()
	a.begin()
	return true
}

// document lays out one record.
func (a *arranger) document() error {
	a.begin()
	for i := range a.Body {
		switch b := &a.Body[i]; b.Kind {
		case FieldsBlock:
			a.fields(b)
		case LinesBlock:
			a.lines(b)
		case TextBlock:
			a.text(b)
		}
	}
	if a.Foot.Height > 0 {
		a.room(a.Foot.Height)
		a.band(&a.Foot, a.left(), a.y)
		a.y += a.Foot.Height
	}
	a.end()
	return a.err
}

func (a *arranger) mark(m Mark) { a.page.Marks = append(a.page.Marks, m) }

// put writes one line within a width, its top at y.
func (a *arranger) put(x, y, width, size float64, bold bool, align, text string) {
	if text == "" {
		return
	}
	// Nothing is measured yet of a number that is not known.
	w := a.measure(strings.ReplaceAll(text, string(pagesMark), "00"), size)
	a.mark(Mark{Kind: markText, X: aligned(x, width, w, align), Y: y + mm(size)*ascent, W: w, Text: text, Size: size, Bold: bold, align: align, from: x, wide: width})
}

// band draws a band's elements.
func (a *arranger) band(b *Band, x, y float64) {
	for i := range b.Elements {
		a.element(&b.Elements[i], x, y)
	}
}

func (a *arranger) element(e *Element, x, y float64) {
	x, y = x+e.X, y+e.Y
	size := e.Size
	if size == 0 {
		size = a.Size
	}
	switch e.Kind {
	case Line:
		a.mark(Mark{Kind: markLine, X: x, Y: y, W: e.W, H: e.H})
	case Box:
		a.mark(Mark{Kind: markBox, X: x, Y: y, W: e.W, H: e.H})
	case Logo:
		a.picture(x, y, e.W, e.H)
	case Cells:
		a.cells(e, x, y, size)
	case Text:
		a.textIn(e, x, y, size, a.fill(e.Text))
	case Words:
		a.textIn(e, x, y, size, a.labelled(e, a.source.Words(e.Field)))
	case Field:
		a.textIn(e, x, y, size, a.labelled(e, a.value(e.Field)))
	}
}

// labelled puts a field's name before its value. Without a value there is no name either.
func (a *arranger) labelled(e *Element, value string) string {
	if !e.Label || value == "" {
		return value
	}
	return a.source.Label(e.Field) + a.words("colon") + value
}

// shrinks is how much smaller type may become before words are left out.
const shrinks = 0.75

// textIn writes text into an element's place: smaller when it is too long, then on as many
// lines as there is height for.
func (a *arranger) textIn(e *Element, x, y, size float64, text string) {
	width := e.W
	if width == 0 {
		width = max(5, a.Paper.Width-a.Margins.Right-x)
	}
	most := max(1, int((e.H+0.1)/(mm(size)*lineHeight)))
	lines := a.measure.wrap(text, size, width)
	for least := size * shrinks; len(lines) > most && size > least; {
		size -= 0.5
		most = max(1, int((e.H+0.1)/(mm(size)*lineHeight)))
		lines = a.measure.wrap(text, size, width)
	}
	for i, line := range a.measure.set(text, size, width, most) {
		a.put(x, y+float64(i)*mm(size)*lineHeight, width, size, e.Bold, e.Align, line)
	}
}

// fill puts values in the place of {paths}.
func (a *arranger) fill(text string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		path, after, ok := strings.Cut(rest, "}")
		if !ok || strings.ContainsAny(path, "{\n") {
			b.WriteByte('{')
			text = rest
			continue
		}
		if name, isLabel := strings.CutPrefix(path, "label:"); isLabel {
			b.WriteString(a.source.Label(name))
		} else if name, isWords := strings.CutPrefix(path, "words:"); isWords {
			b.WriteString(a.source.Words(name))
		} else {
			b.WriteString(a.value(path))
		}
		text = after
	}
}

func (a *arranger) value(path string) string {
	switch path {
	case "print.page":
		return strconv.Itoa(a.number)
	case "print.pages":
		return string(pagesMark)
	}
	return a.source.Text(path)
}

// picture draws the office's logo as large as its place lets it be.
func (a *arranger) picture(x, y, w, h float64) {
	if a.logo == nil || w <= 0 || h <= 0 {
		return
	}
	scale := min(w/float64(a.logo.Width), h/float64(a.logo.Height))
	a.mark(Mark{Kind: markPicture, X: x, Y: y, W: float64(a.logo.Width) * scale, H: float64(a.logo.Height) * scale, Picture: a.logo})
}

// cells draws six boxes for a postcode, or as many as there are characters.
func (a *arranger) cells(e *Element, x, y, size float64) {
	runes := []rune(a.value(e.Field))
	const boxes = 6
	side, gap := e.H, 0.0
	if side == 0 {
		side = 8
	}
	if e.W > boxes*side {
		gap = (e.W - boxes*side) / (boxes - 1)
	}
	for i := range max(boxes, len(runes)) {
		at := x + float64(i)*(side+gap)
		a.mark(Mark{Kind: markBox, X: at, Y: y, W: side, H: side})
		if i < len(runes) {
			a.put(at, y+(side-mm(size)*lineHeight)/2, side, size, e.Bold, "center", string(runes[i]))
		}
	}
}

// text writes a block of words.
func (a *arranger) text(b *Block) {
	size := a.sizeOf(b)
	for _, line := range a.measure.wrap(a.fill(b.Text), size, a.width()) {
		a.room(mm(size) * lineHeight)
		a.put(a.left(), a.y, a.width(), size, b.Bold, "", line)
		a.y += mm(size) * lineHeight
	}
	a.y += 1
}

func (a *arranger) sizeOf(b *Block) float64 {
	if b.Size > 0 {
		return b.Size
	}
	return a.Size
}

const most = 40 // lines of one value

// entry is a name with its value, wrapped.
type entry struct {
	label string
	lines []string
	wide  bool
}

// fields writes names and values, those without a value left out. A value too long for
// its column has the row for itself.
func (a *arranger) fields(b *Block) {
	size, across := a.sizeOf(b), max(1, b.Across)
	column := a.width() / float64(across)
	label := a.labelWidth(b.Fields, size, column)
	if label == 0 {
		return // nothing in it
	}
	a.caption(b, size)
	var row []entry
	flush := func() {
		if len(row) == 0 {
			return
		}
		height := 0
		for _, e := range row {
			height = max(height, len(e.lines))
		}
		h := float64(height)*mm(size)*lineHeight + 1
		a.room(h)
		for i, e := range row {
			x := a.left() + float64(i)*column
			a.put(x, a.y, label, size, false, "", a.measure.fit(e.label, size, label))
			for j, line := range e.lines {
				a.put(x+label, a.y+float64(j)*mm(size)*lineHeight, 0, size, b.Bold, "", line)
			}
		}
		a.y += h
		row = row[:0]
	}
	for _, path := range b.Fields {
		value := a.value(path)
		if value == "" {
			continue
		}
		e := entry{label: a.source.Label(path) + a.words("colon")}
		e.lines = a.measure.set(value, size, column-label-2, most)
		if e.wide = len(e.lines) > 2 && across > 1; e.wide {
			e.lines = a.measure.set(value, size, a.width()-label-2, most)
			flush()
			row = append(row, e)
			flush()
			continue
		}
		if row = append(row, e); len(row) == across {
			flush()
		}
	}
	flush()
	a.y += 1
}

// caption is the heading of a block, kept with its first row.
func (a *arranger) caption(b *Block, size float64) {
	if b.Text == "" {
		return
	}
	height := mm(size)*lineHeight + 2
	a.room(3 * height)
	a.put(a.left(), a.y+1, a.width(), size, true, "", a.fill(b.Text))
	a.mark(Mark{Kind: markLine, X: a.left(), Y: a.y + height - 0.3, W: a.width()})
	a.y += height + 0.7
}

// labelWidth is that of the longest name, but leaves the value its room.
func (a *arranger) labelWidth(paths []string, size, column float64) float64 {
	widest := 0.0
	for _, path := range paths {
		if a.value(path) != "" {
			widest = max(widest, a.measure(a.source.Label(path)+a.words("colon"), size)+1)
		}
	}
	return min(widest, column*0.45)
}

// clock is what "print.date" and "print.time" are made of.
type clock struct{ at time.Time }

func (c clock) text(path string) string {
	switch path {
	case "print.date":
		return c.at.Format(time.DateOnly)
	case "print.time":
		return c.at.Format("2006-01-02 15:04")
	}
	return ""
}
