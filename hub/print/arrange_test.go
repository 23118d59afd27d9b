package print

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"bellhop/hub/field"
	"bellhop/hub/print/pdf"
)

// paperSource is a record of a test.
type paperSource struct {
	fields map[string]string
	rows   [][]string // by columns a, b, c
}

func (s paperSource) Label(path string) string { return strings.ToUpper(path) }
func (s paperSource) Text(path string) string  { return s.fields[path] }
func (s paperSource) Words(string) string      { return "壹元整" }
func (s paperSource) Rows(string) int          { return len(s.rows) }
func (s paperSource) Cell(_ string, row int, key string) string {
	return s.rows[row][strings.Index("abc", key)]
}
func (s paperSource) Sum(_, key string, from, to int) string {
	return fmt.Sprintf("%s%d-%d", key, from, to)
}
func (s paperSource) Right(_, key string) bool { return key == "c" }

// laidOut arranges a record on a layout.
func laidOut(t testing.TB, l *Layout, src Source) []*Page {
	t.Helper()
	if err := l.check(); err != nil {
		t.Fatal(err)
	}
	var pages []*Page
	a := &arranger{Layout: l, source: src, measure: measureWith(nil), words: func(key string) string { return key }, emit: func(p *Page) error {
		pages = append(pages, p)
		return nil
	}}
	if err := a.document(); err != nil {
		t.Fatal(err)
	}
	return pages
}

func rowsOf(n int) [][]string {
	rows := make([][]string, n)
	for i := range rows {
		rows[i] = []string{fmt.Sprintf("row%d", i), "", "1.00"}
	}
	return rows
}

func table3(rows int) Block {
	return Block{Kind: LinesBlock, Lines: "lines", Rows: rows, Columns: []Column{{Key: "#"}, {Key: "a"}, {Key: "b"}, {Key: "c", Total: true}}}
}

