// Package quote is what was offered at what price.
package quote

import (
	"embed"

	"bellhop/hub/crm"
)

//go:embed labels/*.json
var labels embed.FS

// Module is what this package adds to the hub.
var Module = crm.Module{
	Name:     "quote",
	Entities: []*crm.Entity{&quote},
	Menu:     []string{"quote"},
	Labels:   labels,
}
