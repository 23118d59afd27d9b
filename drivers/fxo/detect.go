package fxo

import "time"

const (
	// ringEdges within ringWindow are ringing: the slowest (16 Hz) gives twelve, a
	// single click of the line or a dialled pulse two.
	ringEdges  = 5
	ringWindow = 400 * time.Millisecond
	// ringGap without an edge is the end of a ring.
	ringGap = 200 * time.Millisecond

	// hookSteady is how long the line current has to stay on or off: pulse dialling
	// breaks it for 60 ms.
	hookSteady = 100 * time.Millisecond
	// hookSteadyRinging is longer than a half-wave of any ringing voltage, which the
	// sensor of the line current may see.
	hookSteadyRinging = 250 * time.Millisecond
)

// ringDetector tells ringing from clicks by the times of the optocoupler's edges.
type ringDetector struct {
	edges [ringEdges]time.Time // the newest, in a ring
	next  int
	on    bool
}

// look takes an edge, or a moment without one, and returns whether it rings.
func (d *ringDetector) look(now time.Time, edge bool) bool {
	if edge {
		oldest := d.edges[(d.next+1)%ringEdges]
		d.edges[d.next] = now
		d.next = (d.next + 1) % ringEdges
		if !oldest.IsZero() && now.Sub(oldest) <= ringWindow {
			d.on = true
		}
	}
	last := d.edges[(d.next+ringEdges-1)%ringEdges]
	if d.on && now.Sub(last) > ringGap {
		*d = ringDetector{}
	}
	return d.on
}

// hookDetector takes the contact's bounce and the ringing out of a hook sensor.
type hookDetector struct {
	off     bool
	pending bool // the level differs from off
	since   time.Time
}

// look takes the level now and returns the position of the set.
func (d *hookDetector) look(now time.Time, lifted, ringing bool) bool {
	if lifted == d.off {
		d.pending = false
		return d.off
	}
	if !d.pending {
		d.pending, d.since = true, now
	}
	steady := hookSteady
	if ringing {
		steady = hookSteadyRinging
	}
	if now.Sub(d.since) >= steady {
		d.off, d.pending = lifted, false
	}
	return d.off
}
