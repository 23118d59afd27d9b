package scope

import (
	"context"
	"errors"
	"time"

	"bellhop/firmware/boxapi"
)

// ErrNoLine is returned for a line the box does not have.
var ErrNoLine = errors.New("scope: no such line")

// Taps are the taps of a box's lines.
type Taps struct {
	taps   map[int]*Tap
	status func(line int) boxapi.LineState // nil: not known
}

// NewTaps returns a box without lines; status, if not nil, tells how a line stands.
func NewTaps(status func(line int) boxapi.LineState) *Taps {
	return &Taps{taps: map[int]*Tap{}, status: status}
}

// Add returns a new Tap for line. All are added before the first is watched.
func (t *Taps) Add(line int) *Tap {
	t.taps[line] = NewTap()
	return t.taps[line]
}

// Watch calls see with every frame of line until ctx ends or see returns an error.
func (t *Taps) Watch(ctx context.Context, line int, see func(boxapi.ScopeFrame) error) error {
	tap := t.taps[line]
	if tap == nil {
		return ErrNoLine
	}
	v := tap.View(line)
	for {
		f, err := v.Next(ctx)
		if err != nil {
			return err
		}
		if t.status != nil {
			f.State = t.status(line)
		}
		if err := see(f); err != nil {
			return err
		}
	}
}

// Capture is the last d of line's sound.
func (t *Taps) Capture(line int, d time.Duration) ([]int16, error) {
	tap := t.taps[line]
	if tap == nil {
		return nil, ErrNoLine
	}
	return tap.Capture(d), nil
}
