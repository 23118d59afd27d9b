package api

import (
	"github.com/gofiber/fiber/v2"

	"bellhop/hub/crm"
	"bellhop/hub/records"
)

func (s *Server) mergeRoutes(api fiber.Router) {
	api.Get("/o/:entity/:id/children", s.children)
	api.Get("/o/:entity/:id/merges", s.merges)
	api.Post("/o/:entity/:id/merge", s.merge)
	api.Post("/merges/:id/undo", withID(s.unmerge))
}

// children counts what a merge would move.
func (s *Server) children(c *fiber.Ctx) error {
	ref, err := pathRef(c)
	if err != nil {
		return err
	}
	list, err := s.Records.Children(c.UserContext(), Rights(c), ref)
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"children": list})
}

func (s *Server) merges(c *fiber.Ctx) error {
	ref, err := pathRef(c)
	if err != nil {
		return err
	}
	list, err := s.Records.Merges(c.UserContext(), Rights(c), ref)
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"merges": list})
}

// merge makes another record part of this one.
func (s *Server) merge(c *fiber.Ctx) error {
	ref, err := pathRef(c)
	if err != nil {
		return err
	}
	var in struct {
		Twin         crm.ID
		Rev, TwinRev int64
		Values       map[string]any
	}
	if err := body(c, &in); err != nil {
		return err
	}
	out, err := s.Records.Merge(c.UserContext(), Rights(c), ref, records.Merge{Twin: in.Twin, Rev: in.Rev, TwinRev: in.TwinRev, Values: in.Values})
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"merge": out.ID, "moved": out.Moved, "record": recordOf(Lang(c), Rights(c), out.Record)})
}

func (s *Server) unmerge(c *fiber.Ctx, id crm.ID) error {
	row, err := s.Records.Unmerge(c.UserContext(), Rights(c), id)
	if err != nil {
		return err
	}
	return c.JSON(recordOf(Lang(c), Rights(c), row))
}
