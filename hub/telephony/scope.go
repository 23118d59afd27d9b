package telephony

import (
	"context"
	"errors"
	"io"
	"net/http"
	"regexp"
	"time"

	"bellhop/firmware/boxapi"
	"bellhop/hub/boxclient"
	"bellhop/hub/crm"
	"bellhop/hub/rights"
)

// TestCall is a call a technician has played into a line of a simulated box.
type TestCall struct {
	From     string `json:"from"`     // digits; "P" withheld, "O" unavailable
	Name     string `json:"name"`     // may be empty
	Standard string `json:"standard"` // "bell202", "v23", "dtmf"; "" is the box's choice
}

// TestStarted tells whether the test call rings by itself. Where it does not the line
// is a real one, and somebody has to call it.
type TestStarted struct {
	Started bool   `json:"started"`
	Board   string `json:"board"`
}

var (
	errNotTechnician = &crm.Error{Code: crm.Forbidden, Key: "scope.forbidden"}
	errNoLine        = &crm.Error{Code: crm.NotFound, Key: "scope.no_line"}
	errLineBusy      = &crm.Error{Code: crm.Conflict, Key: "scope.line_busy"}
)

// testTalk is long enough for the level meter to be seen moving.
const testTalk = 6 * time.Second

var testNumber = regexp.MustCompile(`^([0-9*#]{1,20}|P|O)$`)

// WatchLine opens the stream of what is heard on a line, a boxapi.ScopeFrame a line
// of text, until ctx ends. The caller closes it.
func (s *Service) WatchLine(ctx context.Context, who *rights.Rights, line int) (io.ReadCloser, error) {
	box, number, err := s.lineOf(who, line)
	if err != nil {
		return nil, err
	}
	response, err := box.client.Scope(ctx, number)
	if err != nil {
		return nil, s.scopeError(err)
	}
	return response.Body, nil
}

// CaptureLine opens the last seconds of a line's sound as WAV. The caller closes the
// body.
func (s *Service) CaptureLine(ctx context.Context, who *rights.Rights, line, seconds int) (*http.Response, error) {
	if seconds < 1 || seconds > boxapi.ScopeSeconds {
		return nil, &crm.Error{Code: crm.Invalid, Key: "scope.seconds", Field: "seconds"}
	}
	box, number, err := s.lineOf(who, line)
	if err != nil {
		return nil, err
	}
	response, err := box.client.Capture(ctx, number, seconds)
	if err != nil {
		return nil, s.scopeError(err)
	}
	return response, nil
}

// TestLine rings a line of a simulated box (BOX-07); of others it tells that it can't.
func (s *Service) TestLine(ctx context.Context, who *rights.Rights, line int, t TestCall) (*TestStarted, error) {
	box, number, err := s.lineOf(who, line)
	if err != nil {
		return nil, err
	}
	if !testNumber.MatchString(t.From) {
		return nil, &crm.Error{Code: crm.Invalid, Key: "scope.bad_number", Field: "from"}
	}
	ring := &boxapi.SimulateRing{Line: number, From: t.From, Name: t.Name, Standard: t.Standard, TalkMS: testTalk.Milliseconds()}
	result, err := box.client.Do(ctx, boxapi.Command{ID: "test-" + crm.NewID().String(), Simulate: &boxapi.Simulate{Ring: ring}})
	if err != nil {
		return nil, s.scopeError(err)
	}
	started := &TestStarted{Started: result.Error == "", Board: box.board()}
	switch result.Error {
	case "", "not-simulated":
		return started, nil
	case "line-busy":
		return nil, errLineBusy
	}
	s.log.Warn("test call refused", "line", line, "error", result.Error, "detail", result.Detail)
	return nil, &crm.Error{Code: crm.Invalid, Key: "scope.refused", Args: map[string]string{"why": result.Error}}
}

// lineOf finds the box of a line and the box's own number of it, for those who may
// look into lines: what is said there is nobody else's business.
func (s *Service) lineOf(who *rights.Rights, line int) (*box, int, error) {
	if !who.Administrates() {
		return nil, 0, errNotTechnician
	}
	s.mu.Lock()
	l := s.lines[line]
	s.mu.Unlock()
	if l == nil {
		return nil, 0, errNoLine
	}
	for _, b := range s.boxes {
		b.mu.Lock()
		found := b.id == l.Box && b.connected
		b.mu.Unlock()
		if found {
			return b, l.Number, nil
		}
	}
	return nil, 0, errAway
}

func (b *box) board() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.status.Board
}

func (s *Service) scopeError(err error) error {
	var refused *boxclient.RefusedError
	if errors.As(err, &refused) && refused.Status == http.StatusNotFound {
		return errNoLine
	}
	s.log.Warn("box does not show its line", "err", err)
	return errAway
}
