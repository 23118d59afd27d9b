package tone

import (
	"math"
	"time"

	"bellhop/drivers/dsp"
)

// Player sounds a Signal for ever.
type Player struct {
	signal Signal
	level  float64
	oscs   []dsp.Osc
	am     dsp.Osc
	clock  cadence
}

// NewPlayer returns a Player whose every frequency has levelDBm0.
func NewPlayer(s Signal, levelDBm0 float64) *Player {
	return &Player{signal: s, level: levelDBm0, oscs: make([]dsp.Osc, len(s.Hz)), clock: cadence{steps: s.Cadence}}
}

// Read fills p; it never ends.
func (t *Player) Read(p []int16) (int, error) {
	full, weak := dsp.Peak(t.level), dsp.Peak(t.level-t.signal.DropDB)
	for i := range p {
		on, count := t.clock.next()
		peak := full
		if count&1 == 1 {
			peak = weak
		}
		x := 0.0
		for k, hz := range t.signal.Hz {
			v := t.oscs[k].Next(hz)
			if k == 0 && t.signal.AMHz > 0 {
				v *= 0.5 + 0.5*t.am.Next(t.signal.AMHz)
			}
			x += v
		}
		if !on {
			x = 0
		}
		p[i] = dsp.Clip(peak * x)
	}
	return len(p), nil
}

// Generate returns d of the signal at levelDBm0 a frequency, from the start of its
// cadence.
func (s Signal) Generate(d time.Duration, levelDBm0 float64) []int16 {
	p := make([]int16, d*dsp.Rate/time.Second)
	NewPlayer(s, levelDBm0).Read(p)
	return p
}

// cadence walks through on and off periods sample by sample.
type cadence struct {
	steps []time.Duration
	at    int // step
	left  int // samples
	count int // on-periods begun before this one
}

func (c *cadence) next() (on bool, count int) {
	if len(c.steps) == 0 {
		return true, 0
	}
	if c.left == 0 {
		c.left = int(c.steps[c.at%len(c.steps)] * dsp.Rate / time.Second)
		c.at++
		c.count = (c.at - 1) / 2
	}
	c.left--
	return c.at%2 == 1, c.count
}

// Tap says how ringing reaches the sound input.
type Tap int

const (
	// CapacitorTap is a small series capacitor and a transformer or clipping diodes:
	// the 20-50 Hz fundamental is gone, its clipped edges come through as harmonics.
	CapacitorTap Tap = iota
	// DirectTap passes the fundamental, as a DC-coupled attenuator does.
	DirectTap
)

// Ringer sounds ringing voltage as a tap delivers it.
type Ringer struct {
	ring   Ring
	tap    Tap
	peak   float64
	osc    dsp.Osc
	clock  cadence
	smooth float64 // state of the tap's high-pass
	gain   float64 // ringing rises and falls within some milliseconds
}

// NewRinger returns a Ringer whose loudest peaks are those of a sine of levelDBm0.
func NewRinger(r Ring, tap Tap, levelDBm0 float64) *Ringer {
	return &Ringer{ring: r, tap: tap, peak: dsp.Peak(levelDBm0), clock: cadence{steps: r.Cadence}}
}

// Read fills p; it never ends.
func (r *Ringer) Read(p []int16) (int, error) {
	for i := range p {
		on, _ := r.clock.next()
		target := 0.0
		if on {
			target = 1
		}
		r.gain += (target - r.gain) * 0.01
		p[i] = dsp.Clip(r.peak * r.through(r.gain*r.osc.Next(r.ring.Hz)))
	}
	return len(p), nil
}

// through passes the line's sine through the tap.
func (r *Ringer) through(x float64) float64 {
	if r.tap == DirectTap {
		return x
	}
	clipped := math.Tanh(8 * x)
	r.smooth += (clipped - r.smooth) * 0.12 // high-pass near 150 Hz
	return (clipped - r.smooth) * 0.9
}

// Generate returns d of ringing, from the start of the cadence.
func (r Ring) Generate(d time.Duration, tap Tap, levelDBm0 float64) []int16 {
	p := make([]int16, d*dsp.Rate/time.Second)
	NewRinger(r, tap, levelDBm0).Read(p)
	return p
}
