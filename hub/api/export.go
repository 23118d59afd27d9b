package api

import (
	"bufio"
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/audit"
	"bellhop/hub/crm"
	"bellhop/hub/exchange"
)

func (s *Server) exportRoutes(api fiber.Router) {
	api.Post("/o/:entity/export", s.export)
	api.Get("/exports/:token", s.fetchExport)
}

// export answers with the address a file can be fetched from once: so the browser
// saves it by itself, however large it is.
func (s *Server) export(c *fiber.Ctx) error {
	var in struct {
		Search   string
		Filter   *crm.Filter
		Sort     crm.Sort
		IDs      []crm.ID
		Columns  []string
		Format   string
		Encoding string
		Count    int // how many the page expects, for the log
	}
	if err := body(c, &in); err != nil {
		return err
	}
	entity := strings.Clone(c.Params("entity")) // it is read after this request is over
	wish := exchange.Wish{IDs: in.IDs, Columns: in.Columns, Format: in.Format, Encoding: in.Encoding,
		Query: crm.Query{Entity: entity, Search: in.Search, Filter: in.Filter, Sort: in.Sort, Wide: true}}
	named := audit.Named{Entity: entity, Search: in.Search, Filter: in.Filter, IDs: in.IDs}
	token, err := s.Exchange.PrepareExport(Rights(c), Lang(c), wish, func(*exchange.Wish) (*audit.Taking, error) {
		return s.take(c, audit.Export, named, max(in.Count, len(in.IDs)))
	})
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"url": "/api/exports/" + token})
}

func (s *Server) fetchExport(c *fiber.Ctx) error {
	file, err := s.Exchange.Fetch(Rights(c), c.Params("token"))
	if err != nil {
		return err
	}
	c.Attachment(file.Name)
	c.Set(fiber.HeaderContentType, file.Type)
	// The request is over when its body is written; what it was about goes on.
	ctx := context.WithoutCancel(c.UserContext())
	log := s.Log
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		if err := file.Write(ctx, w); err != nil {
			log.Warn("export not sent whole", "err", err)
		}
	})
	return nil
}
