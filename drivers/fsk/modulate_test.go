package fsk

import (
	"math"
	"testing"
)

// The hundredth bit must end where a clock of exactly 1200 Hz says, whatever the
// samples do.
func TestBitClockIsExact(t *testing.T) {
	for _, n := range []int{1, 3, 100, 12000} {
		m := Modulator{Modem: Bell202, LevelDBm0: -10}
		got := len(m.Alternate(nil, n))
		want := float64(n) * 8000 / 1200
		if math.Abs(float64(got)-want) >= 1 {
			t.Errorf("%d bits took %d samples, want %.2f", n, got, want)
		}
	}
}

func TestLevelIsThatOfTheDefinition(t *testing.T) {
	m := Modulator{Modem: V23, LevelDBm0: 3.14}
	peak := 0
	for _, s := range m.Run(nil, 1, 1200) {
		peak = max(peak, int(s))
	}
	if peak < 32700 {
		t.Errorf("full scale peaks at %d", peak)
	}
}
