// Package scope lets people look at a line: how loud it is, what frequencies and bits
// are on it, what the detectors make of that and why they refused what they refused.
// A Tap keeps what is needed of each line; a Viewer makes frames of it while somebody
// watches; a Screen draws them in a terminal.
package scope

import (
	"encoding/hex"
	"slices"
	"sync"
	"time"

	"bellhop/drivers/audio"
	"bellhop/drivers/callerid"
	"bellhop/drivers/listen"
	"bellhop/firmware/boxapi"
)

// kept is how many samples a Tap keeps.
const kept = boxapi.ScopeSeconds * audio.Rate

// maxKeys is how many of the last DTMF keys are shown.
const maxKeys = 24

// Tap is what was lately heard on one line. The line's goroutine writes; any may look.
// Writing copies the samples and does no arithmetic on them.
type Tap struct {
	mu      sync.Mutex
	samples []int16 // ring of kept, made at the first Write
	heard   int64   // samples written since the Tap began
	base    int64   // of them, before the Listener now at work
	at      time.Time
	state   state
	bursts  []boxapi.ScopeBurst
	lastID  int64
	more    chan struct{} // closed when something was written
}

// state is what the detectors say of the line.
type state struct {
	ringing bool
	offHook bool
	tone    string
	keys    string
}

// NewTap returns a Tap that has heard nothing.
func NewTap() *Tap { return &Tap{more: make(chan struct{})} }

// Write takes the samples that ended at at.
func (t *Tap) Write(p []int16, at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.samples == nil {
		t.samples = make([]int16, kept)
	}
	for rest := p; len(rest) > 0; {
		n := copy(t.samples[t.heard%kept:], rest)
		t.heard += int64(n)
		rest = rest[n:]
	}
	t.at = at
	close(t.more)
	t.more = make(chan struct{})
}

// Opened tells that the line's sound begins anew, with a new Listener.
func (t *Tap) Opened() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.base, t.state = t.heard, state{}
}

// Heard takes a fact package listen told, or a sensor in its words. Positions in it
// count the samples written since Opened, as those of a Listener do.
func (t *Tap) Heard(e listen.Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case e.Caller != nil:
		t.add(believed(*e.Caller), e.Caller.Start, e.Caller.End)
	case e.Rejected != nil:
		t.add(refused(*e.Rejected), e.Rejected.Start, e.Rejected.End)
	case e.Digit != nil:
		keys := t.state.keys + string(e.Digit.Key)
		t.state.keys = keys[max(0, len(keys)-maxKeys):]
	case e.Tone != nil && e.Tone.On:
		t.state.tone = e.Tone.Name
	case e.Tone != nil && t.state.tone == e.Tone.Name:
		t.state.tone = ""
	case e.Ring != nil:
		t.state.ringing = e.Ring.On
	case e.Hook != nil:
		t.setHook(e.Hook.Off)
	}
}

func (t *Tap) setHook(off bool) {
	if off && !t.state.offHook {
		t.state.keys = ""
	}
	t.state.offHook = off
}

func believed(m callerid.Message) boxapi.ScopeBurst {
	b := boxapi.ScopeBurst{
		Modem: m.Modem, Standard: m.Standard, Number: m.Number, Name: m.Name, Time: m.Time, Waiting: m.Waiting,
		Confidence: m.Confidence, Repaired: m.Repaired, Raw: hex.EncodeToString(m.Raw),
	}
	if m.Number == "" && m.NumberReason != callerid.Given {
		b.Reason = string(rune(m.NumberReason))
	}
	return b
}

func refused(r callerid.Rejected) boxapi.ScopeBurst {
	return boxapi.ScopeBurst{Modem: r.Modem, Why: r.Why, Raw: hex.EncodeToString(r.Raw)}
}

// add remembers a burst that lay between the samples start and end.
func (t *Tap) add(b boxapi.ScopeBurst, start, end int64) {
	start, end = start+t.base, end+t.base
	t.lastID++
	b.ID = t.lastID
	b.At = t.timeOf(end).UnixMilli()
	b.DurationMS = max(0, end-start) * 1000 / audio.Rate
	if start < end && end <= t.heard && start >= t.heard-kept {
		b.LevelDBm0 = loudness(t.span(start, end)).dbm0
	}
	if len(t.bursts) == boxapi.ScopeBursts {
		t.bursts = slices.Delete(t.bursts, 0, 1)
	}
	t.bursts = append(t.bursts, b)
}

// timeOf is when sample i was on the line.
func (t *Tap) timeOf(i int64) time.Time {
	if t.at.IsZero() {
		return time.Now()
	}
	return t.at.Add(-time.Duration(t.heard-i) * time.Second / audio.Rate)
}

// span copies samples start to end, which must be kept still.
func (t *Tap) span(start, end int64) []int16 {
	p := make([]int16, 0, end-start)
	for start < end {
		i := start % kept
		n := min(end-start, kept-i)
		p = append(p, t.samples[i:i+n]...)
		start += n
	}
	return p
}

// Capture returns the last d of the line's sound, or as much as there is.
func (t *Tap) Capture(d time.Duration) []int16 {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := min(int64(d*audio.Rate/time.Second), kept, t.heard)
	return t.span(t.heard-n, t.heard)
}

// loud is how loud some sound is.
type loud struct {
	dbm0, peak float64 // dBm0, without DC
	offsetPct  float64
	clipped    int
	zero       bool // nothing but zeros
}

// rail is the magnitude above which a sample counts as clipped: sound cards with a
// gain stage behind the clipping stop a little short of full scale.
const rail = 32700

func loudness(p []int16) loud {
	if len(p) == 0 {
		return loud{dbm0: silent, peak: silent, zero: true}
	}
	var sum, square float64
	var clipped int
	low, high := p[0], p[0]
	for _, s := range p {
		sum += float64(s)
		square += float64(s) * float64(s)
		low, high = min(low, s), max(high, s)
		if s > rail || s < -rail {
			clipped++
		}
	}
	n := float64(len(p))
	mean := sum / n
	peak := max(float64(high)-mean, mean-float64(low))
	return loud{
		dbm0: level(square/n - mean*mean), peak: level(peak * peak / 2),
		offsetPct: tenth(100 * mean / 32768), clipped: clipped, zero: low == 0 && high == 0,
	}
}
