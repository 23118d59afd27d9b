package api

import (
	"encoding/json"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/crm"
	"bellhop/hub/store"
)

func (s *Server) draftRoutes(api fiber.Router) {
	api.Get("/drafts", s.drafts)
	api.Put("/drafts", s.setDraft)
	api.Delete("/drafts", s.dropDraft)
}

// draft is what a form holds unsaved. It belongs to who typed it and to nobody else.
type draft struct {
	Key  string          `json:"key"`
	Body json.RawMessage `json:"body"`
	At   int64           `json:"at"`
}

const (
	maxDraftKey = 300
	maxDraft    = 256 << 10 // bytes
)

// drafts answers the draft of one form (?key=), or the newest of all.
func (s *Server) drafts(c *fiber.Ctx) error {
	user := Rights(c).User.ID
	out := []draft{}
	if key := c.Query("key"); key != "" {
		d, ok, err := s.Store.Draft(c.UserContext(), user, key)
		if err != nil {
			return err
		}
		if ok {
			out = append(out, draft{d.Key, json.RawMessage(d.Body), d.At})
		}
		return c.JSON(fiber.Map{"drafts": out})
	}
	list, err := s.Store.Drafts(c.UserContext(), user)
	if err != nil {
		return err
	}
	for _, d := range list {
		out = append(out, draft{d.Key, json.RawMessage(d.Body), d.At})
	}
	return c.JSON(fiber.Map{"drafts": out})
}

func (s *Server) setDraft(c *fiber.Ctx) error {
	var in draft
	if err := body(c, &in); err != nil {
		return err
	}
	if in.Key == "" || len(in.Key) > maxDraftKey || !utf8.ValidString(in.Key) || !json.Valid(in.Body) || len(in.Body) < 2 || in.Body[0] != '{' {
		return errBadRequest
	}
	if len(in.Body) > maxDraft {
		return &crm.Error{Code: crm.Invalid, Key: "draft.too_large"}
	}
	d := store.Draft{Key: in.Key, Body: string(in.Body), At: time.Now().UnixMilli()}
	if err := s.Store.SetDraft(c.UserContext(), Rights(c).User.ID, d); err != nil {
		return err
	}
	return c.JSON(fiber.Map{"at": d.At})
}

func (s *Server) dropDraft(c *fiber.Ctx) error {
	if err := s.Store.DropDraft(c.UserContext(), Rights(c).User.ID, c.Query("key")); err != nil {
		return err
	}
	return c.JSON(fiber.Map{})
}
