// Package all lists the caller ID standards the box can hear and send.
package all

import (
	"fmt"

	"bellhop/drivers/callerid"
	"bellhop/drivers/callerid/bellcore"
	"bellhop/drivers/callerid/bt"
	"bellhop/drivers/callerid/dtmfclip"
	"bellhop/drivers/callerid/etsi"
	"bellhop/drivers/callerid/jclip"
)

// Standards in the order they are tried. The first of a modem reads what that modem
// delivers unless the line's country says otherwise.
var Standards = []callerid.Standard{
	bellcore.Standard, // GR-30: North America, China, Australia
	etsi.Standard,     // EN 300 659: most of Europe
	bt.Standard,       // SIN 227: the United Kingdom
	jclip.Standard,    // NTT: Japan
	dtmfclip.Standard, // DTMF: parts of China, Taiwan, the Nordic countries, India, Brazil
}

// Lookup returns the standard of that name, or the first whose modem has it:
// "bellcore" and "bell202" both find GR-30.
func Lookup(name string) (callerid.Standard, bool) {
	for _, s := range Standards {
		if s.Name == name {
			return s, true
		}
	}
	for _, s := range Standards {
		if s.Modem == name {
			return s, true
		}
	}
	return callerid.Standard{}, false
}

// Encode returns msg as 8 kHz sound by the named standard or modem.
func Encode(standard string, msg callerid.Message) ([]int16, error) {
	s, ok := Lookup(standard)
	if !ok {
		return nil, fmt.Errorf("callerid: standard %q not known", standard)
	}
	return s.Encode(msg, callerid.Sending{})
}
