package modem

import (
	"errors"
	"fmt"
	"slices"
)

// takeAnnounced reads everything the modem has announced.
func (s *session) takeAnnounced() error {
	for {
		a := s.urc.take()
		switch {
		case a.restarted:
			return errRestart
		case a.check:
			if err := s.check(); err != nil {
				return err
			}
		case !a.sweep && a.slots == nil && a.direct == nil:
			return nil
		}
		for _, lines := range a.direct {
			s.pushed(lines)
		}
		for _, at := range a.slots {
			if err := s.fetch(at); err != nil {
				return err
			}
		}
		if a.sweep {
			if err := s.sweep(); err != nil {
				return err
			}
		}
	}
}

// pushed takes a report (+CDS) or a text (+CMT, as some modems do with flash
// messages) that the modem does not keep.
func (s *session) pushed(lines []string) {
	fs := fields(lines[0])
	tpdu, err := tpduOf(lines[1], number(fs, len(fs)-1, 0))
	if err != nil {
		s.m.log.Warn("unreadable PDU pushed", "error", err)
		return
	}
	if err := s.hand(tpdu); err != nil {
		s.m.log.Error("pushed message not kept", "error", err)
	}
}

// fetch reads one stored message, has it committed and deletes it.
func (s *session) fetch(at slot) error {
	if ok, err := s.choose(at.memory); err != nil || !ok {
		return err
	}
	info, err := s.ask(fmt.Sprintf("+CMGR=%d", at.index), s.t.Command)
	if err != nil {
		return err
	}
	for _, e := range listing(info, "+CMGR", false) {
		e.index = at.index
		if err := s.commit(e); err != nil {
			return err
		}
		break
	}
	return nil
}

// choose makes +CMGR, +CMGL and +CMGD act on a memory.
func (s *session) choose(memory string) (bool, error) {
	if memory == "" || memory == s.selected {
		return true, nil
	}
	_, err := s.command(`+CPMS="`+memory+`"`, s.t.Command)
	switch {
	case err == nil:
		s.selected = memory
		return true, nil
	case refused(err) || errors.Is(err, errSilent):
		s.m.log.Debug("memory refused", "memory", memory, "why", err)
		return false, nil
	}
	return false, err
}

// sweep reads all memories: what came while nobody listened, what was not announced,
// and what could not be committed earlier.
func (s *session) sweep() error {
	if !s.setUp {
		return nil
	}
	memories := s.storages
	if len(memories) == 0 {
		memories = []string{""}
	}
	for _, memory := range memories {
		ok, err := s.choose(memory)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if err := s.sweepChosen(); err != nil {
			return err
		}
	}
	if len(memories) > 1 && slices.Contains(memories, s.memory) {
		if _, err := s.choose(s.memory); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) sweepChosen() error {
	info, err := s.ask("+CMGL=4", s.t.Slow)
	if err != nil {
		return err
	}
	for _, e := range listing(info, "+CMGL", true) {
		if e.index < 0 {
			continue
		}
		if err := s.commit(e); err != nil {
			return err
		}
	}
	return nil
}

// commit hands a stored message on and, once it is safe, deletes the modem's copy.
// Only a lost modem is an error.
func (s *session) commit(e stored) error {
	if e.status != 0 && e.status != 1 {
		return nil // something the office stored for sending
	}
	if e.tpdu == nil {
		s.m.log.Warn("unreadable message", "line", e.line)
	} else if err := s.hand(e.tpdu); err != nil {
		s.m.log.Error("message not kept; it stays in the modem", "error", err)
		return nil
	}
	_, err := s.ask(fmt.Sprintf("+CMGD=%d", e.index), s.t.Command)
	return err
}

// hand gives a TPDU to the handler by its kind. An unreadable one is logged whole and
// let go: it must not fill the memory for ever.
func (s *session) hand(tpdu []byte) error {
	if isReport(tpdu) {
		r, err := ParseReport(tpdu)
		if err != nil {
			s.m.log.Warn("unreadable report", "pdu", fmt.Sprintf("%X", tpdu), "error", err)
			return nil
		}
		return s.m.handler.Reported(r)
	}
	d, err := ParseDeliver(tpdu)
	if err != nil {
		s.m.log.Warn("unreadable message", "pdu", fmt.Sprintf("%X", tpdu), "error", err)
	}
	return s.m.handler.Received(d)
}
