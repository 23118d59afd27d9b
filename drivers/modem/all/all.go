// Package all lists the modems the box knows.
package all

import (
	"bellhop/drivers/modem"
	"bellhop/drivers/modem/ec25"
	"bellhop/drivers/modem/generic"
	"bellhop/drivers/modem/sim800"
)

// Models in the order tried; generic takes what no other knows.
var Models = []modem.Model{
	ec25.Model,   // Quectel EC20, EC21, EC25
	sim800.Model, // SIMCom SIM800, 868, 900: 2G
	generic.Model,
}
