package all_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"bellhop/drivers/audio/wav"
	"bellhop/drivers/callerid"
	"bellhop/drivers/callerid/all"
	"bellhop/drivers/callerid/calleridtest"
	"bellhop/drivers/callerid/mdmf"
	"bellhop/drivers/dtmf"
)

// Other people's programs judge what we send, and we read what they send.

func need(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("%s is not installed (apt-get install %s)", p, p)
		}
	}
}

var message = callerid.Message{Number: "2125550123", Name: "SMITH JOHN", Time: "11221330"}

// sound writes m by standard into a file of 8 kHz with silence around it.
func sound(t *testing.T, standard string, m callerid.Message) string {
	t.Helper()
	burst, err := all.Encode(standard, m)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "burst.wav")
	p := append(append(make([]int16, 4000), burst...), make([]int16, 4000)...)
	if err := wav.Write(path, p); err != nil {
		t.Fatal(err)
	}
	return path
}

func output(t *testing.T, stdin []byte, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Stdin = bytes.NewReader(stdin)
	var errors strings.Builder
	cmd.Stderr = &errors
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v: %s", name, err, errors.String())
	}
	return string(out)
}

func TestMinimodemReadsBell202(t *testing.T) {
	need(t, "minimodem")
	out := output(t, nil, "minimodem", "--rx", "callerid", "-f", sound(t, "bell202", message))
	out = strings.ReplaceAll(out, "-", "") // it writes 212-555-0123
	for _, want := range []string{message.Number, message.Name} {
		if !strings.Contains(out, want) {
			t.Errorf("minimodem read %q, want %s", out, want)
		}
	}
}

func TestMultimonReadsBell202AndV23(t *testing.T) {
	need(t, "multimon-ng", "sox")
	for _, standard := range []string{"bell202", "v23"} {
		raw := strings.TrimSuffix(sound(t, standard, message), ".wav") + ".raw"
		output(t, nil, "sox", strings.TrimSuffix(raw, ".raw")+".wav", "-r", "22050", "-e", "signed", "-b", "16", "-c", "1", raw)
		out := output(t, nil, "multimon-ng", "-q", "-a", "CLIPFSK", "-t", "raw", raw)
		if !strings.Contains(out, message.Number) {
			t.Errorf("%s: multimon-ng read %q, want %s", standard, out, message.Number)
		}
	}
}

func TestMultimonReadsOurKeys(t *testing.T) {
	need(t, "multimon-ng", "sox")
	p, err := dtmf.Generate(dtmf.Keys)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "keys.wav")
	if err := wav.Write(path, append(make([]int16, 4000), p...)); err != nil {
		t.Fatal(err)
	}
	raw := strings.TrimSuffix(path, ".wav") + ".raw"
	output(t, nil, "sox", path, "-r", "22050", "-e", "signed", "-b", "16", "-c", "1", raw)
	out := output(t, nil, "multimon-ng", "-q", "-a", "DTMF", "-t", "raw", raw)
	got := strings.NewReplacer("DTMF: ", "", "\n", "").Replace(out)
	if got != dtmf.Keys {
		t.Errorf("multimon-ng heard %q, want %q", got, dtmf.Keys)
	}
}

func TestWeReadMinimodem(t *testing.T) {
	need(t, "minimodem")
	frame, err := mdmf.Write(message, false)
	if err != nil {
		t.Fatal(err)
	}
	for name, tones := range map[string][2]string{"bell202": {"1200", "2200"}, "v23": {"1300", "2100"}} {
		path := filepath.Join(t.TempDir(), "m.wav")
		// Without start and stop bits of its own it sends plain bits, least first.
		output(t, pack(bits(frame)), "minimodem", "--tx", "1200", "-8", "--startbits", "0", "--stopbits", "0",
			"-M", tones[0], "-S", tones[1], "-R", "48000", "-f", path)
		if _, err := os.Stat(path); err != nil {
			t.Fatal(err)
		}
		p, err := wav.ReadAll(path)
		if err != nil {
			t.Fatal(err)
		}
		got, refused := calleridtest.Hear(append(append(make([]int16, 4000), p...), make([]int16, 4000)...))
		if len(got) != 1 || got[0].Number != message.Number || got[0].Name != message.Name || got[0].Modem != name {
			t.Errorf("%s: read %+v, refused %+v", name, got, refused)
		}
	}
}

// bits is a burst as zeros and ones: seizure, mark, octets, a little mark.
func bits(frame []byte) []byte {
	var b []byte
	for i := range 300 {
		b = append(b, byte(i&1))
	}
	b = append(b, bytes.Repeat([]byte{1}, 180)...)
	for _, octet := range frame {
		b = append(b, 0)
		for i := range 8 {
			b = append(b, octet>>i&1)
		}
		b = append(b, 1)
	}
	return append(b, bytes.Repeat([]byte{1}, 16)...)
}

// pack puts eight bits into an octet, the first lowest.
func pack(bits []byte) []byte {
	p := make([]byte, len(bits)/8)
	for i := range len(p) * 8 {
		p[i/8] |= bits[i] << (i % 8)
	}
	return p
}
