// Package simline is a telephone line without a telephone network: an audio.Source
// that sounds, in real time, what a tap on a line hears when somebody calls, is
// answered, talks and hangs up, or when somebody lifts the set and dials. Nothing
// behind it knows that it is no real line.
package simline

import (
	"errors"
	"sync"
	"time"

	"bellhop/drivers/audio"
	"bellhop/drivers/dsp"
	"bellhop/drivers/tone"
)

// ErrBusy is returned when a call is asked for while another is being played.
var ErrBusy = errors.New("simline: the line is busy")

const block = audio.Rate / 50 // 20 ms

// Levels of what is on the line, dBm0.
const (
	idleNoise = -68 // a quiet pair
	talkNoise = -58 // the set's own noise and sidetone
	toneLevel = -14
	ringLevel = -1 // clipped by the tap
)

// Config is what a Line is made of.
type Config struct {
	Country string  // "" is "CN": its tones and ringing
	Speed   float64 // times real time; 0 is as fast as it is read
	Sensor  bool    // play the hook sensor too
	Seed    uint64  // of the noise
}

// Line is one simulated line. Read and OffHook are for one goroutine; calls may be
// asked for from any.
type Line struct {
	config  Config
	country tone.Country

	mu     sync.Mutex
	steps  []step
	closed bool

	idle, talking *dsp.Noise
	begin, real   time.Time // of sample 0, on the line's clock and on the wall's
	now           int64     // samples read
	offHook       bool
	click         float64 // what is left of the last lift or drop, LSB
}

// step is a stretch of one sound with the set in one position.
type step struct {
	sound   func(p []int16) // fills p; nil is silence
	left    int             // samples
	offHook bool
	rest    bool // the call is over, another may begin
}

// New returns an idle line.
func New(c Config) *Line {
	country, _ := tone.Lookup(c.Country)
	now := time.Now()
	return &Line{
		config: c, country: country, begin: now, real: now,
		idle: dsp.NewNoise(c.Seed, idleNoise), talking: dsp.NewNoise(c.Seed+1, talkNoise),
	}
}

// Read fills the front of p with at most 20 ms, when they are due.
func (l *Line) Read(p []int16) (int, error) {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return 0, audio.ErrClosed
	}
	p = p[:min(len(p), block)]
	clear(p)
	l.play(p)
	l.mu.Unlock()
	l.now += int64(len(p))
	l.pace()
	return len(p), nil
}

// pace waits until the last sample is due. After a pause of the whole machine it
// does not hurry to catch up.
func (l *Line) pace() {
	if l.config.Speed == 0 {
		return
	}
	due := l.real.Add(time.Duration(float64(l.played()) / l.config.Speed))
	switch wait := time.Until(due); {
	case wait > 0:
		time.Sleep(wait)
	case wait < -time.Second:
		l.real = l.real.Add(-wait)
		if l.config.Speed == 1 { // its clock is the wall's
			l.begin = l.begin.Add(-wait)
		}
	}
}

func (l *Line) played() time.Duration { return time.Duration(l.now) * time.Second / audio.Rate }

// Now is the time of the last sample read, on the line's own clock: it runs as fast
// as the line is played.
func (l *Line) Now() time.Time { return l.begin.Add(l.played()) }

// play fills p from the steps, over the noise of the line.
func (l *Line) play(p []int16) {
	for len(p) > 0 {
		n, offHook := len(p), false
		if len(l.steps) > 0 {
			s := &l.steps[0]
			n = min(n, s.left)
			offHook = s.offHook
			if s.sound != nil {
				s.sound(p[:n])
			}
			if s.left -= n; s.left == 0 {
				l.steps = l.steps[1:]
			}
		}
		l.surround(p[:n], offHook)
		p = p[n:]
	}
}

// surround adds the line's noise and the click of lifting or dropping the set.
func (l *Line) surround(p []int16, offHook bool) {
	if offHook != l.offHook {
		l.offHook = offHook
		l.click = 9000
		if !offHook {
			l.click = -9000
		}
	}
	noise := l.idle
	if offHook {
		noise = l.talking
	}
	for i := range p {
		p[i] = dsp.Clip(float64(p[i]) + noise.Next() + l.click)
		l.click *= 0.975 // a coupling capacitor discharging within some 20 ms
	}
}

// OffHook tells what the hook sensor sees, known false where there is none.
func (l *Line) OffHook() (off, known bool) { return l.offHook, l.config.Sensor }

// Ringing is not sensed; it has to be heard.
func (l *Line) Ringing() (ringing, known bool) { return false, false }

// Busy reports whether a call is being played.
func (l *Line) Busy() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.busy()
}

func (l *Line) busy() bool {
	for _, s := range l.steps {
		if !s.rest {
			return true
		}
	}
	return false
}

// start queues steps unless a call is being played.
func (l *Line) start(steps []step) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return audio.ErrClosed
	}
	if l.busy() {
		return ErrBusy
	}
	l.steps = append(l.steps, steps...)
	return nil
}

// Close ends Read with audio.ErrClosed.
func (l *Line) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	return nil
}
