package listen

import "bellhop/drivers/dsp"

// Config says what is known of the line.
type Config struct {
	Country string // "CN", "US", …; "" is "CN"; "auto" takes whatever is heard

	HookSensor bool // SetHook will be told: do not judge the hook by sound
	RingSensor bool // SetRinging will be told: do not judge ringing by sound
}

// Listener is one line's ears. It is used by one goroutine.
type Listener struct {
	config Config
	now    int64 // samples heard
	meter  dsp.Meter
	off    bool // hook: the set is lifted
	ringOn bool
}

// New returns a Listener for one line.
func New(c Config) *Listener {
	if c.Country == "" {
		c.Country = "CN"
	}
	return &Listener{config: c}
}

// Write hears p, 8 kHz mono, and calls emit for every fact that became certain.
func (l *Listener) Write(p []int16, emit func(Event)) {
	l.meter.Write(p)
	l.now += int64(len(p))
}

// SetHook tells what the hook sensor sees. Digits off-hook are dialling, on-hook
// they may spell a caller.
func (l *Listener) SetHook(off bool) { l.off = off }

// SetRinging tells what the ring detector of the board sees.
func (l *Listener) SetRinging(on bool) { l.ringOn = on }

// Level returns the measurement of the last 20 ms.
func (l *Listener) Level() dsp.Level { return l.meter.Level() }

// Clipped counts the samples at the rails since the Listener began.
func (l *Listener) Clipped() int64 { return l.meter.Clipped() }

// Now returns how many samples were heard.
func (l *Listener) Now() int64 { return l.now }
