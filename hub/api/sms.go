package api

import (
	"github.com/gofiber/fiber/v2"

	"bellhop/hub/crm"
	"bellhop/hub/rights"
	"bellhop/hub/store"
	"bellhop/hub/telephony"
)

func (s *Server) smsRoutes(api fiber.Router) {
	reads, sends := needs(rights.Texts, rights.Read), needs(rights.Texts, rights.Create)
	api.Get("/sms", reads, s.texts)
	api.Post("/sms", sends, s.sendText)
	api.Post("/sms/:id/resend", sends, withID(s.resendText))
	api.Post("/sms/:id/link", reads, withID(s.linkText))
}

func (s *Server) texts(c *fiber.Ctx) error {
	party, err := partyQuery(c.Query("party"))
	if err != nil {
		return err
	}
	q := store.SMSQuery{Party: party, Inbox: c.QueryBool("inbox"), After: c.Query("after"), Limit: c.QueryInt("limit")}
	page, err := s.phone().Texts(c.UserContext(), Rights(c), q, c.Query("number"))
	if err != nil {
		return err
	}
	return c.JSON(page)
}

func (s *Server) sendText(c *fiber.Ctx) error {
	var n telephony.NewSMS
	if err := body(c, &n); err != nil {
		return err
	}
	return answerWith[*telephony.SMS](c)(s.phone().SendSMS(c.UserContext(), Rights(c), n))
}

func (s *Server) resendText(c *fiber.Ctx, id crm.ID) error {
	return answerWith[*telephony.SMS](c)(s.phone().ResendSMS(c.UserContext(), Rights(c), id))
}

func (s *Server) linkText(c *fiber.Ctx, id crm.ID) error {
	to, err := target(c)
	if err != nil {
		return err
	}
	return answerWith[*telephony.SMS](c)(s.phone().LinkSMS(c.UserContext(), Rights(c), id, to))
}
