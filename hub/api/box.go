package api

import "github.com/gofiber/fiber/v2"

func (s *Server) boxRoutes(api fiber.Router) { api.Get("/box", s.box) }

func (s *Server) box(c *fiber.Ctx) error {
	status, err := s.phone().Status(c.UserContext(), Lang(c))
	if err != nil {
		return err
	}
	return c.JSON(status)
}
