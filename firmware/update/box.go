package update

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"time"
)

// Box is the system at work, as updates see it.
type Box struct {
	Disk      Disk
	Keys      []ed25519.PublicKey
	Running   Release
	Slot      Slot // the running one
	Trying    bool // this boot is a trial
	StateFile string

	// Health returns nil when the system does its work, else what does not.
	Health func(context.Context) error
	// Reboot starts the box again, for a trial of the other slot if try.
	Reboot func(try bool) error

	Progress func(phase, part string, done, of int64)
}

// Status is what a page or a console shows.
type Status struct {
	Running  Release `json:"running"`
	Slot     Slot    `json:"slot"`
	Selected Slot    `json:"selected"` // starts next time
	Trying   bool    `json:"trying"`
	State
}

// Status reads what is known of this box's updates.
func (b Box) Status() (Status, error) {
	state, err := ReadState(b.StateFile)
	if err != nil {
		return Status{}, err
	}
	selected, err := Selection(b.Disk)
	return Status{Running: b.Running, Slot: b.Slot, Selected: selected, Trying: b.Trying, State: state}, err
}

// Install writes a bundle into the other slot and notes that it is to be tried. Nothing
// changes for those who work until Try.
func (b Box) Install(r io.Reader) (Manifest, error) {
	if err := b.kept(); err != nil {
		return Manifest{}, err
	}
	state, err := ReadState(b.StateFile)
	if err != nil {
		return Manifest{}, err
	}
	state.Trial = nil // what was there is being written over
	state.holds(b.Slot.Other(), Release{})
	if err := state.Write(b.StateFile); err != nil {
		return Manifest{}, err
	}
	m, err := Installer{
		Disk: b.Disk, Keys: b.Keys, Running: b.Running, Slot: b.Slot, Newest: state.Newest, Progress: b.Progress,
	}.Install(r)
	if err != nil {
		return m, err
	}
	state.Trial = &Trial{Release: m.Release, Slot: b.Slot.Other(), From: b.Running.Version}
	return m, state.Write(b.StateFile)
}

// kept returns ErrNotCommitted while the running system may still be left again. One that
// was kept in this very boot takes the next update without another start.
func (b Box) kept() error {
	selected, err := Selection(b.Disk)
	if err == nil && selected != b.Slot {
		err = ErrNotCommitted
	}
	return err
}

var (
	ErrNothingToTry = errors.New("update: there is no update to try")
	ErrNoWayBack    = errors.New("update: there is no earlier version to go back to")
)

// Try starts the box into the update that Install wrote.
func (b Box) Try() error {
	state, err := ReadState(b.StateFile)
	if err != nil {
		return err
	}
	if state.Trial == nil || state.Trial.Slot != b.Slot.Other() {
		return ErrNothingToTry
	}
	// Written before the start, so that a system that never comes up is known to have
	// been tried.
	state.Trial.Tried = true
	if err := state.Write(b.StateFile); err != nil {
		return err
	}
	return b.Reboot(true)
}

// Back makes the version in the other slot the one for Try, as if it were an update.
// One that the running release forbids (Floor) stays away.
func (b Box) Back() (Release, error) {
	state, err := ReadState(b.StateFile)
	if err != nil {
		return Release{}, err
	}
	if err := b.kept(); err != nil {
		return Release{}, err
	}
	other, known := state.Slots[b.Slot.Other()]
	if !known {
		return Release{}, ErrNoWayBack
	}
	if other.Sequence < b.Running.Floor {
		return other, fmt.Errorf("%w: %s", ErrOlder, other.Version)
	}
	state.Trial = &Trial{Release: other, Slot: b.Slot.Other(), From: b.Running.Version}
	return other, state.Write(b.StateFile)
}

// Settle is called at every start. In a trial it waits up to patience for the system to
// be healthy and keeps it, or starts the box again, which ends on the old system. After
// a trial that was not kept it writes down why.
func (b Box) Settle(ctx context.Context, patience time.Duration) error {
	state, err := ReadState(b.StateFile)
	if err != nil && !b.Trying {
		return err
	}
	switch {
	case b.Trying:
		return b.settleTrial(ctx, state, patience)
	case state.Trial != nil && state.Trial.Slot == b.Slot:
		// Kept, and cut off before that was written down.
		return b.keep(state)
	case state.Trial != nil && state.Trial.Tried:
		return b.wentBack(state, WhyReset, "")
	case state.Slots[b.Slot].Sequence != b.Running.Sequence: // a new card
		state.holds(b.Slot, b.Running)
		return state.Write(b.StateFile)
	}
	return nil
}

func (b Box) settleTrial(ctx context.Context, state State, patience time.Duration) error {
	if state.Trial == nil { // somebody tried the other slot by hand
		state.Trial = &Trial{Release: b.Running, Slot: b.Slot, Tried: true}
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if sick := b.healthy(ctx); sick != nil {
		return errors.Join(sick, b.wentBack(state, WhyUnhealthy, sick.Error()), b.Reboot(false))
	}
	if err := Select(b.Disk, b.Slot); err != nil {
		return errors.Join(err, b.Reboot(false))
	}
	return b.keep(state)
}

// healthyFor is how long a system has to do its work without a break to be kept.
const (
	healthyFor  = 5
	healthEvery = time.Second
)

// healthy waits until Health has been nil several times in a row.
func (b Box) healthy(ctx context.Context) error {
	tick := time.NewTicker(healthEvery)
	defer tick.Stop()
	var last error
	for well := 0; ; {
		if last = b.Health(ctx); last == nil {
			well++
		} else {
			well = 0
		}
		if well == healthyFor {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("not healthy in time: %w", errors.Join(last, ctx.Err()))
		case <-tick.C:
		}
	}
}

func (b Box) keep(state State) error {
	state.Newest = max(state.Newest, b.Running.Sequence)
	state.holds(b.Slot, b.Running)
	state.Last = &Outcome{Release: b.Running, From: state.Trial.From, Kept: true, At: time.Now().UnixMilli()}
	state.Trial = nil
	return state.Write(b.StateFile)
}

func (b Box) wentBack(state State, why, detail string) error {
	state.Last = &Outcome{Release: state.Trial.Release, From: state.Trial.From, Why: why, Detail: detail, At: time.Now().UnixMilli()}
	state.Trial = nil
	return state.Write(b.StateFile)
}
