package sms

import (
	"time"

	"bellhop/drivers/modem"
	"bellhop/firmware/boxapi"
)

// Kinds of boxapi.AlertChanged raised here.
const (
	alertAbsent  = "modem-absent"
	alertStorage = "modem-storage"
	alertBarred  = "sms-barred"
)

// signalStep is the change of signal worth an event; the exact one is in the status.
const signalStep = 8

// asEvent turns the driver's status into the contract's.
func (s *Service) asEvent(st modem.Status) boxapi.ModemChanged {
	return boxapi.ModemChanged{
		Modem: s.cfg.Name, State: boxapi.ModemState(st.State), Model: st.Model,
		Operator: st.Operator, SignalDB: st.SignalDBm, Why: st.Why,
	}
}

// Changed reports the modem's state and lets the queue go on.
func (h handler) Changed(st modem.Status) {
	s := h.Service
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.asEvent(st)
	if st.State != modem.Absent {
		s.absentAt = time.Time{}
	} else if s.absentAt.IsZero() {
		s.absentAt = time.Now()
	}
	if !s.told || news(s.modem, e) {
		s.told = s.emit(boxapi.Event{ModemChanged: &e})
		s.modem = e
	}
	s.watchModem(time.Now())
	if st.StorageTotal > 0 {
		s.alert(alertStorage, st.StorageFull(), "")
	}
	s.nudge()
}

// news reports whether b tells more than the signal's usual ups and downs.
func news(a, b boxapi.ModemChanged) bool {
	signal := a.SignalDB - b.SignalDB
	a.SignalDB = b.SignalDB
	return a != b || signal >= signalStep || signal <= -signalStep
}

// watchModem raises and clears the alert of a missing modem. mu is held.
func (s *Service) watchModem(now time.Time) {
	switch {
	case s.absentAt.IsZero():
		s.alert(alertAbsent, false, "")
	case now.Sub(s.absentAt) >= s.t.Absent:
		s.alert(alertAbsent, true, s.modem.Why)
	}
}

// alert raises or clears an alert, once. A new run starts with none raised: what is
// still true is raised again. mu is held.
func (s *Service) alert(kind string, raised bool, detail string) {
	if s.alerts[kind] == raised {
		return
	}
	e := boxapi.AlertChanged{Kind: kind, Raised: raised, Detail: detail}
	if s.emit(boxapi.Event{AlertChanged: &e}) {
		s.alerts[kind] = raised
	}
}
