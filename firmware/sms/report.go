package sms

import (
	"fmt"
	"slices"
	"time"

	"bellhop/drivers/modem"
	"bellhop/firmware/boxapi"
)

const (
	reportWithin = 72 * time.Hour  // a report after that is not believed: references wrap at 256
	earlyFor     = 2 * time.Minute // a report waits for the answer it overtook
	tailDigits   = 8               // of a number compared: networks spell it with and without +86
)

// early is a report that matched nothing yet.
type early struct {
	modem.Report
	came time.Time
}

// Reported matches a delivery report with its part.
func (h handler) Reported(r modem.Report) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !r.Delivered() && !r.Failed() {
		return nil // the network still tries
	}
	if !h.match(r) {
		h.reports = slices.DeleteFunc(h.reports, func(e early) bool { return time.Since(e.came) > earlyFor })
		h.reports = append(h.reports, early{r, time.Now()})
	}
	return nil
}

// matchEarly tries reports that overtook their answer. mu is held.
func (s *Service) matchEarly() {
	waiting := s.reports
	s.reports = nil
	for _, r := range waiting {
		if !s.match(r.Report) && time.Since(r.came) < earlyFor {
			s.reports = append(s.reports, r)
		}
	}
}

// match finds the part a report speaks of: by its reference and recipient; failing
// that, one to that recipient whose reference never became known. mu is held.
func (s *Service) match(r modem.Report) bool {
	m, i := s.reported(r, func(p part) bool { return p.State == boxapi.SMSSent && p.Reference == r.Reference })
	if m == nil {
		if sending, _ := s.reported(r, func(p part) bool { return p.State == boxapi.SMSSending }); sending != nil {
			return false // it may speak of that one, whose answer it has overtaken
		}
		m, i = s.reported(r, func(p part) bool {
			return p.State == boxapi.SMSUnknown || p.State == boxapi.SMSSent && p.Reference < 0
		})
	}
	if m == nil {
		return false
	}
	p := m.Parts[i]
	p.State = boxapi.SMSDelivered
	if r.Failed() {
		p.State = boxapi.SMSFailed
		m.Why = fmt.Sprintf("not delivered: status %#02x", r.Status)
	}
	m.Parts[i] = p
	if !r.Failed() {
		m.Why = s.keepUnknown(m)
	}
	s.save(map[string]any{"out/" + m.ID: m})
	s.tell(m)
	return true
}

// reported is the newest part to the report's recipient for which ok holds.
func (s *Service) reported(r modem.Report, ok func(part) bool) (found *outgoing, index int) {
	var newest int64
	for _, m := range s.out {
		if !sameNumber(m.To, r.To) {
			continue
		}
		for i, p := range m.Parts {
			if ok(p) && p.At >= newest && time.Since(time.UnixMilli(p.At)) < reportWithin {
				found, index, newest = m, i, p.At
			}
		}
	}
	return found, index
}

// sameNumber compares the last digits.
func sameNumber(a, b string) bool { return tail(a) == tail(b) }

func tail(number string) string {
	var digits []byte
	for i := range len(number) {
		if c := number[i]; c >= '0' && c <= '9' || c == '*' || c == '#' {
			digits = append(digits, c)
		}
	}
	return string(digits[max(0, len(digits)-tailDigits):])
}
