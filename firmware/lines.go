package main

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"time"

	"bellhop/board"
	"bellhop/drivers/audio"
	"bellhop/drivers/audio/alsa"
	"bellhop/drivers/fxo"
	"bellhop/drivers/listen"
	"bellhop/drivers/simline"
	"bellhop/drivers/voicemodem"
	"bellhop/firmware/boxapi"
	"bellhop/firmware/line"
	"bellhop/firmware/scope"

	"periph.io/x/host/v3"
)

// boxLine is a line with what feeds it.
type boxLine struct {
	*line.Line
	*watchers
	simulated *simline.Line      // nil on a board with hardware
	port      *fxo.Port          // nil without sensors
	modem     *voicemodem.Source // nil without one
}

// Run serves the line and its port until ctx ends.
func (l *boxLine) Run(ctx context.Context) {
	var parts sync.WaitGroup
	if l.port != nil {
		parts.Go(func() { l.port.Run(ctx) })
	}
	if l.modem != nil {
		parts.Go(func() { l.modem.Run(ctx) })
	}
	l.Line.Run(ctx)
	parts.Wait()
}

func (b *box) openLines() (err error) {
	if b.captures, err = line.NewCaptures(filepath.Join(b.cfg.Data, "captures"), b.log); err != nil {
		return err
	}
	if sensed(b.board) {
		if _, err := host.Init(); err != nil {
			return err
		}
	}
	b.scope = scope.NewTaps(func(id int) boxapi.LineState { return b.line(id).Status().State })
	for _, wired := range b.board.Lines {
		b.lines = append(b.lines, b.openLine(wired))
	}
	return nil
}

func sensed(bd board.Board) bool {
	for _, l := range bd.Lines {
		if l.Port.Sensed() {
			return true
		}
	}
	return false
}

// openLine makes one line. A port that can't be opened leaves the line to its ears.
func (b *box) openLine(wired board.Line) *boxLine {
	l := &boxLine{watchers: &watchers{Tap: b.scope.Add(wired.ID)}}
	log := b.log.With("line", wired.ID)
	c := line.Config{
		ID: wired.ID, Label: wired.Label, Log: log, Captures: b.captures, Recorder: lineRecorder{b}, Tap: l.watchers,
		Report: func(e boxapi.Event) { b.report(e) },
		NewEars: func(hookSensor, ringSensor bool) line.Ears {
			return listen.New(listen.Config{Country: b.cfg.CountryOf(wired.ID), HookSensor: hookSensor, RingSensor: ringSensor})
		},
		Open: func() (audio.Source, error) {
			source, err := alsa.Open(wired.Sound.ALSA)
			if err != nil {
				return nil, err // not a nil *alsa.Source in an interface
			}
			return source, nil
		},
	}
	if wired.Sound.Simulated {
		l.simulated = simline.New(simline.Config{
			Country: b.cfg.CountryOf(wired.ID), Speed: b.cfg.SimSpeed, Sensor: b.cfg.SimSensor, Seed: uint64(wired.ID),
		})
		c.Open = func() (audio.Source, error) { return l.simulated, nil }
		c.Port, c.Now = l.simulated, l.simulated.Now
	}
	if wired.Port.Sensed() {
		port, err := fxo.Open(wired.Port, nil)
		if err != nil {
			log.Error("no sensors, judging the line by sound", "err", err)
		} else {
			l.port, c.Port = port, port
		}
	}
	l.modem, c.Beside = b.voiceModem(wired.ID)
	l.Line = line.New(c)
	return l
}

// lineRecorder is the recorder as a line sees it.
type lineRecorder struct{ box *box }

func (r lineRecorder) Start(call string, d boxapi.Direction, at int64, before []int16) line.Recording {
	if rec := r.box.recorder.Start(call, d, at, before); rec != nil {
		return rec
	}
	return nil
}

func (r lineRecorder) Begin(call string, at int64, before []int16) line.Recording {
	if rec := r.box.recorder.Begin(call, at, before); rec != nil {
		return rec
	}
	return nil
}

// record starts or stops the recording of a call in progress.
func (b *box) record(c boxapi.Record) boxapi.Result {
	for _, l := range b.lines {
		if l.Status().Call == c.Call {
			return result("no-call", l.SetRecording(c.Call, c.On))
		}
	}
	return boxapi.Result{Error: "no-call"}
}

// line returns line id, nil for none.
func (b *box) line(id int) *boxLine {
	if id == 0 {
		id = 1
	}
	for _, l := range b.lines {
		if l.ID == id {
			return l
		}
	}
	return nil
}

// simulate makes something happen on board sim.
func (b *box) simulate(s boxapi.Simulate) boxapi.Result {
	switch {
	case s.SMS != nil:
		return b.simulateSMS(*s.SMS)
	case s.Ring != nil:
		return b.simulateCall(s.Ring.Line, func(l *simline.Line) error { return l.Ring(incoming(*s.Ring)) })
	case s.Dial != nil:
		return b.simulateCall(s.Dial.Line, func(l *simline.Line) error { return l.Dial(s.Dial.To, talk(s.Dial.TalkMS)) })
	}
	return boxapi.Result{Error: "unknown-command"}
}

func (b *box) simulateCall(id int, call func(*simline.Line) error) boxapi.Result {
	l := b.line(id)
	if l == nil {
		return boxapi.Result{Error: "no-such-line"}
	}
	if l.simulated == nil {
		return boxapi.Result{Error: "not-simulated", Detail: "board " + b.board.Name + " has real lines"}
	}
	err := call(l.simulated)
	if errors.Is(err, simline.ErrBusy) {
		return result("line-busy", err)
	}
	return result("bad-number", err)
}

func incoming(r boxapi.SimulateRing) simline.Incoming {
	return simline.Incoming{
		Number: r.From, Name: r.Name, Standard: r.Standard, WAV: r.WAV, NoBurst: r.NoBurst, BadSum: r.BadSum,
		Rings: r.Rings, NoAnswer: r.NoAnswer, Talk: talk(r.TalkMS), Quick: r.Quick,
	}
}

// talk is how long a simulated call lasts; 10 s unless told.
func talk(ms int64) time.Duration {
	if ms <= 0 {
		return 10 * time.Second
	}
	return time.Duration(ms) * time.Millisecond
}
