package sms

import (
	"time"

	"bellhop/drivers/modem"
	"bellhop/firmware/boxapi"
)

// class is what a refusal means for the text and the queue.
type class int

const (
	twice   class = iota // not known: try twice more
	never                // this text will not go
	barred               // nor will any other from this SIM
	later                // the network may take it later
	faulty               // SIM or modem first
	crowded              // the modem's memory is full
)

// classes sorts +CMS errors (TS 27.005, clause 3.2.5; TS 24.011, annex E).
var classes = map[modem.CMSError]class{
	1: never, 28: never, 29: never, 30: never, 69: never, 81: never, 95: never, 96: never,
	97: never, 98: never, 99: never, 208: never, 304: never, 305: never, 513: never,
	8: barred, 10: barred, 50: barred,
	27: later, 38: later, 41: later, 42: later, 47: later, 331: later, 332: later, 500: later,
	21:  twice, // often a spam filter or no credit
	300: faulty, 310: faulty, 311: faulty, 312: faulty, 313: faulty, 314: faulty, 315: faulty,
	316: faulty, 317: faulty, 318: faulty, 320: faulty, 330: faulty, 512: faulty,
	322: crowded,
}

// refused decides what follows a refusal and returns the part's new state. mu is
// held.
func (s *Service) refused(m *outgoing, i int, e modem.CMSError) part {
	s.log.Warn("message refused", "id", m.ID, "part", i+1, "why", e)
	switch classes[e] {
	case never:
		m.Why = e.Error()
		return part{State: boxapi.SMSFailed}
	case barred:
		m.Why = e.Error()
		s.hold(s.t.Barred)
		s.alert(alertBarred, true, e.Error())
		return part{State: boxapi.SMSFailed}
	case later:
		return s.later(m, i, e.Error())
	case crowded:
		s.cfg.Modem.Sweep()
		return s.later(m, i, e.Error())
	case faulty:
		s.hold(s.t.Hold[min(s.trouble.holds, len(s.t.Hold)-1)])
		s.trouble.holds++
		m.Why = e.Error()
		return part{State: boxapi.SMSQueued}
	}
	if m.Tries >= 2 {
		m.Why = e.Error()
		return part{State: boxapi.SMSFailed}
	}
	return s.later(m, i, e.Error())
}

// later puts the part back for another try, or fails it when there were enough. Five
// running among three recipients are the modem's fault rather than theirs. mu is
// held.
func (s *Service) later(m *outgoing, i int, why string) part {
	m.Why = why
	t := &s.trouble
	if t.among == nil {
		t.among = map[string]bool{}
	}
	t.failed++
	t.among[m.To] = true
	if t.failed >= 5 && len(t.among) >= 3 {
		s.log.Warn("modem refuses everything; restarting it", "refusals", t.failed)
		t.failed, t.among = 0, nil
		s.cfg.Modem.Reset()
		s.hold(s.t.Hold[0])
	}
	if m.Tries >= len(s.t.Retry) {
		return part{State: boxapi.SMSFailed}
	}
	m.Next = time.Now().Add(s.t.Retry[m.Tries]).UnixMilli()
	m.Tries++
	return part{State: boxapi.SMSQueued}
}

// hold keeps the whole queue waiting. mu is held.
func (s *Service) hold(d time.Duration) {
	if until := time.Now().Add(d); until.After(s.trouble.until) {
		s.trouble.until = until
	}
}
