package api

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/crm"
	"bellhop/hub/records"
	"bellhop/hub/rights"
)

func (s *Server) shareRoutes(api fiber.Router) {
	api.Get("/shared", s.sharedWithMe)
	api.Get("/o/:entity/:id/shares", s.shares)
	api.Post("/o/:entity/share", s.share)
	api.Post("/o/:entity/unshare", s.unshare)
	api.Post("/o/:entity/transfer", s.transfer)
	api.Post("/o/:entity/:id/reveal", s.reveal)
	api.Post("/o/:entity/:id/dial", s.dial)
}

func (s *Server) sharedWithMe(c *fiber.Ctx) error {
	rows, err := s.Records.SharedWithMe(c.UserContext(), Rights(c), Lang(c))
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"rows": rows})
}

func (s *Server) shares(c *fiber.Ctx) error {
	ref, err := pathRef(c)
	if err != nil {
		return err
	}
	shares, err := s.Records.Shares(c.UserContext(), Rights(c), ref)
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"shares": shares})
}

// batchResult is what became of one record of many.
type batchResult struct {
	ID    crm.ID     `json:"id"`
	OK    bool       `json:"ok"`
	Error *errorBody `json:"error,omitempty"`
}

const maxBatch = 500 // records of one request

// each does fn to every record named, and tells of each whether it worked. Several at
// once are a right of their own.
func (s *Server) each(c *fiber.Ctx, ids []crm.ID, fn func(ref crm.Ref) error) error {
	if len(ids) == 0 || len(ids) > maxBatch {
		return errBadRequest
	}
	entity := c.Params("entity")
	if len(ids) > 1 && !Rights(c).May(entity, rights.Batch) {
		return &crm.Error{Code: crm.Forbidden, Key: "record.no_batch"}
	}
	results := make([]batchResult, len(ids))
	for i, id := range ids {
		err := fn(crm.Ref{Entity: entity, ID: id})
		results[i] = batchResult{ID: id, OK: err == nil}
		var refusal *crm.Error
		switch {
		case errors.As(err, &refusal):
			if len(ids) == 1 {
				return err
			}
			told := s.errorBody(Lang(c), refusal)
			results[i].Error = &told
		case err != nil:
			return err
		}
	}
	return c.JSON(fiber.Map{"results": results})
}

func (s *Server) share(c *fiber.Ctx) error {
	var in struct {
		IDs     []crm.ID
		Targets []crm.ID
		Level   string
		Expires int64
	}
	if err := body(c, &in); err != nil {
		return err
	}
	return s.each(c, in.IDs, func(ref crm.Ref) error {
		return s.Records.Share(c.UserContext(), Rights(c), ref, records.Sharing{Targets: in.Targets, Level: in.Level, Expires: in.Expires})
	})
}

func (s *Server) unshare(c *fiber.Ctx) error {
	var in struct{ IDs, Targets []crm.ID }
	if err := body(c, &in); err != nil {
		return err
	}
	return s.each(c, in.IDs, func(ref crm.Ref) error { return s.Records.Unshare(c.UserContext(), Rights(c), ref, in.Targets) })
}

// transfer hands records over; with keep the owner before goes on reading them.
func (s *Server) transfer(c *fiber.Ctx) error {
	var in struct {
		IDs   []crm.ID
		Owner crm.ID
		Keep  bool
	}
	if err := body(c, &in); err != nil {
		return err
	}
	return s.each(c, in.IDs, func(ref crm.Ref) error { return s.Records.Transfer(c.UserContext(), Rights(c), ref, in.Owner, in.Keep) })
}

// reveal shows one masked value whole; it is written down.
func (s *Server) reveal(c *fiber.Ctx) error {
	ref, err := pathRef(c)
	if err != nil {
		return err
	}
	var in struct{ Field string }
	if err := body(c, &in); err != nil {
		return err
	}
	v, err := s.Records.Reveal(c.UserContext(), Rights(c), ref, in.Field)
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"value": v})
}

// dial gives a telephone the number to ring, which the page need not show.
func (s *Server) dial(c *fiber.Ctx) error {
	ref, err := pathRef(c)
	if err != nil {
		return err
	}
	var in struct {
		Field string
		Index int
	}
	if err := body(c, &in); err != nil {
		return err
	}
	number, err := s.Records.Dial(c.UserContext(), Rights(c), ref, in.Field, in.Index)
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"tel": "tel:" + number})
}
