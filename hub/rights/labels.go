package rights

import "embed"

// Labels are the words of rights: roles, actions, areas and refusals.
//
//go:embed labels/*.json
var Labels embed.FS
