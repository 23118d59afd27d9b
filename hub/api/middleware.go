package api

import (
	"crypto/subtle"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/crm"
	"bellhop/hub/label"
)

const (
	sessionCookie = "bellhop_session"
	csrfHeader    = "X-CSRF"
	langHeader    = "X-Lang"
	langKey       = "lang"
)

// policy lets scripts come from our files only; styles also from the page's own
// components, which set them inline.
const policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:; " +
	"worker-src 'self' blob:; frame-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// secureHeaders go with every answer.
func secureHeaders(c *fiber.Ctx) error {
	c.Set("X-Content-Type-Options", "nosniff")
	c.Set("X-Frame-Options", "DENY")
	c.Set("Referrer-Policy", "same-origin")
	c.Set("Content-Security-Policy", policy)
	return c.Next()
}

// noStore keeps answers with customers in them out of every cache.
func noStore(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Next()
}

// language settles what language a request without a user is answered in.
func language(c *fiber.Ctx) error {
	wanted := c.Get(langHeader)
	if wanted == "" {
		wanted = c.Get(fiber.HeaderAcceptLanguage)
	}
	c.Locals(langKey, label.Match(wanted))
	return c.Next()
}

// loggedIn finds the user of a request, or ends it.
func (s *Server) loggedIn(c *fiber.Ctx) error {
	if key, shown := bearer(c); shown {
		return s.byKey(c, key)
	}
	session, err := s.Auth.Check(c.UserContext(), c.Cookies(sessionCookie), origin(c))
	if err != nil {
		return err
	}
	who, err := s.Records.WhoAt(c.UserContext(), session.User, session.RightsRev)
	if err != nil {
		return err
	}
	c.Locals(currentKey, &current{session, who})
	return c.Next()
}

// mutates tells whether a method changes something.
func mutates(method string) bool {
	return method != fiber.MethodGet && method != fiber.MethodHead && method != fiber.MethodOptions
}

var errForeign = &crm.Error{Code: crm.Forbidden, Key: "error.foreign_origin"}

// sameOrigin refuses changes that another web site makes a browser send: they lack
// the token only our page can read. No site makes a browser send a key.
func (s *Server) sameOrigin(c *fiber.Ctx) error {
	if !mutates(c.Method()) || keyOf(c) != nil {
		return c.Next()
	}
	if !fromHere(c) {
		return errForeign
	}
	token := c.Get(csrfHeader)
	if subtle.ConstantTimeCompare([]byte(token), []byte(Session(c).CSRF)) != 1 {
		return &crm.Error{Code: crm.Forbidden, Key: "error.csrf"}
	}
	return c.Next()
}

// ownOrigin guards the two requests that come before there is a token.
func ownOrigin(c *fiber.Ctx) error {
	if !fromHere(c) {
		return errForeign
	}
	return c.Next()
}

// fromHere believes Sec-Fetch-Site where a browser sends it, which over plain HTTP
// it does not; then Origin must name this host. Programs send neither.
func fromHere(c *fiber.Ctx) bool {
	if site := c.Get("Sec-Fetch-Site"); site != "" {
		return site == "same-origin" || site == "none"
	}
	origin := c.Get(fiber.HeaderOrigin)
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && strings.EqualFold(u.Host, string(c.Context().Host()))
}
