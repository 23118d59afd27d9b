package scope

import (
	"math"
	"math/cmplx"

	"bellhop/drivers/audio"
	"bellhop/drivers/fsk"
)

// slicer makes bits of keyed data for the eye, as an oscilloscope shows them: it
// decides every bit by itself, without knowing anything of messages. What is believed
// is for package listen to decide.
type slicer struct {
	on     string // fsk modem that is keying; "fsk" while its tones can't be told
	bits   []byte
	lasted int // samples since a carrier seems to be on

	seized string // what on will be once the carrier has lasted
	held   []byte // bits until then

	mark, space tone    // between the two modems' tones, so that both fit
	fit         float64 // 0..1, how much of the sound is one of the two, smoothed
	dc, before  float64 // DC blocker
	square      [bitLength]float64
	at          int
	mean        float64 // square over the last bit

	last   byte
	steady int        // samples since the bit changed
	phase  float64    // of the bit clock: 0 where a bit begins, read at 0.5
	turned complex128 // how the mark tone turned from sample to sample while steady
}

// tone is a sliding measurement of one frequency over bitLength samples.
type tone struct {
	turn, osc complex128
	sum       complex128
	past      [bitLength]complex128
	at        int
}

const (
	bitLength = 7 // samples, of 6.67
	// A carrier is on when this much of the sound is in its tones for some 20 bits,
	// and gone below the second; speech reaches 0.65.
	carrierOn, carrierOff = 0.80, 0.66
	// A vowel may look like a carrier for some 50 ms; data lasts longer.
	carrierSure  = 70 * audio.Rate / 1000
	fitSmoothing = 1.0 / 120 // of a sample: 18 bits
	// Quieter sound than this mean square carries nothing: -55 dBm0.
	carrierPower = 1400
)

func newSlicer() *slicer {
	return &slicer{
		mark:  newTone((fsk.Bell202.MarkHz + fsk.V23.MarkHz) / 2),
		space: newTone((fsk.Bell202.SpaceHz + fsk.V23.SpaceHz) / 2),
	}
}

func newTone(hz float64) tone {
	return tone{turn: cmplx.Rect(1, -2*math.Pi*hz/audio.Rate), osc: 1}
}

// next takes a sample and returns the power of the tone in the last bit, in terms of
// the mean square of a sine.
func (t *tone) next(x float64) float64 {
	v := complex(x, 0) * t.osc
	t.osc *= t.turn
	t.sum += v - t.past[t.at]
	t.past[t.at] = v
	if t.at++; t.at == bitLength {
		t.at = 0
		t.osc /= complex(cmplx.Abs(t.osc), 0) // keep rounding from growing
	}
	a := cmplx.Abs(t.sum) / bitLength
	return 2 * a * a
}

// write takes samples and returns the bits they hold, while a carrier is on.
func (s *slicer) write(p []int16) (bits string) {
	s.bits = s.bits[:0]
	for _, v := range p {
		x := float64(v)
		s.dc = x - s.before + 0.95*s.dc
		s.before = x
		s.sample(s.dc)
	}
	return string(s.bits)
}

func (s *slicer) sample(x float64) {
	s.mean += (x*x - s.square[s.at]) / bitLength
	s.square[s.at] = x * x
	s.at = (s.at + 1) % bitLength
	was := s.mark.sum
	mark, space := s.mark.next(x), s.space.next(x)
	share := 0.0
	if s.mean > carrierPower {
		share = math.Min(1, math.Max(mark, space)/s.mean)
	}
	s.fit += (share - s.fit) * fitSmoothing
	if !s.carrier() {
		s.on, s.seized, s.held, s.lasted = "", "", s.held[:0], 0
		s.last, s.steady, s.phase, s.turned = 0, 0, 0, 0
		return
	}
	bit := byte('0')
	if mark > space {
		bit = '1'
	}
	if s.clock(bit); s.steady > bitLength && bit == '1' {
		s.turned += s.mark.sum * cmplx.Conj(was)
		s.name()
	}
	if s.lasted++; s.lasted >= carrierSure {
		s.on = s.seized
		s.bits = append(s.bits, s.held...)
		s.held = s.held[:0]
	}
}

func (s *slicer) carrier() bool {
	if s.seized == "" {
		if s.fit < carrierOn {
			return false
		}
		s.seized = "fsk"
	}
	return s.fit > carrierOff
}

// clock reads a bit in its middle; edges pull the clock.
func (s *slicer) clock(bit byte) {
	s.steady++
	if s.last != 0 && bit != s.last { // an edge is where a bit begins
		s.steady = 0
		if s.phase < 0.5 {
			s.phase *= 0.7
		} else {
			s.phase += (1 - s.phase) * 0.3
		}
	}
	s.last = bit
	before := s.phase
	s.phase += 1200.0 / audio.Rate
	if before < 0.5 && s.phase >= 0.5 {
		s.held = append(s.held, bit)
	}
	if s.phase >= 1 {
		s.phase--
	}
}

// name tells the modem by the frequency of its mark, which lies 50 Hz to one side of
// ours or the other.
func (s *slicer) name() {
	if cmplx.Phase(s.turned) < 0 {
		s.seized = fsk.Bell202.Name
	} else {
		s.seized = fsk.V23.Name
	}
}
