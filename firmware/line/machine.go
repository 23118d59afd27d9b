package line

import (
	"time"

	"bellhop/drivers/audio"
	"bellhop/drivers/callerid"
	"bellhop/drivers/listen"
	"bellhop/firmware/boxapi"
)

// How long things have to last, on the line's own clock of samples.
const (
	// ringStopped without a ring ends a call nobody answered. The longest legal pause
	// is four seconds; a second and a half is for exchanges that stretch it.
	ringStopped = 5500 * time.Millisecond
	// ringExpected is how long a caller ID sent early may wait for the first ring.
	ringExpected = 8 * time.Second
	// onHookSure tells a set put down from a hook flash.
	onHookSure = 600 * time.Millisecond
	// talkBegins after ringback has stopped, unless a busy tone follows.
	talkBegins = time.Second
	// talkAssumed after the last key where the network plays no ringback.
	talkAssumed = 12 * time.Second
	// burstAfterAnswer is how late the burst of a call answered early may come.
	burstAfterAnswer = 4 * time.Second
	// unreadableKept is how long a burst heard before the first ring waits for it.
	unreadableKept = 6 * time.Second
	// unreadablePause keeps a noisy idle line from filling the log.
	unreadablePause = time.Minute
	// releasedKept ends the wait for the set to be put down after a busy tone.
	releasedKept = 2 * time.Minute
	// strayRing is how soon after a ring heard in mid-call a second one proves that
	// the set was put down unnoticed.
	strayRing = 8 * time.Second

	// livelyWindow is looked at behind a ringback tone: no network's sounds for more
	// than two fifths of it, people do.
	livelyWindow = 5 * time.Second
	livelyShare  = 0.55
	livelyDBm0   = -42

	unreadablePerCall = 3
	loudDBm0          = -50 // anything below is silence on a call
)

func samples(d time.Duration) int64 { return int64(d * audio.Rate / time.Second) }

// state of the line as the machine sees it. It is finer than boxapi.LineState.
type state int

const (
	idle state = iota
	ringing
	talking
	released // off-hook, but the call is over: a busy tone plays
)

// actions is what the machine asks of its surroundings. Positions are samples.
type actions interface {
	newCall(at int64) string
	report(at int64, e boxapi.Event)
	identified(call string, m *callerid.Message, at int64)
	unreadable(call string, r *callerid.Rejected, at int64)
	record(call string, d boxapi.Direction, at int64)
	stopRecording(at int64, complete bool)
}

// machine is the state of one line. It is told what happens, in the order of samples,
// and reports what it means; it has no clock of its own and is used by one goroutine.
type machine struct {
	id      int
	do      actions
	silence time.Duration // ends a call where no sensor sees the hook; 0 is never

	now   int64
	state state
	off   bool // the set is lifted
	ring  struct {
		on   bool
		last int64 // when it last began or stopped
		any  bool  // in this call
		late int64 // a ring heard in mid-call
	}
	call callState

	early         *callerid.Rejected // heard while idle; belongs to the call whose ring follows
	earlyAt       int64
	lastReported  int64 // the last unreadable burst reported without a call
	everReported  bool
	onHookAt      int64 // the set was put down, not yet sure; -1 none
	releasedSince int64
	loudAt        int64
}

// callState is what is known of the call in progress.
type callState struct {
	id         string
	direction  boxapi.Direction
	answered   bool
	answeredAt int64
	known      *callerid.Message
	unreadable int

	digits    []byte
	lastDigit int64
	ringback  bool
	ringEnded int64 // ringback stopped; -1 while it plays or none came
	lively    lively
	toneAt    int64 // a busy tone began; -1 none
}

func newMachine(id int, do actions, silence time.Duration) *machine {
	return &machine{id: id, do: do, silence: silence, onHookAt: -1}
}

// hear takes one fact from the ears.
func (m *machine) hear(e listen.Event) {
	switch {
	case e.Caller != nil:
		m.caller(e.Caller, e.At)
	case e.Rejected != nil:
		m.rejected(e.Rejected, e.At)
	case e.Digit != nil:
		m.digit(e.Digit.Key, e.At)
	case e.Tone != nil:
		m.tone(*e.Tone, e.At)
	case e.Ring != nil:
		m.ringing(e.Ring.On, e.At)
	case e.Hook != nil:
		m.hook(e.Hook.Off, e.At)
	}
}

