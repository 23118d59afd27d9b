package api

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// reviewRoutes are the periodic check of accounts and rights nobody uses (SEC-25).
func (s *Server) reviewRoutes(api fiber.Router) {
	edits := needs(rights.Users, rights.Edit)
	api.Get("/review", needs(rights.Users, rights.Read), s.review)
	api.Post("/review", edits, s.beginReview)
	api.Put("/review", edits, s.decideReview)
}

// reviewed are the rights worth asking about: with these data leave or go.
var reviewed = []rights.Action{rights.Delete, rights.Export, rights.Import, rights.Transfer, rights.Reveal, rights.Approve}

type reviewOut struct {
	Months int         `json:"months"`
	Due    bool        `json:"due"` // the last one is longer ago than the office wants
	Last   *reviewInfo `json:"last,omitempty"`
}

type reviewInfo struct {
	ID      crm.ID       `json:"id"`
	BegunBy field.Person `json:"begunBy"`
	BegunAt int64        `json:"begunAt"`
	DoneAt  int64        `json:"doneAt,omitempty"`
	Items   []reviewItem `json:"items"`
}

type reviewItem struct {
	User      field.Person  `json:"user"`
	Action    string        `json:"action,omitempty"` // absent: the account itself
	Label     string        `json:"label"`
	Roles     []string      `json:"roles,omitempty"` // that give the right
	LastUsed  int64         `json:"lastUsed,omitempty"`
	Decision  string        `json:"decision,omitempty"`
	DecidedBy *field.Person `json:"decidedBy,omitempty"`
	DecidedAt int64         `json:"decidedAt,omitempty"`
}

func (s *Server) review(c *fiber.Ctx) error {
	ctx := c.UserContext()
	rules, last, err := s.lastReview(c)
	if err != nil {
		return err
	}
	out := reviewOut{Months: rules.ReviewMonths}
	out.Due = rules.ReviewMonths > 0 && (last == nil || last.DoneAt != 0 && time.UnixMilli(last.DoneAt).AddDate(0, rules.ReviewMonths, 0).Before(time.Now()))
	if last == nil {
		return c.JSON(out)
	}
	office, err := s.Records.Office(ctx)
	if err != nil {
		return err
	}
	person := func(id crm.ID) field.Person { return field.Person{ID: int64(id), Name: office.NameOf(id)} }
	out.Last = &reviewInfo{ID: last.ID, BegunBy: person(last.BegunBy), BegunAt: last.BegunAt, DoneAt: last.DoneAt, Items: []reviewItem{}}
	for _, i := range last.Items {
		row := reviewItem{User: person(i.User), Action: i.Action, LastUsed: i.LastUsed, Decision: i.Decision, DecidedAt: i.DecidedAt}
		row.Label = s.text(Lang(c), "review.account", nil)
		if i.Action != "" {
			row.Label = s.text(Lang(c), "action."+i.Action, nil)
			row.Roles = s.rolesWith(Lang(c), office, i.User, rights.Action(i.Action))
		}
		row.DecidedBy = whoever(i.DecidedBy, office.NameOf(i.DecidedBy))
		out.Last.Items = append(out.Last.Items, row)
	}
	return c.JSON(out)
}

// lastReview is the newest, nil before the first, with the rules it goes by.
func (s *Server) lastReview(c *fiber.Ctx) (rules *loginRules, last *store.Review, err error) {
	if rules, err = s.readLoginRules(c); err == nil {
		last, err = s.Store.LastReview(c.UserContext())
	}
	return rules, last, err
}

// rolesWith names the roles of a user that give him an action somewhere.
func (s *Server) rolesWith(lang string, office *rights.Office, user crm.ID, action rights.Action) (names []string) {
	for _, id := range office.UserRoles[user] {
		role := office.Roles[id]
		if role == nil {
			continue
		}
		for _, g := range role.Grants {
			if slices.Contains(g.Actions, action) {
				names = append(names, s.roleName(lang, role))
				break
			}
		}
	}
	return names
}

// beginReview lists what has gone unused for as long as the office says.
func (s *Server) beginReview(c *fiber.Ctx) error {
	ctx := c.UserContext()
	rules, last, err := s.lastReview(c)
	if err != nil {
		return err
	}
	if last != nil && last.DoneAt == 0 {
		return &crm.Error{Code: crm.Conflict, Key: "review.open"}
	}
	items, err := s.unused(ctx, time.Now().AddDate(0, 0, -rules.UnusedDays).UnixMilli())
	if err != nil {
		return err
	}
	review := &store.Review{ID: crm.NewID(), BegunBy: User(c).ID, BegunAt: time.Now().UnixMilli(), Items: items}
	if err := s.Store.BeginReview(ctx, review); err != nil {
		return err
	}
	return s.review(c)
}

