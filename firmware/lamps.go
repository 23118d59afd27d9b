package main

import (
	"context"
	"time"

	"bellhop/board"
	"bellhop/drivers/led"
	"bellhop/firmware/boxapi"
)

// lamps are the box's LEDs: ready while the firmware runs, call while a line rings or
// talks, fault while one has no sound.
type lamps struct{ ready, call, fault *led.LED }

// lampsEvery is how often they follow the lines; an eye sees no difference.
const lampsEvery = 100 * time.Millisecond

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
	for {
		var lines []boxapi.LineStatus
		for _, l := range b.lines {
			lines = append(lines, l.Status())
		}
		b.lamps.show(true, lines)
		select {
		case <-ctx.Done():
			b.lamps.show(false, nil)
			return
		case <-tick.C:
		}
	}
}

func (l lamps) show(ready bool, lines []boxapi.LineStatus) {
	call, fault := false, false
	for _, s := range lines {
		call = call || s.State == boxapi.LineRinging || s.State == boxapi.LineTalking
		fault = fault || s.State == boxapi.LineFault
	}
	l.ready.Set(ready)
	l.call.Set(call)
	l.fault.Set(fault)
}
