package dsp

import (
	"math"
	"testing"
)

func TestHighpassStopsDialToneAndPassesDTMF(t *testing.T) {
	f := Highpass(490, 30)
	db := func(hz float64) float64 { return 20 * math.Log10(f[0].Gain(hz)*f[1].Gain(hz)) }
	for _, hz := range []float64{50, 100, 350, 440, 480} {
		if db(hz) > -29.5 {
			t.Errorf("%.0f Hz passes with %.1f dB", hz, db(hz))
		}
	}
	for _, hz := range []float64{690, 770, 1633, 3400} {
		t.Logf("%.0f Hz %.1f dB", hz, db(hz))
		if db(hz) < -8 {
			t.Errorf("%.0f Hz is %.1f dB down", hz, db(hz))
		}
	}
}
