package listen

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bellhop/drivers/audio/wav"
	"bellhop/drivers/callerid"
)

// sample is one file of a corpus and what is in it.
type sample struct {
	Path             string
	Class            string
	Expect           []expectation
	MustReject       bool   `json:"must_reject"`
	MustRejectDigits bool   `json:"must_reject_digits"`
	AllowDigits      string `json:"allow_digits"`
}

type expectation struct {
	Kind, Number, Name, Time, Reason, Digits string
	On                                       bool
}

// heard is what the Listener made of a file.
type heard struct {
	callers  []callerid.Message
	rejected int
	keys     string
	tones    map[string]bool
	rings    int
}

func listenTo(p []int16, c Config) heard {
	h := heard{tones: map[string]bool{}}
	l := New(c)
	l.Write(append(p, make([]int16, 8000)...), func(e Event) {
		switch {
		case e.Caller != nil:
			h.callers = append(h.callers, *e.Caller)
		case e.Rejected != nil:
			h.rejected++
		case e.Digit != nil:
			h.keys += string(e.Digit.Key)
		case e.Tone != nil && e.Tone.On:
			h.tones[e.Tone.Name] = true
		case e.Ring != nil && e.Ring.On:
			h.rings++
		}
	})
	return h
}

func corpus(t *testing.T, folder string) []sample {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(folder, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var m struct{ Files []sample }
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	if len(m.Files) == 0 {
		t.Fatal("no files in " + folder)
	}
	return m.Files
}

func play(t *testing.T, folder string, s sample) heard {
	t.Helper()
	p, err := wav.ReadAll(filepath.Join(folder, s.Path))
	if err != nil {
		t.Fatal(err)
	}
	return listenTo(p, Config{Country: "auto"})
}

// row is the requirement a class of files proves.
func row(s sample) string {
	switch {
	case strings.HasSuffix(s.Class, "badsum"), strings.Contains(s.Class, "reason"):
		return "TEL-03 "
	case strings.Contains(s.Class, "clip_dtmf"), s.Class == "line_cn_dtmf":
		return "TEL-02 "
	case strings.HasPrefix(s.Class, "fsk_"), strings.HasPrefix(s.Class, "line_"), strings.HasPrefix(s.Class, "imp_"):
		return "TEL-01 "
	}
	return ""
}

func TestCorpus(t *testing.T) {
	for _, folder := range []string{"../callerid/testdata", "../dtmf/testdata"} {
		for _, s := range corpus(t, folder) {
			t.Run(row(s)+s.Path, func(t *testing.T) {
				t.Parallel()
				h := play(t, folder, s)
				for _, e := range s.Expect {
					check(t, e, h)
				}
				refuse(t, s, h)
			})
		}
	}
}

func check(t *testing.T, e expectation, h heard) {
	t.Helper()
	switch e.Kind {
	case "callerid":
		for _, m := range h.callers {
			if m.Number == e.Number && (e.Name == "" || m.Name == e.Name) && (e.Time == "" || m.Time == e.Time) &&
				(e.Reason == "" || string(rune(m.NumberReason)) == e.Reason) {
				return
			}
		}
		t.Errorf("want %+v, heard %+v (%d refused)", e, h.callers, h.rejected)
	case "vmwi":
		for _, m := range h.callers {
			if m.Waiting != nil && *m.Waiting == e.On {
				return
			}
		}
		t.Errorf("want lamp %v, heard %+v", e.On, h.callers)
	case "dtmf":
		if h.keys != e.Digits {
			t.Errorf("keys %q, want %q", h.keys, e.Digits)
		}
	case "tone":
		if !h.tones[e.Name] {
			t.Errorf("want tone %s, heard %v", e.Name, h.tones)
		}
	}
}

// refuse checks that nothing was made up.
func refuse(t *testing.T, s sample, h heard) {
	t.Helper()
	wanted := 0
	for _, e := range s.Expect {
		if e.Kind == "callerid" || e.Kind == "vmwi" {
			wanted++
		}
	}
	if strings.HasPrefix(s.Class, "dtmf_") {
		return // random keys may spell a caller
	}
	if len(h.callers) > wanted {
		t.Errorf("%d callers where %d were sent: %+v", len(h.callers), wanted, h.callers)
	}
	if len(s.Expect) == 0 && s.MustRejectDigits && h.keys != "" {
		t.Errorf("keys %q where none were sent", h.keys)
	}
	if strings.HasSuffix(s.Class, "badsum") && h.rejected == 0 {
		t.Error("a burst with a bad sum left no event")
	}
}