// ringing takes the start and the end of a ring.
func (m *machine) ringing(on bool, at int64) {
	if on == m.ring.on && m.state == ringing {
		return
	}
	m.ring.on, m.ring.last = on, at
	switch m.state {
	case idle, released:
		if on {
			m.start(boxapi.Incoming, at)
			m.ring.any = true
		}
	case ringing:
		m.ring.any = m.ring.any || on
	case talking:
		if on && m.call.direction == boxapi.Incoming {
			m.ringInTalk(at)
		}
	}
}

// ringInTalk judges a ring while the set is believed to be lifted: there can't be one,
// so either sound was mistaken for a ring, or the set was put down unnoticed.
func (m *machine) ringInTalk(at int64) {
	first := m.ring.late
	m.ring.late = at
	if first == 0 || at-first > samples(strayRing) {
		return
	}
	m.end(boxapi.OutcomeAnswered, "on-hook", first)
	m.setIdle(at)
	m.start(boxapi.Incoming, at)
	m.ring.on, m.ring.any = true, true
}

// hook takes the position of the set.
func (m *machine) hook(off bool, at int64) {
	m.off = off
	switch {
	case m.state == talking && !off:
		if m.onHookAt < 0 {
			m.onHookAt = at
		}
	case m.state == talking:
		m.onHookAt = -1 // a flash
	case m.state == released && !off:
		m.setIdle(at)
	case m.state == ringing && off:
		m.answer(at)
		m.lineTalking(at)
		m.do.record(m.call.id, m.call.direction, at)
	case m.state == idle && off:
		m.start(boxapi.Outgoing, at)
		m.do.record(m.call.id, m.call.direction, at)
	}
}

// caller takes a believed caller ID. Nothing keyed while the set is lifted is one.
func (m *machine) caller(c *callerid.Message, at int64) {
	if c.Waiting != nil && c.Number == "" && c.NumberReason == callerid.Given {
		return // the message lamp, not a call
	}
	switch m.state {
	case idle:
		m.start(boxapi.Incoming, at)
		m.identify(c, at)
	case ringing:
		m.identify(c, at)
	case talking:
		if m.call.direction == boxapi.Incoming && m.belongs(c) {
			m.identify(c, at)
		}
	}
}

// belongs reports whether a message that became certain after the call was answered
// is still this call's.
func (m *machine) belongs(c *callerid.Message) bool {
	if c.Modem == "dtmf" {
		return c.End <= m.call.answeredAt
	}
	return c.Start <= m.call.answeredAt+samples(burstAfterAnswer)
}

func (m *machine) identify(c *callerid.Message, at int64) {
	if k := m.call.known; k != nil && (k.Confidence >= c.Confidence || k.Number == c.Number) {
		return // sent twice
	}
	m.call.known = c
	m.do.identified(m.call.id, c, at)
}

// rejected takes a burst that was not believed.
func (m *machine) rejected(r *callerid.Rejected, at int64) {
	switch m.state {
	case idle:
		m.early, m.earlyAt = r, at
	case ringing:
		m.tellUnreadable(r, at)
	case talking:
		if m.call.direction == boxapi.Incoming && r.Modem != "dtmf" && r.Start <= m.call.answeredAt+audio.Rate {
			m.tellUnreadable(r, at)
		}
	}
}

func (m *machine) tellUnreadable(r *callerid.Rejected, at int64) {
	if m.call.known != nil || m.call.unreadable == unreadablePerCall {
		return
	}
	m.call.unreadable++
	m.do.unreadable(m.call.id, r, at)
}

