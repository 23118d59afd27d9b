package api

import (
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/store"
)

func (s *Server) feedbackRoutes(api fiber.Router) {
	api.Get("/feedback", s.feedback)
	api.Post("/feedback", s.giveFeedback)
	api.Post("/feedback/:id/answer", administrator, withID(s.answerFeedback))
}

// feedback is a user's note from a page, and what the administrator said to it (UIX-14).
type feedback struct {
	ID         crm.ID        `json:"id"`
	User       field.Person  `json:"user"`
	At         int64         `json:"at"`
	Page       string        `json:"page"`
	Text       string        `json:"text"`
	Answer     string        `json:"answer,omitempty"`
	AnsweredBy *field.Person `json:"answeredBy,omitempty"`
	AnsweredAt int64         `json:"answeredAt,omitempty"`
}

const maxFeedback = 2000 // characters

// feedback lists a user's own notes, with all=1 an administrator's everybody's.
func (s *Server) feedback(c *fiber.Ctx) error {
	ctx := c.UserContext()
	user := User(c).ID
	if c.QueryBool("all") {
		if !Rights(c).Administrates() {
			return &crm.Error{Code: crm.Forbidden, Key: "user.forbidden"}
		}
		user = 0
	}
	list, err := s.Store.Feedbacks(ctx, user, maxListed)
	if err != nil {
		return err
	}
	names, err := s.Store.UserNames(ctx)
	if err != nil {
		return err
	}
	rows := make([]feedback, len(list))
	for i, f := range list {
		rows[i] = feedback{ID: f.ID, User: field.Person{ID: int64(f.User), Name: names[f.User]}, At: f.At, Page: f.Page, Text: f.Text,
			Answer: f.Answer, AnsweredAt: f.AnsweredAt}
		rows[i].AnsweredBy = whoever(f.AnsweredBy, names[f.AnsweredBy])
	}
	return c.JSON(fiber.Map{"rows": rows})
}

// written checks a text somebody sends to another.
func written(text, name string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", &crm.Error{Code: crm.Invalid, Key: "field.required", Field: name}
	}
	if len([]rune(text)) > maxFeedback {
		return "", &crm.Error{Code: crm.Invalid, Key: "field.too_long", Field: name, Args: map[string]string{"max": "2000"}}
	}
	return text, nil
}

func (s *Server) giveFeedback(c *fiber.Ctx) error {
	var in struct{ Page, Text string }
	if err := body(c, &in); err != nil {
		return err
	}
	text, err := written(in.Text, "text")
	if err != nil {
		return err
	}
	if len(in.Page) > 300 {
		in.Page = ""
	}
	f := store.Feedback{ID: crm.NewID(), User: User(c).ID, At: time.Now().UnixMilli(), Page: in.Page, Text: text}
	if err := s.Store.AddFeedback(c.UserContext(), f); err != nil {
		return err
	}
	s.Audit.Feedback(c.UserContext())
	return c.Status(fiber.StatusCreated).JSON(feedback{ID: f.ID, User: field.Person{ID: int64(f.User), Name: User(c).Name}, At: f.At, Page: f.Page, Text: f.Text})
}

func (s *Server) answerFeedback(c *fiber.Ctx, id crm.ID) error {
	var in struct{ Answer string }
	if err := body(c, &in); err != nil {
		return err
	}
	answer, err := written(in.Answer, "answer")
	if err != nil {
		return err
	}
	user, err := s.Store.AnswerFeedback(c.UserContext(), id, answer, User(c).ID, time.Now().UnixMilli())
	if err != nil {
		return err
	}
	s.Audit.Answered(user)
	return c.JSON(fiber.Map{})
}
