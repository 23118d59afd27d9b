package scope

import (
	"math"
	"math/bits"

	"bellhop/drivers/audio"
	"bellhop/drivers/dsp"
	"bellhop/firmware/boxapi"
)

// window is the length of one transform: 32 ms, 31 Hz a line.
const window = 256

// hann is the window, scaled so that the powers of all lines of a transform add up to
// the mean square of what went in.
var hann = func() (w [window]float64) {
	sum := 0.0
	for i := range w {
		w[i] = 0.5 - 0.5*math.Cos(2*math.Pi*(float64(i)+0.5)/window)
		sum += w[i] * w[i]
	}
	for i := range w {
		w[i] /= math.Sqrt(sum * window)
	}
	return w
}()

// twiddle holds e^(-2πik/window).
var twiddle = func() (t [window / 2]complex128) {
	for k := range t {
		s, c := math.Sincos(-2 * math.Pi * float64(k) / window)
		t[k] = complex(c, s)
	}
	return t
}()

// spectrum appends the levels of p between boxapi.ScopeLowHz and its last bin, in
// dBm0, to dst: the mean over windows that overlap by half. Of a sine all bins
// together hold its level. Fewer than window samples give silence.
func spectrum(dst []float64, p []int16) []float64 {
	var power [boxapi.ScopeBins]float64
	n := 0
	for at := 0; at+window <= len(p); at += window / 2 {
		addPower(&power, p[at:at+window])
		n++
	}
	for _, x := range power {
		dst = append(dst, level(x/float64(max(n, 1))))
	}
	return dst
}

// addPower transforms one window and adds the power of its lines to the bins. A line
// on the border of two bins is shared between them.
func addPower(power *[boxapi.ScopeBins]float64, p []int16) {
	var x [window]complex128
	for i, s := range p {
		x[i] = complex(float64(s)*hann[i], 0)
	}
	fft(&x)
	const line = float64(audio.Rate) / window
	for k := 1; k < window/2; k++ {
		re, im := real(x[k]), imag(x[k])
		share(power, (float64(k)-0.5)*line, (float64(k)+0.5)*line, 2*(re*re+im*im))
	}
}

// share spreads the power of a line that covers from..to Hz over the bins beneath it.
func share(power *[boxapi.ScopeBins]float64, from, to, x float64) {
	first := int(math.Floor((from - boxapi.ScopeLowHz) / boxapi.ScopeStepHz))
	for b := max(first, 0); b < len(power); b++ {
		low := float64(boxapi.ScopeLowHz + b*boxapi.ScopeStepHz)
		if low >= to {
			return
		}
		overlap := math.Min(to, low+boxapi.ScopeStepHz) - math.Max(from, low)
		if overlap > 0 {
			power[b] += x * overlap / (to - from)
		}
	}
}

// fft transforms x in place (radix 2, decimation in time).
func fft(x *[window]complex128) {
	const stages = 8 // 2^8 = window
	for i := range x {
		if j := int(bits.Reverse8(uint8(i))); j > i {
			x[i], x[j] = x[j], x[i]
		}
	}
	for stage := 1; stage <= stages; stage++ {
		size := 1 << stage
		step := window / size
		for start := 0; start < window; start += size {
			for k := range size / 2 {
				a, b := x[start+k], x[start+k+size/2]*twiddle[k*step]
				x[start+k], x[start+k+size/2] = a+b, a-b
			}
		}
	}
}

// silent is what levels below it are shown as.
const silent = -99

// level is the level of a mean square, to a tenth of a decibel.
func level(power float64) float64 {
	return tenth(math.Max(dsp.DBm0(power), silent))
}

func tenth(x float64) float64 { return math.Round(10*x) / 10 }
