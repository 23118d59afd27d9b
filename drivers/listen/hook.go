package listen

import (
	"bellhop/drivers/dsp"
	"bellhop/drivers/tone"
)

// hook judges by sound whether the set is lifted, where nothing else tells: a dial
// tone or a key means it is, so does sound that goes on between and after rings; a
// long silence or a steady busy tone means it is not.
type hook struct {
	lively    int   // blocks of 20 ms with sound, leaking away in silence
	silent    int   // blocks of silence in a row
	quietFrom int64 // no judgement before: a ring or a burst has just been
	dialled   bool
	dial      bool
	hungUp    bool
}

const (
	silenceDBm0  = -52
	livelyEnough = 60      // 1.2 s of sound
	silentEnough = 15 * 50 // 15 s of silence
	busyEnough   = 2 * 50  // silence after a hang-up tone
	afterRing    = dsp.Rate / 2
	afterBurst   = dsp.Rate / 5
)

func (h *hook) tone(t tone.Heard) {
	switch {
	case t.On && t.Name == tone.Dial:
		h.dial = true
	case t.On && t.HangUp:
		h.hungUp = true
	}
}

func (h *hook) ring(on bool, now int64) {
	h.lively = 0
	h.hungUp = false
	h.quietFrom = now + afterRing
}

func (h *hook) key(int64) { h.dialled = true }

// judgeHook looks at the block of 20 ms that has just been measured.
func (l *Listener) judgeHook() {
	h := &l.hook
	if l.ringing || l.now < h.quietFrom || l.bank.Busy() {
		h.lively = 0
		return
	}
	if l.meter.Level().DBm0 > silenceDBm0 {
		h.silent = 0
		h.lively++
	} else {
		h.silent++
		if h.lively > 0 && h.silent > 25 {
			h.lively--
		}
	}
	switch {
	case !l.off && (h.dial || h.lively > livelyEnough):
		l.setHookBySound(true)
	case l.off && (h.silent > silentEnough || h.hungUp && h.silent > busyEnough):
		l.setHookBySound(false)
	}
}

func (l *Listener) setHookBySound(off bool) {
	l.hook = hook{quietFrom: l.hook.quietFrom}
	l.off = off
	l.clip.reset()
	l.say(Event{Hook: &Hook{Off: off}})
}
