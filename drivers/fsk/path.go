package fsk

import "math"

// path is one belief about what was sent: octets so far, and the transmitter's clock
// and phase that go with them. A Kalman filter of four states follows the carrier on
// each path: the common phase, what the space tone's phase differs by (a clock that
// is late and a line that delays the tones unequally look the same there), the drift
// of the space tone, and the drift of the clock.
type path struct {
	t     float64 // start of the next bit, samples since the origin
	phase float64 // of the carrier at t, radians
	delta float64 // further phase of space
	omega float64 // drift of phase over a space bit
	beta  float64 // drift of delta a bit
	p     [10]float64
	amp   [2]float64 // of space and mark
	spc   int16      // space bits seen, up to amplitudeMemory

	metric float64 // log likelihood against noise, less what a right path gains
	doubt  float64 // odds of all readings this one was preferred to, added up
	fit    float64 // running correlation with the sent tone, 1 is perfect

	octet   byte
	pos     int8  // 0 start, 1-8 data, 9 stop, -1 between octets
	gap     int16 // quarter bits of mark since the last stop bit
	gaps    int16 // octets that came after a gap
	n       int16 // octets complete
	bits    uint32
	state   uint32
	prior   *Prior
	grid    int8 // where the next bit begins in the grid of an 8 kHz transmitter; -1: free
	done    bool
	idle    bool    // still in the mark before the first octet
	frame   float64 // sum of correlations of start and stop bits
	scatter float64 // sum of squares of what each bit lacks to a perfect one
	data    int16   // slot of octets and starts
}

// carrier is what is known about a burst before its first octet.
type carrier struct {
	hz      [2]float64 // of space and mark, cycles per sample after the Front's shift
	n       float64    // samples a bit
	es      float64    // energy of a bit over noise density
	amp     float64    // of mark before the data
	noise   float64    // noise density, per sample of the analytic signal
	rad     float64    // phase between the tones that builds up in one sample
	q       float64    // phase noise a bit, rad²
	qt      float64    // phase noise a change of tone, rad²
	r       [2]float64
	gapCost float64
}

// offset is how far from the even clock the next bit begins. Many transmitters are
// programs that run at 8 kHz and change tone only between samples: their bits last 7,
// 7 and 6 samples, and phase wanders by what that adds up to. The pattern repeats
// every three bits, so there are three ways to stand in it.
func (s *path) offset() float64 {
	if s.grid < 0 {
		return 0
	}
	return float64(s.grid-1) / 3
}

// Order of the covariance's ten numbers.
const (
	ff, fd, fo, fb = 0, 1, 2, 3
	dd, do, db     = 4, 5, 6
	oo, ob         = 7, 8
	bb             = 9
)

// observe corrects the path by the complex correlation (re, im), already turned by
// the expected phase, of a bit sent with tone (0 space, 1 mark), and moves it to the
// next bit.
func (s *path) observe(c *carrier, tone int, re, im float64) {
	scale := 1 / (s.amp[tone] * c.n)
	e := im * scale
	if e > 1 {
		e = 1
	} else if e < -1 {
		e = -1
	}
	p := &s.p
	r := c.r[tone]
	if tone == 1 {
		g := 1 / (p[ff] + r)
		kf, kd, ko, kb := p[ff]*g, p[fd]*g, p[fo]*g, p[fb]*g
		s.phase += kf * e
		s.delta += kd * e
		s.omega += ko * e
		s.beta += kb * e
		hf, hd, ho, hb := p[ff], p[fd], p[fo], p[fb]
		p[ff] -= kf * hf
		p[fd] -= kf * hd
		p[fo] -= kf * ho
		p[fb] -= kf * hb
		p[dd] -= kd * hd
		p[do] -= kd * ho
		p[db] -= kd * hb
		p[oo] -= ko * ho
		p[ob] -= ko * hb
		p[bb] -= kb * hb
	} else {
		hf := p[ff] + p[fd] + p[fo]/2
		hd := p[fd] + p[dd] + p[do]/2
		ho := p[fo] + p[do] + p[oo]/2
		hb := p[fb] + p[db] + p[ob]/2
		g := 1 / (hf + hd + ho/2 + r)
		kf, kd, ko, kb := hf*g, hd*g, ho*g, hb*g
		s.phase += kf * e
		s.delta += kd * e
		s.omega += ko * e
		s.beta += kb * e
		p[ff] -= kf * hf
		p[fd] -= kf * hd
		p[fo] -= kf * ho
		p[fb] -= kf * hb
		p[dd] -= kd * hd
		p[do] -= kd * ho
		p[db] -= kd * hb
		p[oo] -= ko * ho
		p[ob] -= ko * hb
		p[bb] -= kb * hb
		// Over a space bit the drift adds to the phase: P = F·P·Fᵀ.
		s.phase += s.omega
		p[ff] += 2*p[fo] + p[oo]
		p[fd] += p[do]
		p[fo] += p[oo]
		p[fb] += p[ob]
	}
	s.delta += s.beta
	p[fd] += p[fb]
	p[dd] += 2*p[db] + p[bb]
	p[do] += p[ob]
	p[db] += p[bb]
	p[ff] += c.q
	p[dd] += c.q * 0.1

	s.follow(c, tone, re/c.n)

	// A late clock shows as delta; give a part of it back to the clock.
	dt := -0.1 * s.delta / c.rad
	s.t += dt
	s.phase += 2 * math.Pi * c.hz[1] * dt
	s.delta *= 0.9
}

const amplitudeMemory = 24

// follow tracks the amplitude of a tone. Mark stays near what it was before the data;
// a reading that would rather have it fade away is none.
func (s *path) follow(c *carrier, tone int, a float64) {
	mu := 0.04
	if tone == 0 && s.spc < amplitudeMemory {
		s.spc++
		mu = 1 / (float64(s.spc) + 1.5)
	}
	v := s.amp[tone] + mu*(a-s.amp[tone])
	if other := s.amp[1-tone]; v < other*0.2 {
		v = other * 0.2
	} else if v > other*5 {
		v = other * 5
	}
	if tone == 1 {
		v = math.Max(0.6*c.amp, math.Min(v, 1.7*c.amp))
	}
	s.amp[tone] = v
}
