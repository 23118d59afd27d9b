package line

import (
	"time"

	"bellhop/firmware/boxapi"
)

// faultState tells the world, once, that the line has no sound, and when it has again.
type faultState struct {
	line   *Line
	since  time.Time
	silent bool // no sound since
	raised bool
}

func (f *faultState) raise(err error) {
	now := f.line.Now()
	if !f.silent {
		f.silent, f.since = true, now
	}
	if f.raised || f.line.heardOnce() && now.Sub(f.since) < faultSure {
		return
	}
	f.raised = true
	why := "no sound"
	if err != nil {
		why = err.Error()
	}
	f.tell(now, boxapi.LineFault, true, why)
}

func (f *faultState) clear() {
	f.silent = false
	if f.raised {
		f.raised = false
		f.tell(f.line.Now(), boxapi.LineIdle, false, "")
	}
}

func (f *faultState) tell(now time.Time, state boxapi.LineState, raised bool, why string) {
	l := f.line
	l.mu.Lock()
	l.status.State, l.status.Call, l.status.LevelDBm0 = state, "", silent
	l.mu.Unlock()
	at := now.UnixMilli()
	l.Report(boxapi.Event{At: at, LineChanged: &boxapi.LineChanged{Line: l.ID, State: state, Why: why}})
	l.Report(boxapi.Event{At: at, AlertChanged: &boxapi.AlertChanged{Kind: "line-fault", Raised: raised, Line: l.ID, Detail: why}})
}

// heardOnce reports whether this line has ever had sound: one that never had is told
// of at once.
func (l *Line) heardOnce() bool { return l.pos > 0 }
