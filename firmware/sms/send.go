package sms

import (
	"context"
	"errors"
	"time"

	"bellhop/drivers/modem"
	"bellhop/firmware/boxapi"
)

// trouble is what keeps the whole queue waiting, and why it might. Guarded by mu.
type trouble struct {
	until  time.Time       // nothing is sent before
	holds  int             // running, of SIM or modem at fault
	failed int             // running temporary refusals
	among  map[string]bool // their recipients
}

// job is one part with the modem.
type job struct {
	m    *outgoing
	part int
	tpdu []byte
}

// send hands over one part after the other, as long as there are any and the modem
// can take them.
func (s *Service) send(ctx context.Context) {
	for ctx.Err() == nil {
		j, wait := s.pick(time.Now())
		if j == nil {
			s.rest(ctx, wait)
			continue
		}
		reference, err := s.cfg.Modem.Submit(ctx, j.tpdu)
		s.settle(j, reference, err)
		if s.t.Gap > 0 {
			s.rest(ctx, s.t.Gap)
		}
	}
}

// rest waits until something changes, but not longer than d.
func (s *Service) rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-s.wake:
	case <-t.C:
	}
}

// idle is how long an empty queue rests unless woken.
const idle = time.Minute

// pick chooses the next part and marks it as being sent, on disk, before anybody
// hands it over. A text that waits for its next try holds up no other.
func (s *Service) pick(now time.Time) (*job, time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cfg.Modem.Status().State != modem.Ready {
		return nil, idle
	}
	if wait := s.trouble.until.Sub(now); wait > 0 {
		return nil, wait
	}
	wait := idle
	for _, m := range s.which(func(m *outgoing) bool { return m.turn() >= 0 }) {
		i := m.turn()
		if d := s.due(m, now); d > 0 {
			wait = min(wait, d)
			continue
		}
		tpdus, err := modem.Encode(m.To, m.Text, m.Reference)
		if err != nil || len(tpdus) != len(m.Parts) {
			s.give(m, i, part{State: boxapi.SMSFailed}, "cannot be encoded")
			continue
		}
		if !s.give(m, i, part{State: boxapi.SMSSending, At: now.UnixMilli()}, m.Why) {
			return nil, 10 * time.Second // the disk is full: what can't be noted isn't sent
		}
		return &job{m, i, tpdus[i]}, 0
	}
	return nil, wait
}

// due is how long m must still wait. A clock set back must not make that for ever.
func (s *Service) due(m *outgoing, now time.Time) time.Duration {
	d := time.UnixMilli(m.Next).Sub(now)
	longest := time.Duration(0)
	for _, r := range s.t.Retry {
		longest = max(longest, r)
	}
	if d > longest {
		return 0
	}
	return d
}

// give sets a part's state, on disk, and tells the hub. On failure to write nothing
// has changed. mu is held.
func (s *Service) give(m *outgoing, i int, p part, why string) bool {
	was, wasWhy := m.Parts[i], m.Why
	m.Parts[i], m.Why = p, why
	if err := s.journal.put(map[string]any{"out/" + m.ID: m}); err != nil {
		m.Parts[i], m.Why = was, wasWhy
		s.log.Error("sms journal", "error", err)
		return false
	}
	s.tell(m)
	return true
}

// settle notes what became of a part. If the disk refuses, memory still knows better
// than to send it again.
func (s *Service) settle(j *job, reference int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, p := j.m, j.m.Parts[j.part]
	var refused modem.CMSError
	switch {
	case err == nil:
		p.State, p.Reference = boxapi.SMSSent, reference
		m.Tries, m.Next, m.Why = 0, 0, s.keepUnknown(m)
		s.wentThrough()
	case errors.Is(err, modem.ErrNotReady):
		p = part{State: boxapi.SMSQueued}
	case errors.Is(err, modem.ErrNotTaken):
		p = s.later(m, j.part, "the modem did not take it")
	case errors.As(err, &refused):
		p = s.refused(m, j.part, refused)
	default: // handed over, no answer
		p.State, p.Reference = boxapi.SMSUnknown, -1
		m.Why = m.unanswered(j.part, "the modem took it and did not answer")
		s.log.Warn("message of unknown fate", "id", m.ID, "part", j.part+1, "error", err)
	}
	m.Parts[j.part] = p
	s.save(map[string]any{"out/" + m.ID: m})
	s.tell(m)
	s.matchEarly()
}

// keepUnknown is m.Why if an earlier part is of unknown fate, else nothing.
func (s *Service) keepUnknown(m *outgoing) string {
	for _, p := range m.Parts {
		if p.State == boxapi.SMSUnknown {
			return m.Why
		}
	}
	return ""
}

// wentThrough ends all trouble. mu is held.
func (s *Service) wentThrough() {
	s.trouble = trouble{}
	s.alert(alertBarred, false, "")
}
