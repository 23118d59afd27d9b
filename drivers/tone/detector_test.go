package tone

import (
	"testing"
	"time"

	"bellhop/drivers/dsp"
	"bellhop/drivers/dtmf"
)

// detect returns what is heard in p on a line of country, with a little silence and
// noise around it.
func detect(country string, p []int16) (heard []Heard) {
	p = append(append(make([]int16, 3000), p...), make([]int16, 2000)...)
	dsp.NewNoise(7, -55).Add(p)
	d := NewDetector(country, func(h Heard) { heard = append(heard, h) })
	d.Write(p)
	return heard
}

func hangsUp(heard []Heard) (at int64) {
	for _, h := range heard {
		if h.HangUp {
			return h.At
		}
	}
	return -1
}

func period(s Signal) (d time.Duration) {
	for _, step := range s.Cadence {
		d += step
	}
	return d
}

// The same decisions in all ten countries: what each tone is, and that a busy or
// congestion of three to five periods ends the call and nothing else does.
func TestDecisionsOfEveryCountry(t *testing.T) {
	for _, c := range Countries {
		for _, name := range []string{Dial, Ringback, Busy, Congestion, Unobtainable, Howler} {
			s, ok := c.Signal(name)
			if !ok {
				continue
			}
			for _, level := range []float64{-10, -18, -28, -33} {
				heard := detect(c.Code, s.Generate(15*time.Second, level))
				on := map[string]bool{}
				for _, h := range heard {
					if h.On {
						on[h.Name] = true
					}
				}
				if !on[name] || len(on) > 1 {
					t.Errorf("%s %s at %v dBm0: heard %v", c.Code, name, level, on)
				}
				at := hangsUp(heard)
				if ends := name == Busy || name == Congestion || name == Howler; ends != (at >= 0) {
					t.Errorf("%s %s at %v dBm0: hang-up at %d, want %v", c.Code, name, level, at, ends)
				} else if ends && len(s.Cadence) > 0 {
					periods := float64(at-3000) / dsp.Rate / period(s).Seconds() * float64(len(s.Cadence)/2)
					if periods < 2.5 || periods > 5.5 {
						t.Errorf("%s %s: hung up after %.1f periods", c.Code, name, periods)
					}
				}
			}
		}
	}
}

// Japan's ringback fades to nothing 16 times a second; far from the exchange and over a
// line's noise it is one tone all the same.
func TestFaintModulatedRingback(t *testing.T) {
	c, _ := Lookup("JP")
	s, _ := c.Signal(Ringback)
	for _, level := range []float64{-25, -29, -33} {
		for seed := range uint64(5) {
			p := append(make([]int16, 97*seed), s.Generate(14*time.Second, level)...)
			begun := 0
			for _, h := range detect("JP", p) {
				if h.On && h.Name != Ringback {
					t.Errorf("%v dBm0, %d samples later: heard %s", level, 97*seed, h.Name)
				}
				begun += int(bit(h.On))
			}
			if begun != 1 {
				t.Errorf("%v dBm0, %d samples later: began %d times", level, 97*seed, begun)
			}
		}
	}
}

// gated plays p in the rhythm of s.
func gated(s Signal, p []int16) []int16 {
	clock := cadence{steps: s.Cadence}
	for i := range p {
		if on, _ := clock.next(); !on {
			p[i] = 0
		}
	}
	return p
}

func TestSpeechAndKeysInTheRhythmOfBusyDoNotEndACall(t *testing.T) {
	for _, c := range Countries {
		for _, name := range []string{Busy, Congestion} {
			s, ok := c.Signal(name)
			if !ok {
				continue
			}
			for _, country := range []string{c.Code, "auto"} {
				for seed := range uint64(2) {
					speech := make([]int16, 20*dsp.Rate)
					dsp.NewSpeech(seed, -14).Read(speech)
					if at := hangsUp(detect(country, gated(s, speech))); at >= 0 {
						t.Errorf("%s %s, speech %d: hung up at %d", country, name, seed, at)
					}
				}
				sender := dtmf.Sender{On: s.Cadence[0], Off: s.Cadence[1], LevelDBm0: -12}
				keys, err := sender.Append(nil, "1111555500009999*#*#AAAADDDD")
				if err != nil {
					t.Fatal(err)
				}
				if heard := detect(country, keys); len(heard) != 0 {
					t.Errorf("%s %s, keys: heard %+v", country, name, heard)
				}
			}
		}
	}
}

// Tones without end in a busy rhythm, of frequencies no network uses, and a busy whose
// rhythm wavers as no exchange's does.
func TestOtherTonesDoNotEndACall(t *testing.T) {
	for name, s := range map[string]Signal{
		"a fax's calling tone":   {Hz: []float64{1100}, Cadence: ms(500, 3000)},
		"an alarm":               {Hz: []float64{800}, Cadence: ms(500, 500)},
		"an answering machine":   {Hz: []float64{1000}, Cadence: ms(350, 350)},
		"a rhythm of 1.7 to one": {Hz: []float64{450}, Cadence: ms(550, 250)},
	} {
		for _, country := range []string{"CN", "auto"} {
			if at := hangsUp(detect(country, s.Generate(12*time.Second, -15))); at >= 0 {
				t.Errorf("%s: %s hung up at %d", country, name, at)
			}
		}
	}
}

// Busy that stops after two periods is a third party's, or a refused transfer.
func TestTwoPeriodsOfBusyDoNotEndACall(t *testing.T) {
	for _, c := range Countries {
		s, _ := c.Signal(Busy)
		p := s.Generate(2*period(s), -15)
		if at := hangsUp(detect(c.Code, p)); at >= 0 {
			t.Errorf("%s: hung up at %d", c.Code, at)
		}
	}
}