func TestArrange(t *testing.T) {
	a5 := func(body ...Block) *Layout {
		return &Layout{Paper: paper("a5-landscape"), Margins: Margins{10, 10, 10, 10}, Size: 9, Body: body,
			Head: Band{10, []Element{{Kind: Text, Text: "head {print.page}/{print.pages}", W: 100}}}, Foot: Band{20, []Element{{Kind: Text, Text: "foot", W: 50}}},
			Bottom: Band{5, []Element{{Kind: Text, Text: "bottom", W: 50, Align: "right"}}}}
	}
	t.Run("head and bottom stand on every page, the foot on the last", func(t *testing.T) {
		pages := laidOut(t, a5(table3(0)), paperSource{rows: rowsOf(60)})
		if len(pages) < 3 {
			t.Fatalf("%d pages", len(pages))
		}
		for i, p := range pages {
			text := p.Text()
			if !strings.Contains(text, fmt.Sprintf("head %d/", i+1)) || !strings.Contains(text, "bottom") || !strings.Contains(text, "LINES.A") {
				t.Errorf("page %d says %q", i+1, text)
			}
			if strings.Contains(text, "foot") != (i == len(pages)-1) {
				t.Errorf("the foot is on page %d of %d, or not on the last", i+1, len(pages))
			}
		}
	})
	t.Run("no row is lost, none is printed twice, none leaves the paper", func(t *testing.T) {
		for _, n := range []int{0, 1, 7, 19, 20, 21, 133} {
			for _, fixed := range []int{0, 8} {
				l := a5(table3(fixed))
				var seen []string
				for _, p := range laidOut(t, l, paperSource{rows: rowsOf(n)}) {
					for _, m := range p.Marks {
						if strings.HasPrefix(m.Text, "row") && m.Text != "row" {
							seen = append(seen, m.Text)
						}
						if m.Kind == markText && (m.Y > p.Height-l.Margins.Bottom || m.X < 0 || m.X+m.W > p.Width) {
							t.Errorf("%q stands at %v,%v outside of the paper", m.Text, m.X, m.Y)
						}
					}
				}
				if len(seen) != n || n > 0 && (seen[0] != "row0" || seen[n-1] != fmt.Sprintf("row%d", n-1)) {
					t.Errorf("%d rows, fixed %d: printed are %d", n, fixed, len(seen))
				}
			}
		}
	})
	t.Run("fixed rows are filled up, each page has its subtotal", func(t *testing.T) {
		pages := laidOut(t, a5(table3(8)), paperSource{rows: rowsOf(10)})
		if len(pages) != 2 || !strings.Contains(pages[0].Text(), "subtotal") || !strings.Contains(pages[0].Text(), "c0-8") ||
			!strings.Contains(pages[1].Text(), "c8-10") || !strings.Contains(pages[1].Text(), "c0-10") {
			t.Errorf("%d pages: %q", len(pages), pages[0].Text())
		}
		boxes := func(p *Page) (n int) {
			for _, m := range p.Marks {
				if m.Kind == markBox && m.X == 10 {
					n++
				}
			}
			return n
		}
		if got := boxes(pages[1]); got != 1+8+2 { // head, rows, subtotal and total
			t.Errorf("the second page has %d rows", got)
		}
	})
	t.Run("a lean table leaves out what is empty in every row", func(t *testing.T) {
		lean := table3(0)
		lean.Lean = true
		if text := laidOut(t, a5(lean), paperSource{rows: rowsOf(3)})[0].Text(); strings.Contains(text, "LINES.B") || !strings.Contains(text, "LINES.C") {
			t.Errorf("%q", text)
		}
	})
	t.Run("a roll is as long as what stands on it", func(t *testing.T) {
		l := &Layout{Paper: paper("roll-80"), Margins: Margins{4, 4, 4, 4}, Size: 9, Body: []Block{{Kind: LinesBlock, Lines: "l", Stacked: true, Columns: table3(0).Columns}}}
		short, long := laidOut(t, l, paperSource{rows: rowsOf(2)}), laidOut(t, l, paperSource{rows: rowsOf(200)})
		if len(short) != 1 || len(long) != 1 || long[0].Height < 50*short[0].Height/2 {
			t.Errorf("%v and %v mm", short[0].Height, long[0].Height)
		}
	})
	t.Run("a long value becomes smaller, then is cut with dots; an empty one leaves no name", func(t *testing.T) {
		l := &Layout{Paper: paper("a4"), Size: 10, Head: Band{50, []Element{
			{Kind: Field, Field: "long", Label: true, W: 40}, {Kind: Field, Field: "empty", Label: true, W: 40, Y: 20}, {Kind: Text, Text: "{nosuch} {long", W: 100, Y: 30}}}}
		p := laidOut(t, l, paperSource{fields: map[string]string{"long": strings.Repeat("很长的名字", 10)}})[0]
		first := p.Marks[0]
		if !strings.HasSuffix(first.Text, "…") || first.Size >= 10 || first.W > 40.01 || strings.Contains(p.Text(), "EMPTY") || !strings.Contains(p.Text(), "{long") {
			t.Errorf("%+v, %q", first, p.Text())
		}
	})
	t.Run("values too long for their column have the row for themselves", func(t *testing.T) {
		l := a5(Block{Kind: FieldsBlock, Fields: []string{"a", "none", "b", "c"}, Across: 2})
		p := laidOut(t, l, paperSource{fields: map[string]string{"a": "1", "b": strings.Repeat("备注很长。", 60), "c": "3"}})[0]
		if text := p.Text(); strings.Contains(text, "NONE") || !strings.Contains(text, "Acolon") || !strings.Contains(text, "Ccolon") {
			t.Errorf("%q", text)
		}
	})
}

