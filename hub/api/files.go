package api

import (
	"mime"
	"slices"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/crm"
)

func (s *Server) fileRoutes(api fiber.Router) {
	api.Post("/files", s.addFile)
	api.Get("/files/:id", withID(s.getFile))
}

// addFile takes a form with one file in it, as browsers send it.
func (s *Server) addFile(c *fiber.Ctx) error {
	part, err := c.FormFile("file")
	if err != nil {
		return &crm.Error{Code: crm.Invalid, Key: "file.missing"}
	}
	in, err := part.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	file, err := s.Files.Add(c.UserContext(), Rights(c), part.Filename, in)
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(file)
}

// shownTypes are shown by the browser itself; whatever else, a page that calls itself a
// picture too, is only saved.
var shownTypes = []string{"image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"}

func (s *Server) getFile(c *fiber.Ctx, id crm.ID) error {
	file, content, err := s.Files.Open(c.UserContext(), Rights(c), id)
	if err != nil {
		return err
	}
	kind := "attachment"
	if slices.Contains(shownTypes, file.Mime) {
		kind = "inline"
	}
	c.Set(fiber.HeaderContentType, file.Mime)
	c.Set(fiber.HeaderContentDisposition, mime.FormatMediaType(kind, map[string]string{"filename": file.Name}))
	c.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	c.Context().SetBodyStream(content, int(file.Size)) // closes it
	return nil
}
