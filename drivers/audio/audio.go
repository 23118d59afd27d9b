// Package audio is where a line's sound comes from and goes to: mono signed 16-bit
// samples at 8 kHz. A sound card, a file and the simulated line are members of the
// family.
package audio

import "errors"

// Rate is the sample rate everywhere inside the firmware, in Hz.
const Rate = 8000

// ErrClosed is returned by Read after Close.
var ErrClosed = errors.New("audio: closed")

// Source delivers samples as they happen. Read blocks until at least one sample is
// there, fills the front of p and returns how many; io.EOF ends a file.
type Source interface {
	Read(p []int16) (n int, err error)
	Close() error
}

// Sink takes samples to play.
type Sink interface {
	Write(p []int16) (n int, err error)
	Close() error
}
