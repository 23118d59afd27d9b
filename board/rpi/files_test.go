package rpi

import (
	"flag"
	"os"
	"os/exec"
	"strings"
	"testing"
)

var rewrite = flag.Bool("update", false, "rewrite the files made from the pin map")

// The pin map in Go is the only one: overlay, power-on levels and the table of the
// documentation are made from it.
func TestFilesFollowThePinMap(t *testing.T) {
	const manual, begin, end = "../../docs/hardware.md", "<!-- pins: made from board/rpi -->\n", "<!-- end of pins -->\n"
	text, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok1 := strings.Cut(string(text), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		t.Fatalf("%s has lost the marks of its table", manual)
	}
	for path, want := range map[string]string{
		"overlay/bellhop.dts": Overlay(), "overlay/board.txt": Config(), manual: before + begin + PinTable() + end + after,
	} {
		if *rewrite {
			if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("BOX-01 %s is behind the pin map: go test ./board/rpi -update (%v)", path, err)
		}
	}
}

func TestOverlayCompiles(t *testing.T) {
	if _, err := exec.LookPath("dtc"); err != nil {
		t.Skip("no dtc here; making the image compiles it")
	}
	c := exec.Command("dtc", "-q", "-@", "-I", "dts", "-O", "dtb", "-o", os.DevNull, "-")
	c.Stdin = strings.NewReader(Overlay())
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// At power-on, whatever the program does later, the relay must be off the hook's side.
func TestHookFailsOnHook(t *testing.T) {
	hook := Board.Lines[0].Port.Hook
	if hook.ActiveLow || !strings.Contains(Config(), "gpio="+strings.TrimPrefix(hook.Name, "GPIO")+"=op,dl\n") {
		t.Errorf("the hook pin %+v does not start released:\n%s", hook, Config())
	}
}
