package scope

import (
	"math"
	"testing"

	"bellhop/drivers/dsp"
	"bellhop/firmware/boxapi"
)

func sine(hz, dbm0 float64, n int) []int16 {
	p := make([]int16, n)
	var o dsp.Osc
	for i := range p {
		p[i] = dsp.Clip(dsp.Peak(dbm0) * o.Next(hz))
	}
	return p
}

func TestSpectrumOfATone(t *testing.T) {
	for _, hz := range []float64{400, 450, 1000, 1209, 2200, 3300} {
		bins := spectrum(nil, sine(hz, -20, 800))
		if len(bins) != boxapi.ScopeBins {
			t.Fatalf("%d bins", len(bins))
		}
		sum, best := 0.0, 0
		for i, level := range bins {
			sum += math.Pow(10, level/10)
			if level > bins[best] {
				best = i
			}
		}
		if got := 10 * math.Log10(sum); math.Abs(got+20) > 0.3 {
			t.Errorf("%g Hz: all bins together %.1f dBm0, want -20", hz, got)
		}
		middle := boxapi.ScopeLowHz + (float64(best)+0.5)*boxapi.ScopeStepHz
		if math.Abs(middle-hz) > boxapi.ScopeStepHz {
			t.Errorf("%g Hz stands at %g", hz, middle)
		}
		if far := bins[(best+30)%len(bins)]; far > -65 {
			t.Errorf("%g Hz: %.1f dBm0 far from it", hz, far)
		}
	}
}

func TestSpectrumOfNoiseAndOfNothing(t *testing.T) {
	p := make([]int16, 8000)
	dsp.NewNoise(7, -30).Add(p)
	sum := 0.0
	for _, level := range spectrum(nil, p) {
		sum += math.Pow(10, level/10)
	}
	if got := 10 * math.Log10(sum); math.Abs(got+30) > 0.6 {
		t.Errorf("noise of -30 dBm0 in the telephone band shows as %.1f", got)
	}
	for _, p := range [][]int16{nil, make([]int16, 100), make([]int16, 800)} {
		for i, level := range spectrum(nil, p) {
			if level != silent {
				t.Fatalf("bin %d of silence: %v", i, level)
			}
		}
	}
}
