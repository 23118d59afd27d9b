package api

import (
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/audit"
	"bellhop/hub/audit/trail"
	"bellhop/hub/crm"
	"bellhop/hub/store"
)

// watched tells the logs who asks and from where, what he is about to do, and counts
// what he was shown. It comes after login: what a visitor does is told by login itself.
func (s *Server) watched(c *fiber.Ctx) error {
	user := User(c)
	origin := trail.Origin{User: int64(user.ID), Name: user.Name, Address: c.IP(), Device: trail.Device(c.Get(fiber.HeaderUserAgent)), Via: trail.Page}
	if keyOf(c) != nil {
		origin.Via = trail.API
	}
	ctx := trail.With(c.UserContext(), origin)
	path := strings.Clone(strings.TrimPrefix(c.Path(), "/api/"))
	if mutates(c.Method()) && !quiet.MatchString(path) {
		ctx = trail.Doing(ctx, &trail.Operation{Entry: operation(c, path)})
	}
	c.SetUserContext(ctx)
	may, err := s.Audit.MayCopy(ctx, Rights(c))
	if err != nil {
		return err
	}
	if !may {
		c.Locals(currentKey, &current{Session(c), Rights(c).WithoutCopying()})
	}
	err = c.Next()
	if refused := (*crm.Error)(nil); errors.As(err, &refused) && refused.Code == crm.Forbidden && refused.Key != "error.csrf" {
		if s.Audit.Refused(user.ID, path) {
			e := operation(c, path)
			e.Detail = `{"why":"` + refused.Key + `","what":"` + e.Kind + `"}`
			e.Kind = "refused"
			if err := s.Store.Log(trail.With(c.UserContext(), origin), trail.System, e); err != nil {
				s.Log.Error("refusal not written", "err", err)
			}
		}
	}
	if err == nil {
		s.count(c, path)
	}
	return err
}

// quiet are writes that are no operation of their own: a note saved at every pause of
// typing, a card put away, a draft.
var quiet = regexp.MustCompile(`^(calls/\d+/(note|close)|drafts.*|o/[^/]+/draft.*|events)$`)

var number = regexp.MustCompile(`^\d+$`)

// operation is the entry of what a request does: "put users/:id".
func operation(c *fiber.Ctx, path string) trail.Entry {
	parts := strings.Split(path, "/")
	e := trail.Entry{}
	var ids []string
	for i, part := range parts {
		if number.MatchString(part) {
			ids = append(ids, part)
			parts[i] = ":id"
		}
	}
	if parts[0] == "o" && len(parts) > 1 {
		e.Entity = parts[1]
		parts[1] = ":entity"
		if len(ids) > 0 {
			id, _ := strconv.ParseInt(ids[0], 10, 64)
			e.Record = id
		}
	}
	e.Kind = strings.ToLower(c.Method()) + " " + strings.Join(parts, "/")
	if mutates(c.Method()) && administration[parts[0]] {
		e.Detail = withoutSecrets(c.Body(), ids)
	}
	return e
}

// administration are the parts of the hub whose requests are kept whole in the system
// log: they set how the office works and hold nothing of its customers.
var administration = map[string]bool{"users": true, "keys": true, "settings": true, "roles": true, "departments": true, "groups": true, "entities": true,
	"dictionaries": true, "modules": true, "security": true, "numbers": true}

const maxDetail = 4000 // bytes

var secret = regexp.MustCompile(`(?i)password|secret|token|^old$|^new$|^key$`)

// withoutSecrets keeps what was asked for, but nothing a reader of the log could log in with.
// ids are those of the address.
func withoutSecrets(body []byte, ids []string) string {
	in := map[string]any{}
	if len(body) > 0 && decodeJSON(body, &in) != nil {
		return ""
	}
	if len(ids) > 0 {
		in["id"] = strings.Join(ids, "/")
	}
	for key := range in {
		if secret.MatchString(key) {
			in[key] = "***"
		}
	}
	out, err := json.Marshal(in)
	if err != nil || len(out) > maxDetail {
		return ""
	}
	return string(out)
}

