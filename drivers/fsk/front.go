package fsk

import (
	"math"

	"bellhop/drivers/dsp"
)

// Front turns line samples into the analytic signal between about 600 and 3300 Hz,
// shifted down by centreHz, which both modems share. DC, mains hum and the polarity
// steps of the line end here.
//
// The shift is a quarter of the sample rate, so that it costs nothing: even samples
// become the real part, odd ones the imaginary part, with alternating signs.
type Front struct {
	history [frontTaps * 2]float32 // samples with the shift's sign, written twice
	at      int
	n       int64
	dc, in  float32
}

const (
	centreHz  = dsp.Rate / 4
	frontTaps = 64

	// Delay of the filter in samples.
	frontDelay = frontTaps / 2
)

var frontFilter = func() (h [frontTaps]float32) {
	const cutoff = 1380.0 / dsp.Rate
	var raw [frontTaps]float64
	sum := 0.0
	for i := range raw {
		x := float64(i) - frontTaps/2 // odd length 63: tap 0 stays out of use
		if i == 0 {
			continue
		}
		s := 2 * cutoff
		if x != 0 {
			s = math.Sin(2*math.Pi*cutoff*x) / (math.Pi * x)
		}
		raw[i] = s * dsp.Kaiser(x/(frontTaps/2), 4.5)
		sum += raw[i]
	}
	for i := range raw {
		h[i] = float32(2 * raw[i] / sum)
	}
	return h
}()

// Write takes one sample.
func (f *Front) Write(s int16) {
	x := float32(s)
	f.dc += x - f.in // one-pole DC blocker, 13 Hz
	f.dc *= 0.99
	f.in = x
	v := f.dc
	if f.n&2 != 0 {
		v = -v
	}
	f.history[f.at], f.history[f.at+frontTaps] = v, v
	if f.at++; f.at == frontTaps {
		f.at = 0
	}
	f.n++
}

// At returns the analytic signal as of the last sample written, delayed by
// frontDelay. Its phase reference is that of sample 0.
func (f *Front) At() (re, im float32) {
	// The oldest sample in the window has index n-frontTaps.
	h := f.history[f.at : f.at+frontTaps : f.at+frontTaps]
	var a, b float32
	for i := 0; i < frontTaps; i += 2 {
		a += h[i] * frontFilter[i]
		b += h[i+1] * frontFilter[i+1]
	}
	if (f.n-frontTaps)&1 == 0 {
		return a, -b
	}
	return b, -a
}
