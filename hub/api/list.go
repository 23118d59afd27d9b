package api

import (
	"github.com/gofiber/fiber/v2"

	"bellhop/hub/crm"
	"bellhop/hub/records"
)

func (s *Server) listRoutes(api fiber.Router) {
	api.Post("/o/:entity/summary", s.summarise)
}

type summary struct {
	Count  int64            `json:"count"`
	Totals map[string][]any `json:"totals"`
	Groups []summaryGroup   `json:"groups,omitempty"`
	Late   bool             `json:"late,omitempty"`
}

type summaryGroup struct {
	Value any   `json:"value"`
	Count int64 `json:"count"`
	Sums  []any `json:"sums,omitempty"`
}

// summarise tells what a list adds up to.
func (s *Server) summarise(c *fiber.Ctx) error {
	var in struct {
		Search string
		Filter *crm.Filter
		Totals []string
		Group  string
		Sum    string
	}
	if err := body(c, &in); err != nil {
		return err
	}
	q := crm.Query{Entity: c.Params("entity"), Search: in.Search, Filter: in.Filter, Wide: true}
	found, err := s.Records.Summarise(c.UserContext(), Rights(c), q, records.Ask{Totals: in.Totals, Group: in.Group, Sum: in.Sum})
	if err != nil {
		return err
	}
	out := summary{Count: found.Count, Totals: found.Totals, Late: found.Late}
	if out.Totals == nil {
		out.Totals = map[string][]any{}
	}
	for _, g := range found.Groups {
		out.Groups = append(out.Groups, summaryGroup{g.Value, g.Count, g.Sums})
	}
	return c.JSON(out)
}
