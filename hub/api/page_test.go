package api

import (
	"strings"
	"testing"
	"testing/fstest"

	"bellhop/hub/crm"
)

func TestPage(t *testing.T) {
	o := newOffice(t)
	parts := o.server.Parts
	parts.Page = fstest.MapFS{
		".keep":               {},
		"index.html":          {Data: []byte("<!doctype html>plain")},
		"index.html.br":       {Data: []byte("brotli")},
		"index.html.gz":       {Data: []byte("gzip")},
		"assets/app-1a2b.js":  {Data: []byte("let a")},
		"favicon.svg":         {Data: []byte("<svg/>")},
		"assets/style-99.css": {Data: []byte("a{}")},
	}
	o.server = New(parts)
	nobody := o.anonymous()
	get := func(path string, headers ...string) *answer { return nobody.send("GET", path, nil, headers...) }

	t.Run("variants by Accept-Encoding, each with its own ETag", func(t *testing.T) {
		tags := map[string]bool{}
		for accept, want := range map[string]string{"": "<!doctype html>plain", "gzip, br": "brotli", "gzip": "gzip", "br;q=0, gzip": "gzip", "zstd": "<!doctype html>plain"} {
			a := get("/", "Accept-Encoding", accept).ok()
			if a.text != want || a.header.Get("Vary") != "Accept-Encoding" || !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
				t.Errorf("%q: %q, %v", accept, a.text, a.header)
			}
			tags[a.header.Get("Etag")] = true
		}
		if len(tags) != 3 {
			t.Errorf("%d ETags for three variants", len(tags))
		}
	})
	t.Run("index.html is asked for again, hashed files never", func(t *testing.T) {
		a := get("/")
		if a.header.Get("Cache-Control") != "no-cache" {
			t.Errorf("index.html: %s", a.header.Get("Cache-Control"))
		}
		get("/", "If-None-Match", a.header.Get("Etag")).is(304)
		js := get("/assets/app-1a2b.js").ok()
		if !strings.Contains(js.header.Get("Cache-Control"), "immutable") || !strings.HasPrefix(js.header.Get("Content-Type"), "text/javascript") {
			t.Errorf("asset: %v", js.header)
		}
		if cache := get("/favicon.svg").ok().header.Get("Cache-Control"); cache != "no-cache" {
			t.Errorf("favicon: %s", cache)
		}
	})
	t.Run("the router's addresses get the page, missing files 404", func(t *testing.T) {
		if a := get("/o/customer/123", "Accept", "text/html").ok(); !strings.Contains(a.text, "plain") {
			t.Error(a.text)
		}
		get("/").ok()
		get("/assets/old-77.js").is(404)
		get("/o/customer/123", "Accept", "image/png").is(404)
		get("/.keep").is(404)
		nobody.post("/o/customer", obj{}).is(404)
	})
	t.Run("an unknown address of the API is JSON", func(t *testing.T) {
		o.user("li", crm.Sales).send("GET", "/api/nope", nil, "Accept", "text/html").is(404).want("error.code", "not_found")
	})
	t.Run("headers that keep others out", func(t *testing.T) {
		for _, path := range []string{"/", "/api/health"} {
			h := get(path).ok().header
			if csp := h.Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors 'none'") || !strings.Contains(csp, "default-src 'self'") {
				t.Errorf("%s: %s", path, csp)
			}
			if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") == "" {
				t.Errorf("%s: %v", path, h)
			}
		}
		if cache := get("/api/health").header.Get("Cache-Control"); cache != "no-store" {
			t.Errorf("API: %s", cache)
		}
	})
	t.Run("a hub without its page says so", func(t *testing.T) {
		parts.Page = fstest.MapFS{".keep": {}}
		o.server = New(parts)
		if a := get("/").is(503); !strings.Contains(a.text, "make build") {
			t.Error(a.text)
		}
		get("/api/health").ok()
	})
}
