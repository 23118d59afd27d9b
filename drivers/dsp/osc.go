package dsp

import "math"

// Osc is a sine oscillator whose frequency may change from sample to sample without
// a break in phase. The zero value starts at phase 0.
type Osc struct{ Phase float64 } // cycles, 0 ≤ Phase < 1

// Next returns sin(2π·Phase) and advances by one sample of hz.
func (o *Osc) Next(hz float64) float64 {
	v := math.Sin(2 * math.Pi * o.Phase)
	o.Advance(hz / Rate)
	return v
}

// Advance moves the phase by cycles.
func (o *Osc) Advance(cycles float64) {
	o.Phase += cycles
	o.Phase -= math.Floor(o.Phase)
}
