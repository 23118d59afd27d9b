// Package button tells short from long presses of a push button.
package button

import (
	"context"
	"errors"
	"fmt"
	"time"

	"bellhop/board"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpioreg"
)

// ErrNoPin is returned by Open where the pin isn't there.
var ErrNoPin = errors.New("button: no such pin")

// Press is how a button was pressed.
type Press int

const (
	None  Press = iota
	Short       // let go within ShortMost
	Long        // held for LongLeast; told while it is still held
)

const (
	// bounce is how long a level must stay to be believed.
	bounce    = 30 * time.Millisecond
	ShortMost = 2 * time.Second
	LongLeast = 5 * time.Second

	poll = 20 * time.Millisecond
)

// Button is one at work.
type Button struct {
	pin gpio.PinIn
	on  gpio.Level
}

// Open sets the pin up; find is nil for periph's registry.
func Open(pin board.Pin, find func(name string) gpio.PinIO) (*Button, error) {
	if find == nil {
		find = gpioreg.ByName
	}
	p := find(pin.Name)
	if p == nil {
		return nil, fmt.Errorf("%w: %s (%s)", ErrNoPin, pin.Name, pin.Net)
	}
	// Looked at often enough to need no edges.
	return &Button{p, pin.Active()}, p.In(pin.Pull, gpio.NoEdge)
}

// Run calls pressed for each press until ctx ends.
func (b *Button) Run(ctx context.Context, pressed func(Press)) {
	var d detector
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			if p := d.look(now, b.pin.Read() == b.on); p != None {
				pressed(p)
			}
		}
	}
}

// detector judges what it is shown.
type detector struct {
	seen    bool      // what the pin last said
	since   time.Time // since when
	down    time.Time // of the press believed; zero for none
	told    bool      // a long one was told
	started bool
}

// look takes the pin's state at now. A button held since before the first look, as by a
// box lying on it, counts as never pressed.
func (d *detector) look(now time.Time, on bool) Press {
	if !d.started {
		d.started, d.seen, d.since, d.told = true, on, now, on
		if on {
			d.down = now
		}
		return None
	}
	if on != d.seen {
		d.seen, d.since = on, now
	}
	if now.Sub(d.since) < bounce {
		return None
	}
	switch {
	case on && d.down.IsZero():
		d.down = d.since
	case on && !d.told && now.Sub(d.down) >= LongLeast:
		d.told = true
		return Long
	case !on && !d.down.IsZero():
		held, told := d.since.Sub(d.down), d.told
		d.down, d.told = time.Time{}, false
		if !told && held <= ShortMost {
			return Short
		}
	}
	return None
}
