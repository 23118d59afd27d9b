package api

import (
	"regexp"
	"strings"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/auth"
	"bellhop/hub/crm"
	"bellhop/hub/store"
)

// Another program sends "Authorization: Bearer <key>" in place of the session's cookie.

const keyKey = "key"

// keyOf is the key of this request, nil of a page's.
func keyOf(c *fiber.Ctx) *store.Key {
	key, _ := c.Locals(keyKey).(*store.Key)
	return key
}

// bearer is the key a request shows.
func bearer(c *fiber.Ctx) (key string, shown bool) {
	scheme, rest, _ := strings.Cut(c.Get(fiber.HeaderAuthorization), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", false
	}
	return strings.Clone(strings.TrimSpace(rest)), true
}

// forKeys are the requests other programs may make; the rest of the hub is for people.
var forKeys = []struct {
	methods string
	path    *regexp.Regexp
}{
	{"POST", regexp.MustCompile(`^/api/o/[a-zA-Z]+(/query|/summary)?$`)},
	{"GET PUT DELETE", regexp.MustCompile(`^/api/o/[a-zA-Z]+/\d+$`)},
	{"GET", regexp.MustCompile(`^/api/(meta|lookup|search)$`)},
	{"POST", regexp.MustCompile(`^/api/files$`)},
	{"GET", regexp.MustCompile(`^/api/files/\d+$`)},
	{"GET", regexp.MustCompile(`^/api/v1/(openapi\.json|docs)$`)},
}

func servesKeys(method, path string) bool {
	for _, r := range forKeys {
		if r.path.MatchString(path) {
			for m := range strings.FieldsSeq(r.methods) {
				if m == method || m == fiber.MethodGet && method == fiber.MethodHead {
					return true
				}
			}
		}
	}
	return false
}

var (
	errKeyAndCookie = &crm.Error{Code: crm.Unauthorized, Key: "key.and_session"}
	errNotForKeys   = &crm.Error{Code: crm.Forbidden, Key: "key.not_here"}
)

// byKey finds who a request with a key acts as. A browser's cookie beside it is refused:
// a page of another site could have made it be sent.
func (s *Server) byKey(c *fiber.Ctx, shown string) error {
	if c.Cookies(sessionCookie) != "" {
		return errKeyAndCookie
	}
	key, user, err := s.Auth.CheckKey(c.UserContext(), shown, origin(c))
	if err != nil {
		return err
	}
	user.Lang = Lang(c)
	who, err := s.Records.Who(c.UserContext(), user)
	if err != nil {
		return err
	}
	c.Locals(keyKey, &key)
	c.Locals(currentKey, &current{&auth.Session{User: user}, who.Narrowed(key.Entities, key.ReadOnly)})
	if !servesKeys(c.Method(), c.Path()) {
		return errNotForKeys
	}
	return c.Next()
}
