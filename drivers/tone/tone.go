// Package tone holds the call-progress tones and ringing of ten countries (ITU-T
// E.180 Supplement 2 and national norms), plays them, and recognises them on a line.
package tone

import "time"

// Names of call-progress tones, as events carry them.
const (
	Dial         = "dial"
	Ringback     = "ringback"
	Busy         = "busy"
	Congestion   = "congestion"
	Unobtainable = "unobtainable"
	Waiting      = "waiting"
	Howler       = "howler"
)

// Signal is one tone: its frequencies, sounded together, and its cadence.
type Signal struct {
	Name    string
	Hz      []float64
	AMHz    float64         // amplitude modulation of the first frequency, full depth; 0 is none
	Cadence []time.Duration // on, off, on, off …, repeated; empty is continuous
	DropDB  float64         // each second on-period is this much weaker (Australian congestion)
}

// Ring is the ringing voltage and its cadence: on, off, on, off …
type Ring struct {
	Hz      float64
	Cadence []time.Duration
}

// Country is one network's set of signals.
type Country struct {
	Code    string // ISO 3166, with UK for Great Britain
	Signals []Signal
	Ring    Ring
}

// Signal returns the signal of that name, ok false when the network has none.
func (c Country) Signal(name string) (Signal, bool) {
	for _, s := range c.Signals {
		if s.Name == name {
			return s, true
		}
	}
	return Signal{}, false
}

// Lookup returns the country of that code; an unknown or empty code gives China, ok
// false.
func Lookup(code string) (Country, bool) {
	for _, c := range Countries {
		if c.Code == code || c.Code == "UK" && code == "GB" {
			return c, true
		}
	}
	return Countries[0], false
}

func ms(d ...int) []time.Duration {
	c := make([]time.Duration, len(d))
	for i, v := range d {
		c[i] = time.Duration(v) * time.Millisecond
	}
	return c
}
