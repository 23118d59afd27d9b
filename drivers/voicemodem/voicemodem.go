// Package voicemodem takes ringing and caller ID from an analogue voice modem on a
// serial port (USB, cdc-acm): the modem's approved line interface does what a home-made
// one may not. It speaks the words of package listen, so a line can use it beside its
// own ears or, where there is no sound card, instead of them.
//
// Commands and reports are those of ITU-T V.253 (+VCID, +FCLASS=8, +VRX) and of the
// Rockwell modems before it (#CID). It never answers a call by itself.
package voicemodem

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"time"

	"go.bug.st/serial"

	"bellhop/drivers/audio"
	"bellhop/drivers/listen"
)

// Config says where the modem is and what line it is on.
type Config struct {
	// Port is the serial device, or a pattern of one ("/dev/serial/by-id/*Conexant*"):
	// a number given by the kernel changes when the modem is plugged in again.
	Port    string
	Country string // "CN", "US", …: sets the modem's line parameters; "" leaves them
	// Unformatted asks for the message as the exchange sent it (+VCID=2) where the
	// modem can; else for its own reading (+VCID=1). The first keeps parameters and
	// characters the modem does not know, the second is what most firmware was tried with.
	Unformatted bool
	Setup       []string // commands given after ours, without "AT": RAM patches of some makes
	Log         *slog.Logger
}

// State is what a Source knows of its modem.
type State struct {
	Present bool
	Model   string // "CX93001-EIS_V0.2013-V92", as it says itself
	Dialect string // of Dialects
	Voice   bool   // it offers voice mode: Record may work
	Why     string // of not being present, or of being of little use: "port", "silent", "no-caller-id"
}

// Source is one modem's ears. Run owns the port; the other methods may be called from
// any goroutine.
type Source struct {
	cfg   Config
	emit  func(listen.Event)
	state func(State)
	times timing
	asks  chan ask
	ended chan struct{} // closed when Run has returned
	start time.Time
}

// ask is something to be done by the goroutine that owns the port.
type ask struct {
	do   func(*session) error
	done chan error
}

// poll is how long one Read waits: the longest that what is asked waits for a modem
// with nothing to say.
const poll = 50 * time.Millisecond

// timing of the loop; tests are less patient.
type timing struct {
	replug   time.Duration // between tries to open the port
	callOver time.Duration // without RING: the longest cadence has 4 s of silence
	refresh  time.Duration // between looks whether an idle modem is still alive and set up
	answer   time.Duration // of a command
}

var patient = timing{replug: time.Second, callOver: 8 * time.Second, refresh: 5 * time.Minute, answer: 3 * time.Second}

// ErrUnplugged is returned where the modem is not there.
var ErrUnplugged = errors.New("voicemodem: not plugged in")

// New returns a Source that calls emit for every fact the modem reports and state, if
// not nil, whenever its state changes; both from Run's goroutine. Event.At counts 8 kHz
// samples since Run began.
func New(cfg Config, emit func(listen.Event), state func(State)) *Source {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if state == nil {
		state = func(State) {}
	}
	return &Source{cfg: cfg, emit: emit, state: state, times: patient, asks: make(chan ask), ended: make(chan struct{})}
}

// Run opens the modem, sets it up and listens to it until ctx ends; a modem that is
// pulled out or dies is opened again when it is back. It is called once and returns
// ctx's error.
func (s *Source) Run(ctx context.Context) error {
	defer close(s.ended)
	s.start = time.Now()
	last := State{Present: true} // so that the first absence is told
	tell := func(st State) {
		if st != last {
			last = st
			s.state(st)
		}
	}
	for ctx.Err() == nil {
		why, err := s.once(ctx, tell)
		if ctx.Err() != nil {
			break
		}
		if last.Present || last.Why != why {
			s.cfg.Log.Warn("voice modem lost", "port", s.cfg.Port, "err", err)
		}
		tell(State{Why: why})
		s.pause(ctx)
	}
	return ctx.Err()
}

// pause waits before the next try and refuses what is asked meanwhile.
func (s *Source) pause(ctx context.Context) {
	t := time.NewTimer(s.times.replug)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			return
		case a := <-s.asks:
			a.done <- ErrUnplugged
		}
	}
}

// once lives with one opening of the port.
func (s *Source) once(ctx context.Context, tell func(State)) (why string, err error) {
	path, err := find(s.cfg.Port)
	if err != nil {
		return "port", err
	}
	port, err := serial.Open(path, &serial.Mode{BaudRate: 115200})
	if err != nil {
		return "port", err
	}
	defer port.Close()
	if err := port.SetReadTimeout(poll); err != nil {
		return "port", err
	}
	m := newSession(port, s)
	defer m.close()
	if err := m.setup(); err != nil {
		return "silent", err
	}
	tell(m.state)
	s.cfg.Log.Info("voice modem ready", "port", path, "model", m.state.Model, "dialect", m.state.Dialect, "callerID", m.callerID)
	for ctx.Err() == nil {
		select {
		case a := <-s.asks:
			a.done <- a.do(m)
			continue
		default:
		}
		if err := m.listen(); err != nil {
			return "port", err
		}
		tell(m.state)
	}
	return "", ctx.Err()
}

// find resolves a pattern to the first port that is there.
func find(pattern string) (string, error) {
	paths, err := filepath.Glob(pattern)
	if err != nil {
		return "", err
	}
	if len(paths) == 0 {
		return "", ErrUnplugged
	}
	return paths[0], nil
}

// Record lifts the line with the modem and returns what is heard on it, until Close
// puts it down. While it lasts the modem reports ringing and tones in voice mode's
// words, which are understood too. Only modems whose State says Voice can.
func (s *Source) Record(ctx context.Context) (audio.Source, error) {
	var rec *recording
	err := s.ask(ctx, func(m *session) (err error) {
		rec, err = m.record()
		return err
	})
	if err != nil {
		return nil, err
	}
	rec.stop = func() {
		s.ask(context.Background(), func(m *session) error { return m.stopRecording(rec) })
	}
	return rec, nil
}

func (s *Source) ask(ctx context.Context, do func(*session) error) error {
	a := ask{do: do, done: make(chan error, 1)}
	select {
	case s.asks <- a:
		return <-a.done
	case <-s.ended:
		return ErrUnplugged
	case <-ctx.Done():
		return ctx.Err()
	}
}

// now is the time in samples since Run began.
func (s *Source) now() int64 {
	return int64(time.Since(s.start) * audio.Rate / time.Second)
}
