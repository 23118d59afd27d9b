package dsp

import (
	"math"
	"math/cmplx"
)

// Biquad is a second-order section, direct form II transposed.
type Biquad struct {
	b0, b1, b2, a1, a2 float32
	s1, s2             float32
}

// Next filters one sample.
func (q *Biquad) Next(x float32) float32 {
	y := q.b0*x + q.s1
	q.s1 = q.b1*x - q.a1*y + q.s2
	q.s2 = q.b2*x - q.a2*y
	return y
}

// Gain is the magnitude of the section's response at hz.
func (q *Biquad) Gain(hz float64) float64 {
	z := cmplx.Exp(complex(0, -2*math.Pi*hz/Rate))
	num := complex(float64(q.b0), 0) + complex(float64(q.b1), 0)*z + complex(float64(q.b2), 0)*z*z
	den := 1 + complex(float64(q.a1), 0)*z + complex(float64(q.a2), 0)*z*z
	return cmplx.Abs(num / den)
}

// Highpass returns two sections of a fourth-order inverse Chebyshev high-pass: below
// edgeHz everything is at least stopDB down, with nulls inside the stop band.
func Highpass(edgeHz, stopDB float64) [2]Biquad {
	const order = 4
	edge := math.Tan(math.Pi * edgeHz / Rate)
	eps := 1 / math.Sqrt(math.Pow(10, stopDB/10)-1)
	mu := math.Asinh(1/eps) / order
	var sections [2]Biquad
	for k := range sections {
		theta := math.Pi * float64(2*k+1) / (2 * order)
		zero := 1 / math.Cos(theta) // low-pass prototype, on the imaginary axis
		pole := 1 / complex(-math.Sinh(mu)*math.Sin(theta), math.Cosh(mu)*math.Cos(theta))
		// Low-pass to high-pass turns s into edge/s.
		sections[k] = bilinear(edge/zero, complex(edge, 0)/pole)
	}
	return sections
}

// bilinear makes a section of the zeros ±j·zero and the pole pair pole, its gain 1
// at half the sample rate.
func bilinear(zero float64, pole complex128) Biquad {
	nz := 1 + zero*zero
	re, mag := real(pole), real(pole)*real(pole)+imag(pole)*imag(pole)
	np := 1 - 2*re + mag
	b := [3]float64{1, 2 * (zero*zero - 1) / nz, 1}
	a1, a2 := 2*(mag-1)/np, (1+2*re+mag)/np
	g := (1 - a1 + a2) / (b[0] - b[1] + b[2])
	return Biquad{
		b0: float32(b[0] * g), b1: float32(b[1] * g), b2: float32(b[2] * g),
		a1: float32(a1), a2: float32(a2),
	}
}
