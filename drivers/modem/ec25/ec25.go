// Package ec25 knows Quectel's LTE modems of the EC20 and EC25 kind.
package ec25

import "bellhop/drivers/modem"

var Model = modem.Model{
	Name: "Quectel EC25",
	Matches: func(id modem.Identity) bool {
		return id.Says("EC25") || id.Says("EC20") || id.Says("EC21") || id.Says("EG25")
	},
	// Announcements may go to another of its USB ports; a full memory is told only
	// when asked for.
	Setup: []string{`+QURCCFG="urcport","usbat"`, `+QINDCFG="smsfull",1`},
	// With ds 2 it announces a report (+CDSI: "SM",0) that can't be read.
	NewMessage: []string{"2,1,0,1,0", "1,1,0,1,0", "2,1,0,0,0"},
}
