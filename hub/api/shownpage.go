package api

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/store"
)

func (s *Server) shownPageRoutes(api fiber.Router) {
	api.Get("/pages", s.shownPages)
	api.Post("/pages", s.showPage)
	api.Post("/pages/:id/read", s.readPage)
}

// shownPage is a page a colleague showed the user. Its address gives no right: opening
// it asks for the record as any other way does.
type shownPage struct {
	ID    crm.ID       `json:"id"`
	From  field.Person `json:"from"`
	At    int64        `json:"at"`
	Path  string       `json:"path"`
	Title string       `json:"title"`
	Text  string       `json:"text,omitempty"`
	Read  bool         `json:"read"`
}

const (
	maxPagePath  = 500
	maxPageTitle = 200
)

func (s *Server) shownPages(c *fiber.Ctx) error {
	list, err := s.Store.ShownPages(c.UserContext(), User(c).ID)
	if err != nil {
		return err
	}
	names, err := s.Store.UserNames(c.UserContext())
	if err != nil {
		return err
	}
	rows := []shownPage{}
	for _, p := range list {
		rows = append(rows, pageOf(p, names))
	}
	return c.JSON(fiber.Map{"rows": rows})
}

func pageOf(p store.ShownPage, names map[crm.ID]string) shownPage {
	return shownPage{p.ID, field.Person{ID: int64(p.From), Name: names[p.From]}, p.At, p.Path, p.Title, p.Text, p.ReadAt > 0}
}

func (s *Server) showPage(c *fiber.Ctx) error {
	var in struct {
		To                []crm.ID
		Path, Title, Text string
	}
	if err := body(c, &in); err != nil {
		return err
	}
	in.Title, in.Text = strings.TrimSpace(in.Title), strings.TrimSpace(in.Text)
	switch {
	case len(in.To) == 0:
		return &crm.Error{Code: crm.Invalid, Key: "field.required", Field: "to"}
	case !ownPath(in.Path) || len([]rune(in.Title)) > maxPageTitle || len(in.To) > maxListed:
		return errBadRequest
	case len([]rune(in.Text)) > maxFeedback:
		return &crm.Error{Code: crm.Invalid, Key: "field.too_long", Field: "text", Args: map[string]string{"max": "2000"}}
	}
	var pages []store.ShownPage
	for _, to := range in.To {
		u, err := s.Store.User(c.UserContext(), to)
		if err != nil || !u.Active {
			return &crm.Error{Code: crm.Invalid, Key: "field.no_such_option", Field: "to"}
		}
		pages = append(pages, store.ShownPage{ID: crm.NewID(), From: User(c).ID, To: to, At: time.Now().UnixMilli(),
			Path: in.Path, Title: in.Title, Text: in.Text})
	}
	if err := s.Store.AddShownPages(c.UserContext(), pages); err != nil {
		return err
	}
	for _, p := range pages {
		s.tellShown(p, User(c).Name)
	}
	return c.Status(fiber.StatusCreated).JSON(fiber.Map{})
}

// ownPath tells whether path is one of this page's own and can lead nowhere else.
func ownPath(path string) bool {
	return strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//") && !strings.Contains(path, `\`) && len(path) <= maxPagePath
}

// tellShown lets the open pages of whom it was shown to know.
func (s *Server) tellShown(p store.ShownPage, from string) {
	if s.Telephony.Live == nil {
		return
	}
	data, err := json.Marshal(pageOf(p, map[crm.ID]string{p.From: from}))
	if err != nil {
		return
	}
	s.Telephony.Live.Publish("page", "page/"+p.ID.String(), func(user crm.ID) []byte {
		if user == p.To {
			return data
		}
		return nil
	})
}

func (s *Server) readPage(c *fiber.Ctx) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	if err := s.Store.ReadShownPage(c.UserContext(), User(c).ID, id, time.Now().UnixMilli()); err != nil {
		return err
	}
	return c.JSON(fiber.Map{})
}
