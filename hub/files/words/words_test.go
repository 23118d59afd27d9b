package words

import (
	"archive/zip"
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

func written(t testing.TB, content []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestRead(t *testing.T) {
	for name, tt := range map[string]struct{ content, want string }{
		"a.txt":  {"\ufeff轴承", "轴承"},
		"b.txt":  {"\xff\xfe\x74\x8f\x7f\x62", "轴承"},
		"c.csv":  {"\xd6\xe1\xb3\xd0,1", "轴承,1"},
		"d.html": {"<p>轴&#25215;</p><!-- 不 --><script>不</script>", "轴承"},
		"e.bin":  {"轴承", ""},
	} {
		got, err := Read(context.Background(), name, written(t, []byte(tt.content)))
		if err != nil || strings.TrimSpace(got) != tt.want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// TestBounds gives an archive that unpacks to far more than it is.
func TestBounds(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	part, _ := w.Create("word/document.xml")
	part.Write([]byte("<w>"))
	block := bytes.Repeat([]byte("<t>轴承轴承轴承轴承轴承</t>"), 10000)
	for range 120 {
		part.Write(block)
	}
	w.Close()
	text, _ := Read(context.Background(), "x.docx", written(t, b.Bytes()))
	if n := utf8.RuneCountInString(text); n == 0 || n > MaxRunes {
		t.Errorf("%d characters of %d bytes", n, b.Len())
	}
}

func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	part, _ := w.Create("word/document.xml")
	part.Write([]byte("<w><p><t>轴承</t></p></w>"))
	w.Close()
	f.Add("a.docx", b.Bytes())
	f.Add("a.html", []byte("<p>x</p><script"))
	f.Add("a.txt", []byte("\xff\xfe\x00"))
	f.Fuzz(func(t *testing.T, name string, content []byte) {
		if strings.HasSuffix(strings.ToLower(name), ".pdf") {
			t.Skip("a program of its own reads it")
		}
		text, _ := Read(context.Background(), name, written(t, content))
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			t.Errorf("%q", text)
		}
	})
}
