package api

import "embed"

// Labels are the hub's own texts, beside those of the modules.
//
//go:embed labels/*.json
var Labels embed.FS
