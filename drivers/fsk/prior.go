package fsk

import "math"

// Prior is how likely each value of an octet is, arranged for a decoder that learns
// the octet bit by bit from the least significant.
type Prior [256][2]float32 // [1<<bits known | bits][next bit], natural logarithms

// NewPrior builds a Prior from weights; values of weight 0 keep a ten-thousandth of
// the mass between them, because exchanges do send what no standard foresees.
func NewPrior(weight func(octet byte) float64) *Prior {
	var w [256]float64
	sum := 0.0
	for i := range w {
		w[i] = weight(byte(i))
		sum += w[i]
	}
	for i := range w {
		w[i] = w[i]/sum*0.999 + 0.001/256
	}
	p := new(Prior)
	for known := range 8 {
		for bits := range 1 << known {
			p.fill(&w, known, bits)
		}
	}
	return p
}

func (p *Prior) fill(w *[256]float64, known, bits int) {
	var mass [2]float64
	for v, x := range w {
		if v&(1<<known-1) == bits {
			mass[v>>known&1] += x
		}
	}
	for b := range mass {
		p[1<<known|bits][b] = float32(math.Log(mass[b] / (mass[0] + mass[1])))
	}
}

// Next is what a Grammar says of the octet that follows.
type Next struct {
	Prior *Prior
	State uint32 // equal for beginnings that can go on in the same way
	Done  bool   // the frame is complete
	Dead  bool   // no frame begins so
}

// Grammar tells what may follow the octets received so far.
type Grammar func(octets []byte) Next
