package api

import (
	"io"
	"strings"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/crm"
	"bellhop/hub/files"
)

// bodyLimit bounds what a request may carry, formLimit one that carries a file.
const (
	bodyLimit = 2 << 20
	formLimit = files.MaxSize + 1<<20
)

var errBodyTooLarge = &crm.Error{Code: crm.Invalid, Key: "error.too_large"}

// bounded refuses a body that is too large, and one that carries a file without saying how
// large. The rest of what was refused is read first: a browser that is still sending
// would else see a broken connection in place of the reason.
func bounded(c *fiber.Ctx) error {
	limit := bodyLimit
	if strings.HasPrefix(c.Path(), "/api/files") {
		limit = formLimit
	}
	stream := c.Request().BodyStream()
	length := c.Request().Header.ContentLength()
	switch {
	case stream == nil:
		return c.Next()
	case length > limit || length < 0 && limit == formLimit:
		return tooLarge(stream)
	case length >= 0:
		return c.Next()
	}
	body, err := io.ReadAll(io.LimitReader(stream, int64(limit)+1))
	if err != nil {
		return errBadRequest
	}
	if len(body) > limit {
		return tooLarge(stream)
	}
	c.Request().SetBody(body)
	return c.Next()
}

const drained = 64 << 20 // of what was refused

func tooLarge(stream io.Reader) error {
	io.CopyN(io.Discard, stream, drained)
	return errBodyTooLarge
}
