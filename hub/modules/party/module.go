// Package party is whom the office deals with: customers, their people, channels, suppliers, leads, private addresses.
package party

import (
	"embed"

	"bellhop/hub/crm"
)

//go:embed labels/*.json
var labels embed.FS

// Module is what this package adds to the hub.
var Module = crm.Module{
	Name:     "party",
	Entities: []*crm.Entity{&customer, &contact, &lead, &channel, &supplier, &privateContact, &relationType, &relation},
	Menu:     []string{"customer", "contact", "lead", "channel", "supplier", "privatecontact"},
	Labels:   labels,
	Core:     true,
}
