// Package line turns what is heard and sensed on one telephone line into calls:
// started, identified, answered, ended. Its clock is the count of samples, so that a
// busy machine can't shift or reorder what happened. One line's trouble stays with
// that line: it reports a fault and opens its sound again until it works.
package line

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"bellhop/drivers/audio"
	"bellhop/drivers/callerid"
	"bellhop/drivers/dsp"
	"bellhop/drivers/listen"
	"bellhop/firmware/boxapi"
)

// Ears hear what is on a line; listen.Listener is the real one.
type Ears interface {
	Write(p []int16, emit func(listen.Event))
	SetHook(off bool)
	SetRinging(on bool)
	Level() dsp.Level
}

// Port is what a board senses beside the sound. known is false where it has no such
// sensor, and then for good.
type Port interface {
	OffHook() (off, known bool)
	Ringing() (on, known bool)
}

// Recorder keeps the sound of calls.
type Recorder interface {
	// Start begins with the sound heard before it; nil where this call is not
	// recorded. at is in Unix ms. It must not block.
	Start(call string, d boxapi.Direction, at int64, before []int16) Recording
	// Begin does so for a call that somebody wants recorded, whatever its kind.
	Begin(call string, at int64, before []int16) Recording
}

// Recording takes the sound of one call. Neither method blocks.
type Recording interface {
	Write(p []int16)
	Finish(complete bool)
}

// Tap is shown what a line hears, for those who watch it. Its methods must not block.
type Tap interface {
	Opened() // the sound begins anew; positions count from here
	Write(p []int16, at time.Time)
	Heard(e listen.Event) // what sensors see comes in the same words
}

// Config is what a line is made of.
type Config struct {
	ID       int
	Label    string
	Open     func() (audio.Source, error) // asked again after a fault
	Port     Port                         // nil: no sensors
	NewEars  func(hookSensor, ringSensor bool) Ears
	Report   func(boxapi.Event) // At is set; must not block
	Recorder Recorder
	Captures *Captures // nil: bursts refused are not kept
	Tap      Tap       // nil: nobody can watch
	// Beside is a second source of ringing and caller ID, a voice modem on the same
	// line; nil: none.
	Beside <-chan listen.Event
	Now    func() time.Time // of the newest sample; nil is time.Now
	Log    *slog.Logger
}

const (
	block     = audio.Rate / 50 // 20 ms
	preRoll   = 2 * audio.Rate  // the first word is spoken while the set is still being lifted
	ringTail  = audio.Rate / 5  // how long after its last wave a ring is known to be over
	history   = 12 * audio.Rate // for pre-roll and captures
	retryMin  = time.Second
	retryMax  = 15 * time.Second
	faultSure = 3 * time.Second // sound cards stutter; a gap this short is no alert
)

// silenceEnds a call on a line without hook sensor.
const silenceEnds = time.Minute

// Line is one line at work.
type Line struct {
	Config
	heard   *past
	machine *machine

	callers callers

	pos   int64     // samples heard since the source was opened
	posAt time.Time // when that was
	rang  int64     // sample at which the last ring was known to be over
	rec   Recording
	mute  bool         // the recording is stopped by hand
	asks  chan *asking // of other goroutines, answered between two blocks

	mu     sync.Mutex
	status boxapi.LineStatus
}

// New returns a line, idle.
func New(c Config) *Line {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Port == nil {
		c.Port = noPort{}
	}
	if c.Tap == nil {
		c.Tap = noTap{}
	}
	l := &Line{Config: c, heard: newPast(history), asks: make(chan *asking)}
	l.status.Line = boxapi.Line{ID: c.ID, Label: c.Label, State: boxapi.LineIdle}
	l.status.LevelDBm0 = silent
	return l
}

const silent = -99

type noPort struct{}

func (noPort) OffHook() (bool, bool) { return false, false }
func (noPort) Ringing() (bool, bool) { return false, false }

type noTap struct{}

func (noTap) Opened()                  {}
func (noTap) Write([]int16, time.Time) {}
func (noTap) Heard(listen.Event)       {}

// Status is the line as it is now.
func (l *Line) Status() boxapi.LineStatus {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.status
}

