package api

import (
	"github.com/gofiber/fiber/v2"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/records"
)

func (s *Server) familyRoutes(api fiber.Router) { api.Get("/o/:entity/:id/family", s.family) }

type familyDeals struct {
	Count int64 `json:"count"`
	Sums  []any `json:"sums"`
}

type familyMember struct {
	ID     crm.ID                 `json:"id"`
	Label  string                 `json:"label"`
	Parent *crm.ID                `json:"parent,omitempty"`
	Depth  int                    `json:"depth"`
	Deals  map[string]familyDeals `json:"deals"`
}

// family shows a customer with those below it and what their deals come to (CUS-12).
func (s *Server) family(c *fiber.Ctx) error {
	ref, err := pathRef(c)
	if err != nil {
		return err
	}
	found, err := s.Records.Family(c.UserContext(), Rights(c), ref)
	if err != nil {
		return err
	}
	if err := s.Audit.Open(c.UserContext(), Rights(c), ref); err != nil {
		return err
	}
	out := struct {
		Above   *field.Ref             `json:"above,omitempty"`
		Members []familyMember         `json:"members"`
		Totals  map[string]familyDeals `json:"totals"`
		Capped  bool                   `json:"capped,omitempty"`
	}{Members: []familyMember{}, Totals: wireDeals(found.Totals), Capped: found.Capped}
	if found.Above != nil {
		out.Above = &field.Ref{ID: int64(found.Above.ID), Label: found.Above.Label, Entity: ref.Entity}
	}
	for _, m := range found.Members {
		wire := familyMember{ID: m.ID, Label: m.Label, Depth: m.Depth, Deals: wireDeals(m.Deals)}
		if m.Parent != 0 {
			wire.Parent = &m.Parent
		}
		out.Members = append(out.Members, wire)
	}
	s.listed(c, ref.Entity, "", len(out.Members))
	return c.JSON(out)
}

func wireDeals(deals map[string]records.Deals) map[string]familyDeals {
	out := map[string]familyDeals{}
	for entity, d := range deals {
		if d.Sums == nil {
			d.Sums = []any{}
		}
		out[entity] = familyDeals{d.Count, d.Sums}
	}
	return out
}
