package api

import (
	"errors"
	"fmt"
	"runtime/debug"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/crm"
	"bellhop/hub/records"
	"bellhop/hub/store"
)

// statuses is the one table from refusals to HTTP.
var statuses = map[crm.Code]int{
	crm.Invalid:      fiber.StatusUnprocessableEntity,
	crm.Conflict:     fiber.StatusConflict,
	crm.Forbidden:    fiber.StatusForbidden,
	crm.NotFound:     fiber.StatusNotFound,
	crm.Unauthorized: fiber.StatusUnauthorized,
	crm.Locked:       fiber.StatusLocked,
	crm.RateLimited:  fiber.StatusTooManyRequests,
	crm.Unavailable:  fiber.StatusServiceUnavailable,
}

// errorBody is what every answer of 400 and above holds under "error".
type errorBody struct {
	Code       crm.Code     `json:"code"`
	Key        string       `json:"key"`
	Message    string       `json:"message"`
	Field      string       `json:"field,omitempty"`
	Fields     []fieldError `json:"fields,omitempty"`
	RetryAfter int          `json:"retryAfter,omitempty"`
}

type fieldError struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// answerError is Fiber's ErrorHandler: a crm.Error is told to the user in his
// language; any other is logged in full and told as "internal error".
func (s *Server) answerError(c *fiber.Ctx, err error) error {
	var refusal *crm.Error
	if !errors.As(err, &refusal) {
		refusal = s.unforeseen(c, err)
	}
	status, ok := statuses[refusal.Code]
	if !ok {
		status = fiber.StatusInternalServerError
	}
	body := fiber.Map{"error": s.errorBody(Lang(c), refusal)}
	if row, ok := refusal.Current.(*records.Row); ok {
		body["current"] = recordOf(Lang(c), Rights(c), row)
	}
	if hits, ok := refusal.Current.([]records.Duplicate); ok {
		body["hits"] = hits
	}
	if refusal.RetryAfter > 0 {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(refusal.RetryAfter))
	}
	return c.Status(status).JSON(body)
}

// unforeseen turns Fiber's own refusals into ours and logs the rest.
func (s *Server) unforeseen(c *fiber.Ctx, err error) *crm.Error {
	var own *fiber.Error
	if errors.As(err, &own) {
		switch own.Code {
		case fiber.StatusNotFound, fiber.StatusMethodNotAllowed:
			return &crm.Error{Code: crm.NotFound, Key: "error.no_such_address"}
		case fiber.StatusRequestEntityTooLarge, fiber.StatusRequestHeaderFieldsTooLarge:
			return &crm.Error{Code: crm.Invalid, Key: "error.too_large"}
		case fiber.StatusBadRequest:
			return errBadRequest
		}
	}
	s.Log.Error("request failed", "method", c.Method(), "path", c.Path(), "err", err)
	if store.IsFull(err) {
		return &crm.Error{Code: crm.Unavailable, Key: "error.disk_full"}
	}
	return &crm.Error{Code: "internal", Key: "error.internal"}
}

func (s *Server) errorBody(lang string, e *crm.Error) errorBody {
	body := errorBody{
		Code: e.Code, Key: e.Key, Message: s.text(lang, e.Key, e.Args), Field: e.Field, RetryAfter: e.RetryAfter,
	}
	for _, f := range e.Fields {
		body.Fields = append(body.Fields, fieldError{f.Field, s.text(lang, f.Key, f.Args)})
	}
	return body
}

// text looks up a hub text.
func (s *Server) text(lang, key string, args map[string]string) string {
	return s.Records.Schema().Labels.Text(lang, key, args)
}

var errBadRequest = &crm.Error{Code: crm.Invalid, Key: "error.bad_request"}

// body reads the JSON a request carries into v.
func body(c *fiber.Ctx, v any) error {
	if err := decodeJSON(c.Body(), v); err != nil {
		return errBadRequest
	}
	return nil
}

// pathID reads the ID in the address; a malformed one is a record that isn't there.
func pathID(c *fiber.Ctx) (crm.ID, error) {
	id, err := crm.ParseID(c.Params("id"))
	if err != nil {
		return 0, crm.ErrNotFound
	}
	return id, nil
}

// withID hands a handler the ID in its address.
func withID(handle func(c *fiber.Ctx, id crm.ID) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		id, err := pathID(c)
		if err != nil {
			return err
		}
		return handle(c, id)
	}
}

// recovered keeps one bad request from ending the hub.
func (s *Server) recovered(c *fiber.Ctx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			s.Log.Error("request panicked", "path", c.Path(), "panic", r, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return c.Next()
}

func unknownRoute(*fiber.Ctx) error {
	return &crm.Error{Code: crm.NotFound, Key: "error.no_such_address"}
}
