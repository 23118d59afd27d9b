package table

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"bellhop/hub/crm"
)

// workbook writes sheets with another program's writer, so that reading is not judged
// by our own idea of the format.
func workbook(t testing.TB, fill func(f *excelize.File)) string {
	t.Helper()
	f := excelize.NewFile()
	fill(f)
	path := filepath.Join(t.TempDir(), "book.xlsx")
	if err := f.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func open(t testing.TB, path string) Source {
	t.Helper()
	source, _, err := Open(path, filepath.Base(path), Options{}, Standard)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { source.Close() })
	return source
}

func TestWorkbookCells(t *testing.T) {
	path := workbook(t, func(f *excelize.File) {
		style := func(code string) int {
			id, err := f.NewStyle(&excelize.Style{CustomNumFmt: &code})
			if err != nil {
				t.Fatal(err)
			}
			return id
		}
		builtin, _ := f.NewStyle(&excelize.Style{NumFmt: 14})
		put := func(cell string, v any, styleID int) {
			f.SetCellValue("Sheet1", cell, v)
			if styleID != 0 {
				f.SetCellStyle("Sheet1", cell, cell, styleID)
			}
		}
		put("A1", "客户", 0)
		put("B1", "说明", 0)
		put("A3", 46348, style(`yyyy"年"m"月"d"日"`))
		put("B3", 46348, builtin)
		put("C3", 46348.545138888889, style("yyyy/m/d h:mm"))
		put("D3", 0.375, style("h:mm"))
		put("E3", 0.13, style("0%"))
		put("F3", 13800138000.0, 0)
		put("G3", 0.1+0.2, 0)
		put("H3", 1280.5, style(`"¥"#,##0.00;[Red]-"¥"#,##0.00`))
		put("I3", true, 0)
		f.SetCellFormula("Sheet1", "J3", `=HYPERLINK("http://evil.example","x")`)
		f.SetCellRichText("Sheet1", "K3", []excelize.RichTextRun{{Text: "富"}, {Text: "文本"}})
		put("L3", 12, style(`#,##0" days"`))
		f.NewSheet("第二页")
		f.SetCellValue("第二页", "B2", "x")
		f.NewSheet("hidden")
		f.SetSheetVisible("hidden", false)
	})
	source := open(t, path)
	tables, _ := source.Tables(context.Background())
	if len(tables) != 2 || tables[1].Name != "第二页" {
		t.Errorf("tables %v: a hidden sheet is none", tables)
	}
	var lines []int
	var rows [][]string
	source.Each(context.Background(), "Sheet1", func(line int, cells []string) error {
		lines, rows = append(lines, line), append(rows, append([]string{}, cells...))
		return nil
	})
	want := [][]string{{"客户", "说明"}, {"2026-11-22", "2026-11-22", "2026-11-22 13:05", "09:00", "13%", "13800138000", "0.3", "1280.5", "TRUE", "", "富文本", "12"}}
	if !reflect.DeepEqual(rows, want) || !reflect.DeepEqual(lines, []int{1, 3}) {
		t.Errorf("rows %q of lines %v\nwant %q", rows, lines, want)
	}
	if got := all(t, source, "第二页"); got[0][1] != "x" {
		t.Errorf("second sheet %q", got)
	}
}

