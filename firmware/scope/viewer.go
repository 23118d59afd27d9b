package scope

import (
	"context"
	"time"

	"bellhop/drivers/audio"
	"bellhop/firmware/boxapi"
)

// Every is the time between frames.
const Every = 100 * time.Millisecond

const (
	look = int64(Every * audio.Rate / time.Second) // samples of one frame
	// A Viewer that comes late makes up for this much at once and skips the rest.
	catchUp = audio.Rate
	// warningHold keeps a warning in sight.
	warningHold = 3 * time.Second
	// ringKnown is how long it takes to know that what clips is a ring.
	ringKnown = 600 * time.Millisecond
	// quietFor is how long a lifted set may carry nothing before it is a warning: a
	// pause in talking is shorter.
	quietFor = 5 * time.Second
	// zeroFor is how long zeros may last.
	zeroFor = 2 * time.Second
	// quietDBm0 is less than what a talker makes anywhere on a line.
	quietDBm0 = -50
	// clippedSamples in one frame are a warning; one or two are a click.
	clippedSamples = 3
)

// Viewer makes the frames one person watches. It is used by one goroutine.
type Viewer struct {
	tap    *Tap
	line   int
	seen   int64 // samples looked at
	lastID int64 // of the last burst told
	slicer *slicer

	clippedAt, loudAt, soundAt time.Time // last time of clipping, of sound while off-hook, of anything but zeros
	clipping                   time.Time // began
}

// View begins to watch tap, which is line's.
func (t *Tap) View(line int) *Viewer {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.at
	if now.IsZero() {
		now = time.Now()
	}
	return &Viewer{tap: t, line: line, seen: max(0, t.heard-look), slicer: newSlicer(), loudAt: now, soundAt: now}
}

// Next waits until there is a frame's worth of new sound and returns the frame; with
// no sound for a while (the sound card is gone) it returns a silent one.
func (v *Viewer) Next(ctx context.Context) (boxapi.ScopeFrame, error) {
	wait, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	for {
		v.tap.mu.Lock()
		if fresh := v.tap.heard - v.seen; fresh >= look {
			defer v.tap.mu.Unlock()
			return v.frame(), nil
		}
		more := v.tap.more
		v.tap.mu.Unlock()
		select {
		case <-more:
		case <-wait.Done():
			if ctx.Err() != nil {
				return boxapi.ScopeFrame{}, ctx.Err()
			}
			v.tap.mu.Lock()
			defer v.tap.mu.Unlock()
			return v.frame(), nil
		}
	}
}

// frame is the state of things now. The Tap is locked.
func (v *Viewer) frame() boxapi.ScopeFrame {
	t := v.tap
	v.seen = max(v.seen, t.heard-catchUp)
	fresh := t.span(v.seen, t.heard)
	v.seen = t.heard
	at := t.at
	if at.IsZero() || len(fresh) == 0 {
		at = time.Now()
	}
	last := fresh[max(0, len(fresh)-int(look)):]
	heard := loudness(last)
	f := boxapi.ScopeFrame{
		At: at.UnixMilli(), Line: v.line,
		LevelDBm0: heard.dbm0, PeakDBm0: heard.peak, OffsetPct: heard.offsetPct, Clipped: loudness(fresh).clipped,
		Spectrum: spectrum(make([]float64, 0, boxapi.ScopeBins), last),
		Ringing:  t.state.ringing, OffHook: t.state.offHook, Tone: t.state.tone, Keys: t.state.keys,
		Bits: v.slicer.write(fresh), Carrier: v.slicer.on,
	}
	f.Warning = v.warning(f, heard.zero, at)
	for _, b := range t.bursts {
		if b.ID > v.lastID {
			f.Bursts = append(f.Bursts, b)
			v.lastID = b.ID
		}
	}
	return f
}

func (v *Viewer) warning(f boxapi.ScopeFrame, zero bool, at time.Time) boxapi.ScopeWarning {
	v.clip(f, at)
	if !f.OffHook || f.LevelDBm0 > quietDBm0 {
		v.loudAt = at
	}
	if !zero {
		v.soundAt = at
	}
	switch {
	case at.Sub(v.soundAt) >= zeroFor:
		return boxapi.WarnDead
	case !v.clipping.IsZero() && at.Sub(v.clipping) >= ringKnown:
		return boxapi.WarnClipping
	case at.Sub(v.loudAt) >= quietFor:
		return boxapi.WarnSilence
	}
	return ""
}

// clip follows clipping: clipping is when it began, until it has been gone for a while
// or turned out to be a ring.
func (v *Viewer) clip(f boxapi.ScopeFrame, at time.Time) {
	switch {
	case f.Ringing:
		v.clipping = time.Time{}
	case f.Clipped >= clippedSamples:
		if v.clipping.IsZero() {
			v.clipping = at
		}
		v.clippedAt = at
	case at.Sub(v.clippedAt) >= warningHold:
		v.clipping = time.Time{}
	}
}