func TestWrap(t *testing.T) {
	m := measureWith(nil) // every Chinese character as wide as it is high
	for text, want := range map[string][]string{
		"":          {""},
		"一二三四五六":    {"一二三", "四五六"},
		"一二三，四五":    {"一二三，", "四五"}, // no line begins with a comma
		"one two":   {"one", "two"},
		"a\nb":      {"a", "b"},
		"MMMMMMMM":  {"MMM", "MMM", "MM"},
		"一二\r\n\n三": {"一二", "", "三"},
	} {
		if got := m.wrap(text, 10, 3*mm(10)+0.01); !slices.Equal(got, want) {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	if got := m.set("一二三四五六七", 10, 3*mm(10)+0.01, 2); got[1] != "四五…" {
		t.Errorf("%q", got)
	}
}

// FuzzLayout: whatever an office draws is refused or printed, on paper that ends.
func FuzzLayout(f *testing.F) {
	for _, l := range []*Layout{envelope(paper("envelope-dl")), labelSheet(), {Paper: paper("a4"), Size: 9, Body: []Block{table3(3), {Kind: FieldsBlock, Fields: []string{"a"}}, {Kind: TextBlock, Text: "{a} {"}}}} {
		seed, err := json.Marshal(l)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(seed)
	}
	f.Add([]byte(`{"paper":{"width":80,"height":0},"body":[{"kind":"lines","lines":"l","stacked":true,"columns":[{"key":"a"},{"key":"c","total":true}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := ParseLayout(data)
		if err != nil {
			return
		}
		src := paperSource{fields: map[string]string{"a": "甲"}, rows: rowsOf(12)}
		for i := range l.Body {
			// A test's source knows three columns.
			l.Body[i].Columns = slices.DeleteFunc(l.Body[i].Columns, func(c Column) bool {
				return c.Key != "#" && !strings.Contains("abc", c.Key) || c.Key == "" || len(c.Key) > 1
			})
		}
		pages := laidOut(t, l, src)
		if len(pages) == 0 || len(pages) > 5000 {
			t.Fatalf("%d pages", len(pages))
		}
		w := pdf.NewWriter(discard{}, nil, "")
		for _, p := range pages {
			if p.Height <= 0 || math.IsNaN(p.Height) {
				t.Fatalf("a page is %v mm high", p.Height)
			}
			p.Draw(w, nil)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }

func TestJoinPlaces(t *testing.T) {
	for _, c := range [][3]string{
		{"浙江省宁波市江北区", "江北区人民路 132 号", "浙江省宁波市江北区人民路 132 号"},
		{"浙江省宁波市江北区", "浙江省宁波市江北区人民路", "浙江省宁波市江北区人民路"},
		{"浙江省杭州市西湖区", "文三路 1 号", "浙江省杭州市西湖区文三路 1 号"}, {"", "文三路", "文三路"}, {"上海市", "", "上海市"},
	} {
		if got := joinPlaces(c[0], c[1]); got != c[2] {
			t.Errorf("%s and %s are %s", c[0], c[1], got)
		}
	}
}

// FuzzCapital reads an amount in words back: it must be the amount again.
func FuzzCapital(f *testing.F) {
	for _, fen := range []int64{0, 7, 100450, 10_000_000, 1_001_005, -12_345, 999_999_999_999, 10_000_000_100} {
		f.Add(fen)
	}
	f.Fuzz(func(t *testing.T, fen int64) {
		fen %= 1_000_000_000_000
		words := field.Capital(field.CNY(fen))
		if got := fenOf(t, words); got != fen {
			t.Errorf("%d fen is %q, which reads as %d", fen, words, got)
		}
		if strings.Contains(words, "零零") || strings.Contains(words, "零元") && fen != 0 || strings.HasSuffix(words, "零") {
			t.Errorf("%d fen is %q", fen, words)
		}
	})
}

// fenOf reads 壹万零壹拾元零伍分 as a person does, from left to right.
func fenOf(t *testing.T, words string) int64 {
	digits := map[rune]int64{'零': 0, '壹': 1, '贰': 2, '叁': 3, '肆': 4, '伍': 5, '陆': 6, '柒': 7, '捌': 8, '玖': 9}
	units := map[rune]int64{'拾': 10, '佰': 100, '仟': 1000}
	sign, total, group, digit := int64(1), int64(0), int64(0), int64(0)
	for _, r := range words {
		if d, ok := digits[r]; ok {
			digit = d
			continue
		}
		if u, ok := units[r]; ok {
			group, digit = group+digit*u, 0
			continue
		}
		switch r {
		case '负':
			sign = -1
		case '万':
			total, group, digit = total+(group+digit)*1_000_000, 0, 0
		case '亿':
			total, group, digit = total+(group+digit)*10_000_000_000, 0, 0
		case '元':
			total, group, digit = total+(group+digit)*100, 0, 0
		case '角':
			total, digit = total+digit*10, 0
		case '分':
			total, digit = total+digit, 0
		case '整':
		default:
			t.Fatalf("%q holds %c", words, r)
		}
	}
	return sign * total
}
