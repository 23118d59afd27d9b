package sms

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"bellhop/drivers/modem"
	"bellhop/firmware/boxapi"
)

// ErrSameID is returned by Submit for an ID already used for another text.
var ErrSameID = errors.New("sms: ID already used for another text")

// outgoing is one text to be sent, as it stands in the journal.
type outgoing struct {
	ID        string `json:"id"`
	To        string `json:"to"`
	Text      string `json:"text"`
	Order     uint64 `json:"order"`
	Reference byte   `json:"ref,omitempty"`
	At        int64  `json:"at"` // queued, Unix ms
	Parts     []part `json:"parts"`
	Tries     int    `json:"tries,omitempty"` // temporary refusals of the part whose turn it is
	Next      int64  `json:"next,omitempty"`  // not before, Unix ms
	Why       string `json:"why,omitempty"`
	Told      fate   `json:"told"` // what the hub knows
}

type part struct {
	State     boxapi.SMSState `json:"state"` // queued, sending, sent, delivered, failed, unknown
	Reference int             `json:"mr,omitempty"`
	At        int64           `json:"at,omitempty"` // handed over, Unix ms
}

// fate is what the hub is told of a text.
type fate struct {
	State boxapi.SMSState `json:"state"`
	Why   string          `json:"why,omitempty"`
}

// Submit queues a text. It returns nil once the text is on disk, and again for the
// same ID and text. What becomes of it is told by events; Key names an error.
func (s *Service) Submit(id, to, text string) error {
	if id == "" {
		return ErrSameID
	}
	parts, err := modem.Encode(to, text, 0)
	if err != nil {
		return err
	}
	if len(parts) > maxParts {
		return modem.ErrTooLong
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if m, ok := s.out[id]; ok {
		if m.To != to || m.Text != text {
			return ErrSameID
		}
		return nil
	}
	next := s.next
	next.Order++
	if len(parts) > 1 {
		next.Reference++
	}
	m := &outgoing{
		ID: id, To: to, Text: text, Order: next.Order, Reference: next.Reference,
		At: time.Now().UnixMilli(), Parts: make([]part, len(parts)),
	}
	for i := range m.Parts {
		m.Parts[i].State = boxapi.SMSQueued
	}
	if err := s.journal.put(map[string]any{"out/" + id: m, "next": next}); err != nil {
		return err
	}
	s.out[id], s.next = m, next
	s.tell(m)
	s.nudge()
	return nil
}

// fate folds the parts into the state of the whole.
func (m *outgoing) fate() fate {
	n := map[boxapi.SMSState]int{}
	for _, p := range m.Parts {
		n[p.State]++
	}
	all := len(m.Parts)
	f := fate{Why: m.Why}
	switch {
	case n[boxapi.SMSFailed] > 0:
		f.State = boxapi.SMSFailed
	case n[boxapi.SMSQueued] == all:
		f.State = boxapi.SMSQueued
	case n[boxapi.SMSQueued]+n[boxapi.SMSSending] > 0:
		f.State = boxapi.SMSSending
	case n[boxapi.SMSUnknown] > 0:
		f.State = boxapi.SMSUnknown
	case n[boxapi.SMSDelivered] == all:
		f = fate{State: boxapi.SMSDelivered}
	default:
		f = fate{State: boxapi.SMSSent}
	}
	return f
}

// settled reports whether nothing is left to be sent.
func (m *outgoing) settled() bool {
	switch m.fate().State {
	case boxapi.SMSQueued, boxapi.SMSSending:
		return false
	}
	return true
}

// turn is the index of the part to send next, -1 if none.
func (m *outgoing) turn() int {
	if m.settled() {
		return -1
	}
	return slices.IndexFunc(m.Parts, func(p part) bool { return p.State == boxapi.SMSQueued })
}

// interrupted settles a part that was with the modem when the box stopped, and
// reports whether there was one.
func (m *outgoing) interrupted() bool {
	found := false
	for i := range m.Parts {
		if m.Parts[i].State == boxapi.SMSSending {
			m.Parts[i].State = boxapi.SMSUnknown
			m.Why = m.unanswered(i, "the box stopped while sending")
			found = true
		}
	}
	return found
}

// unanswered says which part is of unknown fate, if there is a choice.
func (m *outgoing) unanswered(i int, why string) string {
	if len(m.Parts) == 1 {
		return why
	}
	return fmt.Sprintf("part %d of %d: %s", i+1, len(m.Parts), why)
}

// tell emits the fate of m if the hub does not know it. mu is held.
func (s *Service) tell(m *outgoing) {
	f := m.fate()
	if f == m.Told {
		return
	}
	e := boxapi.SMSChanged{ID: m.ID, State: f.State, Parts: len(m.Parts), Why: f.Why}
	if !s.emit(boxapi.Event{SMSChanged: &e}) {
		return
	}
	m.Told = f
	s.unsaved[m.ID] = true // reaches the disk in good time; told twice does no harm
}

// saveTold notes on disk what the hub knows. mu is held.
func (s *Service) saveTold() {
	changes := map[string]any{}
	for id := range s.unsaved {
		if m := s.out[id]; m != nil {
			changes["out/"+id] = m
		}
	}
	s.save(changes)
	clear(s.unsaved)
}

// which are the texts for which ok holds, in the order queued. mu is held.
func (s *Service) which(ok func(*outgoing) bool) []*outgoing {
	var all []*outgoing
	for _, m := range s.out {
		if ok(m) {
			all = append(all, m)
		}
	}
	slices.SortFunc(all, func(a, b *outgoing) int { return cmp.Compare(a.Order, b.Order) })
	return all
}
