package dsp

import (
	"math"
	"math/rand/v2"
)

// Noise is white Gaussian noise of a given level, the same for the same seed.
type Noise struct {
	rng *rand.Rand
	rms float64
}

// NewNoise returns noise whose power between 300 and 3400 Hz is levelDBm0 (that is
// how telephone signal-to-noise ratios are stated); white noise at 8 kHz carries
// 3100/4000 of its power there.
func NewNoise(seed uint64, levelDBm0 float64) *Noise {
	whole := levelDBm0 + 10*math.Log10(4000.0/3100.0)
	return &Noise{
		rng: rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15)),
		rms: Peak(whole) / math.Sqrt2,
	}
}

// Next returns one sample.
func (n *Noise) Next() float64 { return n.rms * n.rng.NormFloat64() }

// Add adds noise to every sample of p, held at the rails.
func (n *Noise) Add(p []int16) {
	for i := range p {
		p[i] = Clip(float64(p[i]) + n.Next())
	}
}

// Speech makes sound with the loudness pattern of a talker: syllables of a buzzing
// voice with moving formants, pauses between phrases. It is no language, but it
// fills a line and troubles detectors as speech does.
type Speech struct {
	rng             *rand.Rand
	peak            float64
	voice           Osc
	pitch           float64
	formants        [3]resonator
	left            int // samples left of the syllable or pause
	gain, gainTo    float64
	voiced, silence bool
}

// NewSpeech returns a talker whose active level is about levelDBm0.
func NewSpeech(seed uint64, levelDBm0 float64) *Speech {
	return &Speech{
		rng:  rand.New(rand.NewPCG(seed, 0x5eed)),
		peak: Peak(levelDBm0), pitch: 120,
	}
}

// Read fills p; it never ends.
func (s *Speech) Read(p []int16) (int, error) {
	for i := range p {
		p[i] = Clip(s.next())
	}
	return len(p), nil
}

func (s *Speech) next() float64 {
	if s.left == 0 {
		s.syllable()
	}
	s.left--
	s.gain += (s.gainTo - s.gain) * 0.004
	x := s.rng.NormFloat64() * 0.2
	if s.voiced {
		before := s.voice.Phase
		s.voice.Advance(s.pitch / Rate)
		if s.voice.Phase < before { // one glottal pulse a period
			x += 8
		}
	}
	y := 0.0
	for k := range s.formants {
		y += s.formants[k].next(x) / float64(k+1)
	}
	return y * s.gain * s.peak
}

func (s *Speech) syllable() {
	r := s.rng
	if !s.silence && r.Float64() < 0.12 {
		s.silence, s.gainTo, s.left = true, 0, Rate/5+r.IntN(Rate)
		return
	}
	s.silence = false
	s.left = Rate/12 + r.IntN(Rate/6)
	s.voiced = r.Float64() < 0.8
	s.gainTo = 0.4 + 0.6*r.Float64()
	s.pitch = 95 + 90*r.Float64()
	s.formants[0].tune(300+500*r.Float64(), 80)
	s.formants[1].tune(900+1300*r.Float64(), 110)
	s.formants[2].tune(2300+800*r.Float64(), 160)
}

// resonator is a two-pole filter of unit-order gain at its centre.
type resonator struct{ a1, a2, g, y1, y2 float64 }

func (r *resonator) tune(hz, bandwidth float64) {
	radius := math.Exp(-math.Pi * bandwidth / Rate)
	r.a1 = 2 * radius * math.Cos(2*math.Pi*hz/Rate)
	r.a2 = -radius * radius
	r.g = 1 - radius
}

func (r *resonator) next(x float64) float64 {
	y := r.g*x + r.a1*r.y1 + r.a2*r.y2
	r.y2, r.y1 = r.y1, y
	return y
}
