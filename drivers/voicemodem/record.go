package voicemodem

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"bellhop/drivers/audio"
	"bellhop/drivers/listen"
)

// ErrNoVoice is returned by Record where the modem has no voice mode that carries
// plain samples, or is in it already.
var ErrNoVoice = errors.New("voicemodem: no voice mode with plain samples")

// backlog bounds what waits for a reader that is slow: two seconds.
const backlog = 2 * audio.Rate

// recording is the line's sound as an audio.Source.
type recording struct {
	format format
	shield unshield
	begun  bool
	bytes  []byte // sound not yet decoded
	stop   func() // asks the owner of the port to end it

	mu      sync.Mutex
	more    *sync.Cond
	samples []int16
	err     error
}

// record goes into voice mode and starts the sound.
func (m *session) record() (*recording, error) {
	if m.recording != nil || !m.state.Voice {
		return nil, ErrNoVoice
	}
	rec := &recording{}
	rec.more = sync.NewCond(&rec.mu)
	if err := m.startRecording(rec); err != nil {
		m.leaveVoice()
		return nil, err
	}
	m.recording = rec
	return rec, m.hear(m.sound, m.source.now())
}

func (m *session) startRecording(rec *recording) error {
	if _, err := m.command(m.dialect.Voice); err != nil {
		return err
	}
	lines, err := m.command("+VSM=?")
	if err != nil {
		return err
	}
	var ok bool
	if rec.format, ok = chooseFormat(lines); !ok {
		return ErrNoVoice
	}
	for _, c := range []string{fmt.Sprintf("+VSM=%d,8000", rec.format.code), m.dialect.Lift, "+VRX"} {
		if _, err := m.command(c); err != nil {
			return err
		}
	}
	return nil
}

// hear takes what comes in voice mode.
func (m *session) hear(p []byte, at int64) error {
	rec := m.recording
	if !rec.begun && len(p) > 0 {
		rec.begun = true
		p = bytes.TrimPrefix(p, []byte("\n")) // of CONNECT<CR><LF>
	}
	var rest []byte
	rec.bytes, rest = rec.shield.split(rec.bytes, p, func(c byte) { m.voiceEvent(c, at) })
	rec.decode()
	m.reports.Tick(at, m.source.emit)
	if rest == nil {
		return nil
	}
	if _, err := m.answer("+VRX", rest); err != nil && !errors.Is(err, errRefused) {
		return m.endRecording(err)
	}
	return m.endRecording(io.EOF)
}

// voiceEvent tells of a shielded character (V.253, clause 9.1).
func (m *session) voiceEvent(c byte, at int64) {
	e := listen.Event{At: at}
	switch {
	case c == 'R':
		m.reports.Ring(at, m.source.emit)
		return
	case c == 'b':
		e.Tone = &listen.Tone{Name: "busy", On: true, HangUp: true}
	case c == 'i' || c == 'd':
		e.Tone = &listen.Tone{Name: "dial", On: true}
	case c == 'H':
		e.Hook = &listen.Hook{Off: true} // the telephone behind the modem
	case c == 'h':
		e.Hook = &listen.Hook{}
	case c >= '0' && c <= '9', c == '*', c == '#', c >= 'A' && c <= 'D':
		e.Digit = &listen.Digit{Key: c, Start: at, End: at}
	default:
		return
	}
	m.source.emit(e)
}

// stopRecording asks the modem to end the sound and waits until it has.
func (m *session) stopRecording(rec *recording) error {
	if rec == nil || m.recording != rec {
		return nil
	}
	if err := m.write(m.dialect.Abort); err != nil {
		return m.endRecording(err)
	}
	for deadline := time.Now().Add(m.source.times.answer); m.recording != nil && time.Now().Before(deadline); {
		n, err := m.port.Read(m.buf[:])
		if err != nil {
			return m.endRecording(err)
		}
		if err := m.hear(m.buf[:n], m.source.now()); err != nil {
			return err
		}
	}
	return m.endRecording(io.EOF)
}

// endRecording closes the sound with err and goes back to listening for calls.
func (m *session) endRecording(err error) error {
	if m.recording == nil {
		return nil
	}
	m.recording.end(err)
	m.recording = nil
	if err != io.EOF {
		return err
	}
	return m.leaveVoice()
}

// leaveVoice puts the line down and asks for caller ID again: changing the class
// forgets it.
func (m *session) leaveVoice() error {
	for _, c := range []string{m.dialect.Drop, "+FCLASS=0", m.callerID} {
		if c == "" {
			continue
		}
		if _, err := m.command(c); err != nil && !errors.Is(err, errRefused) {
			return err
		}
	}
	return nil
}

func (r *recording) decode() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return
	}
	n := r.format.octets
	i := 0
	for ; i+n <= len(r.bytes); i += n {
		r.samples = append(r.samples, r.format.decode(r.bytes[i:i+n]))
	}
	r.bytes = append(r.bytes[:0], r.bytes[i:]...)
	if extra := len(r.samples) - backlog; extra > 0 {
		r.samples = append(r.samples[:0], r.samples[extra:]...)
	}
	r.more.Signal()
}

func (r *recording) end(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.err = err
	}
	if err == audio.ErrClosed {
		r.err, r.samples = err, nil
	}
	r.more.Broadcast()
}

// Read implements audio.Source; io.EOF once the modem has ended the sound.
func (r *recording) Read(p []int16) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.samples) == 0 && r.err == nil {
		r.more.Wait()
	}
	if len(r.samples) == 0 {
		return 0, r.err
	}
	n := copy(p, r.samples)
	r.samples = append(r.samples[:0], r.samples[n:]...)
	return n, nil
}

// Close puts the line down.
func (r *recording) Close() error {
	r.end(audio.ErrClosed)
	r.stop()
	return nil
}
