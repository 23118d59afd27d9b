package print

import "strconv"

// table draws rows below each other, its head again on every page.
type table struct {
	a       *arranger
	columns []tableColumn
	size    float64
	stacked bool
}

type tableColumn struct {
	title string
	width float64
	align string
}

// Inner room of a cell, in millimetres.
const (
	padX     = 1.0
	padY     = 0.7
	maxCell  = 6 // lines of one
	thinnest = 6 // millimetres of a column
)

// newTable shares the width out among the columns.
func (a *arranger) newTable(columns []tableColumn, size float64, stacked bool) *table {
	sum := 0.0
	for i := range columns {
		if columns[i].width <= 0 {
			columns[i].width = 100
		}
		if !stacked || i > 0 {
			sum += columns[i].width
		}
	}
	for i := range columns {
		columns[i].width = max(min(thinnest, a.width()/float64(len(columns))), columns[i].width*a.width()/sum)
	}
	// What the narrow ones were given is taken from all.
	total := 0.0
	for i := range columns {
		if !stacked || i > 0 {
			total += columns[i].width
		}
	}
	for i := range columns {
		columns[i].width *= a.width() / total
	}
	if stacked {
		columns[0].width = a.width()
	}
	return &table{a: a, columns: columns, size: size, stacked: stacked}
}

// head draws the names of the columns.
func (t *table) head() {
	titles := make([]string, len(t.columns))
	for i, c := range t.columns {
		titles[i] = c.title
	}
	t.draw(t.lines(titles), true)
}

// add draws one row; on a new page the head comes first.
func (t *table) add(cells []string) {
	lines := t.lines(cells)
	if t.a.room(t.height(lines)) {
		t.head()
	}
	t.draw(lines, false)
}

func (t *table) lines(cells []string) [][]string {
	out := make([][]string, len(cells))
	for i, text := range cells {
		if text != "" {
			out[i] = t.a.measure.set(text, t.size, t.columns[i].width-2*padX, maxCell)
		}
	}
	return out
}

func (t *table) height(cells [][]string) float64 {
	first, rest := 1, 0
	for i, lines := range cells {
		if t.stacked && i > 0 {
			rest = max(rest, len(lines))
		} else {
			first = max(first, len(lines))
		}
	}
	return float64(first+rest)*mm(t.size)*lineHeight + 2*padY
}

func (t *table) draw(cells [][]string, head bool) {
	if t.stacked {
		t.drawStacked(cells, head)
		return
	}
	a := t.a
	height := t.height(cells)
	if head {
		a.mark(Mark{Kind: markShade, X: a.left(), Y: a.y, W: a.width(), H: height})
	}
	x := a.left()
	for i, lines := range cells {
		c := t.columns[i]
		a.mark(Mark{Kind: markBox, X: x, Y: a.y, W: c.width, H: height})
		align := c.align
		if head && align == "" {
			align = "center"
		}
		for j, line := range lines {
			a.put(x+padX, a.y+padY+float64(j)*mm(t.size)*lineHeight, c.width-2*padX, t.size, head, align, line)
		}
		x += c.width
	}
	a.y += height
}

// drawStacked writes the first cell on a line of its own, the others below it, without
// boxes.
func (t *table) drawStacked(cells [][]string, head bool) {
	a := t.a
	y := a.y + padY
	for _, line := range cells[0] {
		a.put(a.left(), y, a.width(), t.size, head, "", line)
		y += mm(t.size) * lineHeight
	}
	x, below := a.left(), y
	for i, lines := range cells[1:] {
		c := t.columns[i+1]
		at := y
		for _, line := range lines {
			a.put(x+padX, at, c.width-2*padX, t.size, head, c.align, line)
			at += mm(t.size) * lineHeight
		}
		x, below = x+c.width, max(below, at)
	}
	a.y = below + padY
	if head {
		a.mark(Mark{Kind: markLine, X: a.left(), Y: a.y, W: a.width()})
	}
}

// lines draws the table of a field's lines.
func (a *arranger) lines(b *Block) {
	columns := b.Columns[:0:0]
	for _, c := range b.Columns {
		// A column the user may not see has no name.
		if c.Key == "#" || a.source.Label(b.Lines+"."+c.Key) != "" && !(b.Lean && a.empty(b.Lines, c.Key)) {
			columns = append(columns, c)
		}
	}
	if len(columns) == 0 {
		return
	}
	n := a.source.Rows(b.Lines)
	if n == 0 && b.Rows == 0 {
		return
	}
	a.caption(b, a.sizeOf(b))
	t := a.newTable(a.titles(b.Lines, columns), a.sizeOf(b), b.Stacked && len(columns) > 1)
	t.head()
	from := 0
	for row := range n {
		if b.Rows > 0 && row > 0 && row%b.Rows == 0 {
			a.subtotal(t, b.Lines, columns, "subtotal", from, row)
			a.end()
			a.begin()
			t.head()
			from = row
		}
		t.add(a.cellsOf(b.Lines, columns, row))
	}
	if b.Rows > 0 {
		for filled := n - from; filled < b.Rows; filled++ {
			t.add(make([]string, len(columns)))
		}
		if from > 0 {
			a.subtotal(t, b.Lines, columns, "subtotal", from, n)
		}
	}
	a.subtotal(t, b.Lines, columns, "total", 0, n)
	a.y += 1
}

// empty tells that a column says nothing in any row.
func (a *arranger) empty(lines, key string) bool {
	for row := range a.source.Rows(lines) {
		if a.source.Cell(lines, row, key) != "" {
			return false
		}
	}
	return true
}

func (a *arranger) titles(lines string, columns []Column) []tableColumn {
	out := make([]tableColumn, len(columns))
	for i, c := range columns {
		out[i] = tableColumn{c.Title, c.Width, c.Align}
		if c.Key == "#" {
			out[i].align = "center"
			if out[i].width == 0 {
				out[i].width = 40
			}
			if c.Title == "" {
				out[i].title = a.words("row")
			}
			continue
		}
		if c.Title == "" {
			out[i].title = a.source.Label(lines + "." + c.Key)
		}
		if c.Align == "" && a.source.Right(lines, c.Key) {
			out[i].align = "right"
		}
	}
	return out
}

func (a *arranger) cellsOf(lines string, columns []Column, row int) []string {
	cells := make([]string, len(columns))
	for i, c := range columns {
		if cells[i] = strconv.Itoa(row + 1); c.Key != "#" {
			cells[i] = a.source.Cell(lines, row, c.Key)
		}
	}
	return cells
}

// subtotal is a row of sums, where a column is to be added up.
func (a *arranger) subtotal(t *table, lines string, columns []Column, name string, from, to int) {
	cells := make([]string, len(columns))
	has, free := false, -1
	for i, c := range columns {
		if c.Total {
			cells[i] = a.source.Sum(lines, c.Key, from, to)
			has = has || cells[i] != ""
		} else if free < 0 && c.Key != "#" {
			free = i
		}
	}
	if !has {
		return
	}
	if free >= 0 {
		cells[free] = a.words(name)
	}
	t.add(cells)
}
