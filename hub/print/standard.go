package print

import (
	"slices"

	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// Named is a layout as it is offered.
type Named struct {
	ID     string // of a delivered one its name, else that of its row
	Name   string
	Kind   string
	Own    bool // drawn by the office
	Layout *Layout
}

// IDs of delivered layouts: a kind, and what paper.
const noPrices = "a4-plain"

// delivered are the layouts of an entity that come with the program: made of its fields
// as the office has them now.
func delivered(e *crm.Entity, text func(key string) string) []*Named {
	var out []*Named
	add := func(id, kind string, l *Layout) {
		out = append(out, &Named{ID: id, Name: text("layouts." + id), Kind: kind, Layout: l})
	}
	lines := documentLines(e)
	switch {
	case lines != nil:
		add("a4", Document, simpleLayout(e, "a4", true))
		if len(priced(lines)) < len(lines.Lines) {
			add(noPrices, Document, simpleLayout(e, "a4", false))
		}
		add("a5", Document, simpleLayout(e, "a5-landscape", true))
		add("241x140", Document, simpleLayout(e, "241x140", true))
		add("241x280", Document, simpleLayout(e, "241x280", true))
		add("roll-80", Document, simpleLayout(e, "roll-80", true))
	default:
		add("a4", Document, simpleLayout(e, "a4", true))
		add("a5", Document, simpleLayout(e, "a5-landscape", true))
	}
	if mailable(e) {
		for _, name := range []string{"envelope-dl", "envelope-zl", "envelope-c5", "envelope-b6"} {
			add(name, Envelope, envelope(paper(name)))
		}
		add("label-3x8", Label, labelSheet())
		add("label-60x40", Label, label(paper("label-60x40")))
	}
	return out
}

// documentLines is the table of what a document is about; nil for what is none.
func documentLines(e *crm.Entity) *field.Field {
	if e.Number == nil || e.Party {
		return nil
	}
	for i := range e.Fields {
		if f := &e.Fields[i]; f.Type == field.Lines && !f.Hidden {
			return f
		}
	}
	return nil
}

// priced are the columns of lines that tell no price.
func priced(lines *field.Field) (plain []string) {
	for i := range lines.Lines {
		if f := &lines.Lines[i]; !f.Hidden && !tellsPrice(f) {
			plain = append(plain, f.Key)
		}
	}
	return plain
}

func tellsPrice(f *field.Field) bool {
	t := field.ResultOf(f.Type)
	return t == field.Amount || t == field.Percent
}

// amountOf is the field a document's total stands in.
func amountOf(e *crm.Entity) string {
	for i := range e.Fields {
		if f := &e.Fields[i]; field.ResultOf(f.Type) == field.Amount && !f.Hidden {
			return f.Key
		}
	}
	return ""
}

// simpleLayout ticks what a kind of record has.
func simpleLayout(e *crm.Entity, on string, prices bool) *Layout {
	l := &Layout{Paper: paper(on), Size: 9, Margins: Margins{12, 12, 10, 12}}
	s := &Simple{Logo: true, Words: prices, Totals: prices, Fields: []string{}, Columns: []string{}}
	lines := documentLines(e)
	roll := l.Paper.Height == 0
	switch {
	case roll:
		l.Margins, l.Size, s.Logo = Margins{4, 4, 8, 4}, 8.5, false
	case l.Paper.Width == 241: // holes on both sides
		l.Margins, l.Size, s.Logo = Margins{6, 17, 5, 17}, 10, false
	case l.Paper.Height < 160:
		l.Margins = Margins{8, 10, 7, 10}
	}
	for _, section := range e.Form {
		for _, key := range section.Fields {
			f, ok := e.Field(key)
			if !ok || f.Type == field.Lines || f.Type == field.Images || !prices && tellsPrice(f) || lines != nil && inside(f, e, roll) {
				continue
			}
			s.Fields = append(s.Fields, key)
			if lines != nil && f.Type == field.Reference && !roll {
				s.Fields = append(s.Fields, reached(f)...)
			}
		}
	}
	if lines != nil {
		s.Sign = !roll
		s.Columns = columnsFor(lines, prices, roll)
	}
	l.Simple = s
	return l
}

// inside are fields of a document that are no business of the one who gets it, or stand
// elsewhere on it.
func inside(f *field.Field, e *crm.Entity, roll bool) bool {
	if f.Key == e.Title || f.Key == "state" || f.Key == "paid" || f.Key == "balance" || f.Key == amountOf(e) || f.Key == "total" {
		return true
	}
	return roll && !slices.Contains([]string{"customer", "contact", "date", "shipTo", "notes"}, f.Key)
}

// reached are the fields of a reference that belong on paper beside it.
func reached(f *field.Field) []string {
	switch f.Ref {
	case "customer", "supplier", "channel":
		return []string{f.Key + ".address"}
	case "contact":
		return []string{f.Key + ".phones"}
	}
	return nil
}

// columnsFor are those of a document's table. Beside a name in words the product it was
// taken from says nothing new.
func columnsFor(lines *field.Field, prices, roll bool) []string {
	keys := []string{}
	_, named := lines.Line("name")
	for i := range lines.Lines {
		f := &lines.Lines[i]
		narrow := roll && !slices.Contains([]string{"name", "qty", "price", "amount"}, f.Key)
		if f.Hidden || !prices && tellsPrice(f) || named && f.Type == field.Reference || narrow {
			continue
		}
		keys = append(keys, f.Key)
	}
	return keys
}

// mailable tells whether letters go to what a record is about.
func mailable(e *crm.Entity) bool {
	_, ok := mailHolder(e)
	return ok
}

// holders are references letters may go by, the first that is filled in.
var holders = []string{"customer", "channel", "supplier"}

// mailHolder names the reference fields by which an entity has an address; none when it
// has one of its own.
func mailHolder(e *crm.Entity) ([]string, bool) {
	if _, ok := e.Field("address"); ok && e.Party {
		return nil, true
	}
	var by []string
	for _, key := range holders {
		if f, ok := e.Field(key); ok && f.Type == field.Reference && f.Ref == key {
			by = append(by, key)
		}
	}
	return by, len(by) > 0
}

// Design makes the bands of a layout in ticks. text gives the hub's own words.
func (l *Layout) Design(e *crm.Entity, text func(key string) string) *Layout {
	s := l.Simple
	if s == nil {
		return l
	}
	out := *l
	out.Head, out.Foot, out.Bottom, out.Body, out.Grid = Band{}, Band{}, Band{}, nil, nil
	d := design{&out, s, e, text, l.Paper.Width - l.Margins.Left - l.Margins.Right}
	lines := documentLines(e)
	d.head(lines != nil)
	d.body(lines)
	if lines != nil {
		d.foot()
	}
	d.bottom()
	return &out
}

type design struct {
	*Layout
	simple *Simple
	entity *crm.Entity
	text   func(string) string
	wide   float64
}

func (d *design) head(document bool) {
	b := &d.Head
	title := d.simple.Title
	if title == "" {
		title = "{label:" + d.entity.Name + "}"
	}
	narrow, low := d.Paper.Width < 100, d.Paper.Height > 0 && d.Paper.Height < 160
	y, big, next := 0.0, 15.0, 13.0
	switch {
	case narrow:
		big, next = 11, 9.5
	case low:
		big, next = 13, 12
	}
	add := func(e Element) { b.Elements = append(b.Elements, e) }
	if d.simple.Logo {
		add(Element{Kind: Logo, W: d.wide * 0.16, H: 12})
	}
	side := 0.0
	if d.simple.Logo {
		side = d.wide * 0.17
	}
	row := func(e Element, height float64) {
		e.X, e.Y, e.W, e.Align = side, y, d.wide-2*side, "center"
		add(e)
		y += height
	}
	row(Element{Kind: Text, Text: "{office.name}", Size: big, Bold: true}, mm(big)*1.5)
	if !narrow && !low {
		row(Element{Kind: Text, Text: "{office.line}", Size: 8}, 4.6)
	}
	row(Element{Kind: Text, Text: title, Size: next, Bold: true}, mm(next)*1.5)
	if !document {
		row(Element{Kind: Field, Field: d.entity.Title, Size: 11}, 6)
		b.Height = y + 2
		return
	}
	if number := d.entity.Title; narrow {
		add(Element{Kind: Field, Field: number, Label: true, Y: y, W: d.wide})
		y += mm(d.Size) * lineHeight
	} else {
		add(Element{Kind: Field, Field: number, Label: true, X: d.wide / 2, Y: y, W: d.wide / 2, Align: "right"})
		add(Element{Kind: Text, Text: "{label:print.date}" + d.text("colon") + "{print.date}", Y: y, W: d.wide / 2})
		y += mm(d.Size)*lineHeight + 1.2
	}
	b.Height = y
}

func (d *design) body(lines *field.Field) {
	across := 2
	if d.Paper.Width < 100 {
		across = 1
	} else if d.Paper.Width > 190 && d.Paper.Height < 160 {
		across = 3
	}
	if lines != nil {
		d.Body = append(d.Body, Block{Kind: FieldsBlock, Fields: d.simple.Fields, Across: across})
		d.Body = append(d.Body, d.table(lines, d.simple.Columns))
		return
	}
	// A record's fields stand in the sections of its form.
	rest := slices.Clone(d.simple.Fields)
	for _, section := range d.entity.Form {
		b := Block{Kind: FieldsBlock, Text: "{label:sections." + section.Key + "}", Across: across}
		for _, key := range section.Fields {
			if at := slices.Index(rest, key); at >= 0 {
				b.Fields = append(b.Fields, key)
				rest = slices.Delete(rest, at, at+1)
			}
		}
		if len(b.Fields) > 0 {
			d.Body = append(d.Body, b)
		}
	}
	if len(rest) > 0 {
		d.Body = append(d.Body, Block{Kind: FieldsBlock, Fields: rest, Across: across})
	}
	for i := range d.entity.Fields {
		if f := &d.entity.Fields[i]; f.Type == field.Lines && !f.Hidden {
			d.Body = append(d.Body, d.table(f, columnsFor(f, true, false)))
		}
	}
}

func (d *design) table(lines *field.Field, keys []string) Block {
	b := Block{Kind: LinesBlock, Lines: lines.Key, Lean: true, Stacked: d.Paper.Width < 100, Rows: d.simple.Rows}
	if documentLines(d.entity) == nil {
		b.Text, b.Rows = "{label:"+lines.Key+"}", 0
	} else if !b.Stacked {
		b.Columns = append(b.Columns, Column{Key: "#"})
	}
	for _, key := range keys {
		f, ok := lines.Line(key)
		if !ok {
			continue
		}
		c := Column{Key: key, Width: float64(f.Width)}
		switch field.ResultOf(f.Type) {
		case field.Amount, field.Fraction:
			c.Total = d.simple.Totals && (f.Key == "amount" || f.Key == "qty")
		}
		b.Columns = append(b.Columns, c)
	}
	return b
}

func (d *design) foot() {
	b := &d.Foot
	row := mm(d.Size) * lineHeight
	y := 1.0
	add := func(e Element) { b.Elements = append(b.Elements, e) }
	amount := amountOf(d.entity)
	if d.simple.Words && amount != "" {
		if d.Paper.Width < 100 {
			add(Element{Kind: Text, Text: "{label:" + amount + "}" + d.text("colon") + "{" + amount + "}", Y: y, W: d.wide, Size: d.Size + 2, Bold: true, Align: "right"})
			add(Element{Kind: Text, Text: "{words:" + amount + "}", Y: y + row*1.4, W: d.wide, H: 2 * row, Align: "right"})
			y += row * 3
		} else {
			add(Element{Kind: Text, Text: d.text("capital") + d.text("colon") + "{words:" + amount + "}", Y: y, W: d.wide * 0.64, Bold: true})
			add(Element{Kind: Field, Field: amount, Label: true, X: d.wide * 0.64, Y: y, W: d.wide * 0.36, Bold: true, Align: "right"})
			y += row + 1.5
		}
	}
	if d.simple.Note != "" {
		add(Element{Kind: Text, Text: d.simple.Note, Y: y, W: d.wide, H: row * 3})
		y += row*3 + 1
	}
	if d.simple.Sign {
		for i, key := range []string{"made", "checked", "received"} {
			text := d.text("sign." + key)
			if key == "made" {
				text += "{print.user}"
			}
			add(Element{Kind: Text, Text: text, X: float64(i) * d.wide / 3, Y: y + 1, W: d.wide / 3})
		}
		y += row + 2
	}
	b.Height = y
}

func (d *design) bottom() {
	b := &d.Bottom
	if d.Paper.Width < 100 {
		b.Height = 9
		b.Elements = []Element{{Kind: Text, Text: "{office.line}", Y: 1, W: d.wide, H: 7, Size: 7, Align: "center"}}
		return
	}
	b.Height = 4.5
	b.Elements = []Element{
		{Kind: Text, Text: "{print.time}  {print.user}", Y: 1, W: d.wide / 2, Size: 7},
		{Kind: Text, Text: d.text("pageOf"), X: d.wide / 2, Y: 1, W: d.wide / 2, Size: 7, Align: "right"},
	}
}

// envelope is laid out as the post of China wants it (GB/T 1416): the postcode of who gets
// it in six boxes at the top left, his address below, the sender at the bottom right.
func envelope(p Paper) *Layout {
	w, h := p.Width, p.Height
	return &Layout{Paper: p, Size: 12, Head: Band{Height: h, Elements: []Element{
		{Kind: Cells, Field: "mail.postcode", X: 12, Y: 10, W: 59, H: 9, Size: 14},
		{Kind: Text, Text: "{mail.address}", X: w * 0.14, Y: h * 0.29, W: w * 0.74, H: 13, Size: 14},
		{Kind: Text, Text: "{mail.company}", X: w * 0.14, Y: h * 0.45, W: w * 0.74, Size: 14},
		{Kind: Text, Text: "{mail.to}", X: w * 0.24, Y: h * 0.56, W: w * 0.64, Size: 18, Bold: true},
		{Kind: Text, Text: "{office.address} {office.name}", X: w * 0.3, Y: h - 25, W: w*0.7 - 12, H: 10, Size: 10, Align: "right"},
		{Kind: Text, Text: "{office.phone}  {label:office.postcode} {office.postcode}", X: w * 0.3, Y: h - 14, W: w*0.7 - 12, Size: 10, Align: "right"},
	}}}
}

// label is one label as large as its paper.
func label(p Paper) *Layout {
	return &Layout{Paper: p, Size: 9, Margins: Margins{2, 2, 2, 2}, Head: labelBand(p.Width-4, p.Height-4)}
}

// labelSheet is A4 with 3 by 8 labels of 70 by 37 mm.
func labelSheet() *Layout {
	return &Layout{Paper: paper("a4"), Size: 9, Margins: Margins{Top: 0.5, Bottom: 0.5}, Grid: &Grid{Across: 3, Down: 8}, Head: labelBand(70, 37)}
}

// labelBand fits a label of so many millimetres, its edges left free.
func labelBand(w, h float64) Band {
	x, y := w*0.06, h*0.1
	wide := w - 2*x
	return Band{Height: h, Elements: []Element{
		{Kind: Text, Text: "{mail.postcode}", X: x, Y: y, W: wide, Size: 9},
		{Kind: Text, Text: "{mail.address}", X: x, Y: y + 4, W: wide, H: 8.6, Size: 9},
		{Kind: Text, Text: "{mail.company}", X: x, Y: y + 13, W: wide, Size: 9},
		{Kind: Text, Text: "{mail.to}", X: x, Y: y + 17.4, W: wide, Size: 11, Bold: true},
		{Kind: Line, X: x, Y: h - y - 4.2, W: wide},
		{Kind: Text, Text: "{office.name} {office.address} {office.phone}", X: x, Y: h - y - 3.6, W: wide, Size: 6.5},
	}}
}
