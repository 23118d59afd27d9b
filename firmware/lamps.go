package main

import (
	"context"
	"net"
	"time"

	"bellhop/board"
	"bellhop/drivers/led"
	"bellhop/firmware/boxapi"
)

// lamps are the box's LEDs. Green: the box works; yellow: a line; red: somebody has to
// do something. How they blink is in docs/hardware.md.
type lamps struct{ ready, call, fault *led.LED }

// lampsEvery is how often they follow the lines; an eye sees no difference.
const lampsEvery = 100 * time.Millisecond

// mood is all that the lamps tell.
type mood struct {
	off          bool // the firmware ends
	starting     bool // the hub has not taken an event of this start yet
	ringing      bool
	talking      bool
	fault        bool
	noNetwork    bool
	backupFailed bool
}

// pattern is how a lamp blinks: lit where it is true, again and again.
type pattern []bool

var (
	dark       = pattern{false}
	steady     = pattern{true}
	slow       = repeat(5, true, false) // half a second each
	fast       = repeat(1, true, false)
	twoFlashes = append(pattern{true, false, false, true}, repeat(16, false)...)
)

// repeat holds each of the states for n looks.
func repeat(n int, states ...bool) pattern {
	var p pattern
	for _, s := range states {
		for range n {
			p = append(p, s)
		}
	}
	return p
}

// at is the lamp's state at the nth look.
func (p pattern) at(n int) bool { return p[n%len(p)] }

// patterns are what m looks like. The worst comes first.
func (m mood) patterns() (ready, call, fault pattern) {
	ready, call, fault = steady, dark, dark
	switch {
	case m.off:
		return dark, dark, dark
	case m.starting:
		ready = slow
	}
	switch {
	case m.ringing:
		call = fast
	case m.talking:
		call = steady
	}
	switch {
	case m.fault:
		fault = steady
	case m.noNetwork:
		fault = slow
	case m.backupFailed:
		fault = twoFlashes
	}
	return ready, call, fault
}

// openLamps leaves dark what can't be lit.
func (b *box) openLamps() error {
	open := func(p board.Pin) *led.LED {
		l, err := led.Open(p, nil)
		if err != nil {
			b.log.Warn("no lamp", "err", err)
			return &led.LED{}
		}
		return l
	}
	w := b.board.LEDs
	b.lamps = lamps{open(w.Ready), open(w.Call), open(w.Fault)}
	return nil
}

func (b *box) serveLamps(ctx context.Context) {
	if b.board.LEDs == (board.LEDs{}) {
		return
	}
	tick := time.NewTicker(lampsEvery)
	defer tick.Stop()
	first := b.outbox.Acked()
	started, connected := false, true
	for n := 0; ; n++ {
		if n%20 == 0 {
			connected = hasNetwork()
		}
		started = started || b.outbox.Acked() > first
		m := moodOf(b.Status())
		m.starting, m.noNetwork, m.backupFailed = !started, !connected, b.backupFailed.Load()
		b.lamps.show(m, n)
		select {
		case <-ctx.Done():
			b.lamps.show(mood{off: true}, n)
			return
		case <-tick.C:
		}
	}
}

// moodOf is what the lines say.
func moodOf(s boxapi.Status) mood {
	var m mood
	for _, l := range s.Lines {
		m.ringing = m.ringing || l.State == boxapi.LineRinging
		m.talking = m.talking || l.State == boxapi.LineTalking
		m.fault = m.fault || l.State == boxapi.LineFault
	}
	return m
}

func (l lamps) show(m mood, n int) {
	ready, call, fault := m.patterns()
	l.ready.Set(ready.at(n))
	l.call.Set(call.at(n))
	l.fault.Set(fault.at(n))
}

// hasNetwork tells whether there is an address by which others find this box.
func hasNetwork() bool { return address() != "" }

// address is one by which others find this box, "" for none.
func address() string {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return ""
	}
	found := ""
	for _, a := range all {
		n, ok := a.(*net.IPNet)
		if !ok || !n.IP.IsGlobalUnicast() {
			continue
		}
		if v4 := n.IP.To4(); v4 != nil {
			return v4.String()
		}
		if found == "" {
			found = "[" + n.IP.String() + "]"
		}
	}
	return found
}
