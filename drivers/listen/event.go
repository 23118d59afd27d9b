// Package listen is one line's ears: it feeds the same samples to the caller ID,
// DTMF, call-progress and ring detectors in parallel and tells what they heard, in
// the order it became certain. It is a push-fed value without goroutines; it never
// blocks and never allocates per sample.
package listen

import "bellhop/drivers/callerid"

// Event is one fact heard on the line. Exactly one of the pointers is set.
type Event struct {
	At int64 // sample index (8 kHz, since the Listener began) at which it became certain

	Caller   *callerid.Message  // a message was read and believed
	Rejected *callerid.Rejected // a burst was heard and not believed
	Digit    *Digit             // a DTMF key was released
	Tone     *Tone              // a call-progress tone was recognised or went away
	Ring     *Ring              // ringing voltage began or stopped
	Hook     *Hook              // the set was lifted or put down, judged by sound alone
}

// Digit is one DTMF key press, Start and End in samples.
type Digit struct {
	Key        byte // 0-9 * # A-D
	Start, End int64
}

// Tone is a call-progress tone: "dial", "ringback", "busy", "congestion",
// "unobtainable". HangUp is set once the cadence has been steady for long enough to
// end a call on it.
type Tone struct {
	Name   string
	On     bool
	HangUp bool
}

// Ring tells one ring of the cadence: On at its start, off at its end.
type Ring struct{ On bool }

// Hook is the state of the set as far as level and background noise tell.
type Hook struct{ Off bool }
