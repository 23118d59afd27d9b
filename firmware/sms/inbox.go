package sms

import (
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"bellhop/drivers/modem"
	"bellhop/firmware/boxapi"
)

// incoming is a text of which parts have come, as it stands in the journal. It leaves
// the journal once the hub has been told all of it, or a day after its first part.
type incoming struct {
	ID        string         `json:"id"`
	Key       string         `json:"key"` // sender, reference, total
	Total     int            `json:"total"`
	Parts     map[int]string `json:"parts"` // TPDU in hex, by number
	First     int64          `json:"first"` // when the first part came, Unix ms
	ToldParts int            `json:"told,omitempty"`
}

// Received commits a text or a part of one. It returns nil once that is on disk, and
// for a copy of one that is.
func (h handler) Received(d modem.Deliver) error {
	s := h.Service
	s.mu.Lock()
	defer s.mu.Unlock()
	print := hash(d.TPDU)
	if s.seen[print] != 0 {
		return nil
	}
	now := time.Now().UnixMilli()
	changes := map[string]any{"seen/" + print: now}
	var touched []*incoming
	if d.Binary {
		s.log.Info("data message left out", "from", d.From, "pdu", hex.EncodeToString(d.TPDU))
	} else {
		touched = s.collect(d, now)
	}
	for _, m := range touched {
		changes["in/"+m.ID] = m
	}
	if err := s.journal.put(changes); err != nil {
		return err
	}
	s.seen[print] = now
	for _, m := range touched {
		s.in[m.ID] = m
		s.tellIncoming(m)
	}
	return nil
}

// collect returns the text that d belongs to, with d in it; an older one that d shows
// to be over comes before. Nothing of the Service is changed yet. mu is held.
func (s *Service) collect(d modem.Deliver, now int64) []*incoming {
	fresh := &incoming{
		ID: "r-" + hash(d.TPDU), Total: max(d.Total, 1), First: now,
		Parts: map[int]string{max(d.Number, 1): hex.EncodeToString(d.TPDU)},
	}
	if fresh.Total == 1 {
		return []*incoming{fresh}
	}
	fresh.Key = fmt.Sprintf("%s/%v%d/%d", d.From, d.Wide, d.Reference, d.Total)
	var old *incoming
	for _, m := range s.in {
		if m.Key == fresh.Key && m.missing() && now-m.First < keepParts.Milliseconds() && (old == nil || m.First > old.First) {
			old = m
		}
	}
	if old == nil {
		return []*incoming{fresh}
	}
	if have, ok := old.Parts[d.Number]; ok {
		if textOf(have) == modem.Join([]*modem.Deliver{&d}) {
			return nil // the network sent it again with another time stamp
		}
		return []*incoming{fresh} // the sender's references have come round
	}
	grown := *old
	grown.Parts = map[int]string{d.Number: hex.EncodeToString(d.TPDU)}
	for n, p := range old.Parts {
		grown.Parts[n] = p
	}
	return []*incoming{&grown}
}

func (m *incoming) missing() bool { return len(m.Parts) < m.Total }

func textOf(tpdu string) string {
	d, err := decode(tpdu)
	if err != nil {
		return ""
	}
	return modem.Join([]*modem.Deliver{d})
}

func decode(tpdu string) (*modem.Deliver, error) {
	b, err := hex.DecodeString(tpdu)
	if err != nil {
		return nil, err
	}
	d, err := modem.ParseDeliver(b)
	return &d, err
}

// tellIncoming emits m if it is whole, or has waited long enough, and there is news.
// mu is held.
func (s *Service) tellIncoming(m *incoming) {
	waited := time.Since(time.UnixMilli(m.First)) >= s.t.Incomplete
	if m.ToldParts == len(m.Parts) || m.missing() && !waited {
		return
	}
	e := m.event()
	if !s.emit(boxapi.Event{SMSReceived: &e}) {
		return
	}
	m.ToldParts = len(m.Parts)
	if m.missing() {
		s.save(map[string]any{"in/" + m.ID: m})
		return
	}
	delete(s.in, m.ID)
	s.save(map[string]any{"in/" + m.ID: nil})
}

func (m *incoming) event() boxapi.SMSReceived {
	e := boxapi.SMSReceived{ID: m.ID, Complete: !m.missing()}
	parts := make([]*modem.Deliver, m.Total)
	for n, p := range m.Parts {
		d, err := decode(p)
		if err != nil {
			e.Text = "[PDU " + p + "]" // whoever knows the sender can still read it
			return e
		}
		parts[n-1] = d
	}
	first := parts[slices.IndexFunc(parts, func(d *modem.Deliver) bool { return d != nil })]
	e.From, e.Text = first.From, modem.Join(parts)
	if !first.SentAt.IsZero() {
		e.SentAt = first.SentAt.UnixMilli()
	}
	return e
}
