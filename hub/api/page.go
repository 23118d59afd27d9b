package api

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"mime"
	"path"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// asset is one file of the page with the compressed variants built beside it.
type asset struct {
	kind     string // Content-Type
	variants []variant
}

type variant struct {
	file     string
	encoding string // "br", "gzip", "" for plain
	etag     string
}

// encodings in the order preferred.
var encodings = []struct{ suffix, name string }{{".br", "br"}, {".gz", "gzip"}, {"", ""}}

// pages serves the built page: hashed files for ever, index.html by its ETag, and
// index.html for every address that is the page's own affair.
func (s *Server) pages() fiber.Handler {
	assets, err := findAssets(s.Page)
	index, built := assets["index.html"]
	if err != nil || !built {
		return notBuilt
	}
	return func(c *fiber.Ctx) error {
		if c.Method() != fiber.MethodGet && c.Method() != fiber.MethodHead {
			return fiber.ErrNotFound
		}
		name := strings.TrimPrefix(path.Clean("/"+c.Path()), "/")
		if a, ok := assets[name]; ok && name != "index.html" {
			if strings.HasPrefix(name, "assets/") {
				c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
			} else {
				c.Set(fiber.HeaderCacheControl, "no-cache")
			}
			return s.send(c, a)
		}
		if !pageAddress(c, name) {
			return c.Status(fiber.StatusNotFound).SendString("not found")
		}
		c.Set(fiber.HeaderCacheControl, "no-cache")
		return s.send(c, index)
	}
}

// pageAddress tells an address the page's router knows from a file that is missing:
// a page of a version before asks for pieces that are gone, and must get 404.
func pageAddress(c *fiber.Ctx, name string) bool {
	if name == "" || name == "index.html" {
		return true
	}
	accept := c.Get(fiber.HeaderAccept)
	return path.Ext(name) == "" && (strings.Contains(accept, "text/html") || accept == "" || accept == "*/*")
}

func findAssets(page fs.FS) (map[string]asset, error) {
	assets := map[string]asset{}
	if page == nil {
		return assets, nil
	}
	err := fs.WalkDir(page, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(name, ".br") || strings.HasSuffix(name, ".gz") || path.Base(name) == ".keep" {
			return err
		}
		a := asset{kind: contentType(name)}
		for _, e := range encodings {
			b, err := fs.ReadFile(page, name+e.suffix)
			if err != nil {
				continue
			}
			sum := sha256.Sum256(b)
			a.variants = append(a.variants, variant{name + e.suffix, e.name, `"` + hex.EncodeToString(sum[:8]) + `"`})
		}
		assets[name] = a
		return nil
	})
	return assets, err
}

// contentType does not ask the system's table, which may call .js text/plain.
func contentType(name string) string {
	switch ext := path.Ext(name); ext {
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".html":
		return "text/html; charset=utf-8"
	case ".json", ".webmanifest":
		return "application/json; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	default:
		if kind := mime.TypeByExtension(ext); kind != "" {
			return kind
		}
		return "application/octet-stream"
	}
}

func (s *Server) send(c *fiber.Ctx, a asset) error {
	c.Vary(fiber.HeaderAcceptEncoding)
	v := pick(a.variants, c.Get(fiber.HeaderAcceptEncoding))
	c.Set(fiber.HeaderETag, v.etag)
	if strings.Contains(c.Get(fiber.HeaderIfNoneMatch), v.etag) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	b, err := fs.ReadFile(s.Page, v.file)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, a.kind)
	if v.encoding != "" {
		c.Set(fiber.HeaderContentEncoding, v.encoding)
	}
	return c.Send(b)
}

// pick takes the first variant the browser understands; the plain one is last.
func pick(variants []variant, accept string) variant {
	for _, v := range variants {
		if v.encoding == "" || accepts(accept, v.encoding) {
			return v
		}
	}
	return variants[len(variants)-1]
}

func accepts(header, encoding string) bool {
	for _, part := range strings.Split(header, ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(name), encoding) {
			q = strings.ReplaceAll(q, " ", "")
			return q != "q=0" && q != "q=0.0"
		}
	}
	return false
}

// notBuilt is what a browser sees of a hub that was built without its page.
func notBuilt(c *fiber.Ctx) error {
	c.Status(fiber.StatusServiceUnavailable).Type("html", "utf-8")
	return c.SendString(`<!doctype html><meta charset="utf-8"><title>Bellhop</title>
<body style="font:16px/1.6 system-ui,sans-serif;max-width:34em;margin:15vh auto;padding:0 1em">
<h1 style="font-size:1.3em">Bellhop is running, but its page was not built</h1>
<p>Build it with <code>make build</code> and start the hub again.</p>
<p>铃客已启动，但网页尚未构建。请运行 <code>make build</code>，然后重新启动。</p>`)
}
