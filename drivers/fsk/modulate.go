package fsk

import (
	"math"

	"bellhop/drivers/dsp"
)

// Modulator sends bits as continuous-phase FSK with a bit clock that is exact to a
// fraction of a sample: no bit is rounded to whole samples, and at a bit's edge the
// two frequencies share the sample they meet in.
type Modulator struct {
	Modem     Modem
	LevelDBm0 float64 // of the mark tone
	TwistDB   float64 // level of space over mark
	Grid      bool    // change tone only at whole samples, as simple transmitters do

	osc  dsp.Osc
	left float64 // part of the next sample that still belongs to the previous bit
	carr float64 // cycles of that part
}

// Bits appends the samples of bits (0 or 1 each) to dst.
func (m *Modulator) Bits(dst []int16, bits ...byte) []int16 {
	for _, bit := range bits {
		dst = m.bit(dst, bit != 0)
	}
	return dst
}

// Run appends n bits of the same value, as the mark before a message.
func (m *Modulator) Run(dst []int16, bit byte, n int) []int16 {
	for range n {
		dst = m.bit(dst, bit != 0)
	}
	return dst
}

// Alternate appends n bits 0101…, the channel seizure.
func (m *Modulator) Alternate(dst []int16, n int) []int16 {
	for i := range n {
		dst = m.bit(dst, i&1 == 1)
	}
	return dst
}

// Octets appends each octet with its start bit, eight bits from the least, and stop
// bit.
func (m *Modulator) Octets(dst []int16, octets ...byte) []int16 {
	for _, b := range octets {
		dst = m.bit(dst, false)
		for i := range 8 {
			dst = m.bit(dst, b>>i&1 != 0)
		}
		dst = m.bit(dst, true)
	}
	return dst
}

func (m *Modulator) bit(dst []int16, mark bool) []int16 {
	hz, level := m.Modem.SpaceHz, m.LevelDBm0+m.TwistDB
	if mark {
		hz, level = m.Modem.MarkHz, m.LevelDBm0
	}
	peak := dsp.Peak(level)
	step := hz / dsp.Rate
	length := dsp.Rate / m.Modem.Baud // samples
	if m.Grid {
		return m.gridBit(dst, step, peak, length)
	}
	for length+m.left >= 1 {
		used := 1 - m.left
		length -= used
		m.osc.Advance(m.carr + step*used)
		m.left, m.carr = 0, 0
		dst = append(dst, dsp.Clip(peak*math.Sin(2*math.Pi*m.osc.Phase)))
	}
	m.left += length
	m.carr += step * length
	return dst
}

// gridBit sends one bit in whole samples; left holds what the clock is ahead by.
func (m *Modulator) gridBit(dst []int16, step, peak, length float64) []int16 {
	for m.left += length; m.left >= 1; m.left-- {
		m.osc.Advance(step)
		dst = append(dst, dsp.Clip(peak*math.Sin(2*math.Pi*m.osc.Phase)))
	}
	return dst
}
