package api

import (
	"errors"
	"net/http"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/crm"
	"bellhop/hub/rights"
	"bellhop/hub/store"
	"bellhop/hub/telephony"
)

func (s *Server) callRoutes(api fiber.Router) {
	reads := needs(rights.Calls, rights.Read)
	api.Get("/calls", reads, s.callLog)
	api.Get("/calls/active", s.activeCalls)
	api.Get("/calls/:id", reads, withID(s.call))
	api.Get("/calls/:id/card", reads, withID(s.card))
	api.Post("/calls/:id/take", reads, withID(s.takeCall))
	api.Post("/calls/:id/link", reads, withID(s.linkCall))
	api.Post("/calls/:id/ignore", reads, withID(s.ignoreCall))
	api.Post("/calls/:id/close", reads, withID(s.closeCard))
	api.Put("/calls/:id/note", reads, withID(s.putNote))
	api.Get("/calls/:id/recording", reads, withID(s.recording))
	api.Get("/calls/:id/peaks", reads, withID(s.peaks))
}

func (s *Server) callLog(c *fiber.Ctx) error {
	q := telephony.LogQuery{Typed: c.Query("number"), Count: c.QueryBool("count"), CallQuery: store.CallQuery{
		From: int64(c.QueryInt("from")), To: int64(c.QueryInt("to")), Direction: c.Query("direction"),
		Line: c.QueryInt("line"), Recorded: c.QueryBool("recorded"), After: c.Query("after"), Limit: c.QueryInt("limit"),
	}}
	var err error
	if q.Party, err = partyQuery(c.Query("party")); err != nil {
		return err
	}
	if user := c.Query("user"); user != "" {
		if q.User, err = crm.ParseID(user); err != nil {
			return errBadRequest
		}
	}
	page, err := s.phone().Log(c.UserContext(), Rights(c), q)
	if err != nil {
		return err
	}
	return c.JSON(page)
}

func (s *Server) activeCalls(c *fiber.Ctx) error {
	active, err := s.phone().Active(c.UserContext(), Rights(c))
	if err != nil {
		return err
	}
	return c.JSON(active)
}

func (s *Server) call(c *fiber.Ctx, id crm.ID) error {
	return answerWith[*telephony.Call](c)(s.phone().Call(c.UserContext(), Rights(c), id))
}

func (s *Server) card(c *fiber.Ctx, id crm.ID) error {
	return answerWith[*telephony.Card](c)(s.phone().Card(c.UserContext(), Rights(c), id))
}

func (s *Server) takeCall(c *fiber.Ctx, id crm.ID) error {
	return answerWith[*telephony.Card](c)(s.phone().Take(c.UserContext(), Rights(c), id))
}

func (s *Server) linkCall(c *fiber.Ctx, id crm.ID) error {
	to, err := target(c)
	if err != nil {
		return err
	}
	return answerWith[*telephony.Card](c)(s.phone().Link(c.UserContext(), Rights(c), id, to))
}

func (s *Server) ignoreCall(c *fiber.Ctx, id crm.ID) error {
	return answerWith[*telephony.Card](c)(s.phone().Ignore(c.UserContext(), Rights(c), id))
}

func (s *Server) closeCard(c *fiber.Ctx, id crm.ID) error {
	if err := s.phone().CloseCard(c.UserContext(), Rights(c), id); err != nil {
		return err
	}
	return c.JSON(fiber.Map{})
}

func (s *Server) putNote(c *fiber.Ctx, id crm.ID) error {
	var note telephony.OwnNote
	if err := body(c, &note); err != nil {
		return err
	}
	saved, err := s.phone().PutNote(c.UserContext(), Rights(c), id, note.Version, note.Text)
	var changed *telephony.NoteChanged
	if errors.As(err, &changed) {
		refusal := &crm.Error{Code: crm.Conflict, Key: "call.note_changed"}
		return c.Status(fiber.StatusConflict).JSON(fiber.Map{
			"error": s.errorBody(Lang(c), refusal), "version": changed.Version, "text": changed.Text,
		})
	}
	if err != nil {
		return err
	}
	return c.JSON(saved)
}

// passedOn are the headers of a recording that belong to the browser and the box.
var (
	askedBy    = []string{fiber.HeaderRange, fiber.HeaderIfRange, fiber.HeaderIfModifiedSince}
	answeredBy = []string{fiber.HeaderContentType, fiber.HeaderContentRange, fiber.HeaderAcceptRanges, fiber.HeaderLastModified}
)

func (s *Server) recording(c *fiber.Ctx, id crm.ID) error {
	header := http.Header{}
	for _, key := range askedBy {
		if value := c.Get(key); value != "" {
			header.Set(key, value)
		}
	}
	response, err := s.phone().Listen(c.UserContext(), Rights(c), id, header, c.IP())
	if err != nil {
		return err
	}
	for _, key := range answeredBy {
		if value := response.Header.Get(key); value != "" {
			c.Set(key, value)
		}
	}
	c.Status(response.StatusCode)
	// The server closes the body when it is sent or the browser is gone.
	c.Context().SetBodyStream(response.Body, int(response.ContentLength))
	return nil
}

func (s *Server) peaks(c *fiber.Ctx, id crm.ID) error {
	return answerWith[*telephony.Peaks](c)(s.phone().Peaks(c.UserContext(), Rights(c), id))
}
