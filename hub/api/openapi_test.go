package api

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"bellhop/hub/backup"
	"bellhop/hub/live"
	"bellhop/hub/telephony"
)

// TestOpenAPIDescribesEveryRoute compares the description with the routes there are.
func TestOpenAPIDescribesEveryRoute(t *testing.T) {
	o := newOffice(t)
	parts := o.server.Parts
	parts.Backup = backup.New(backup.Parts{Store: o.store, Data: t.TempDir()})
	parts.Telephony = Telephony{Service: &telephony.Service{}, Live: live.New()}
	var served []string
	for _, route := range New(parts).App().GetRoutes(true) {
		path, isAPI := strings.CutPrefix(route.Path, "/api/")
		if !isAPI || route.Method == "HEAD" {
			continue
		}
		path = regexp.MustCompile(`:(\w+)`).ReplaceAllString(path, "{$1}")
		served = append(served, strings.ToLower(route.Method)+" /"+path)
	}
	described := describedRoutes(t)
	slices.Sort(served)
	for _, route := range served {
		if !slices.Contains(described, route) {
			t.Errorf("openapi.yaml does not describe %s", route)
		}
	}
	for _, route := range described {
		if !slices.Contains(served, route) {
			t.Errorf("openapi.yaml describes %s, which is not there", route)
		}
	}
}

var (
	pathLine   = regexp.MustCompile(`^  (/\S*):$`)
	methodLine = regexp.MustCompile(`^    (get|put|post|delete):`)
)

func describedRoutes(t *testing.T) (routes []string) {
	b, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	path := ""
	for line := range strings.Lines(string(b)) {
		line = strings.TrimRight(line, "\n")
		if line == "components:" {
			return routes
		}
		if m := pathLine.FindStringSubmatch(line); m != nil {
			path = m[1]
		}
		if m := methodLine.FindStringSubmatch(line); m != nil {
			routes = append(routes, m[1]+" "+path)
		}
	}
	return routes
}
