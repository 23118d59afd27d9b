package listen

import (
	"bytes"
	"math"

	"bellhop/drivers/callerid"
	"bellhop/drivers/callerid/all"
	"bellhop/drivers/fsk"
)

// burst takes an FSK burst that was read to its end.
func (l *Listener) burst(reader *all.Reader, f *fsk.Frame) {
	raw := bytes.Clone(f.Octets)
	if !f.Good {
		l.reject(reader, f, raw)
		return
	}
	m, err := reader.Parse(raw)
	if err != nil {
		l.reject(reader, f, raw)
		return
	}
	m.Modem = reader.Modem.Name
	m.Start, m.End = f.Start, f.End
	m.Confidence = confidence(f)
	m.Repaired = f.Repaired
	if l.lastID.Raw != nil && m.Start < l.lastID.End && bytes.Equal(m.Raw, l.lastID.Raw) {
		return // the other modem read the same burst
	}
	l.lastID = m
	l.say(Event{Caller: &m})
}

// doubt is why a message whose sum is right was not believed: another was nearly as
// likely, and an 8-bit sum does not tell them apart.
const doubt = "doubt"

// confidence is 1 for a message whose likeliest reading had the right sum, and falls
// with how much had to be given up for it.
func confidence(f *fsk.Frame) float64 {
	c := math.Exp(-f.Margin/8) * (1 - f.Doubt)
	if f.Repaired > 0 {
		c = math.Min(c, 0.9)
	}
	return math.Max(0.1, c)
}

// reject reports a burst that looked like caller ID: a whole frame, or a beginning
// of some octets that then broke off.
func (l *Listener) reject(reader *all.Reader, f *fsk.Frame, raw []byte) {
	const enough = 6
	if len(raw) < enough || f.Fit < 0.75 || f.Fit > 1.3 || f.Scatter > 0.35 || !reader.Known(raw[0]) {
		return
	}
	why := "carrier"
	if f.Done {
		why = doubt
		if _, err := reader.Parse(raw); err != nil {
			why = callerid.Why(err)
		}
	}
	l.say(Event{Rejected: &callerid.Rejected{
		Modem: reader.Modem.Name, Raw: raw, Why: why, Start: f.Start, End: f.End,
	}})
}
