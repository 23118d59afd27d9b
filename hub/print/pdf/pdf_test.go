package pdf

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func testFont(t testing.TB) *Font {
	t.Helper()
	f, err := FindFont("")
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// pdftotext reads a file back with another program.
func pdftotext(t *testing.T, data []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("pdftotext", "-layout", name, "-")
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil || complaints.Len() > 0 {
		t.Fatalf("pdftotext: %v: %s", err, complaints.String())
	}
	return string(out)
}

func TestWhatIsWrittenCanBeReadBack(t *testing.T) {
	var b bytes.Buffer
	w := NewWriter(&b, testFont(t), "销售订单 XS-1")
	lines := []string{"杭州铃客科技有限公司", "臺北市信義區", "¥1,280.00 壹仟贰佰捌拾元整", "Ärger & co. <b>(x)</b>"}
	for i := range 3 {
		p := w.AddPage(595, 842)
		for j, line := range lines {
			p.Text(40, 60+20*float64(j), 12, line, j == 0)
		}
		p.Text(40, 400, 10, fmt.Sprintf("第 %d 页 / 共", i+1), false)
		p.Total(140, 400, 10)
		p.Line(40, 410, 500, 410, 0.5)
		p.Box(40, 420, 100, 30, 0.5)
		p.Shade(200, 420, 100, 30, 0.9)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	text := pdftotext(t, b.Bytes())
	pages := strings.Split(strings.TrimSuffix(text, "\f"), "\f")
	if len(pages) != 3 {
		t.Fatalf("%d pages", len(pages))
	}
	for i, page := range pages {
		for _, line := range lines {
			if !strings.Contains(page, line) {
				t.Errorf("page %d does not say %q: %s", i+1, line, page)
			}
		}
		if want := fmt.Sprintf("第%d页/共3", i+1); !strings.Contains(strings.Join(strings.Fields(page), ""), want) {
			t.Errorf("page %d does not say %q: %s", i+1, want, page)
		}
	}
	if b.Len() > 60_000 {
		t.Errorf("a few characters take %d octets: the font is not cut to them", b.Len())
	}
}

func TestAPictureIsShown(t *testing.T) {
	src := image.NewNRGBA(image.Rect(0, 0, 3000, 30))
	src.Set(0, 0, color.NRGBA{255, 0, 0, 255})
	var b bytes.Buffer
	if err := png.Encode(&b, src); err != nil {
		t.Fatal(err)
	}
	img, err := DecodeImage(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if img.Width > maxPixels || img.Width != 1000 || img.Height != 10 || len(img.pixels) != 30_000 {
		t.Errorf("3000 by 30 became %d by %d", img.Width, img.Height)
	}
	if last := img.pixels[len(img.pixels)-3:]; !bytes.Equal(last, []byte{255, 255, 255}) {
		t.Errorf("what shines through became %v", last)
	}
	var out bytes.Buffer
	w := NewWriter(&out, testFont(t), "x")
	for range 2 {
		w.AddPage(100, 100).Picture(img, 10, 10, 50, 5)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(out.Bytes(), []byte("/Subtype/Image")); n != 1 {
		t.Errorf("one picture on two pages is in the file %d times", n)
	}
	pdftotext(t, out.Bytes())
}

func TestWithoutAFontTextNamesOne(t *testing.T) {
	if _, err := FindFont("/no/such.ttf"); err == nil {
		t.Error("a font that is not there was opened")
	}
	var b bytes.Buffer
	w := NewWriter(&b, nil, "x")
	w.AddPage(100, 100).Text(10, 10, 10, "你好", false)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "STSong-Light") {
		t.Error("no font is named")
	}
	if got := Measure(nil, "你好", 10); got != 20 {
		t.Errorf("two characters are %v wide", got)
	}
}

func TestWidthsAreTheFonts(t *testing.T) {
	f := testFont(t)
	if one, two := Measure(f, "中", 10), Measure(f, "中文", 10); one < 9 || one > 11 || two != 2*one {
		t.Errorf("one character is %v wide, two %v", one, two)
	}
	if Measure(f, "i", 10) >= Measure(f, "M", 10) {
		t.Error("i is as wide as M")
	}
	for _, r := range "零壹贰叁肆伍陆柒捌玖拾佰仟万亿元角分整負圓￥¥臺灣囍✓" {
		if !f.has(r) {
			t.Errorf("%s lacks %c", f.Path, r)
		}
	}
}

// FuzzReadFont: whatever stands in a font file ends in an error or a font that can be
// cut, never in a panic.
func FuzzReadFont(f *testing.F) {
	font := testFont(f)
	small := newSubset(font)
	small.of('中')
	cut, err := small.file()
	if err != nil {
		f.Fatal(err)
	}
	// With a map of one character: 中 is glyph 1.
	twelve := []byte{0, 0, 0, 1, 0, 3, 0, 10, 0, 0, 0, 12, 0, 12, 0, 0, 0, 0, 0, 28, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0x4e, 0x2d, 0, 0, 0x4e, 0x2d, 0, 0, 0, 1}
	four := []byte{0, 0, 0, 1, 0, 3, 0, 1, 0, 0, 0, 12, 0, 4, 0, 32, 0, 0, 0, 4, 0, 4, 0, 1, 0, 0, 0x4e, 0x2d, 0xff, 0xff, 0, 0, 0x4e, 0x2d, 0xff, 0xff, 0xb1, 0xd4, 0, 1, 0, 0, 0, 0}
	for _, cmap := range [][]byte{twelve, four} {
		tables := map[string][]byte{"cmap": cmap}
		whole := &Font{file: bytes.NewReader(cut), tables: map[string]span{}}
		if err := whole.directory(0); err != nil {
			f.Fatal(err)
		}
		for name := range whole.tables {
			if name == "cvt " || name == "fpgm" || name == "prep" {
				continue // large, and copied as they are
			}
			if tables[name], err = whole.table(name); err != nil {
				f.Fatal(err)
			}
		}
		seed := assemble(tables)
		if back, err := ReadFont(bytes.NewReader(seed)); err != nil || !back.has('中') {
			f.Fatalf("the seed is no font with 中: %v", err)
		}
		f.Add(seed)
	}
	f.Add([]byte("ttcf\x00\x01\x00\x00\x00\x00\x00\x01\x00\x00\x00\x10"))
	f.Fuzz(func(t *testing.T, b []byte) {
		font, err := ReadFont(bytes.NewReader(b))
		if err != nil {
			return
		}
		s := newSubset(font)
		s.of('中')
		s.of('A')
		Measure(font, "中A", 10)
		s.file()
	})
}
