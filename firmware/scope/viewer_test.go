package scope

import (
	"context"
	"strings"
	"testing"
	"time"

	"bellhop/drivers/callerid"
	"bellhop/drivers/dsp"
	"bellhop/drivers/listen"
	"bellhop/firmware/boxapi"
)

// feed writes p in blocks of 20 ms and returns the frames a Viewer makes of it.
type bench struct {
	t    *testing.T
	tap  *Tap
	view *Viewer
	at   time.Time
}

func newBench(t *testing.T) *bench {
	b := &bench{t: t, tap: NewTap(), at: time.Unix(1_700_000_000, 0)}
	b.tap.Opened()
	b.tap.Write(make([]int16, 160), b.at)
	b.view = b.tap.View(1)
	return b
}

func (b *bench) feed(p []int16) (frames []boxapi.ScopeFrame) {
	b.t.Helper()
	for len(p) > 0 {
		n := min(len(p), int(look))
		b.at = b.at.Add(time.Duration(n) * time.Second / 8000)
		b.tap.Write(p[:n], b.at)
		p = p[n:]
		if n < int(look) {
			break
		}
		f, err := b.view.Next(context.Background())
		if err != nil {
			b.t.Fatal(err)
		}
		frames = append(frames, f)
	}
	return frames
}

func (b *bench) warnings(p []int16) string {
	var seen []string
	for _, f := range b.feed(p) {
		if w := string(f.Warning); len(seen) == 0 || seen[len(seen)-1] != w {
			seen = append(seen, w)
		}
	}
	return strings.Join(seen, ">")
}

func noisy(dbm0 float64, seconds int) []int16 {
	p := make([]int16, seconds*8000)
	dsp.NewNoise(3, dbm0).Add(p)
	return p
}

func TestLevelMeter(t *testing.T) {
	b := newBench(t)
	quiet := b.feed(noisy(-68, 1))
	speech := make([]int16, 16000)
	dsp.NewSpeech(1, -15).Read(speech)
	loudest := -99.0
	for _, f := range b.feed(speech) {
		loudest = max(loudest, f.LevelDBm0)
	}
	t.Run("BOX-09 speaking on the line moves the level meter", func(t *testing.T) {
		if last := quiet[len(quiet)-1].LevelDBm0; last > -60 || loudest < -25 {
			t.Errorf("quiet %.1f, speech up to %.1f dBm0", last, loudest)
		}
	})
	tone := b.feed(sine(1000, -10, 1600))
	if f := tone[1]; f.LevelDBm0 < -10.1 || f.LevelDBm0 > -9.9 || f.PeakDBm0 < -10.1 || f.PeakDBm0 > -9.9 || f.OffsetPct != 0 {
		t.Errorf("a tone of -10 dBm0 shows as %+v", f)
	}
	for i, p := range [][]int16{sine(1000, -10, 1600)} {
		for k := range p {
			p[k] += 3277
		}
		if f := b.feed(p)[1]; f.OffsetPct != 10 || f.LevelDBm0 > -9.9 {
			t.Errorf("%d: DC of 10 %%: %.1f %%, %.1f dBm0", i, f.OffsetPct, f.LevelDBm0)
		}
	}
}

func TestWarnings(t *testing.T) {
	overdriven := sine(1000, 10, 8000) // rails
	ring := func(b *bench, on bool) { b.tap.Heard(listen.Event{Ring: &listen.Ring{On: on}}) }
	hook := func(b *bench, off bool) { b.tap.Heard(listen.Event{Hook: &listen.Hook{Off: off}}) }
	t.Run("BOX-09 clipping warns, and stops warning", func(t *testing.T) {
		b := newBench(t)
		hook(b, true)
		if got := b.warnings(append(overdriven, noisy(-30, 5)...)); got != ">clipping>" {
			t.Error(got)
		}
	})
	t.Run("BOX-09 silence on a lifted set warns", func(t *testing.T) {
		b := newBench(t)
		if got := b.warnings(noisy(-68, 20)); got != "" {
			t.Errorf("on-hook: %s", got)
		}
		hook(b, true)
		if got := b.warnings(noisy(-68, 10)); got != ">silence" {
			t.Errorf("off-hook: %s", got)
		}
		if got := b.warnings(sine(1000, -20, 1600)); got != "" {
			t.Errorf("speech: %s", got)
		}
	})
	t.Run("BOX-09 a sound card that sends nothing warns", func(t *testing.T) {
		b := newBench(t)
		if got := b.warnings(make([]int16, 40000)); got != ">dead" {
			t.Error(got)
		}
	})
	t.Run("ringing may clip", func(t *testing.T) {
		b := newBench(t)
		got := b.warnings(overdriven[:3200]) // the ring is not known yet
		ring(b, true)
		got += b.warnings(overdriven)
		ring(b, false)
		got += b.warnings(noisy(-60, 4))
		if got != "" {
			t.Error(got)
		}
	})
	t.Run("a sound card pulled out", func(t *testing.T) {
		b := newBench(t)
		for deadline := time.Now().Add(30 * time.Second); ; {
			f, err := b.view.Next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if f.Warning == boxapi.WarnDead && f.LevelDBm0 == silent {
				return
			}
			if time.Now().After(deadline) {
				t.Fatal("never told")
			}
		}
	})
}

