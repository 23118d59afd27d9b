// Package fxo is the electricity of one telephone port beside its sound: ringing
// voltage and a lifted set are sensed through optocouplers, the line is seized by a
// relay. It judges times of edges and levels; what they mean for a call is not its
// business.
package fxo

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"bellhop/board"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpioreg"
)

// ErrNoPin is returned by Open where a pin of the board isn't there.
var ErrNoPin = errors.New("fxo: no such pin")

const (
	// poll is how often inputs are looked at when no edge comes. It is never 0 or -1:
	// periph's drivers do not agree on what those mean.
	poll = 20 * time.Millisecond
	// beat is how often the hook relay's watchdog wants an edge.
	beat = 50 * time.Millisecond
)

// Port is one port at work.
type Port struct {
	pins board.Port

	ring, inUse    gpio.PinIn // nil where the board has none
	hook, hookBeat gpio.PinOut

	ringing, offHook atomic.Bool

	mu     sync.Mutex
	seized context.CancelFunc // ends the beat; nil while released
	beats  sync.WaitGroup
}

// Open sets the port's pins up. find is nil for periph's registry, whose drivers must
// be initialised (host.Init).
func Open(pins board.Port, find func(name string) gpio.PinIO) (*Port, error) {
	if find == nil {
		find = gpioreg.ByName
	}
	p := &Port{pins: pins}
	for _, in := range []struct {
		pin board.Pin
		to  *gpio.PinIn
	}{{pins.Ring, &p.ring}, {pins.InUse, &p.inUse}} {
		if in.pin.Name == "" {
			continue
		}
		found := find(in.pin.Name)
		if found == nil {
			return nil, fmt.Errorf("%w: %s (%s)", ErrNoPin, in.pin.Name, in.pin.Net)
		}
		if err := found.In(in.pin.Pull, gpio.BothEdges); err != nil {
			return nil, fmt.Errorf("fxo: %s (%s): %w", in.pin.Name, in.pin.Net, err)
		}
		*in.to = found
	}
	for _, out := range []struct {
		pin board.Pin
		to  *gpio.PinOut
	}{{pins.Hook, &p.hook}, {pins.HookBeat, &p.hookBeat}} {
		if out.pin.Name == "" {
			continue
		}
		found := find(out.pin.Name)
		if found == nil {
			return nil, fmt.Errorf("%w: %s (%s)", ErrNoPin, out.pin.Name, out.pin.Net)
		}
		if err := found.Out(!out.pin.Active()); err != nil { // released, whatever an earlier run left
			return nil, fmt.Errorf("fxo: %s (%s): %w", out.pin.Name, out.pin.Net, err)
		}
		*out.to = found
	}
	return p, nil
}

// OffHook tells whether a set on the line is lifted, known false where it isn't sensed.
func (p *Port) OffHook() (off, known bool) { return p.offHook.Load(), p.inUse != nil }

// Ringing tells whether ringing voltage is on the line.
func (p *Port) Ringing() (ringing, known bool) { return p.ringing.Load(), p.ring != nil }

// Run watches the inputs until ctx ends, and then releases the line.
func (p *Port) Run(ctx context.Context) error {
	var parts sync.WaitGroup
	if p.ring != nil {
		parts.Go(func() { p.watchRing(ctx) })
	}
	if p.inUse != nil {
		parts.Go(func() { p.watchHook(ctx) })
	}
	<-ctx.Done()
	parts.Wait()
	return p.Release()
}

func (p *Port) watchRing(ctx context.Context) {
	var d ringDetector
	for ctx.Err() == nil {
		edge := p.ring.WaitForEdge(poll)
		p.ringing.Store(d.look(time.Now(), edge))
	}
}

func (p *Port) watchHook(ctx context.Context) {
	var d hookDetector
	for ctx.Err() == nil {
		p.inUse.WaitForEdge(poll)
		lifted := p.inUse.Read() == p.pins.InUse.Active()
		p.offHook.Store(d.look(time.Now(), lifted, p.ringing.Load()))
	}
}

// Seize closes the loop, as lifting a set does. The relay falls off by itself when the
// program stops beating.
func (p *Port) Seize() error {
	if p.hook == nil {
		return fmt.Errorf("%w: the board has no hook relay", ErrNoPin)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seized != nil {
		return nil
	}
	if err := p.hook.Out(p.pins.Hook.Active()); err != nil {
		return fmt.Errorf("fxo: seize: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	p.seized = cancel
	if p.hookBeat != nil {
		p.beats.Go(func() { p.beatUntil(ctx) })
	}
	return nil
}

func (p *Port) beatUntil(ctx context.Context) {
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for level := gpio.High; ; level = !level {
		p.hookBeat.Out(level)
		select {
		case <-ctx.Done():
			p.hookBeat.Out(gpio.Low)
			return
		case <-tick.C:
		}
	}
}

// Release opens the loop.
func (p *Port) Release() error {
	if p.hook == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seized != nil {
		p.seized()
		p.seized = nil
		p.beats.Wait()
	}
	if err := p.hook.Out(!p.pins.Hook.Active()); err != nil {
		return fmt.Errorf("fxo: release: %w", err)
	}
	return nil
}
