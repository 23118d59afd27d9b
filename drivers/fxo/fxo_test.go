package fxo

import (
	"context"
	"errors"
	"testing"
	"time"

	"bellhop/board"
	"bellhop/board/rpi"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpiotest"
)

func TestRingDetector(t *testing.T) {
	for name, tt := range map[string]struct {
		hz   float64 // of the ringing voltage; two edges a period
		last time.Duration
		want bool
	}{
		"China, 25 Hz":          {25, time.Second, true},
		"Japan, 16 Hz":          {16, time.Second, true},
		"France, 50 Hz":         {50, 1500 * time.Millisecond, true},
		"a click":               {25, 40 * time.Millisecond, false},
		"a 2 dialled in pulses": {10, 200 * time.Millisecond, false},
		"slow interference":     {2, 5 * time.Second, false},
	} {
		t.Run(name, func(t *testing.T) {
			var d ringDetector
			begin := time.Unix(0, 0)
			heard := false
			every := time.Duration(float64(time.Second) / tt.hz / 2)
			for at := time.Duration(0); at < tt.last; at += every {
				heard = d.look(begin.Add(at), true) || heard
			}
			if heard != tt.want {
				t.Errorf("ringing: %v", heard)
			}
			if d.look(begin.Add(tt.last+ringGap+poll), false) {
				t.Error("does not stop")
			}
		})
	}
}

func TestHookDetector(t *testing.T) {
	type at struct {
		ms     int
		lifted bool
		ring   bool
	}
	for name, tt := range map[string]struct {
		levels []at
		until  int
		want   bool
	}{
		"lifted":                  {[]at{{0, true, false}}, 150, true},
		"bounce":                  {[]at{{0, true, false}, {40, false, false}, {50, true, false}, {60, false, false}}, 300, false},
		"lifted, pulse dialling":  {[]at{{0, true, false}, {200, false, false}, {260, true, false}, {300, false, false}, {360, true, false}}, 500, true},
		"put down":                {[]at{{0, true, false}, {500, false, false}}, 700, false},
		"ringing seen as current": {[]at{{0, true, true}, {20, false, true}, {40, true, true}, {60, false, true}, {80, true, true}, {240, false, true}}, 400, false},
		"lifted while it rings":   {[]at{{0, true, true}}, 300, true},
	} {
		t.Run(name, func(t *testing.T) {
			var d hookDetector
			begin, now, got := time.Unix(0, 0), at{}, false
			for ms := 0; ms <= tt.until; ms += 10 {
				for len(tt.levels) > 0 && tt.levels[0].ms <= ms {
					now, tt.levels = tt.levels[0], tt.levels[1:]
				}
				got = d.look(begin.Add(time.Duration(ms)*time.Millisecond), now.lifted, now.ring)
			}
			if got != tt.want {
				t.Errorf("off-hook: %v", got)
			}
		})
	}
}

// bench is the Raspberry Pi's port on pins without hardware.
type bench struct {
	*Port
	pins map[string]*gpiotest.Pin
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{pins: map[string]*gpiotest.Pin{}}
	wiring := rpi.Board.Lines[0].Port
	for _, p := range []board.Pin{wiring.Ring, wiring.InUse, wiring.Hook, wiring.HookBeat} {
		b.pins[p.Name] = &gpiotest.Pin{N: p.Name, EdgesChan: make(chan gpio.Level, 64)}
	}
	var err error
	b.Port, err = Open(wiring, func(name string) gpio.PinIO { return b.pins[name] })
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- b.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return b
}

func (b *bench) level(name string) gpio.Level {
	p := b.pins[name]
	p.Lock()
	defer p.Unlock()
	return p.L
}

// waitFor gives the port time to notice; only a defect takes it all.
func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func TestPortRings(t *testing.T) {
	b := newBench(t)
	if ringing, known := b.Ringing(); ringing || !known {
		t.Fatal("rings before it rings")
	}
	stop := make(chan struct{})
	go func() {
		level := gpio.Low
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond): // 25 Hz
				select {
				case b.pins["GPIO17"].EdgesChan <- level:
				default:
				}
				level = !level
			}
		}
	}()
	waitFor(t, "ringing", func() bool { r, _ := b.Ringing(); return r })
	close(stop)
	waitFor(t, "the end of ringing", func() bool { r, _ := b.Ringing(); return !r })
}

func TestPortHook(t *testing.T) {
	b := newBench(t)
	if b.pins["GPIO27"].P != gpio.PullUp {
		t.Error("LINE_IN_USE# floats")
	}
	b.pins["GPIO27"].EdgesChan <- gpio.Low
	waitFor(t, "the set to be lifted", func() bool { off, known := b.OffHook(); return off && known })
	b.pins["GPIO27"].EdgesChan <- gpio.High
	waitFor(t, "the set to be put down", func() bool { off, _ := b.OffHook(); return !off })
}

func TestSeize(t *testing.T) {
	b := newBench(t)
	if b.level("GPIO22") != gpio.Low {
		t.Fatal("the line is seized at the start")
	}
	if err := errors.Join(b.Seize(), b.Seize()); err != nil {
		t.Fatal(err)
	}
	if b.level("GPIO22") != gpio.High {
		t.Error("not seized")
	}
	for _, level := range []gpio.Level{gpio.High, gpio.Low, gpio.High} {
		waitFor(t, "the relay's beat", func() bool { return b.level("GPIO6") == level })
	}
	if err := b.Release(); err != nil {
		t.Fatal(err)
	}
	if b.level("GPIO22") != gpio.Low || b.level("GPIO6") != gpio.Low {
		t.Error("not released")
	}
}

func TestNoPin(t *testing.T) {
	_, err := Open(rpi.Board.Lines[0].Port, func(string) gpio.PinIO { return nil })
	if !errors.Is(err, ErrNoPin) {
		t.Fatal(err)
	}
	p, err := Open(board.Port{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, known := p.OffHook(); known {
		t.Error("a sensor that is not there")
	}
	if err := p.Seize(); !errors.Is(err, ErrNoPin) {
		t.Error(err)
	}
}
