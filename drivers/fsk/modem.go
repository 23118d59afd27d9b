// Package fsk is the frequency-shift keying of caller ID: 1200 bit/s, one tone for
// mark (1) and one for space (0), continuous phase, asynchronous octets. It modulates
// bits and finds and reads bursts; what the octets mean is for the callerid family.
package fsk

// Modem is one way of keying.
type Modem struct {
	Name            string
	MarkHz, SpaceHz float64
	Baud            float64
}

var (
	// Bell202 is used by GR-30 exchanges: North America, China, Australia.
	Bell202 = Modem{Name: "bell202", MarkHz: 1200, SpaceHz: 2200, Baud: 1200}
	// V23 is ITU-T V.23 mode 2, forward channel: ETSI, BT, NTT.
	V23 = Modem{Name: "v23", MarkHz: 1300, SpaceHz: 2100, Baud: 1200}
)

// Modems lists the modems that caller ID uses.
var Modems = []Modem{Bell202, V23}
