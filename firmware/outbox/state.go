package outbox

import (
	"fmt"
	"maps"

	"bellhop/firmware/boxapi"
)

// State is what the events say is under way: what a new run has to bring to an end.
type State struct {
	Calls      map[string]Call                `json:"calls,omitempty"`      // started, not ended
	Recordings map[string]int64               `json:"recordings,omitempty"` // by call: when it started
	Alerts     map[string]boxapi.AlertChanged `json:"alerts,omitempty"`     // raised, not cleared
}

// Call is a call in progress.
type Call struct {
	boxapi.CallStarted
	StartedAt  int64 `json:"startedAt"`
	AnsweredAt int64 `json:"answeredAt,omitempty"` // 0 until then
}

func newState() State {
	return State{map[string]Call{}, map[string]int64{}, map[string]boxapi.AlertChanged{}}
}

func (s State) clone() State {
	c := newState()
	maps.Copy(c.Calls, s.Calls)
	maps.Copy(c.Recordings, s.Recordings)
	maps.Copy(c.Alerts, s.Alerts)
	return c
}

func (s State) apply(e boxapi.Event) {
	switch {
	case e.CallStarted != nil:
		s.Calls[e.CallStarted.Call] = Call{CallStarted: *e.CallStarted, StartedAt: e.At}
	case e.CallAnswered != nil:
		if c, ok := s.Calls[e.CallAnswered.Call]; ok {
			c.AnsweredAt = e.At
			s.Calls[e.CallAnswered.Call] = c
		}
	case e.CallEnded != nil:
		delete(s.Calls, e.CallEnded.Call)
	case e.RecordingStarted != nil:
		s.Recordings[e.RecordingStarted.Call] = e.At
	case e.RecordingFinished != nil:
		delete(s.Recordings, e.RecordingFinished.Call)
	case e.RecordingFailed != nil:
		delete(s.Recordings, e.RecordingFailed.Call)
	case e.AlertChanged != nil:
		key := fmt.Sprintf("%s/%d", e.AlertChanged.Kind, e.AlertChanged.Line)
		if e.AlertChanged.Raised {
			s.Alerts[key] = *e.AlertChanged
		} else {
			delete(s.Alerts, key)
		}
	}
}
