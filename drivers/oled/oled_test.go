package oled

import (
	"flag"
	"os"
	"strings"
	"testing"

	"periph.io/x/conn/v3/i2c/i2ctest"
	"periph.io/x/devices/v3/ssd1306/image1bit"
)

var rewrite = flag.Bool("update", false, "rewrite the picture")

var page = Page{Address: "http://192.168.1.20", Lines: []string{"192.168.", "1.20", "", "line ok", "modem -71", "20:15"}}

// The picture in testdata was looked at by a person.
func TestDraw(t *testing.T) {
	got := picture(Draw(page))
	if *rewrite {
		os.WriteFile("testdata/page.txt", []byte(got), 0o644)
	}
	want, err := os.ReadFile("testdata/page.txt")
	if err != nil || got != string(want) {
		t.Errorf("BOX-02 the display shows\n%s(%v)", got, err)
	}
}

func picture(img *image1bit.VerticalLSB) string {
	var b strings.Builder
	for y := range height {
		for x := range width {
			if img.BitAt(x, y) {
				b.WriteByte('#')
			} else {
				b.WriteByte(' ')
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestShow(t *testing.T) {
	var bus i2ctest.Record
	s, err := Open(&bus)
	if err != nil {
		t.Fatal(err)
	}
	before := len(bus.Ops)
	if err := s.Show(page); err != nil {
		t.Fatal(err)
	}
	drawn := bus.Ops[before:]
	sent := 0
	for _, op := range drawn {
		if op.Addr != 0x3c {
			t.Fatalf("address %#x", op.Addr)
		}
		if op.W[0] == 0x40 { // data, not commands
			sent += len(op.W) - 1
		}
	}
	if sent != width*height/8 {
		t.Errorf("%d octets of picture sent, want %d", sent, width*height/8)
	}
	n := len(bus.Ops)
	if s.Show(page); len(bus.Ops) != n {
		t.Error("the same page was drawn again")
	}
	other := page
	other.Lines = []string{"off"}
	if s.Show(other); len(bus.Ops) == n {
		t.Error("another page was not drawn")
	}
}
