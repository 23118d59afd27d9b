// Package print turns records into paper: PDF files of documents, envelopes, labels and
// lists, by layouts the office draws or takes as they are. A layout is data; every kind of
// record has one for nothing. What a user may not see is not printed for him, and what was
// printed once is printed alike again.
package print

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"bellhop/hub/crm"
)

// Layout says what stands where. Lengths are millimetres, type sizes points.
type Layout struct {
	Paper   Paper   `json:"paper"`
	Margins Margins `json:"margins"`
	Offset  Point   `json:"offset"` // moves all of it, to suit a printer
	Size    float64 `json:"size"`   // of type, where an element has none of its own

	// Simple is how most offices make one: fields and columns are ticked, the rest follows
	// (Design). The bands below are empty then.
	Simple *Simple `json:"simple,omitempty"`

	Head   Band    `json:"head"`   // at the top of every page; of labels and envelopes all there is
	Body   []Block `json:"body"`   // flows over as many pages as it needs
	Foot   Band    `json:"foot"`   // once, behind the body, never torn apart
	Bottom Band    `json:"bottom"` // at the bottom of every page
	Grid   *Grid   `json:"grid,omitempty"`
}

// Margins stay white. Bands lie within them.
type Margins struct {
	Top    float64 `json:"top"`
	Right  float64 `json:"right"`
	Bottom float64 `json:"bottom"`
	Left   float64 `json:"left"`
}

// Point is a place or a shift.
type Point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// Band is a strip as wide as the paper within its margins. Its elements have their places
// from its top left corner.
type Band struct {
	Height   float64   `json:"height"`
	Elements []Element `json:"elements,omitempty"`
}

// Kinds of elements.
const (
	Text  = "text"  // words, with {paths} of fields in them
	Field = "field" // a field's value, with Label behind the field's name
	Words = "words" // an amount in the characters of paper money
	Line  = "line"
	Box   = "box"
	Logo  = "logo"  // the office's
	Cells = "cells" // a field's characters in boxes of their own: a postcode
)

// Element is one thing in a band. H 0 is one line of text.
type Element struct {
	Kind  string  `json:"kind"`
	X     float64 `json:"x"`
	Y     float64 `json:"y"`
	W     float64 `json:"w"`
	H     float64 `json:"h,omitempty"`
	Text  string  `json:"text,omitempty"`
	Field string  `json:"field,omitempty"` // a path: see Source
	Label bool    `json:"label,omitempty"`
	Size  float64 `json:"size,omitempty"`
	Bold  bool    `json:"bold,omitempty"`
	Align string  `json:"align,omitempty"` // "", center, right
}

// Kinds of blocks.
const (
	FieldsBlock = "fields" // names and values beside each other
	LinesBlock  = "lines"  // a table of a field's lines
	TextBlock   = "text"
)

// Block is a part of the body.
type Block struct {
	Kind    string   `json:"kind"`
	Text    string   `json:"text,omitempty"`
	Fields  []string `json:"fields,omitempty"`  // of FieldsBlock
	Across  int      `json:"across,omitempty"`  // how many stand beside each other
	Lines   string   `json:"lines,omitempty"`   // the field of LinesBlock
	Columns []Column `json:"columns,omitempty"` // of LinesBlock
	Rows    int      `json:"rows,omitempty"`    // of LinesBlock on each page, filled up with empty ones; 0 for as many as there are
	Lean    bool     `json:"lean,omitempty"`    // a column that is empty in every row is left out
	Stacked bool     `json:"stacked,omitempty"` // the first column stands above the others: narrow paper
	Size    float64  `json:"size,omitempty"`
	Bold    bool     `json:"bold,omitempty"`
}

// Column is one of a table. Key "#" counts the rows.
type Column struct {
	Key   string  `json:"key"`
	Title string  `json:"title,omitempty"` // the field's name unless told
	Width float64 `json:"width,omitempty"` // relative to the others'
	Align string  `json:"align,omitempty"`
	Total bool    `json:"total,omitempty"`
}

// Grid lays the head out in cells on one sheet: labels.
type Grid struct {
	Across int     `json:"across"`
	Down   int     `json:"down"`
	GapX   float64 `json:"gapX"`
	GapY   float64 `json:"gapY"`
}

// Simple is a layout in ticks.
type Simple struct {
	Title   string   `json:"title,omitempty"` // the entity's name unless told
	Logo    bool     `json:"logo"`
	Fields  []string `json:"fields"`
	Columns []string `json:"columns"` // of the lines
	Words   bool     `json:"words"`   // the amount in words
	Totals  bool     `json:"totals"`
	Sign    bool     `json:"sign"` // places for signatures
	Note    string   `json:"note,omitempty"`
	Rows    int      `json:"rows,omitempty"`
}

// Kinds of layouts.
const (
	Document = "document"
	Envelope = "envelope"
	Label    = "label"
)

// Kinds in the order they are offered.
var Kinds = []string{Document, Envelope, Label}

