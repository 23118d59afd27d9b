package main

import (
	"fmt"
	"testing"

	"bellhop/drivers/callerid/bellcore"
)

// Bursts that were missed because the end of the seizure was measured as mark: weak,
// noisy and out of tune.
func TestTheEndOfTheSeizureIsNoMark(t *testing.T) {
	remove, err := buildForeign()
	if err != nil {
		t.Fatal(err)
	}
	defer remove()
	if foreign == nil {
		t.Skip("libspandsp is not installed")
	}
	for _, tt := range []struct {
		snr   float64
		seeds []uint64
	}{
		{6, []uint64{416, 749, 869, 2090}},
		{8, []uint64{8, 197, 281, 305, 404, 578, 575, 725}},
		{10, []uint64{161, 323, 1151, 1289, 1565, 1775}},
		{13, []uint64{356, 377, 914, 1349, 2309, 2501}},
		{17, []uint64{5, 893, 1319, 1751}},
	} {
		for _, seed := range tt.seeds {
			t.Run(fmt.Sprintf("TEL-01 seed %d at %g dB", seed, tt.snr), func(t *testing.T) {
				if got := burst(bellcore.Standard, seed, tt.snr); got != right {
					t.Errorf("outcome %d, want %d", got, right)
				}
			})
		}
	}
}
