// Package product is what the office sells: the catalogue quotes, orders and interests point to.
package product

import (
	"embed"

	"bellhop/hub/crm"
)

//go:embed labels/*.json
var labels embed.FS

// Module is what this package adds to the hub.
var Module = crm.Module{
	Name:     "product",
	Entities: []*crm.Entity{&product},
	Menu:     []string{"product"},
	Labels:   labels,
}
