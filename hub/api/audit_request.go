package api

import (
	"encoding/json"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/audit"
	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/store"
)

func (s *Server) accessRequestRoutes(api fiber.Router) {
	api.Get("/access-requests", s.accessRequests)
	api.Post("/access-requests", s.askAccess)
	api.Post("/access-requests/:id/decide", withID(s.decideAccess))
}

// grantHeader carries the request that allows an export, print or mass sending.
const grantHeader = "X-Grant"

// take is asked by every route by which data leaves, before it does: see audit.Take. The
// grant comes in a header, or where a browser opens an address in ?grant=.
func (s *Server) take(c *fiber.Ctx, kind string, named audit.Named, count int) (*audit.Taking, error) {
	var grant crm.ID
	text := c.Get(grantHeader)
	if text == "" {
		text = c.Query("grant")
	}
	if text != "" {
		var err error
		if grant, err = crm.ParseID(text); err != nil {
			return nil, errBadRequest
		}
	}
	return s.Audit.Take(c.UserContext(), Rights(c), kind, named, count, grant)
}

type accessRequest struct {
	ID        crm.ID        `json:"id"`
	Kind      string        `json:"kind"`
	User      field.Person  `json:"user"`
	Entity    string        `json:"entity"`
	Record    string        `json:"record,omitempty"`
	Label     string        `json:"label"`
	Named     audit.Named   `json:"named"`
	Records   int           `json:"records"`
	Reason    string        `json:"reason"`
	State     string        `json:"state"`
	At        int64         `json:"at"`
	DecidedBy *field.Person `json:"decidedBy,omitempty"`
	DecidedAt int64         `json:"decidedAt,omitempty"`
	Remark    string        `json:"remark,omitempty"`
	ExpiresAt int64         `json:"expiresAt,omitempty"`
	UsedAt    int64         `json:"usedAt,omitempty"`
}

func (s *Server) accessRequestOf(c *fiber.Ctx, names map[crm.ID]string, r *store.AccessRequest) accessRequest {
	out := accessRequest{ID: r.ID, Kind: r.Kind, User: field.Person{ID: int64(r.User), Name: names[r.User]}, Entity: r.Ref.Entity, Label: r.Label,
		Records: r.Records, Reason: r.Reason, State: r.State, At: r.At, DecidedBy: whoever(r.DecidedBy, names[r.DecidedBy]), DecidedAt: r.DecidedAt, Remark: r.Remark, ExpiresAt: r.ExpiresAt, UsedAt: r.UsedAt}
	if r.Ref.ID != 0 {
		out.Record = r.Ref.ID.String()
	}
	// It was written by Ask; one that can't be read is shown without.
	_ = json.Unmarshal([]byte(r.Named), &out.Named)
	if e, ok := s.Records.Schema().Entity(r.Ref.Entity); ok && out.Label == "" {
		out.Label = s.Records.EntityLabel(Lang(c), e)
	}
	return out
}

// accessRequests lists a user's own requests, or with box=inbox those the keeper decides.
func (s *Server) accessRequests(c *fiber.Ctx) error {
	ctx := c.UserContext()
	user := User(c).ID
	if c.Query("box") == "inbox" {
		if !Rights(c).Keeps() {
			return &crm.Error{Code: crm.Forbidden, Key: "audit.keeper_only"}
		}
		user = 0
	}
	list, err := s.Store.AccessRequests(ctx, user, c.Query("state"), crm.ID(c.QueryInt("before")), logPage)
	if err != nil {
		return err
	}
	names, err := s.Store.UserNames(ctx)
	if err != nil {
		return err
	}
	rows := make([]accessRequest, len(list))
	for i, r := range list {
		rows[i] = s.accessRequestOf(c, names, r)
	}
	return c.JSON(fiber.Map{"rows": rows})
}

func (s *Server) askAccess(c *fiber.Ctx) error {
	var in struct {
		Kind   string
		Entity string
		Search string
		Filter *crm.Filter
		IDs    []crm.ID
		ID     *crm.ID
		Count  int
		Reason string
	}
	if err := body(c, &in); err != nil {
		return err
	}
	w := audit.Wish{Kind: in.Kind, Named: audit.Named{Entity: in.Entity, Search: in.Search, Filter: in.Filter, IDs: in.IDs}, Count: in.Count, Reason: in.Reason}
	if in.ID != nil {
		w.ID = *in.ID
		w.Named.IDs = []crm.ID{w.ID}
	}
	r, err := s.Audit.Ask(c.UserContext(), Rights(c), w)
	if err != nil {
		return err
	}
	return s.answerRequest(c.Status(fiber.StatusCreated), r)
}

func (s *Server) answerRequest(c *fiber.Ctx, r *store.AccessRequest) error {
	names, err := s.Store.UserNames(c.UserContext())
	if err != nil {
		return err
	}
	return c.JSON(s.accessRequestOf(c, names, r))
}

func (s *Server) decideAccess(c *fiber.Ctx, id crm.ID) error {
	var in struct {
		Approve bool
		Remark  string
	}
	if err := body(c, &in); err != nil {
		return err
	}
	r, err := s.Audit.Decide(c.UserContext(), Rights(c), id, in.Approve, in.Remark)
	if err != nil {
		return err
	}
	return s.answerRequest(c, r)
}
