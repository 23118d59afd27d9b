// Package service is what customers need help with: tickets, and what they were promised: warranties.
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
	Entities: []*crm.Entity{&ticket, &warranty},
	Menu:     []string{"ticket", "warranty"},
	Labels:   labels,
}
