package jclip

import (
	"math/bits"

	"bellhop/drivers/fsk"
)

var (
	even = fsk.NewPrior(func(b byte) float64 {
		if bits.OnesCount8(b)%2 == 0 {
			return 1
		}
		return 0
	})
	any   = fsk.NewPrior(func(byte) float64 { return 1 })
	fixed = func() (p [256]*fsk.Prior) {
		for _, b := range []byte{dle, etx, 0x81, 0x87, 0x82, parity(service)} {
			p[b] = fsk.NewPrior(func(v byte) float64 {
				if v == b {
					return 1
				}
				return 0
			})
		}
		return p
	}()
)

// Begins reports whether a frame of this standard may begin with octets.
func Begins(octets []byte) bool { return octets[0] == dle }

// Grammar is fsk.Grammar for frames of this standard.
func Grammar(octets []byte) fsk.Next {
	n := len(octets)
	state := uint32(0x90)<<24 | uint32(n)
	switch {
	case n < len(header):
		return fsk.Next{Prior: fixed[header[n]], State: state}
	case n == len(header):
		return fsk.Next{Prior: fixed[parity(service)], State: state}
	case n == len(header)+1:
		return fsk.Next{Prior: even, State: state}
	}
	size := int(octets[len(header)+1] & 0x7f)
	state |= uint32(size) << 12
	switch at := n - len(header) - 2 - size; {
	case at < 0:
		return fsk.Next{Prior: even, State: state}
	case at == 0:
		return fsk.Next{Prior: fixed[dle], State: state}
	case at == 1:
		return fsk.Next{Prior: fixed[etx], State: state}
	case at < trailer:
		return fsk.Next{Prior: any, State: state}
	}
	return fsk.Next{Done: true, State: state}
}