// digit takes a key pressed on the set.
func (m *machine) digit(key byte, at int64) {
	if m.state == released && m.off {
		m.start(boxapi.Outgoing, at) // dialled on without putting the set down
		m.do.record(m.call.id, m.call.direction, at)
	}
	if m.state != talking || m.call.direction != boxapi.Outgoing || m.call.answered {
		return
	}
	m.call.digits = append(m.call.digits, key)
	m.call.lastDigit = at
	m.do.report(at, boxapi.Event{NumberDialled: &boxapi.NumberDialled{Call: m.call.id, Number: string(m.call.digits)}})
}

// tone takes a call-progress tone.
func (m *machine) tone(t listen.Tone, at int64) {
	if m.state != talking {
		return
	}
	switch t.Name {
	case "ringback":
		m.call.ringback = m.call.ringback || t.On
		m.call.ringEnded = -1
		if !t.On {
			m.call.ringEnded = at
		}
	case "dial":
		if t.HangUp && m.call.answered {
			m.release(at)
		}
	default:
		m.busy(t, at)
	}
}

// busy takes a tone that says there is nobody at the other end (any more).
func (m *machine) busy(t listen.Tone, at int64) {
	switch {
	case t.HangUp:
		m.release(at)
	case t.On:
		m.call.toneAt, m.call.ringEnded = at, -1
	default:
		m.call.toneAt = -1
	}
}

// release ends the call while the set is still lifted.
func (m *machine) release(at int64) {
	outcome := boxapi.OutcomeMissed
	if m.call.answered {
		outcome = boxapi.OutcomeAnswered
	}
	m.end(outcome, "busy-tone", at)
	m.state, m.releasedSince = released, at
	m.onHookAt = -1
	m.do.report(at, boxapi.Event{LineChanged: &boxapi.LineChanged{Line: m.id, State: boxapi.LineTalking}})
	if !m.off {
		m.setIdle(at)
	}
}

// advance tells that the line has been heard up to sample now, whose last 20 ms had
// levelDBm0.
func (m *machine) advance(now int64, levelDBm0 float64) {
	m.now = now
	if levelDBm0 > loudDBm0 {
		m.loudAt = now
	}
	switch m.state {
	case idle:
		m.forgetEarly()
	case ringing:
		m.ringTimeout()
	case talking:
		if m.call.ringback && !m.call.answered && m.call.lively.add(levelDBm0 > livelyDBm0) {
			m.answer(now - samples(time.Duration(livelyShare*float64(livelyWindow))))
		}
		m.talkTimeouts()
	case released:
		if now-m.releasedSince > samples(releasedKept) && m.silence > 0 {
			m.setIdle(now)
		}
	}
}

// forgetEarly reports an unreadable burst that no ring followed.
func (m *machine) forgetEarly() {
	if m.early == nil || m.now-m.earlyAt < samples(unreadableKept) {
		return
	}
	if !m.everReported || m.earlyAt-m.lastReported >= samples(unreadablePause) {
		m.do.unreadable("", m.early, m.earlyAt)
		m.everReported, m.lastReported = true, m.earlyAt
	}
	m.early = nil
}

func (m *machine) ringTimeout() {
	limit := samples(ringStopped)
	if !m.ring.any {
		limit = samples(ringExpected)
	}
	if m.ring.on {
		limit *= 3 // the end of a ring may have been missed
	}
	if m.now-m.ring.last < limit {
		return
	}
	m.end(boxapi.OutcomeMissed, "ring-stopped", m.ring.last)
	m.setIdle(m.now)
}

func (m *machine) talkTimeouts() {
	c := &m.call
	switch {
	case m.onHookAt >= 0 && m.now-m.onHookAt >= samples(onHookSure):
		m.putDown()
		return
	case m.silence > 0 && m.now-m.loudAt > samples(m.silence):
		m.hungUp("silence", m.now)
		return
	}
	if c.direction == boxapi.Incoming || c.answered || c.toneAt >= 0 {
		return
	}
	switch { // nothing on an analogue line says that an outgoing call was answered
	case c.ringback && c.ringEnded >= 0 && m.now-c.ringEnded >= samples(talkBegins):
		m.answer(c.ringEnded)
	case !c.ringback && len(c.digits) > 0 && m.now-c.lastDigit >= samples(talkAssumed):
		m.answer(m.now)
	}
}

