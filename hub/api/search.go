package api

import "github.com/gofiber/fiber/v2"

func (s *Server) searchRoutes(api fiber.Router) {
	api.Get("/lookup", s.lookup)
	api.Get("/search", s.search)
}

func (s *Server) lookup(c *fiber.Ctx) error {
	rows, err := s.Records.Lookup(c.UserContext(), Rights(c), Lang(c), c.Query("entity"), c.Query("q"), c.QueryInt("limit"))
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"rows": rows})
}

func (s *Server) search(c *fiber.Ctx) error {
	groups, err := s.Records.Search(c.UserContext(), Rights(c), Lang(c), c.Query("q"))
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"groups": groups})
}
