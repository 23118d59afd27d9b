// Package dsp is the arithmetic of sound that the detectors share: levels,
// oscillators, filters, tone measurement, resampling, noise. Pure functions and small
// values without goroutines; nothing in it knows a telephone standard.
package dsp

import "math"

// Rate is the sample rate everywhere inside the box, in Hz.
const Rate = 8000

// FullScaleDBm0 is the level of a sine whose peaks just fill 16 bits (ITU-T G.711:
// the overload point of the A-law is +3.14 dBm0).
const FullScaleDBm0 = 3.14

// Peak returns the peak value in LSB of a sine of levelDBm0.
func Peak(levelDBm0 float64) float64 {
	return 32767 * math.Pow(10, (levelDBm0-FullScaleDBm0)/20)
}

// DBm0 returns the level of a signal whose mean square is power, in LSB²; silence
// gives -100.
func DBm0(power float64) float64 {
	const full = 32767.0 * 32767.0 / 2
	if power < full*1e-11 {
		return -100
	}
	return 10*math.Log10(power/full) + FullScaleDBm0
}

// Clip rounds x to the nearest 16-bit sample, held at the rails.
func Clip(x float64) int16 {
	switch {
	case x >= 32767:
		return 32767
	case x <= -32768:
		return -32768
	case x >= 0:
		return int16(x + 0.5)
	}
	return int16(x - 0.5)
}

// Mix adds src to dst from sample at, as far as dst goes, held at the rails.
func Mix(dst []int16, at int, src []int16) {
	for i, s := range src {
		if j := at + i; j >= 0 && j < len(dst) {
			dst[j] = Clip(float64(dst[j]) + float64(s))
		}
	}
}

// Meter measures level over blocks of 20 ms, with its own DC removed. The zero value
// is ready.
type Meter struct {
	n, clipped   int
	sum, square  float64
	peak         int
	last         Level
	totalClipped int64
}

// Level is what a Meter saw in its last block.
type Level struct {
	DBm0    float64 // of the block without its DC; -100 is silence
	Peak    int     // greatest magnitude, LSB
	DC      float64 // LSB
	Clipped int     // samples at the rails
}

const meterBlock = Rate / 50

// Write takes samples and reports whether a block was completed.
func (m *Meter) Write(p []int16) bool {
	done := false
	for _, s := range p {
		v := int(s)
		x := float64(v)
		m.sum += x
		m.square += x * x
		if v < 0 {
			v = -v
		}
		if v > m.peak {
			m.peak = v
		}
		if v >= 32700 {
			m.clipped++
		}
		m.n++
		if m.n == meterBlock {
			m.finish()
			done = true
		}
	}
	return done
}

func (m *Meter) finish() {
	mean := m.sum / meterBlock
	m.last = Level{
		DBm0: DBm0(m.square/meterBlock - mean*mean), Peak: m.peak, DC: mean, Clipped: m.clipped,
	}
	m.totalClipped += int64(m.clipped)
	m.n, m.clipped, m.sum, m.square, m.peak = 0, 0, 0, 0, 0
}

// Level returns the last whole block's measurement.
func (m *Meter) Level() Level { return m.last }

// Clipped counts the samples at the rails since the Meter began.
func (m *Meter) Clipped() int64 { return m.totalClipped }
