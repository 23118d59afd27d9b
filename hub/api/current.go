package api

import (
	"github.com/gofiber/fiber/v2"

	"bellhop/hub/auth"
	"bellhop/hub/crm"
	"bellhop/hub/rights"
)

// current is who asks, fixed at the start of a request.
type current struct {
	session *auth.Session
	rights  *rights.Rights
}

const currentKey = "current"

// Rights returns what the user of this request may do; Rights.User is the user. It is
// for routes behind login.
func Rights(c *fiber.Ctx) *rights.Rights { return c.Locals(currentKey).(*current).rights }

// User returns the user of this request.
func User(c *fiber.Ctx) *crm.User { return Rights(c).User }

// Session returns the session of this request.
func Session(c *fiber.Ctx) *auth.Session { return c.Locals(currentKey).(*current).session }

// Lang returns the language texts of this request are in: the user's, before login
// the browser's.
func Lang(c *fiber.Ctx) string {
	if now, ok := c.Locals(currentKey).(*current); ok {
		return now.rights.User.Lang
	}
	lang, _ := c.Locals(langKey).(string)
	return lang
}
