package main

import (
	"fmt"

	"bellhop/drivers/callerid"
	"bellhop/drivers/callerid/bellcore"
	"bellhop/drivers/callerid/etsi"
)

// printTail counts what is missed where noise is no excuse any more, of spandsp's
// bursts alone: a third of a curve's points is too few to show one in a hundred.
func printTail(bursts int) {
	if foreign == nil {
		return
	}
	fmt.Printf("\nspandsp's bursts in little noise, %d a point: missed (wrong)\n", bursts)
	fmt.Printf("  %8s %16s %16s\n", "SNR dB", "Bell 202", "V.23")
	for _, snr := range []float64{6, 8, 10, 13, 17} {
		fmt.Printf("  %8.1f", snr)
		for _, s := range []callerid.Standard{bellcore.Standard, etsi.Standard} {
			t := tally(bursts, func(seed uint64) (v verdict) {
				switch burst(s, 3*seed+2, snr) {
				case right:
					v.right = 1
				case wrong:
					v.wrong = 1
				}
				return v
			})
			fmt.Printf(" %12d (%d)", bursts-t.right-t.wrong, t.wrong)
		}
		fmt.Println()
	}
}
