package api

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/crm"
)

func (s *Server) recycleRoutes(api fiber.Router) {
	api.Get("/recycle/:entity", s.recycled)
	api.Post("/recycle/:entity/restore", s.restore)
}

// deleted is a record that can be brought back.
type deleted struct {
	ID    crm.ID `json:"id"`
	Label string `json:"label"`
	Owner string `json:"owner"`
	At    int64  `json:"at"`
	By    string `json:"by"`
}

func (s *Server) recycled(c *fiber.Ctx) error {
	before, _ := strconv.ParseInt(c.Query("before"), 10, 64)
	list, err := s.Records.Recycled(c.UserContext(), Rights(c), c.Params("entity"), before)
	if err != nil {
		return err
	}
	rows := []deleted{}
	for _, d := range list {
		rows = append(rows, deleted{d.ID, d.Label, d.OwnerName, d.At, d.ByName})
	}
	return c.JSON(fiber.Map{"rows": rows})
}

func (s *Server) restore(c *fiber.Ctx) error {
	var in struct{ IDs []crm.ID }
	if err := body(c, &in); err != nil {
		return err
	}
	if err := s.Records.Restore(c.UserContext(), Rights(c), c.Params("entity"), in.IDs); err != nil {
		return err
	}
	return c.JSON(fiber.Map{})
}
