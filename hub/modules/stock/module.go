// Package stock is what comes into the office's store, and what it cost. Goods leave it
// elsewhere; a product's quantity and value are kept on the product itself.
package stock

import (
	"embed"

	"bellhop/hub/crm"
)

//go:embed labels/*.json
var labels embed.FS

// Module is what this package adds to the hub.
var Module = crm.Module{
	Name:     "stock",
	Entities: []*crm.Entity{&receipt},
	Menu:     []string{"stockin"},
	Labels:   labels,
}
