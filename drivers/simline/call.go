package simline

import (
	"bytes"
	"fmt"
	"time"

	"bellhop/drivers/audio/wav"
	"bellhop/drivers/callerid"
	"bellhop/drivers/callerid/all"
	"bellhop/drivers/callerid/mdmf"
	"bellhop/drivers/dsp"
	"bellhop/drivers/dtmf"
	"bellhop/drivers/fsk"
	"bellhop/drivers/tone"
)

// Incoming is a call to the line.
type Incoming struct {
	Number string // digits; "P" withheld, "O" not known to the exchange, "" no caller ID at all
	Name   string
	Time   time.Time // what the exchange's clock says; zero is now

	Standard string // of callerid/all, or a modem of it; "" is "bell202"
	WAV      []byte // a sound file played in place of the burst
	NoBurst  bool
	BadSum   bool // a burst with one wrong octet (or key)

	Rings    int // before it is answered or given up; 0 is 2
	NoAnswer bool
	Talk     time.Duration
	Keys     string // pressed on the set while talking
	Quick    bool   // the shortest ringing and pauses an exchange may send
}

// timing of an incoming call.
type timing struct {
	lead, ring, beforeBurst, afterBurst, pause, answer, rest time.Duration
}

const ms = time.Millisecond

func (l *Line) timing(quick bool) timing {
	if quick { // GR-30: 0.5 s before the burst, 0.2 s behind it
		return timing{lead: 100 * ms, ring: 400 * ms, beforeBurst: 500 * ms, afterBurst: 200 * ms, pause: 900 * ms, answer: 300 * ms, rest: 700 * ms}
	}
	ring, pause := l.country.Ring.Cadence[0], l.country.Ring.Cadence[len(l.country.Ring.Cadence)-1]
	return timing{lead: 300 * ms, ring: ring, beforeBurst: 600 * ms, afterBurst: 300 * ms, pause: pause, answer: 800 * ms, rest: 1200 * ms}
}

// ringStopped is how long nothing rings before a call counts as given up.
const ringStopped = 7 * time.Second

// Ring plays an incoming call. It returns at once; ErrBusy while a call is played.
func (l *Line) Ring(c Incoming) error {
	burst, err := l.burst(c)
	if err != nil {
		return err
	}
	if c.Rings <= 0 {
		c.Rings = 2
	}
	t := l.timing(c.Quick)
	s := script{line: l}
	s.silence(t.lead)
	if early(c.Standard) && c.WAV == nil && burst != nil { // before the first ring
		s.play(burst)
		s.silence(t.beforeBurst)
		burst = nil
	}
	for n := range c.Rings {
		s.ring(t.ring)
		last := n == c.Rings-1
		if burst != nil && n == 0 {
			s.silence(t.beforeBurst)
			s.play(burst)
			s.silence(max(t.afterBurst, t.pause-t.beforeBurst-samplesLast(burst)))
		} else if !last {
			s.silence(t.pause)
		}
	}
	if c.NoAnswer {
		s.rest(ringStopped)
		return l.start(s.steps)
	}
	s.silence(t.answer)
	s.offHook = true
	s.talk(c.Talk, c.Keys)
	s.hangUp(c.Quick)
	s.rest(t.rest)
	return l.start(s.steps)
}

// Dial plays an outgoing call: the set is lifted, to is keyed, the far end answers
// after two rings.
func (l *Line) Dial(to string, talk time.Duration) error {
	keys, err := dtmf.Generate(to)
	if err != nil || to == "" {
		return fmt.Errorf("simline: number %q can't be keyed", to)
	}
	s := script{line: l}
	s.silence(300 * ms)
	s.offHook = true
	s.silence(200 * ms)
	s.tone(tone.Dial, 1200*ms)
	s.silence(150 * ms)
	s.play(keys)
	s.silence(900 * ms)
	if ringback, ok := l.country.Signal(tone.Ringback); ok && len(ringback.Cadence) > 1 {
		s.tone(tone.Ringback, 2*ringback.Cadence[0]+ringback.Cadence[1])
	}
	s.silence(400 * ms)
	s.talk(talk, "")
	s.hangUp(false)
	s.rest(1200 * ms)
	return l.start(s.steps)
}

// Play sounds samples on the line, with the set lifted or not, as if they had
// happened there.
func (l *Line) Play(samples []int16, offHook bool) error {
	s := script{line: l, offHook: offHook}
	s.play(samples)
	s.offHook = false
	s.rest(700 * ms)
	return l.start(s.steps)
}

// early reports whether the standard sends before the first ring.
func early(standard string) bool {
	s, _ := all.Lookup(standard)
	return s.Modem == "dtmf"
}

// burst is the caller ID as sound, nil for none.
func (l *Line) burst(c Incoming) ([]int16, error) {
	if c.WAV != nil {
		return decodeWAV(c.WAV)
	}
	if c.Number == "" || c.NoBurst {
		return nil, nil
	}
	if c.Standard == "" {
		c.Standard = "bell202"
	}
	standard, ok := all.Lookup(c.Standard)
	if !ok {
		return nil, fmt.Errorf("simline: standard %q not known (bell202, v23, dtmf)", c.Standard)
	}
	at := c.Time
	if at.IsZero() {
		at = time.Now()
	}
	m := callerid.Message{Number: c.Number, Name: c.Name, Time: at.Format("01021504")}
	switch c.Number {
	case "P", "O":
		m.Number, m.NumberReason = "", callerid.Reason(c.Number[0])
	}
	if c.BadSum {
		return damaged(standard, m)
	}
	return standard.Encode(m, callerid.Sending{})
}

// damaged is m with its last octet, or key, wrong.
func damaged(standard callerid.Standard, m callerid.Message) ([]int16, error) {
	if standard.Modem == "dtmf" {
		return dtmf.Generate("D" + m.Number)
	}
	frame, err := mdmf.Write(m, false)
	if err != nil {
		return nil, err
	}
	frame[len(frame)-1] ^= 0x55
	modem := fsk.Bell202
	if standard.Modem == fsk.V23.Name {
		modem = fsk.V23
	}
	return mdmf.Send(modem, frame, callerid.Sending{}, 300, 180), nil
}

func decodeWAV(b []byte) ([]int16, error) {
	f, err := wav.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	var all []int16
	buf := make([]int16, 8192)
	for {
		n, err := f.Read(buf)
		all = append(all, buf[:n]...)
		if err != nil {
			return all, nil
		}
	}
}

func samplesLast(p []int16) time.Duration {
	return time.Duration(len(p)) * time.Second / dsp.Rate
}