// Run serves the line until ctx ends, through every fault of its sound.
func (l *Line) Run(ctx context.Context) {
	fault := faultState{line: l, since: l.Now()}
	for wait := retryMin; ; wait = min(2*wait, retryMax) {
		began := l.Now()
		err := l.open(ctx, &fault)
		if ctx.Err() != nil {
			return
		}
		if l.Now().Sub(began) > retryMax {
			wait = retryMin
		}
		fault.raise(err)
		l.Log.Warn("line has no sound, opening it again", "err", err, "in", wait)
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// open serves one source until it ends.
func (l *Line) open(ctx context.Context, fault *faultState) error {
	source, err := l.Open()
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { source.Close() })
	defer source.Close()
	defer stop()

	_, hookSensor := l.Port.OffHook()
	_, ringSensor := l.Port.Ringing()
	ears := l.NewEars(hookSensor, ringSensor)
	l.pos, l.rang = 0, 0
	l.heard.clear()
	l.Tap.Opened()
	silence := silenceEnds
	if hookSensor {
		silence = 0
	}
	l.machine = newMachine(l.ID, l, silence)
	err = l.listen(source, ears, fault, hookSensor, ringSensor)
	if ctx.Err() != nil {
		l.machine.interrupt("stopped", l.pos)
		return nil
	}
	l.machine.interrupt("line-fault", l.pos)
	return err
}

// listen is the line's loop. An error says why the sound ended.
func (l *Line) listen(source audio.Source, ears Ears, fault *faultState, hookSensor, ringSensor bool) error {
	p := make([]int16, block)
	var wasOff, wasRinging bool
	var level meter
	for {
		n, err := source.Read(p)
		if err != nil {
			if errors.Is(err, io.EOF) {
				return errors.New("the sound has ended")
			}
			return err
		}
		fault.clear()
		l.pos += int64(n)
		l.posAt = l.Now()
		l.heard.write(p[:n])
		l.Tap.Write(p[:n], l.posAt)
		if ringing, _ := l.Port.Ringing(); ringSensor && ringing != wasRinging {
			wasRinging = ringing
			ears.SetRinging(ringing)
			l.rung(ringing, l.pos)
			l.machine.ringing(ringing, l.pos)
			l.Tap.Heard(listen.Event{At: l.pos, Ring: &listen.Ring{On: ringing}})
		}
		if off, _ := l.Port.OffHook(); hookSensor && off != wasOff {
			wasOff = off
			ears.SetHook(off)
			l.machine.hook(off, l.pos)
			l.Tap.Heard(listen.Event{At: l.pos, Hook: &listen.Hook{Off: off}})
		}
		l.answerAsks()
		if l.rec != nil && !l.mute {
			l.rec.Write(p[:n])
		}
		ears.Write(p[:n], func(e listen.Event) {
			if hookSensor && e.Hook != nil || ringSensor && e.Ring != nil {
				return // the board knows better
			}
			l.hear(e, bySound)
		})
		l.hearBeside()
		l.machine.advance(l.pos, ears.Level().DBm0)
		l.show(level.add(ears.Level()))
	}
}

// at is the time of sample pos in Unix ms.
func (l *Line) at(pos int64) int64 {
	return l.posAt.Add(-time.Duration(l.pos-pos) * time.Second / audio.Rate).UnixMilli()
}

// show keeps the level for whoever asks.
func (l *Line) show(levelDBm0 float64, clipping bool) {
	l.mu.Lock()
	l.status.LevelDBm0, l.status.Clipping = levelDBm0, clipping
	l.mu.Unlock()
}

// What the machine asks for.

func (l *Line) newCall(at int64) string {
	var random [4]byte
	rand.Read(random[:])
	when := time.UnixMilli(l.at(at)).UTC().Format("20060102-150405")
	return fmt.Sprintf("%s-%d-%s", when, l.ID, hex.EncodeToString(random[:]))
}

func (l *Line) report(at int64, e boxapi.Event) {
	e.At = l.at(at)
	if c := e.LineChanged; c != nil {
		l.mu.Lock()
		l.status.State, l.status.Call = c.State, c.Call
		l.mu.Unlock()
	}
	l.Report(e)
}

func (l *Line) identified(call string, m *callerid.Message, at int64) {
	c := &boxapi.CallerIdentified{
		Call: call, Line: l.ID, Number: m.Number, Name: m.Name, Time: m.Time,
		Standard: m.Standard, Confidence: m.Confidence, Raw: hex.EncodeToString(m.Raw), BurstEnd: l.at(m.End),
	}
	if m.NumberReason != callerid.Given {
		c.Reason = string(rune(m.NumberReason))
	}
	l.report(at, boxapi.Event{CallerIdentified: c})
}

func (l *Line) unreadable(call string, r *callerid.Rejected, at int64) {
	file := ""
	if l.Captures != nil {
		const before, behind = audio.Rate * 3 / 4, audio.Rate / 4 // seizure and mark are evidence too
		sound := l.heard.between(r.Start-before, r.End+behind)
		file = l.Captures.Keep(fmt.Sprintf("%s-%d", time.UnixMilli(l.at(at)).UTC().Format("20060102-150405.000"), l.ID), sound)
	}
	l.report(at, boxapi.Event{CallerUnreadable: &boxapi.CallerUnreadable{
		Call: call, Line: l.ID, Why: r.Why, Raw: hex.EncodeToString(r.Raw), Capture: file,
	}})
}

func (l *Line) record(call string, d boxapi.Direction, at int64) {
	lead := min(preRoll, l.pos-l.rang+ringTail) // nobody wants to hear it ring
	l.rec, l.mute = l.Recorder.Start(call, d, l.at(at), l.heard.last(lead)), false
}

// rung remembers where the last ring ended.
func (l *Line) rung(on bool, at int64) {
	if !on {
		l.rang = at
	}
}

func (l *Line) stopRecording(_ int64, complete bool) {
	if l.rec != nil {
		l.rec.Finish(complete)
		l.rec = nil
	}
}
