package listen

import (
	"bellhop/drivers/callerid"
	"bellhop/drivers/callerid/dtmfclip"
	"bellhop/drivers/dsp"
	"bellhop/drivers/dtmf"
)

// clip gathers keys that may spell a caller.
type clip struct {
	forms      []dtmfclip.Form // that the exchange may use
	keys       [40]byte
	n          int
	start, end int64
}

func (c *clip) reset() { c.n = 0 }

// keyPause ends a burst of keys: exchanges key at 70-100 ms, people pause longer.
const keyPause = dsp.Rate * 6 / 10

// key takes a key that was released.
func (l *Listener) key(k dtmf.Key) {
	if l.acknowledges(k) {
		return
	}
	l.hook.key(l.now)
	l.say(Event{Digit: &Digit{Key: k.Key, Start: k.Start, End: k.End}})
	if l.off {
		return
	}
	c := &l.clip
	if c.n == len(c.keys) {
		c.reset()
	}
	if c.n == 0 {
		c.start = k.Start
	}
	c.keys[c.n] = k.Key
	c.n++
	c.end = k.End
	if k.Key == 'C' || k.Key == '#' {
		l.spell(false)
	}
}

// expireKeys ends a burst of keys after a pause.
func (l *Listener) expireKeys() {
	if c := &l.clip; c.n > 0 && l.now-c.end > keyPause {
		l.spell(true)
	}
}

// spell reads the keys gathered as a caller. What is incomplete waits for more unless
// it is final; what begins like a caller and is none is reported.
func (l *Listener) spell(final bool) {
	c := &l.clip
	m, err := dtmfclip.ParseForms(append([]byte(nil), c.keys[:c.n]...), c.forms)
	switch {
	case err == nil:
		m.Modem, m.Start, m.End = "dtmf", c.start, c.end
		m.Confidence = 1
		if m.Number != "" && m.Raw[0] >= '0' && m.Raw[0] <= '9' {
			m.Confidence = 0.8 // no start key: a person could have keyed it
		}
		c.reset()
		l.say(Event{Caller: &m})
	case final:
		if first := c.keys[0]; c.n >= 5 && first >= 'A' && first <= 'D' {
			l.say(Event{Rejected: &callerid.Rejected{
				Modem: "dtmf", Raw: m.Raw, Why: callerid.Why(err), Start: c.start, End: c.end,
			}})
		}
		c.reset()
	}
}
