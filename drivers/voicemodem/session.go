package voicemodem

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"go.bug.st/serial"

	"bellhop/drivers/audio"
)

// Bounds of one command.
const (
	writeWait = 2 * time.Second
	tries     = 3 // of the first AT: modems wake from it, or are still printing
)

var (
	errSilent  = errors.New("voicemodem: no answer")
	errRefused = errors.New("voicemodem: refused")
)

// session is one opening of the port. Everything in it belongs to Run's goroutine.
type session struct {
	port   serial.Port
	source *Source
	state  State

	dialect  Dialect
	callerID string // the command in force, "AT+VCID=1" without "AT"; "" if there is none
	reports  Reports
	line     []byte // of a command's answer
	buf      [512]byte

	calling bool      // RING was heard since the last rearm
	ringAt  time.Time // of the last RING
	heardAt time.Time // of anything
	echoed  bool      // the modem repeats what we say: it was reset since we forbade it

	recording *recording // nil outside voice mode
	sound     []byte     // that came with CONNECT
}

func newSession(port serial.Port, s *Source) *session {
	return &session{port: port, source: s, heardAt: time.Now()}
}

// listen waits up to poll for the modem to say something, and does what is due.
func (m *session) listen() error {
	n, err := m.port.Read(m.buf[:])
	if err != nil {
		return err
	}
	at := m.source.now()
	if n > 0 {
		m.heardAt = time.Now()
		if m.recording != nil {
			return m.hear(m.buf[:n], at)
		}
		m.report(m.buf[:n], at)
	}
	m.reports.Tick(at, m.source.emit)
	if m.recording != nil {
		return nil
	}
	return m.rearm()
}

// report hands what came unasked to the reader of reports.
func (m *session) report(p []byte, at int64) {
	m.reports.Write(p, at, m.source.emit)
	if m.reports.ring {
		m.calling, m.ringAt = true, time.Now()
	}
}

// rearm asks for caller ID again when a call is over, since some modems forget it
// with every call and all of them with a reset, and now and then while idle.
func (m *session) rearm() error {
	switch {
	case m.calling && time.Since(m.ringAt) < m.source.times.callOver:
		return nil
	case !m.calling && time.Since(m.heardAt) < m.source.times.refresh:
		return nil
	}
	m.calling, m.echoed, m.heardAt = false, false, time.Now()
	if _, err := m.command(wakeUp); err != nil {
		return err
	}
	if m.echoed { // it had forgotten everything
		return m.setup()
	}
	if m.callerID == "" {
		return nil
	}
	_, err := m.command(m.callerID)
	if errors.Is(err, errRefused) {
		return m.setup()
	}
	return err
}

// command gives "AT"+text and returns the lines before OK. What the modem reports
// meanwhile goes to the reader of reports, not into the answer.
func (m *session) command(text string) (answer []string, err error) {
	if err := m.write("AT" + text + "\r"); err != nil {
		return nil, err
	}
	return m.answer(text, nil)
}

// answer reads until the final result of command text; some of it may have come
// already.
func (m *session) answer(text string, came []byte) (answer []string, err error) {
	m.line = m.line[:0]
	for deadline := time.Now().Add(m.source.times.answer); ; {
		at := m.source.now()
		for i, c := range came {
			if c != '\r' && c != '\n' {
				if len(m.line) < lineLimit {
					m.line = append(m.line, c)
				}
				continue
			}
			line := strings.TrimSpace(string(m.line))
			m.line = m.line[:0]
			switch verdict(line, text) {
			case accepted:
				m.after(line, came[i+1:], at)
				return answer, nil
			case refused:
				m.after(line, came[i+1:], at)
				return answer, fmt.Errorf("%w: AT%s: %s", errRefused, text, line)
			}
			if m.answers(line, text, at) {
				answer = append(answer, line)
			}
		}
		m.reports.Tick(at, m.source.emit)
		if time.Now().After(deadline) {
			break
		}
		n, err := m.port.Read(m.buf[:])
		if err != nil {
			return nil, err
		}
		came = m.buf[:n]
	}
	// Half a line may be the start of a report; it is not lost.
	m.report(m.line, m.source.now())
	return nil, fmt.Errorf("%w: AT%s", errSilent, text)
}

type outcome int

const (
	pending outcome = iota
	accepted
	refused
)

// verdict knows the final result codes; while waking a modem those of numeric mode
// (V0) too.
func verdict(line, text string) outcome {
	switch {
	case line == "OK", line == "VCON", line == "CONNECT", line == "0" && text == wakeUp:
		return accepted
	case line == "ERROR", line == "4" && text == wakeUp, strings.HasPrefix(line, "+CME ERROR"):
		return refused
	}
	return pending
}

// after hands on what came in one read behind the final result: sound after CONNECT,
// else reports.
func (m *session) after(result string, rest []byte, at int64) {
	if result == "CONNECT" {
		m.sound = append(m.sound[:0], rest...)
		return
	}
	m.report(rest, at)
}

// answers reports whether line belongs to the answer of command text; reports and the
// echo do not.
func (m *session) answers(line, text string, at int64) bool {
	switch _, _, isField := field(line); {
	case line == "":
		return false
	case strings.EqualFold(line, "AT"+text):
		m.echoed = true
		return false
	case isRing(line), isField, m.reports.record.wantsMoreHexText && isHex(line):
		m.report([]byte(line+"\r"), at)
		return false
	}
	return true
}

// write gives up on a modem that takes nothing.
func (m *session) write(text string) error {
	stuck := time.AfterFunc(writeWait, func() { m.port.ResetOutputBuffer() })
	defer stuck.Stop()
	for b := []byte(text); len(b) > 0; {
		n, err := m.port.Write(b)
		if err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

// close lets go of the line. A recording ends there.
func (m *session) close() {
	m.stopRecording(m.recording)
	at := m.source.now()
	m.reports.Tick(at+quietBefore+audio.Rate, m.source.emit) // nothing more will come
}
