// Package sim800 knows SIMCom's 2G modems: SIM800, SIM868 and SIM900.
package sim800

import (
	"time"

	"bellhop/drivers/modem"
)

var Model = modem.Model{
	Name: "SIMCom SIM800",
	Matches: func(id modem.Identity) bool {
		return id.Says("SIM800") || id.Says("SIM868") || id.Says("SIM900")
	},
	// ds may be 0 or 1 only; 2 is an error.
	NewMessage: []string{"2,1,0,1,0", "2,1,0,0,0", "1,1,0,1,0"},
	// GSM alone: one part takes 3 to 6 s, and far longer in a weak cell.
	Submit: 2 * time.Minute,
}
