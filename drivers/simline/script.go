package simline

import (
	"bytes"
	_ "embed"
	"sync"
	"time"

	"bellhop/drivers/audio/mp3"
	"bellhop/drivers/dsp"
	"bellhop/drivers/dtmf"
	"bellhop/drivers/tone"
)

// script collects the steps of a call.
type script struct {
	line    *Line
	steps   []step
	offHook bool
}

func (s *script) add(d time.Duration, sound func([]int16)) {
	if n := int(d * dsp.Rate / time.Second); n > 0 {
		s.steps = append(s.steps, step{sound: sound, left: n, offHook: s.offHook})
	}
}

func (s *script) silence(d time.Duration) { s.add(d, nil) }

// rest is silence during which another call may be asked for; it begins behind it.
func (s *script) rest(d time.Duration) {
	s.offHook = false
	s.add(d, nil)
	s.steps[len(s.steps)-1].rest = true
}

func (s *script) play(p []int16) {
	s.add(samplesLast(p), func(dst []int16) { p = p[copy(dst, p):] })
}

func (s *script) ring(d time.Duration) {
	// One ring of the cadence, as long as asked for.
	r := tone.NewRinger(tone.Ring{Hz: s.line.country.Ring.Hz, Cadence: []time.Duration{d, time.Hour}}, tone.CapacitorTap, ringLevel)
	s.add(d, func(p []int16) { r.Read(p) })
}

func (s *script) tone(name string, d time.Duration) {
	signal, ok := s.line.country.Signal(name)
	if !ok {
		return
	}
	player := tone.NewPlayer(signal, toneLevel)
	s.add(d, func(p []int16) { player.Read(p) })
}

// talk is d of conversation, with keys pressed in the middle of it.
func (s *script) talk(d time.Duration, keys string) {
	speech := conversation()
	at := 0
	var pressed []int16
	if keys != "" {
		pressed, _ = dtmf.Generate(keys)
	}
	press := (int(d*dsp.Rate/time.Second) - len(pressed)) / 2
	s.add(d, func(p []int16) {
		for i := range p {
			if k := at + i - press; k >= 0 && k < len(pressed) {
				p[i] = pressed[k]
			} else {
				p[i] = speech[(at+i)%len(speech)]
			}
		}
		at += len(p)
	})
}

// hangUp is the far end ringing off: busy tone until the set is put down. With no
// sensor somebody has to listen to it for longer before it is believed.
func (s *script) hangUp(quick bool) {
	periods := 3
	switch {
	case !s.line.config.Sensor:
		periods = 8
	case quick:
		periods = 1
	}
	if busy, ok := s.line.country.Signal(tone.Busy); ok {
		s.silence(200 * ms)
		s.tone(tone.Busy, time.Duration(periods)*(busy.Cadence[0]+busy.Cadence[1]))
	}
}

//go:embed talk.mp3
var talk []byte

// conversation is half a minute of two people on the telephone, made with espeak-ng:
// a customer asks an office for a quote.
var conversation = sync.OnceValue(func() []int16 {
	p, err := mp3.ReadAll(bytes.NewReader(talk))
	if err != nil {
		panic("simline: the conversation built in: " + err.Error())
	}
	return p
})