func (s *Server) unused(ctx context.Context, since int64) (items []store.ReviewItem, err error) {
	office, err := s.Records.Office(ctx)
	if err != nil {
		return nil, err
	}
	logins, err := s.Store.LastLogins(ctx)
	if err != nil {
		return nil, err
	}
	used, err := s.Store.RightsUsed(ctx)
	if err != nil {
		return nil, err
	}
	users, err := s.Store.Users(ctx)
	if err != nil {
		return nil, err
	}
	for _, u := range users {
		if !u.Active || u.Service {
			continue
		}
		if logins[u.ID] < since {
			items = append(items, store.ReviewItem{User: u.ID, LastUsed: logins[u.ID]})
			continue // his rights are not used either
		}
		for _, action := range reviewed {
			if used[u.ID][string(action)] < since && len(s.rolesWith("en", office, u.ID, action)) > 0 {
				items = append(items, store.ReviewItem{User: u.ID, Action: string(action), LastUsed: used[u.ID][string(action)]})
			}
		}
	}
	return items, nil
}

// decideReview confirms an account or right, or disables the account. A right is taken
// away in the role that gives it; here it is noted that it will be.
func (s *Server) decideReview(c *fiber.Ctx) error {
	var in struct {
		User             crm.ID
		Action, Decision string
	}
	if err := body(c, &in); err != nil {
		return err
	}
	ctx := c.UserContext()
	last, err := s.Store.LastReview(ctx)
	if err != nil {
		return err
	}
	if last == nil || in.Decision != "keep" && in.Decision != "disable" {
		return errBadRequest
	}
	if in.Decision == "disable" && in.Action == "" {
		if err := s.disable(c, in.User); err != nil {
			return err
		}
	}
	item := store.ReviewItem{User: in.User, Action: in.Action, Decision: in.Decision, DecidedBy: User(c).ID, DecidedAt: time.Now().UnixMilli()}
	if err := s.Store.DecideReview(ctx, last.ID, item); err != nil {
		return err
	}
	return s.review(c)
}

// disable ends an account at once, as the form of the user does.
func (s *Server) disable(c *fiber.Ctx, id crm.ID) error {
	ctx := c.UserContext()
	user, err := s.Store.User(ctx, id)
	if err != nil {
		return err
	}
	before := *user
	user.Active = false
	roles, err := s.Store.UserRoles(ctx)
	if err != nil {
		return err
	}
	if err := keeperStays(roles[id], &userIn{}, user); err != nil {
		return err
	}
	if err := s.keepsAdmin(ctx, &before, user); err != nil {
		return err
	}
	if err := s.Store.UpdateUser(ctx, user); err != nil {
		return err
	}
	return s.Auth.End(ctx, id, "", "account")
}

// usedRights remembers what was noted today, so that a right costs one write a day.
type usedRights struct {
	mu   sync.Mutex
	seen map[string]string // user and action: the day
}

// notesUse writes down which right a request that worked has used, for the review.
func (s *Server) notesUse(c *fiber.Ctx) error {
	err := c.Next()
	action := usedBy(c.Method(), c.Path())
	if err != nil || action == "" || c.Response().StatusCode() >= fiber.StatusBadRequest {
		return err
	}
	now := time.Now()
	key, today := User(c).ID.String()+action, now.Format(time.DateOnly)
	s.used.mu.Lock()
	noted := s.used.seen[key] == today
	if s.used.seen == nil {
		s.used.seen = map[string]string{}
	}
	s.used.seen[key] = today
	s.used.mu.Unlock()
	if !noted {
		if err := s.Store.RightUsed(c.UserContext(), User(c).ID, action, now.UnixMilli()); err != nil {
			s.Log.Warn("use of a right not noted", "action", action, "err", err)
		}
	}
	return nil
}

// usedBy names the right an address stands for, "" for none that is reviewed.
func usedBy(method, path string) string {
	if !mutates(method) {
		if strings.Contains(path, "/export") {
			return string(rights.Export)
		}
		return ""
	}
	for _, action := range reviewed {
		if strings.Contains(path, "/"+string(action)) {
			return string(action)
		}
	}
	if method == fiber.MethodDelete && strings.HasPrefix(path, "/api/o/") {
		return string(rights.Delete)
	}
	return ""
}
