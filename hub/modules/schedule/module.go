// Package schedule is what someone means to do at a certain time.
package schedule

import (
	"embed"

	"bellhop/hub/crm"
)

//go:embed labels/*.json
var labels embed.FS

// Module is what this package adds to the hub.
var Module = crm.Module{
	Name:     "schedule",
	Entities: []*crm.Entity{&entry},
	Menu:     []string{"schedule"},
	Labels:   labels,
}
