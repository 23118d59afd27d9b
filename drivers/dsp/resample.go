package dsp

import "math"

// Resampler turns a stream at one rate into a stream at another by a windowed-sinc
// filter whose phases are interpolated: any two rates, 70 dB of alias rejection.
type Resampler struct {
	step    float64 // input samples for one output sample
	at      float64 // position of the next output sample in history, input samples
	half    int     // taps on each side
	phases  [][]float32
	history []float32
}

const resamplePhases = 64

// NewResampler converts from inHz to outHz. The pass band ends at 0.45 of the lower
// rate (3.6 kHz at 8 kHz).
func NewResampler(inHz, outHz float64) *Resampler {
	r := &Resampler{step: inHz / outHz}
	cutoff := 0.475 * math.Min(1, outHz/inHz) // cycles per input sample
	r.half = int(math.Ceil(20 * math.Max(1, r.step)))
	r.at = float64(r.half)
	r.history = make([]float32, r.half, r.half*4+4096)
	r.phases = make([][]float32, resamplePhases+1)
	for k := range r.phases {
		r.phases[k] = r.phase(float64(k)/resamplePhases, cutoff)
	}
	return r
}

// phase holds the taps for an output sample that lies frac after an input sample.
func (r *Resampler) phase(frac, cutoff float64) []float32 {
	taps := make([]float32, 2*r.half)
	sum := 0.0
	raw := make([]float64, len(taps))
	for i := range taps {
		x := float64(i-r.half+1) - frac
		raw[i] = sinc(2*cutoff*x) * Kaiser(x/float64(r.half), 7)
		sum += raw[i]
	}
	for i := range taps {
		taps[i] = float32(raw[i] / sum)
	}
	return taps
}

// Write takes input samples and appends the output samples they complete to out.
func (r *Resampler) Write(out []float32, in []float32) []float32 {
	r.history = append(r.history, in...)
	for {
		whole := int(r.at)
		if whole+r.half >= len(r.history) {
			break
		}
		frac := (r.at - float64(whole)) * resamplePhases
		k := int(frac)
		w := float32(frac - float64(k))
		a, b := r.phases[k], r.phases[k+1]
		x := r.history[whole-r.half+1 : whole+r.half+1]
		var ya, yb float32
		for i, v := range x {
			ya += a[i] * v
			yb += b[i] * v
		}
		out = append(out, ya+(yb-ya)*w)
		r.at += r.step
	}
	if drop := int(r.at) - r.half; drop > 4096 {
		r.history = append(r.history[:0], r.history[drop:]...)
		r.at -= float64(drop)
	}
	return out
}

// Flush appends the output that the filter still holds.
func (r *Resampler) Flush(out []float32) []float32 {
	return r.Write(out, make([]float32, r.half+1))
}

func sinc(x float64) float64 {
	if math.Abs(x) < 1e-9 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// Kaiser is the Kaiser window at x in -1..1.
func Kaiser(x, beta float64) float64 {
	if x <= -1 || x >= 1 {
		return 0
	}
	return bessel0(beta*math.Sqrt(1-x*x)) / bessel0(beta)
}

func bessel0(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1; k < 30; k++ {
		term *= (x / 2) / float64(k)
		sum += term * term
	}
	return sum
}
