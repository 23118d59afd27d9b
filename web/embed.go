// Package web holds the built page, for the hub's main to hand to its API.
package web

import (
	"embed"
	"io/fs"
)

// all: takes .keep too, so that the hub builds before the page does.
//
//go:embed all:dist
var dist embed.FS

// Page is the built page; it lacks index.html when it was not built.
func Page() fs.FS {
	page, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // "dist" is a valid path
	}
	return page
}