func TestBursts(t *testing.T) {
	b := newBench(t)
	b.feed(noisy(-68, 2))
	b.tap.Opened() // positions begin anew
	opened := b.at
	b.feed(sine(1500, -20, 8000))
	on := true
	b.tap.Heard(listen.Event{Caller: &callerid.Message{Standard: "bellcore", Modem: "bell202", Number: "13800138000", Name: "王",
		Time: "11221405", Raw: []byte{0x80, 1}, Start: 1600, End: 4800, Confidence: 0.7, Repaired: 2}})
	b.tap.Heard(listen.Event{Caller: &callerid.Message{Standard: "bellcore", NumberReason: callerid.Private}})
	b.tap.Heard(listen.Event{Caller: &callerid.Message{Waiting: &on}})
	b.tap.Heard(listen.Event{Rejected: &callerid.Rejected{Modem: "v23", Why: "checksum", Raw: []byte{0x80, 0xff}, Start: 4800, End: 5600}})
	f := b.feed(noisy(-68, 1))[0]
	if len(f.Bursts) != 4 {
		t.Fatalf("%+v", f.Bursts)
	}
	first, last := f.Bursts[0], f.Bursts[3]
	if first.Number != "13800138000" || first.Standard != "bellcore" || first.DurationMS != 400 || first.LevelDBm0 != -20 ||
		first.At != opened.Add(600*time.Millisecond).UnixMilli() || first.Raw != "8001" || first.Repaired != 2 {
		t.Errorf("believed: %+v", first)
	}
	if f.Bursts[1].Reason != "P" || f.Bursts[2].Waiting == nil || last.Why != "checksum" || last.Raw != "80ff" {
		t.Errorf("others: %+v", f.Bursts[1:])
	}
	if f := b.feed(noisy(-68, 1))[0]; len(f.Bursts) != 0 {
		t.Errorf("told twice: %+v", f.Bursts)
	}
	late, err := b.tap.View(1).Next(t.Context())
	if err != nil || len(late.Bursts) != 4 {
		t.Errorf("somebody who comes later sees %d bursts, %v", len(late.Bursts), err)
	}
	for range 2 * boxapi.ScopeBursts {
		b.tap.Heard(listen.Event{Rejected: &callerid.Rejected{Why: "short", Start: 900_000, End: 990_000}}) // beyond what is kept
	}
	if n := len(b.tap.bursts); n != boxapi.ScopeBursts {
		t.Errorf("%d bursts kept", n)
	}
}

func TestStates(t *testing.T) {
	b := newBench(t)
	for _, e := range []listen.Event{
		{Digit: &listen.Digit{Key: '9'}}, {Hook: &listen.Hook{Off: true}}, {Tone: &listen.Tone{Name: "dial", On: true}},
		{Tone: &listen.Tone{Name: "dial"}}, {Digit: &listen.Digit{Key: '1'}}, {Digit: &listen.Digit{Key: '#'}},
		{Tone: &listen.Tone{Name: "busy", On: true}}, {Tone: &listen.Tone{Name: "dial"}},
	} {
		b.tap.Heard(e)
	}
	if f := b.feed(noisy(-68, 1))[0]; !f.OffHook || f.Tone != "busy" || f.Keys != "1#" || f.Ringing {
		t.Errorf("%+v", f)
	}
	p := append(burst(t, "bell202", callerid.Sending{}), noisy(-60, 1)...)
	carrier, bits := "", ""
	for _, f := range b.feed(p) {
		carrier, bits = carrier+f.Carrier+" ", bits+f.Bits
	}
	if !strings.Contains(carrier, "bell202") || !strings.Contains(string(octets(bits)), message.Number) {
		t.Errorf("carrier %q, bits %s", carrier, bits)
	}
}

func TestCapture(t *testing.T) {
	tap := NewTap()
	if got := tap.Capture(time.Second); len(got) != 0 {
		t.Errorf("%d samples of nothing", len(got))
	}
	n := int16(0)
	for range 35 * 50 {
		p := make([]int16, 160)
		for i := range p {
			p[i] = n
			n++
		}
		tap.Write(p, time.Now())
	}
	for seconds, want := range map[int]int{1: 8000, 30: 240_000, 99: 240_000} {
		p := tap.Capture(time.Duration(seconds) * time.Second)
		if len(p) != want || p[len(p)-1] != n-1 {
			t.Errorf("%d s: %d samples, last %d, want %d and %d", seconds, len(p), p[len(p)-1], want, n-1)
		}
		for i := 1; i < len(p); i++ {
			if p[i] != p[i-1]+1 {
				t.Fatalf("%d s: a break at %d", seconds, i)
			}
		}
	}
}
