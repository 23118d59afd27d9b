package dsp

import "math"

// Decimator lowers the sample rate by a whole factor behind a windowed-sinc low-pass.
type Decimator struct {
	factor  int
	taps    []float32
	history []float32 // twice len(taps): each sample is written in both halves
	at, k   int
}

// NewDecimator passes up to about 0.4 of the lower rate. taps is the filter's length
// in output samples.
func NewDecimator(factor, taps int) *Decimator {
	n := factor * taps
	d := &Decimator{factor: factor, taps: make([]float32, n), history: make([]float32, 2*n)}
	sum := 0.0
	raw := make([]float64, n)
	for i := range raw {
		x := float64(i) - float64(n-1)/2
		raw[i] = sinc(0.86*x/float64(factor)) * Kaiser(x/(float64(n)/2), 5)
		sum += raw[i]
	}
	for i := range raw {
		d.taps[i] = float32(raw[i] / sum)
	}
	return d
}

// Write takes one sample; every factor-th time it returns an output sample.
func (d *Decimator) Write(x float32) (y float32, ok bool) {
	n := len(d.taps)
	d.history[d.at], d.history[d.at+n] = x, x
	if d.at++; d.at == n {
		d.at = 0
	}
	if d.k++; d.k < d.factor {
		return 0, false
	}
	d.k = 0
	h := d.history[d.at : d.at+n]
	for i, v := range h {
		y += v * d.taps[i]
	}
	return y, true
}

// DCBlock removes the mean with a one-pole high-pass near 13 Hz.
type DCBlock struct{ y, x float32 }

// Next filters one sample.
func (d *DCBlock) Next(x float32) float32 {
	d.y = 0.99 * (d.y + x - d.x)
	d.x = x
	if math.Abs(float64(d.y)) < 1e-12 {
		d.y = 0
	}
	return d.y
}
