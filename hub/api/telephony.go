package api

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/crm"
	"bellhop/hub/live"
	"bellhop/hub/telephony"
)

// Telephony are the parts behind calls, texts, the box and the live stream. They may
// be absent: then their addresses are too.
type Telephony struct {
	Service *telephony.Service
	Live    *live.Hub
}

func (s *Server) telephonyRoutes(api fiber.Router) {
	if s.Telephony.Service != nil {
		s.callRoutes(api)
		s.recordingRoutes(api)
		s.smsRoutes(api)
		s.boxRoutes(api)
		s.scopeRoutes(api)
		s.machineRoutes(api)
	}
	if s.Telephony.Live != nil {
		s.eventRoutes(api)
	}
}

func (s *Server) phone() *telephony.Service { return s.Telephony.Service }

// target reads the party something is to be filed under.
func target(c *fiber.Ctx) (telephony.Target, error) {
	var t telephony.Target
	return t, body(c, &t)
}

// partyQuery reads "customer:123".
func partyQuery(text string) (crm.Ref, error) {
	entity, id, ok := strings.Cut(text, ":")
	n, err := crm.ParseID(id)
	if text != "" && (!ok || err != nil || n <= 0) {
		return crm.Ref{}, errBadRequest
	}
	return crm.Ref{Entity: entity, ID: n}, nil
}
