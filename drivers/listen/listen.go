package listen

import (
	"bellhop/drivers/callerid"
	"bellhop/drivers/callerid/all"
	"bellhop/drivers/dsp"
	"bellhop/drivers/dtmf"
	"bellhop/drivers/fsk"
	"bellhop/drivers/tone"
)

// Config says what is known of the line.
type Config struct {
	Country string // of all.Profiles: "CN", "US", …; "" is "CN"; "auto" takes whatever is heard

	HookSensor bool // SetHook will be told: do not judge the hook by sound
	RingSensor bool // SetRinging will be told: do not judge ringing by sound
}

// Listener is one line's ears. It is used by one goroutine.
type Listener struct {
	config Config
	now    int64 // samples heard
	meter  dsp.Meter

	bank  *fsk.Bank
	keys  *dtmf.Detector
	tones *tone.Detector
	rings *tone.RingDetector
	clip  clip
	hook  hook
	past  past

	off     bool // the set is lifted
	ringing bool
	lastID  callerid.Message
	emit    func(Event)
	nothing func(Event)
}

// New returns a Listener for one line.
func New(c Config) *Listener {
	profile, _ := all.ProfileOf(c.Country)
	c.Country = profile.Country
	l := &Listener{config: c, nothing: func(Event) {}}
	l.clip.forms = profile.Clip
	l.emit = l.nothing
	readers := all.Readers(c.Country)
	receivers := make([]*fsk.Receiver, len(readers))
	for i := range readers {
		receivers[i] = fsk.NewReceiver(readers[i].Modem, readers[i].Grammar, readers[i].Check)
	}
	l.bank = fsk.NewBank(receivers...)
	l.bank.Heard = func(i int, f *fsk.Frame) { l.burst(&readers[i], f) }
	l.keys = dtmf.NewDetector(l.key)
	l.tones = tone.NewDetector(c.Country, l.tone)
	l.rings = tone.NewRingDetector(l.ring)
	return l
}

// chunk is how many samples the detectors take in turn: facts come in the order they
// became certain, to 5 ms.
const chunk = 40

// Write hears p, 8 kHz mono, and calls emit for every fact that became certain.
func (l *Listener) Write(p []int16, emit func(Event)) {
	l.emit = emit
	for len(p) > 0 {
		n := min(chunk, len(p))
		l.hear(p[:n])
		p = p[n:]
	}
	l.emit = l.nothing
}

func (l *Listener) hear(p []int16) {
	l.now += int64(len(p))
	if l.meter.Write(p) && !l.config.HookSensor {
		l.judgeHook()
	}
	l.past.write(p)
	l.bank.Write(p)
	l.keys.Write(p)
	l.tones.Write(p)
	if !l.config.RingSensor {
		l.rings.Write(p, l.tones.Tonal())
	}
	l.expireKeys()
}

func (l *Listener) say(e Event) {
	e.At = l.now
	l.emit(e)
}

// SetHook tells what the hook sensor sees. Digits off-hook are dialling, on-hook
// they may spell a caller.
func (l *Listener) SetHook(off bool) {
	if off != l.off {
		l.clip.reset()
	}
	l.off = off
}

// SetRinging tells what the ring detector of the board sees.
func (l *Listener) SetRinging(on bool) { l.ringing = on }

// Level returns the measurement of the last 20 ms.
func (l *Listener) Level() dsp.Level { return l.meter.Level() }

// Clipped counts the samples at the rails since the Listener began.
func (l *Listener) Clipped() int64 { return l.meter.Clipped() }

// Now returns how many samples were heard.
func (l *Listener) Now() int64 { return l.now }

func (l *Listener) tone(h tone.Heard) {
	l.hook.tone(h)
	l.say(Event{Tone: &Tone{Name: h.Name, On: h.On, HangUp: h.HangUp}})
}

func (l *Listener) ring(on bool, _ int64) {
	l.ringing = on
	l.hook.ring(on, l.now)
	l.say(Event{Ring: &Ring{On: on}})
}
