package print

import (
	"strings"

	"bellhop/hub/print/pdf"
)

// Page is a page laid out: what stands where, in millimetres from its top left corner.
type Page struct {
	Width, Height float64
	Marks         []Mark
}

// mark kinds.
const (
	markText = iota
	markLine
	markBox
	markShade
	markPicture
)

// Mark is one thing on a page. Of text X and Y are the beginning of its baseline.
type Mark struct {
	Kind       int
	X, Y, W, H float64
	Text       string
	Size       float64 // points
	Bold       bool
	Picture    *pdf.Image
	align      string  // of text that is not whole yet: it moves when it is
	from, wide float64 // the place it stands in
}

// Text is all a page says, a mark a line: for tests and for looking.
func (p *Page) Text() string {
	var lines []string
	for _, m := range p.Marks {
		if m.Kind == markText {
			lines = append(lines, m.Text)
		}
	}
	return strings.Join(lines, "\n")
}

// pagesMark stands in text for how many pages there are in the end.
const pagesMark = '\ue000'

// setPages puts the number of pages where it belongs.
func setPages(pages []*Page, n string, measure measure) {
	for _, p := range pages {
		for i := range p.Marks {
			m := &p.Marks[i]
			if strings.ContainsRune(m.Text, pagesMark) {
				m.Text = strings.ReplaceAll(m.Text, string(pagesMark), n)
				m.W = measure(m.Text, m.Size)
				m.X = aligned(m.from, m.wide, m.W, m.align)
			}
		}
	}
}

// aligned is where text of a width begins within a place.
func aligned(x, place, width float64, align string) float64 {
	switch align {
	case "center":
		return x + (place-width)/2
	case "right":
		return x + place - width
	}
	return x
}

// thin is how thick lines are, in points.
const thin = 0.5

// Draw writes a page into a file.
func (p *Page) Draw(w *pdf.Writer, font *pdf.Font) {
	out := w.AddPage(p.Width*pdf.PerMM, p.Height*pdf.PerMM)
	for _, m := range p.Marks {
		x, y, width, height := m.X*pdf.PerMM, m.Y*pdf.PerMM, m.W*pdf.PerMM, m.H*pdf.PerMM
		switch m.Kind {
		case markText:
			before, after, later := strings.Cut(m.Text, string(pagesMark))
			out.Text(x, y, m.Size, before, m.Bold)
			if later { // a file whose pages are not counted yet
				x += pdf.Measure(font, before, m.Size)
				out.Total(x, y, m.Size)
				out.Text(x+pdf.Measure(font, "000", m.Size), y, m.Size, after, m.Bold)
			}
		case markLine:
			out.Line(x, y, x+width, y+height, thin)
		case markBox:
			out.Box(x, y, width, height, thin)
		case markShade:
			out.Shade(x, y, width, height, 0.93)
		case markPicture:
			out.Picture(m.Picture, x, y, width, height)
		}
	}
}
