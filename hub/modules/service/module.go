// Package service is what customers need help with: tickets.
package service

import (
	"embed"

	"bellhop/hub/crm"
)

//go:embed labels/*.json
var labels embed.FS

// Module is what this package adds to the hub.
var Module = crm.Module{
	Name:     "service",
	Entities: []*crm.Entity{&ticket},
	Menu:     []string{"ticket"},
	Labels:   labels,
}