// parts zips a workbook by hand.
func parts(t testing.TB, sheet io.Reader, more map[string]string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "hostile.xlsx")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	z := zip.NewWriter(file)
	put := func(name string, r io.Reader) {
		w, err := z.Create(name)
		if err == nil {
			_, err = io.Copy(w, r)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	put("xl/workbook.xml", strings.NewReader(`<workbook xmlns:r="r"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>`))
	put("xl/_rels/workbook.xml.rels", strings.NewReader(`<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>`))
	for name, text := range more {
		put(name, strings.NewReader(text))
	}
	put("xl/worksheets/sheet1.xml", sheet)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// endless repeats a text n times between a head and a tail, without holding it.
func endless(head, text string, n int, tail string) io.Reader {
	return io.MultiReader(strings.NewReader(head), &repeater{text: text, left: n}, strings.NewReader(tail))
}

type repeater struct {
	text string
	left int
	rest string
}

func (r *repeater) Read(b []byte) (int, error) {
	if r.rest == "" {
		if r.left == 0 {
			return 0, io.EOF
		}
		n := min(r.left, 1+len(b)/len(r.text))
		r.rest, r.left = strings.Repeat(r.text, n), r.left-n
	}
	n := copy(b, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// refused reads a file and wants the refusal of that key, with memory that stays small.
func refused(t *testing.T, path, key string) {
	t.Helper()
	peak := heapPeak(func() {
		source, _, err := Open(path, filepath.Base(path), Options{}, Standard)
		if err == nil {
			var tables []Table
			if tables, err = source.Tables(context.Background()); err == nil {
				err = source.Each(context.Background(), tables[0].Name, func(int, []string) error { return nil })
			}
			source.Close()
		}
		if e, ok := err.(*crm.Error); !ok || e.Key != key {
			t.Errorf("ends in %v, want %s", err, key)
		}
	})
	if peak > 64<<20 {
		t.Errorf("took %d MB", peak>>20)
	}
}

// heapPeak is how much the heap in use grew at most while fn ran.
func heapPeak(fn func()) uint64 {
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	stop, done := make(chan bool), make(chan uint64)
	go func() {
		var peak uint64
		for {
			var now runtime.MemStats
			runtime.ReadMemStats(&now)
			peak = max(peak, now.HeapInuse)
			select {
			case <-stop:
				done <- peak
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	fn()
	close(stop)
	peak := <-done
	return peak - min(peak, before.HeapInuse)
}

func TestHostileWorkbooks(t *testing.T) {
	const head, tail = `<worksheet><sheetData>`, `</sheetData></worksheet>`
	row := `<row><c t="inlineStr"><is><t>金鼎机电</t></is></c></row>`
	for name, tt := range map[string]struct {
		sheet io.Reader
		more  map[string]string
		key   string
	}{
		"ten million rows":       {endless(head, row, 10_000_000, tail), nil, "import.too_many_rows"},
		"ten million blank rows": {endless(head, `<row/>`, 10_000_000, tail), nil, "import.too_many_rows"},
		"one text of 256 MB":     {endless(head+`<row><c t="inlineStr"><is><t>`, strings.Repeat("x", 1<<16), 1<<12, ``), nil, "import.zip_bomb"},
		"spaces without end":     {endless(head, strings.Repeat(" ", 1<<16), 1<<12, tail), nil, "import.zip_bomb"},
		"one comment of 256 MB":  {endless(`<!--`, strings.Repeat("x", 1<<16), 1<<12, `-->`), nil, "import.zip_bomb"},
		"a row of 20,000 cells":  {endless(head+"<row>", `<c><v>1</v></c>`, 20_000, "</row>"+tail), nil, "import.too_many_columns"},
		"a cell far to the right": {strings.NewReader(head + `<row><c r="XFD1"><v>1</v></c></row>` + tail), nil,
			"import.too_many_columns"},
		"a string that isn't there": {strings.NewReader(head + `<row><c t="s"><v>9</v></c></row>` + tail), nil, "import.workbook_broken"},
		"cut off":                   {strings.NewReader(head + `<row><c t="s"><v>`), nil, "import.workbook_broken"},
		"a shared string too long": {strings.NewReader(head + `<row><c t="s"><v>0</v></c></row>` + tail),
			map[string]string{"xl/sharedStrings.xml": `<sst><si><t>` + strings.Repeat("x", 1<<20) + `</t></si></sst>`}, "import.cell_too_long"},
		"entities that explode": {strings.NewReader(head + tail), map[string]string{"xl/sharedStrings.xml": `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><sst><si><t>&b;</t></si></sst>`}, ""},
	} {
		t.Run("IMP-01 "+name, func(t *testing.T) {
			path := parts(t, tt.sheet, tt.more)
			if tt.key == "" { // read to a good end, the entity unknown
				open(t, path).Each(context.Background(), "S", func(int, []string) error { return nil })
				return
			}
			refused(t, path, tt.key)
		})
	}
	for name, tt := range map[string]struct{ content, key string }{
		"an old .xls":          {string(oleMark) + strings.Repeat("x", 600), "import.old_excel"},
		"a picture as .xlsx":   {"PK\x03\x04" + strings.Repeat("x", 600), "import.workbook_broken"},
		"an empty file":        {"", "import.file_empty"},
		"a program":            {"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x02\x00>\x00\x01\x00\x00\x00", "import.not_text"},
		"a PDF":                {"%PDF-1.7 …", "import.not_a_table"},
		"a SQLite that is not": {"SQLite format 3\x00" + strings.Repeat("y", 5000), "import.database_broken"},
	} {
		t.Run("IMP-01 "+name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.xlsx")
			os.WriteFile(path, []byte(tt.content), 0o600)
			refused(t, path, tt.key)
		})
	}
}

// TestManyStringsWaitInAFile reads a workbook whose shared strings don't stay in memory.
func TestManyStringsWaitInAFile(t *testing.T) {
	var sst, sheet bytes.Buffer
	sst.WriteString("<sst>")
	sheet.WriteString("<worksheet><sheetData>")
	const n = 60_000
	long := strings.Repeat("很长的地址", 20)
	for i := range n {
		fmt.Fprintf(&sst, "<si><t>%d %s</t></si>", i, long)
		fmt.Fprintf(&sheet, `<row><c t="s"><v>%d</v></c></row>`, n-1-i)
	}
	sst.WriteString("</sst>")
	sheet.WriteString("</sheetData></worksheet>")
	path := parts(t, &sheet, map[string]string{"xl/sharedStrings.xml": sst.String()})
	sst.Reset()
	source := open(t, path)
	seen := 0
	err := source.Each(context.Background(), "S", func(line int, cells []string) error {
		if want := fmt.Sprintf("%d %s", n-line, long); cells[0] != want {
			t.Fatalf("line %d is %.20q", line, cells[0])
		}
		seen++
		return nil
	})
	if err != nil || seen != n {
		t.Errorf("%d rows, %v", seen, err)
	}
}

func FuzzWorkbook(f *testing.F) {
	f.Add([]byte(`<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" s="1"><v>46348</v></c></row></sheetData></worksheet>`), []byte(`<sst><si><t>a</t><rPh><t>b</t></rPh></si></sst>`))
	f.Add([]byte(`<row><c t="inlineStr"><is><t>a</t></is></c></row>`), []byte(`<si/>`))
	f.Fuzz(func(t *testing.T, sheet, strings_ []byte) {
		path := parts(t, bytes.NewReader(sheet), map[string]string{"xl/sharedStrings.xml": string(strings_)})
		w, err := OpenXLSX(path, Limits{Rows: 100, Columns: 50, Cell: 1000, Unzipped: 1 << 20, Ratio: 100, Tables: 3})
		if err != nil {
			return
		}
		defer w.Close()
		rows := 0
		w.Each(context.Background(), "", func(_ int, cells []string) error {
			if rows++; rows > 100 || len(cells) > 50 || len(cells) == 0 {
				t.Errorf("row %d of %d cells", rows, len(cells))
			}
			return nil
		})
	})
}
