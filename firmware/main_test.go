package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bellhop/drivers/callerid"
	"bellhop/drivers/callerid/all"
	"bellhop/drivers/dsp"
	"bellhop/drivers/tone"
	"bellhop/firmware/boxapi"
)

// TestMain runs the tests; a child process it runs the firmware, so that kill -9 meets
// a real one.
func TestMain(m *testing.M) {
	if os.Getenv("BELLHOP_RUN_AS_FIRMWARE") == "1" {
		main()
		os.Exit(0)
	}
	dir, err := os.MkdirTemp("", "bellhop")
	if err != nil {
		panic(err)
	}
	// libasound reads its configuration once in a process.
	if err := writeALSA(dir); err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// alsaRate is what the firmware's sound driver asks of a device that takes any rate.
const alsaRate = 48000

// writeALSA makes the ALSA device "ringing", which plays a call from a file.
func writeALSA(dir string) error {
	var sound []byte
	up := dsp.NewResampler(dsp.Rate, alsaRate)
	var in []float32
	for _, s := range ringingLine() {
		in = append(in, float32(s))
	}
	for _, x := range up.Flush(up.Write(nil, in)) {
		sound = binary.LittleEndian.AppendUint16(sound, uint16(dsp.Clip(float64(x))))
	}
	raw, conf := filepath.Join(dir, "ringing.raw"), filepath.Join(dir, "asound.conf")
	if err := os.WriteFile(raw, sound, 0o600); err != nil {
		return err
	}
	text := fmt.Sprintf("pcm.ringing {\n type file\n slave.pcm { type null }\n file \"/dev/null\"\n infile %q\n format \"raw\"\n}\n", raw)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		return err
	}
	return os.Setenv("ALSA_CONFIG_PATH", conf)
}

// ringingLine is a line that rings, tells its caller, and rings again.
func ringingLine() []int16 {
	p := make([]int16, 20*dsp.Rate)
	china, _ := tone.Lookup("CN")
	burst, err := all.Encode("bell202", callerid.Message{Number: "13800138000", Time: "11221604"})
	if err != nil {
		panic(err)
	}
	for _, second := range []int{2, 7} {
		ring := china.Ring.Generate(china.Ring.Cadence[0], tone.CapacitorTap, -3)
		dsp.Mix(p, second*dsp.Rate, ring)
	}
	dsp.Mix(p, 36*dsp.Rate/10, burst)
	dsp.NewNoise(1, -60).Add(p)
	return p
}

func TestSoundCard(t *testing.T) {
	cfg := testConfig(t, t.TempDir())
	cfg.Board, cfg.Sound = "usb", "ringing"
	b := startBox(t, cfg)
	got := b.until("the caller", func(e boxapi.Event) bool { return e.CallerIdentified != nil })
	if c := got[len(got)-1].CallerIdentified; c.Number != "13800138000" || c.Standard != "bellcore" {
		t.Errorf("%+v", c)
	}
}

func TestCommandLine(t *testing.T) {
	cfg := testConfig(t, t.TempDir())
	b := startBox(t, cfg)
	to := []string{"-listen", b.listener.Addr().String(), "-token-file", cfg.TokenFile}
	nowhere := []string{"-listen", "127.0.0.1:1", "-token-file", cfg.TokenFile}
	for name, tt := range map[string]struct {
		command string
		args    []string
		want    []string // in this order in the output
		err     string
	}{
		"ring":            {"ring", append(to, "-from", "13800138000", "-name", "Wang", "-talk", "2", "-quick"), []string{"line 1 rings", "caller 13800138000 Wang (bellcore)", "answered", "recording", "ended: answered", "recorded"}, ""},
		"nobody answers":  {"ring", append(to, "-from", "P", "-answer", "no", "-line", "2"), []string{"line 2 rings", "caller withheld", "ended: missed"}, ""},
		"dial":            {"dial", append(to, "-to", "10086", "-talk", "1"), []string{"the set is lifted", "dialled 10086", "ended:"}, ""},
		"text":            {"sms", append(to, "-from", "13800138000", "-text", "您好"), []string{"text from", "您好"}, ""},
		"no such line":    {"ring", append(to, "-line", "9"), nil, "no such line; the box has 2"},
		"not running":     {"ring", nowhere, nil, "is the firmware running"},
		"no token":        {"ring", []string{"-token-file", "/nonexistent"}, nil, "is the firmware running"},
		"no number":       {"dial", to, nil, "dial whom?"},
		"no words":        {"sms", append(to, "-from", "1"), nil, "a text needs a sender and words"},
		"no such file":    {"ring", append(to, "-wav", "/nonexistent.wav"), nil, "no such file"},
		"number unusable": {"dial", append(to, "-to", "abc"), nil, "can't be keyed"},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			err := simulate(tt.command, tt.args, &out)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Fatalf("%v, want %q", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatalf("%v\n%s", err, &out)
			}
			rest := out.String()
			for _, want := range tt.want {
				_, after, ok := strings.Cut(rest, want)
				if !ok {
					t.Fatalf("no %q in the rest of\n%s", want, &out)
				}
				rest = after
			}
		})
	}
	if err := command([]string{"nonsense"}); err == nil || !strings.Contains(err.Error(), "usage") {
		t.Error(err)
	}
	if err := command([]string{"decode"}); err == nil {
		t.Error("decode without a file")
	}
}
