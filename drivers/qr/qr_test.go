package qr

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The files hold what another encoder (uqr 0.1.3, level L, mask 0) draws for the text in
// their first line.
func TestEncode(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txt")
	if len(files) < 3 {
		t.Fatal("no test data")
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text, want, _ := strings.Cut(string(b), "\n")
		c, err := Encode(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := draw(c); got != want {
			t.Errorf("BOX-02 the code of %q is\n%s, want\n%s", text, got, want)
		}
	}
}

func draw(c *Code) string {
	var b strings.Builder
	for y := range c.Size {
		for x := range c.Size {
			if c.Dark(x, y) {
				b.WriteByte('#')
			} else {
				b.WriteByte('.')
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestTooLong(t *testing.T) {
	if _, err := Encode(strings.Repeat("x", 53)); err != nil {
		t.Error(err)
	}
	if _, err := Encode(strings.Repeat("x", 54)); !errors.Is(err, ErrTooLong) {
		t.Error(err)
	}
}
