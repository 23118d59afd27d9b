package tone

import (
	"math"

	"bellhop/drivers/dsp"
)

// RingDetector hears ringing in the sound of a tap. Where the tap passes the ringing
// voltage itself that is a strong sine of 15-70 Hz; through a capacitor only the
// edges are left, a buzz that repeats with the period of the ringing. Both repeat
// after 14-66 ms and not sooner, which no voice and no tone does.
type RingDetector struct {
	heard func(on bool, at int64)

	low    *dsp.Decimator
	dc     dsp.DCBlock
	ring   [2 * ringWindow]float32
	at     int
	k      int
	n      int64
	votes  uint16
	on     bool
	energy float64
	tonal  bool
}

const (
	ringRate   = 1000
	ringWindow = 160 // samples at 1 kHz
	ringHop    = 20
	minLag     = 14 // 71 Hz
	maxLag     = 66 // 15 Hz
)

// NewRingDetector calls heard when ringing starts and stops.
func NewRingDetector(heard func(on bool, at int64)) *RingDetector {
	return &RingDetector{heard: heard, low: dsp.NewDecimator(8, 6)}
}

// Write takes samples. tonal says that call-progress tones are on the line: two that
// lie close together beat as slowly as a bell rings.
func (r *RingDetector) Write(p []int16, tonal bool) {
	r.tonal = tonal
	for _, s := range p {
		r.n++
		y, ok := r.low.Write(float32(s))
		if !ok {
			continue
		}
		y = r.dc.Next(y)
		r.ring[r.at], r.ring[r.at+ringWindow] = y, y
		if r.at++; r.at == ringWindow {
			r.at = 0
		}
		r.energy += float64(y) * float64(y)
		if r.k++; r.k == ringHop {
			r.step()
		}
	}
}

func (r *RingDetector) step() {
	level := r.energy / ringHop
	r.k, r.energy = 0, 0
	r.votes <<= 1
	if level > ringFloor && !r.tonal && r.periodic() {
		r.votes |= 1
	}
	count := 0
	for v := r.votes & 0x3ff; v != 0; v &= v - 1 {
		count++
	}
	switch {
	case !r.on && count >= 8:
		r.on = true
		r.heard(true, r.n)
	case r.on && count <= 3:
		r.on = false
		r.heard(false, r.n)
	}
}

// ringFloor is the weakest ringing that counts, -42 dBm0 as mean square.
var ringFloor = sq(dsp.Peak(-42)) / 2

// periodic reports whether the window repeats itself after minLag to maxLag samples
// and after no shorter time.
func (r *RingDetector) periodic() bool {
	w := r.ring[r.at : r.at+ringWindow]
	const n = ringWindow - maxLag
	newest := w[maxLag:]
	var e0 float64
	for _, v := range newest {
		e0 += float64(v) * float64(v)
	}
	if e0 <= 0 {
		return false
	}
	best, short := 0.0, 0.0
	for lag := 3; lag <= maxLag; lag++ {
		var c, e float32
		older := w[maxLag-lag : maxLag-lag+n]
		for i, v := range newest {
			c += v * older[i]
			e += older[i] * older[i]
		}
		if e <= 0 {
			continue
		}
		rho := float64(c) / math.Sqrt(e0*float64(e))
		if lag < 11 {
			short = math.Max(short, rho)
		} else if lag >= minLag {
			best = math.Max(best, rho)
		}
	}
	return best > 0.8 && (short < 0.75 || r.slow(newest))
}

// slow reports whether the window is a plain slow sine, which resembles itself at
// short lags too: it crosses zero fewer than 150 times a second.
func (r *RingDetector) slow(w []float32) bool {
	crossings := 0
	for i := 1; i < len(w); i++ {
		if (w[i] < 0) != (w[i-1] < 0) {
			crossings++
		}
	}
	return crossings <= 150*len(w)/ringRate
}