// Bounds of a layout from outside.
const (
	maxLayout   = 60_000 // bytes of JSON
	maxElements = 200    // of a band
	maxBlocks   = 40
	maxNames    = 120 // fields or columns of a block
	maxSide     = 1200.0
	maxText     = 2000 // characters
	maxName     = 40
	maxGrid     = 40
)

// ParseLayout reads a layout as somebody drew it.
func ParseLayout(data []byte) (*Layout, error) {
	if len(data) > maxLayout {
		return nil, refuse("too_large", "")
	}
	var l Layout
	if err := json.Unmarshal(data, &l); err != nil {
		return nil, refuse("unreadable", "")
	}
	return &l, l.check()
}

func refuse(key, field string) error {
	return &crm.Error{Code: crm.Invalid, Key: "print." + key, Field: field}
}

// refuseAt names the one of several that is wrong, counted from 1.
func refuseAt(key string, at int) error {
	n := strconv.Itoa(at + 1)
	return &crm.Error{Code: crm.Invalid, Key: "print." + key, Field: n, Args: map[string]string{"field": n}}
}

func within(v, least, most float64) bool { return !math.IsNaN(v) && v >= least && v <= most }

func (l *Layout) check() error {
	p, m := l.Paper, l.Margins
	if !within(p.Width, 20, maxSide) || p.Height != 0 && !within(p.Height, 10, maxSide) {
		return refuse("bad_paper", "paper")
	}
	for _, v := range []float64{m.Top, m.Right, m.Bottom, m.Left} {
		if !within(v, 0, maxSide) {
			return refuse("bad_margins", "margins")
		}
	}
	if p.Width-m.Left-m.Right < 10 || p.Height != 0 && p.Height-m.Top-m.Bottom < 5 {
		return refuse("bad_margins", "margins")
	}
	if !within(l.Offset.X, -50, 50) || !within(l.Offset.Y, -50, 50) {
		return refuse("bad_offset", "offset")
	}
	if l.Size == 0 {
		l.Size = 9
	}
	if !goodSize(l.Size) {
		return refuse("bad_size", "size")
	}
	if p.Height != 0 && l.Head.Height+l.Bottom.Height > p.Height-m.Top-m.Bottom-10 && len(l.Body)+len(l.Foot.Elements) > 0 {
		return refuse("no_room", "head")
	}
	for _, band := range []*Band{&l.Head, &l.Foot, &l.Bottom} {
		if err := band.check(); err != nil {
			return err
		}
	}
	return l.checkBody()
}

func goodSize(points float64) bool { return points == 0 || within(points, 4, 72) }

func (b *Band) check() error {
	if !within(b.Height, 0, maxSide) || len(b.Elements) > maxElements {
		return refuse("bad_band", "head")
	}
	for i := range b.Elements {
		e := &b.Elements[i]
		known := slices.Contains([]string{Text, Field, Words, Line, Box, Logo, Cells}, e.Kind)
		for _, v := range []float64{e.X, e.Y, e.W, e.H} {
			known = known && within(v, -maxSide, maxSide)
		}
		if !known || e.W < 0 || e.H < 0 || !goodSize(e.Size) || !goodText(e.Text) || !goodText(e.Field) || !goodAlign(e.Align) {
			return refuseAt("bad_element", i)
		}
	}
	return nil
}

func goodText(s string) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= maxText && !strings.ContainsRune(s, 0)
}

func goodAlign(s string) bool { return s == "" || s == "center" || s == "right" }

func (l *Layout) checkBody() error {
	if len(l.Body) > maxBlocks {
		return refuse("bad_block", "body")
	}
	for i := range l.Body {
		b := &l.Body[i]
		good := slices.Contains([]string{FieldsBlock, LinesBlock, TextBlock}, b.Kind) && b.Across >= 0 && b.Across <= 4 && b.Rows >= 0 && b.Rows <= 200 &&
			goodSize(b.Size) && goodText(b.Text) && len(b.Fields) <= maxNames && len(b.Columns) <= maxNames
		for _, c := range b.Columns {
			good = good && within(c.Width, 0, maxSide) && goodText(c.Title) && goodText(c.Key) && goodAlign(c.Align)
		}
		for _, name := range b.Fields {
			good = good && goodText(name)
		}
		if !good {
			return refuseAt("bad_block", i)
		}
	}
	if s := l.Simple; s != nil && (!goodText(s.Title) || !goodText(s.Note) || len(s.Fields) > maxNames || len(s.Columns) > maxNames || s.Rows < 0 || s.Rows > 200) {
		return refuse("bad_block", "simple")
	}
	if g := l.Grid; g != nil && (g.Across < 1 || g.Down < 1 || g.Across > maxGrid || g.Down > maxGrid || !within(g.GapX, 0, 100) || !within(g.GapY, 0, 100)) {
		return refuse("bad_grid", "grid")
	}
	return nil
}