// putDown ends the call when the set was put down. By sound alone that is known only
// after a long silence: the call ended with the last sound.
func (m *machine) putDown() {
	at := m.onHookAt
	if m.silence > 0 {
		at = min(at, max(m.loudAt, m.call.answeredAt))
	}
	m.hungUp("on-hook", at)
}

// hungUp ends a call that was in talk and leaves the line idle.
func (m *machine) hungUp(why string, at int64) {
	outcome := boxapi.OutcomeMissed
	if m.call.answered {
		outcome = boxapi.OutcomeAnswered
	}
	m.end(outcome, why, at)
	m.setIdle(at)
}

// interrupt ends whatever is going on: the sound is gone or the firmware stops.
func (m *machine) interrupt(why string, at int64) {
	switch m.state {
	case ringing, talking:
		m.do.stopRecording(at, false)
		m.ended(boxapi.OutcomeInterrupted, why, at)
	}
	if m.state != idle {
		m.setIdle(at)
	}
	m.early = nil
}

// start opens a call.
func (m *machine) start(d boxapi.Direction, at int64) {
	m.call = callState{id: m.do.newCall(at), direction: d, ringEnded: -1, toneAt: -1}
	m.ring.any, m.ring.late, m.ring.last = false, 0, at
	m.onHookAt, m.loudAt = -1, at
	m.do.report(at, boxapi.Event{CallStarted: &boxapi.CallStarted{Call: m.call.id, Line: m.id, Direction: d}})
	if d == boxapi.Outgoing {
		m.lineTalking(at)
	} else {
		m.state = ringing
		m.do.report(at, boxapi.Event{LineChanged: &boxapi.LineChanged{Line: m.id, State: boxapi.LineRinging, Call: m.call.id}})
		if m.early != nil && at-m.earlyAt < samples(unreadableKept) {
			m.tellUnreadable(m.early, at)
		}
	}
	m.early = nil
}

func (m *machine) answer(at int64) {
	m.call.answered, m.call.answeredAt = true, at
	m.do.report(at, boxapi.Event{CallAnswered: &boxapi.CallAnswered{Call: m.call.id}})
}

// lively measures how much of a while was sound, in blocks of 20 ms. Behind a ringback
// tone it hears the other side speak, long before the tone is certainly over.
type lively struct {
	loud  [livelyWindow / (20 * time.Millisecond)]bool
	at, n int // next block; blocks that were loud
}

// add takes the next block and reports whether it is lively.
func (l *lively) add(loud bool) bool {
	if l.loud[l.at] {
		l.n--
	}
	if loud {
		l.n++
	}
	l.loud[l.at] = loud
	l.at = (l.at + 1) % len(l.loud)
	return float64(l.n) > livelyShare*float64(len(l.loud))
}

func (m *machine) lineTalking(at int64) {
	m.state, m.loudAt = talking, at
	m.do.report(at, boxapi.Event{LineChanged: &boxapi.LineChanged{Line: m.id, State: boxapi.LineTalking, Call: m.call.id}})
}

func (m *machine) end(outcome boxapi.Outcome, why string, at int64) {
	m.do.stopRecording(at, true)
	m.ended(outcome, why, at)
}

func (m *machine) ended(outcome boxapi.Outcome, why string, at int64) {
	m.do.report(at, boxapi.Event{CallEnded: &boxapi.CallEnded{
		Call: m.call.id, Outcome: outcome, TalkMS: m.talkMS(at), Why: why,
	}})
	m.call = callState{}
}

// talkMS is how long the two sides could talk: up to the busy tone, if one ended it.
func (m *machine) talkMS(at int64) int64 {
	if !m.call.answered {
		return 0
	}
	if m.call.toneAt >= 0 {
		at = min(at, m.call.toneAt)
	}
	return max(at-m.call.answeredAt, 0) * 1000 / audio.Rate
}

func (m *machine) setIdle(at int64) {
	m.state, m.onHookAt, m.off = idle, -1, false
	m.ring.on = false
	m.do.report(at, boxapi.Event{LineChanged: &boxapi.LineChanged{Line: m.id, State: boxapi.LineIdle}})
}
