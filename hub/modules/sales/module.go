// Package sales is what was ordered, and what of it is still unpaid.
package sales

import (
	"embed"

	"bellhop/hub/crm"
)

//go:embed labels/*.json
var labels embed.FS

// Module is what this package adds to the hub.
var Module = crm.Module{
	Name:     "sales",
	Entities: []*crm.Entity{&order, &receipt},
	Menu:     []string{"order", "receipt"},
	Labels:   labels,
}
