package line

import (
	"time"

	"bellhop/drivers/callerid"
	"bellhop/drivers/listen"
)

// sameCaller is how far apart the sound and a voice modem tell of one caller.
const sameCaller = 3 * time.Second

// source is who told of something.
type source byte

const (
	bySound source = iota
	byModem
)

// callers keeps the two sources of caller ID from telling of one call twice.
type callers struct {
	number string
	reason callerid.Reason
	from   source
	at     int64
	any    bool
}

// again reports whether the other source told of the same caller just now.
func (c *callers) again(m *callerid.Message, from source, at int64) bool {
	if m.Waiting != nil {
		return false
	}
	if c.any && c.from != from && c.number == m.Number && c.reason == m.NumberReason && at-c.at < samples(sameCaller) {
		return true
	}
	*c = callers{number: m.Number, reason: m.NumberReason, from: from, at: at, any: true}
	return false
}

// hearBeside takes what the second source has to say, at the line's own time: its
// clock is another.
func (l *Line) hearBeside() {
	for {
		select {
		case e := <-l.Beside:
			l.hear(moved(e, l.pos), byModem)
		default:
			return
		}
	}
}

// moved is e as if it had become certain at sample at.
func moved(e listen.Event, at int64) listen.Event {
	shift := at - e.At
	e.At = at
	if e.Caller != nil {
		m := *e.Caller
		m.Start, m.End = m.Start+shift, m.End+shift
		e.Caller = &m
	}
	if e.Rejected != nil {
		r := *e.Rejected
		r.Start, r.End = r.Start+shift, r.End+shift
		e.Rejected = &r
	}
	return e
}

// hear shows a fact to those who watch and, if it is news, to the machine.
func (l *Line) hear(e listen.Event, from source) {
	l.Tap.Heard(e)
	if e.Caller != nil && l.callers.again(e.Caller, from, e.At) {
		return
	}
	if e.Ring != nil {
		l.rung(e.Ring.On, e.At)
	}
	l.machine.hear(e)
}
