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

// NewTaps makes a Tap for each line; status, if not nil, tells how a line stands.
func NewTaps(status func(line int) boxapi.LineState, lines ...int) *Taps {
	t := &Taps{taps: map[int]*Tap{}, status: status}
	for _, line := range lines {
		t.taps[line] = NewTap()
	}
	return t
}

// Tap is line's, nil for a line there is not.
func (t *Taps) Tap(line int) *Tap { return t.taps[line] }

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
