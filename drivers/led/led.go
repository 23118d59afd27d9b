// Package led lights the lamps of a box.
package led

import (
	"errors"
	"fmt"

	"bellhop/board"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpioreg"
)

// ErrNoPin is returned by Open where the pin isn't there.
var ErrNoPin = errors.New("led: no such pin")

// LED is one lamp. The zero value is one that is not there.
type LED struct {
	out    gpio.PinOut
	active gpio.Level
	on     bool
}

// Open sets the pin up, dark. A pin without name gives a lamp that is not there. find
// is nil for periph's registry.
func Open(pin board.Pin, find func(name string) gpio.PinIO) (*LED, error) {
	if pin.Name == "" {
		return &LED{}, nil
	}
	if find == nil {
		find = gpioreg.ByName
	}
	p := find(pin.Name)
	if p == nil {
		return nil, fmt.Errorf("%w: %s (%s)", ErrNoPin, pin.Name, pin.Net)
	}
	l := &LED{out: p, active: pin.Active()}
	return l, p.Out(!l.active)
}

// Set switches the lamp on or off.
func (l *LED) Set(on bool) error {
	if l.out == nil || on == l.on {
		return nil
	}
	l.on = on
	if on {
		return l.out.Out(l.active)
	}
	return l.out.Out(!l.active)
}
