// Package activity is what was said and done with a party: the contact records.
package activity

import (
	"embed"

	"bellhop/hub/crm"
)

//go:embed labels/*.json
var labels embed.FS

// Module is what this package adds to the hub.
var Module = crm.Module{
	Name:     "activity",
	Entities: []*crm.Entity{&activity},
	Menu:     []string{"activity"},
	Labels:   labels,
	Core:     true,
}
