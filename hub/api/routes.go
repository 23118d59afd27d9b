package api

import (
	"github.com/gofiber/fiber/v2"
)

func (s *Server) userRoutes(api fiber.Router)    {}
func (s *Server) settingRoutes(api fiber.Router) {}
func (s *Server) metaRoutes(api fiber.Router)    {}
func (s *Server) recordRoutes(api fiber.Router)  {}
func (s *Server) searchRoutes(api fiber.Router)  {}
func (s *Server) settingsChanged(c *fiber.Ctx)   {}
func (s *Server) page() fiber.Handler            { return func(c *fiber.Ctx) error { return c.Next() } }
