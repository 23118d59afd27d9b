package simline

import (
	"errors"
	"testing"
	"time"

	"bellhop/drivers/audio"
	"bellhop/drivers/dsp"
	"bellhop/drivers/tone"
)

var _ audio.Source = (*Line)(nil)

// hear reads until the call being played is over, and tells level and hook of every
// 20 ms.
func hear(t *testing.T, l *Line) (levels []float64, hook []bool, samples []int16) {
	t.Helper()
	var m dsp.Meter
	p := make([]int16, block)
	for after := 0; after < 3; {
		if !l.Busy() {
			after++
		}
		n, err := l.Read(p)
		if err != nil {
			t.Fatal(err)
		}
		samples = append(samples, p[:n]...)
		off, _ := l.OffHook()
		if m.Write(p[:n]) {
			levels, hook = append(levels, m.Level().DBm0), append(hook, off)
		}
		if len(levels) > 50*120 {
			t.Fatal("the call does not end")
		}
	}
	return levels, hook, samples
}

// runs counts how often x goes from false to true.
func runs(x []bool) int {
	n, was := 0, false
	for _, v := range x {
		if v && !was {
			n++
		}
		was = v
	}
	return n
}

func loud(levels []float64, dBm0 float64) []bool {
	x := make([]bool, len(levels))
	for i, v := range levels {
		x[i] = v > dBm0
	}
	return x
}

func TestRing(t *testing.T) {
	for name, tt := range map[string]struct {
		call  Incoming
		talks bool
		loud  int // bursts of sound before the set is lifted: rings and caller ID
	}{
		"FSK between rings":      {Incoming{Number: "13800138000", Talk: time.Second}, true, 3},
		"DTMF before ring 1":     {Incoming{Number: "13800138000", Standard: "dtmf", Talk: time.Second}, true, 13 + 2},
		"no caller ID":           {Incoming{Talk: time.Second, Rings: 3}, true, 3},
		"given up after 3 rings": {Incoming{Number: "P", NoAnswer: true, Rings: 3}, false, 4},
		"bad sum":                {Incoming{Number: "13800138000", BadSum: true, NoAnswer: true}, false, 3},
		"quick":                  {Incoming{Number: "13800138000", Quick: true, Talk: 300 * time.Millisecond}, true, 3},
	} {
		t.Run(name, func(t *testing.T) {
			l := New(Config{Sensor: true, Seed: 7})
			if err := l.Ring(tt.call); err != nil {
				t.Fatal(err)
			}
			if err := l.Ring(tt.call); !errors.Is(err, ErrBusy) {
				t.Fatalf("a second call on the same line: %v", err)
			}
			levels, hook, _ := hear(t, l)
			lifted := len(hook)
			for i, off := range hook {
				if off {
					lifted = i
					break
				}
			}
			if got := runs(hook); got != 0 != tt.talks {
				t.Errorf("lifted %d times", got)
			}
			if got := runs(loud(levels[:lifted], -40)); got != tt.loud {
				t.Errorf("%d bursts of sound before the set is lifted, want %d", got, tt.loud)
			}
			if tt.talks && hook[len(hook)-1] {
				t.Error("the set is not put down")
			}
			if err := l.Ring(tt.call); err != nil {
				t.Errorf("the next call: %v", err)
			}
		})
	}
}

func TestDialKeysTheNumber(t *testing.T) {
	l := New(Config{Sensor: true})
	if err := l.Dial("05x", 0); err == nil {
		t.Fatal("a letter was keyed")
	}
	if err := l.Dial("057187654321", time.Second); err != nil {
		t.Fatal(err)
	}
	levels, hook, _ := hear(t, l)
	if runs(hook) != 1 || runs(loud(levels, -40)) < 12 {
		t.Fatalf("lifted %d times, %d sounds", runs(hook), runs(loud(levels, -40)))
	}
}

func TestNoSensor(t *testing.T) {
	l := New(Config{})
	if _, known := l.OffHook(); known {
		t.Fatal("a sensor that is not there answers")
	}
}

func TestConversationIsSpeechAtTelephoneLevel(t *testing.T) {
	p := conversation()
	if d := samplesLast(p); d < 20*time.Second || d > 60*time.Second {
		t.Fatalf("lasts %v", d)
	}
	var m dsp.Meter
	speaking, blocks := 0, 0
	for len(p) >= block {
		if m.Write(p[:block]); m.Level().DBm0 > -35 {
			speaking++
		}
		blocks++
		p = p[block:]
	}
	if share := float64(speaking) / float64(blocks); share < 0.5 || share > 0.95 {
		t.Fatalf("somebody speaks %.0f %% of the time", share*100)
	}
}

// In real time, samples come when they are due and the line's clock follows them.
func TestPace(t *testing.T) {
	l := New(Config{Speed: 50})
	began := time.Now()
	p := make([]int16, block)
	for range 100 { // two seconds in a fiftieth of it
		l.Read(p)
	}
	if took := time.Since(began); took < 35*time.Millisecond {
		t.Errorf("two seconds at fifty times real time in %v: not paced", took)
	}
	if d := l.Now().Sub(l.begin); d != 2*time.Second {
		t.Errorf("the line's clock went on by %v", d)
	}
	l.Close()
	if _, err := l.Read(p); !errors.Is(err, audio.ErrClosed) {
		t.Error(err)
	}
}

func TestSilentCountryToneIsLeftOut(t *testing.T) {
	for _, c := range tone.Countries {
		l := New(Config{Country: c.Code, Sensor: true})
		if err := l.Dial("123", time.Second); err != nil {
			t.Fatal(c.Code, err)
		}
		hear(t, l)
	}
}
