package line

import (
	"errors"
	"time"
)

// asking is somebody who wants the recording of a call started or stopped.
type asking struct {
	call string
	on   bool
	done chan error
}

var (
	errNoCall  = errors.New("line: that call is not talking")
	errNoSound = errors.New("line: no sound comes")
)

// askPatience is longer than a block of sound takes to come.
const askPatience = 2 * time.Second

// SetRecording starts or stops the recording of the call in progress. Stopped, it goes on
// in the same file when it is started again; what was said in between is not in it.
func (l *Line) SetRecording(call string, on bool) error {
	a := &asking{call, on, make(chan error, 1)}
	patience := time.NewTimer(askPatience)
	defer patience.Stop()
	select {
	case l.asks <- a:
		return <-a.done
	case <-patience.C:
		return errNoSound
	}
}

// answerAsks is called by the goroutine of the line.
func (l *Line) answerAsks() {
	select {
	case a := <-l.asks:
		a.done <- l.setRecording(a)
	default:
	}
}

func (l *Line) setRecording(a *asking) error {
	if !l.machine.talks(a.call) {
		return errNoCall
	}
	l.mute = !a.on
	if a.on && l.rec == nil {
		l.rec = l.Recorder.Begin(a.call, l.at(l.pos), nil)
	}
	return nil
}

// talks tells whether that call is talking.
func (m *machine) talks(call string) bool { return m.state == talking && m.call.id == call }