// about names what the operation of this request is about, for the system log.
func about(c *fiber.Ctx, label string) {
	if op := trail.Done(c.UserContext()); op != nil {
		op.Entry.Label = strings.Clone(label)
	}
}

// shownKey holds how many records an answer has.
const shownKey = "shown"

// shows tells the counters how many records the answer of a request has.
func shows(c *fiber.Ctx, records int) { c.Locals(shownKey, records) }

// unseen are requests a page makes by itself.
var unseen = []string{"me", "meta", "events", "lookup", "health", "security", "box", "drafts", "feedback"}

// count adds an answer to the day's traffic of its user: a page is an answer he asked
// for by going somewhere, not the next part of a list.
func (s *Server) count(c *fiber.Ctx, path string) {
	parts := strings.Split(path, "/")
	module := parts[0]
	if module == "o" && len(parts) > 1 {
		module = parts[1]
	}
	records, _ := c.Locals(shownKey).(int)
	t := store.Traffic{Records: int64(records)}
	if !slices.Contains(unseen, parts[0]) && looks(c, parts) {
		t.Pages = 1
	}
	if !c.Response().IsBodyStream() {
		t.Bytes = int64(len(c.Response().Body()))
	} else if n := c.Response().Header.ContentLength(); n > 0 {
		t.Bytes = int64(n)
	}
	if t.Pages > 0 || t.Records > 0 || !slices.Contains(unseen, parts[0]) {
		s.Audit.Count(User(c).ID, module, t)
	}
}

// looks tells whether a request is somebody opening a page: a list from its beginning,
// a record, a log.
func looks(c *fiber.Ctx, parts []string) bool {
	if c.Method() == fiber.MethodGet {
		return c.Query("after") == "" && c.Query("before") == "" && len(parts) <= 3 && parts[len(parts)-1] != "active"
	}
	return parts[len(parts)-1] == "query" && c.Locals(nextPageKey) == nil
}

// nextPageKey marks an answer that goes on with a list.
const nextPageKey = "next page"

// opened guards a record that is opened and notes that it was.
func (s *Server) opened(c *fiber.Ctx, ref crm.Ref, label string) {
	shows(c, 1)
	e, ok := s.Records.Schema().Entity(ref.Entity)
	if !ok || !e.Party || e.Access.Private {
		return
	}
	ref.Entity = e.Name
	s.Audit.Seen(c.UserContext(), Rights(c), audit.Access{Kind: audit.View, Ref: ref, Label: label})
}

// mayList keeps the reading of customers en masse within what the office allows.
func (s *Server) mayList(c *fiber.Ctx, entity string) error {
	e, ok := s.Records.Schema().Entity(entity)
	if !ok || !e.Party || e.Access.Private {
		return nil
	}
	return s.Audit.MayList(c.UserContext(), Rights(c), e.Name)
}

// listed notes that an administrator looked through customers (SEC-24).
func (s *Server) listed(c *fiber.Ctx, entity string, after string, n int) {
	shows(c, n)
	if after != "" {
		c.Locals(nextPageKey, true)
	}
	e, ok := s.Records.Schema().Entity(entity)
	if ok && e.Party && !e.Access.Private && User(c).Role == crm.Admin {
		s.Audit.Seen(c.UserContext(), Rights(c), audit.Access{Kind: audit.List, Ref: crm.Ref{Entity: e.Name}, Count: n})
	}
}

// loginRefused writes a refused login down and answers as if it had not.
func (s *Server) loginRefused(c *fiber.Ctx, login string, err error) error {
	refused := (*crm.Error)(nil)
	if !errors.As(err, &refused) || refused.Code == crm.RateLimited {
		return err
	}
	name := []rune(login)
	e := trail.Entry{Kind: "login.refused", Label: string(name[:min(len(name), 50)]), Address: c.IP(),
		Device: trail.Device(c.Get(fiber.HeaderUserAgent)), Via: trail.Page, Detail: `{"why":"` + refused.Key + `"}`}
	if logErr := s.Store.Log(c.UserContext(), trail.System, e); logErr != nil {
		s.Log.Error("refused login not written", "err", logErr)
	}
	return err
}
