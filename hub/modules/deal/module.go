// Package deal is what may become an order: opportunities.
package deal

import (
	"embed"

	"bellhop/hub/crm"
)

//go:embed labels/*.json
var labels embed.FS

// Module is what this package adds to the hub.
var Module = crm.Module{
	Name:     "deal",
	Entities: []*crm.Entity{&opportunity},
	Menu:     []string{"opportunity"},
	Labels:   labels,
}
