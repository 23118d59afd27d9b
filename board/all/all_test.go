package all

import (
	"testing"

	"bellhop/board"
)

// header is which GPIO each pin of the Raspberry Pi's header carries.
var header = map[int]string{
	3: "GPIO2", 5: "GPIO3", 7: "GPIO4", 8: "GPIO14", 10: "GPIO15", 11: "GPIO17", 12: "GPIO18", 13: "GPIO27", 15: "GPIO22",
	16: "GPIO23", 18: "GPIO24", 19: "GPIO10", 21: "GPIO9", 22: "GPIO25", 23: "GPIO11", 24: "GPIO8", 26: "GPIO7",
	27: "GPIO0", 28: "GPIO1", 29: "GPIO5", 31: "GPIO6", 32: "GPIO12", 33: "GPIO13", 35: "GPIO19", 36: "GPIO16",
	37: "GPIO26", 38: "GPIO20", 40: "GPIO21",
}

// kept are the header's pins that boards leave free: I2C, console, EEPROM, I2S.
var kept = map[int]bool{3: true, 5: true, 8: true, 10: true, 27: true, 28: true, 12: true, 35: true, 38: true, 40: true}

func TestBoards(t *testing.T) {
	names := map[string]bool{}
	for _, b := range Boards {
		if b.Name == "" || b.About == "" || names[b.Name] || len(b.Lines) == 0 {
			t.Errorf("board %+v", b)
		}
		names[b.Name] = true
		used, nets := map[string]bool{}, map[string]bool{}
		for _, p := range pins(b) {
			if p.Name == "" {
				continue
			}
			if header[p.Header] != p.Name {
				t.Errorf("%s %s: pin %d carries %s, not %s", b.Name, p.Net, p.Header, header[p.Header], p.Name)
			}
			if kept[p.Header] || used[p.Name] || nets[p.Net] {
				t.Errorf("%s %s: pin %d is taken", b.Name, p.Net, p.Header)
			}
			used[p.Name], nets[p.Net] = true, true
			if low := p.Net[len(p.Net)-1] == '#'; low != p.ActiveLow {
				t.Errorf("%s %s: active low is %v", b.Name, p.Net, p.ActiveLow)
			}
		}
		for i, l := range b.Lines {
			if l.ID != i+1 || l.Sound == (board.Sound{}) {
				t.Errorf("%s line %+v", b.Name, l)
			}
			if hook := l.Port.Hook; hook.Name != "" && hook.ActiveLow {
				t.Errorf("%s: the hook relay pulls while the pin floats low", b.Name)
			}
		}
	}
}

func pins(b board.Board) []board.Pin {
	all := []board.Pin{b.LEDs.Ready, b.LEDs.Call, b.LEDs.Fault, b.Button}
	for _, l := range b.Lines {
		all = append(all, l.Port.Ring, l.Port.InUse, l.Port.Hook, l.Port.HookBeat)
	}
	return all
}

func TestWithLines(t *testing.T) {
	for name, tt := range map[string]struct {
		board   string
		lines   int
		devices []string
		want    int // lines; 0 is an error
	}{
		"as built":               {"sim", 0, nil, 2},
		"one simulated":          {"sim", 1, nil, 1},
		"many simulated":         {"sim", 8, nil, 8},
		"too many":               {"sim", 99, nil, 0},
		"two cards":              {"usb", 0, []string{"plughw:one", "plughw:two"}, 2},
		"no card for the second": {"usb", 2, nil, 0},
		"a card too many":        {"usb", 1, []string{"a", "b"}, 0},
		"soldered":               {"rpi", 2, nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := Lookup(tt.board)
			if err != nil {
				t.Fatal(err)
			}
			got, err := b.WithLines(tt.lines, tt.devices)
			if (err == nil) != (tt.want > 0) || err == nil && len(got.Lines) != tt.want {
				t.Fatalf("%d lines, %v", len(got.Lines), err)
			}
			for i, l := range got.Lines {
				if err == nil && l.ID != i+1 {
					t.Errorf("line %d has ID %d", i+1, l.ID)
				}
			}
		})
	}
	if _, err := Lookup("none"); err == nil {
		t.Error("a board that does not exist was found")
	}
}
