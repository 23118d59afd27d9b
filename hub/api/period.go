package api

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/records"
)

func (s *Server) periodRoutes(api fiber.Router) { api.Get("/period", s.period) }

// period counts a month for the user and those below him.
func (s *Server) period(c *fiber.Ctx) error {
	from, err := time.ParseInLocation("2006-01", c.Query("month", time.Now().Format("2006-01")), time.Local)
	if err != nil {
		return &crm.Error{Code: crm.Invalid, Key: "field.not_date", Field: "month"}
	}
	found, err := s.Records.Period(c.UserContext(), Rights(c), from, from.AddDate(0, 1, 0))
	if err != nil {
		return err
	}
	type row struct {
		User      field.Person    `json:"user"`
		New       *records.Figure `json:"new,omitempty"`
		Contacted *records.Figure `json:"contacted,omitempty"`
		Overdue   *records.Figure `json:"overdue,omitempty"`
		Planned   *records.Figure `json:"planned,omitempty"`
	}
	rows := make([]row, len(found))
	for i, p := range found {
		rows[i] = row(p)
	}
	return c.JSON(fiber.Map{"rows": rows})
}
