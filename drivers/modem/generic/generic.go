// Package generic is any modem that speaks 3GPP TS 27.005.
package generic

import "bellhop/drivers/modem"

var Model = modem.Model{
	Name:    "generic",
	Matches: func(modem.Identity) bool { return true },
}
