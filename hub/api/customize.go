package api

import (
	"github.com/gofiber/fiber/v2"

	"bellhop/hub/customize"
)

// customizeRoutes let an administrator change the definitions.
func (s *Server) customizeRoutes(api fiber.Router) {
	api.Get("/customize", administrator, s.customEntities)
	api.Put("/customize/:entity", administrator, s.changeEntity)
	api.Get("/customize/:entity/fields", administrator, s.customFields)
	api.Post("/customize/:entity/fields", administrator, s.addField)
	api.Put("/customize/:entity/fields/:key", administrator, s.changeField)
	api.Post("/customize/:entity/formula", administrator, s.tryFormula)
	api.Get("/customize/:entity/form", administrator, s.customForm)
	api.Put("/customize/:entity/form", administrator, s.setForm)
	api.Get("/dicts", administrator, s.dicts)
	api.Post("/dicts", administrator, s.addDict)
	api.Put("/dicts/:key", administrator, s.changeDict)
	api.Get("/numbers", administrator, s.numbers)
	api.Put("/numbers/:entity/:field", administrator, s.setNumber)
}

func (s *Server) customEntities(c *fiber.Ctx) error {
	entities, err := s.Customize.Entities(c.UserContext(), Lang(c))
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"entities": entities, "modules": s.Customize.Modules(Lang(c)), "rev": s.Customize.Rev()})
}

func (s *Server) changeEntity(c *fiber.Ctx) error {
	var in customize.EntityIn
	if err := body(c, &in); err != nil {
		return err
	}
	if err := s.Customize.ChangeEntity(c.UserContext(), Rights(c), c.Params("entity"), in); err != nil {
		return err
	}
	return s.customEntities(c)
}

func (s *Server) customFields(c *fiber.Ctx) error {
	fields, err := s.Customize.Fields(c.UserContext(), c.Params("entity"), Lang(c))
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"fields": fields, "rev": s.Customize.Rev()})
}

func (s *Server) addField(c *fiber.Ctx) error {
	var in customize.FieldIn
	if err := body(c, &in); err != nil {
		return err
	}
	key, err := s.Customize.AddField(c.UserContext(), Rights(c), c.Params("entity"), in)
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(fiber.Map{"key": key})
}

func (s *Server) changeField(c *fiber.Ctx) error {
	var in customize.FieldIn
	if err := body(c, &in); err != nil {
		return err
	}
	if err := s.Customize.ChangeField(c.UserContext(), Rights(c), c.Params("entity"), c.Params("key"), in); err != nil {
		return err
	}
	return s.customFields(c)
}

// tryFormula checks a formula while it is written and tells what it comes to.
func (s *Server) tryFormula(c *fiber.Ctx) error {
	var in struct {
		Key string `json:"key"`
		customize.FieldIn
	}
	if err := body(c, &in); err != nil {
		return err
	}
	sample, err := s.Customize.Try(c.UserContext(), Rights(c), c.Params("entity"), in.Key, in.FieldIn)
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"record": sample.Record, "value": sample.Value, "live": sample.Live})
}

func (s *Server) customForm(c *fiber.Ctx) error {
	form, err := s.Customize.Form(c.UserContext(), c.Params("entity"), c.Query("role"), Lang(c))
	if err != nil {
		return err
	}
	return c.JSON(form)
}

func (s *Server) setForm(c *fiber.Ctx) error {
	var in customize.Form
	if err := body(c, &in); err != nil {
		return err
	}
	if err := s.Customize.SetForm(c.UserContext(), Rights(c), c.Params("entity"), in); err != nil {
		return err
	}
	form, err := s.Customize.Form(c.UserContext(), c.Params("entity"), in.Role, Lang(c))
	if err != nil {
		return err
	}
	return c.JSON(form)
}

func (s *Server) dicts(c *fiber.Ctx) error {
	list, err := s.Customize.Dicts(c.UserContext(), Lang(c))
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"dicts": list, "rev": s.Customize.Rev()})
}

func (s *Server) addDict(c *fiber.Ctx) error {
	var in customize.DictIn
	if err := body(c, &in); err != nil {
		return err
	}
	key, err := s.Customize.AddDict(c.UserContext(), Rights(c), in)
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(fiber.Map{"key": key})
}

func (s *Server) changeDict(c *fiber.Ctx) error {
	var in customize.DictIn
	if err := body(c, &in); err != nil {
		return err
	}
	if err := s.Customize.ChangeDict(c.UserContext(), Rights(c), c.Params("key"), in); err != nil {
		return err
	}
	return s.dicts(c)
}

func (s *Server) numbers(c *fiber.Ctx) error {
	list, err := s.Customize.Numbers(c.UserContext(), Lang(c))
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"numbers": list, "rev": s.Customize.Rev()})
}

func (s *Server) setNumber(c *fiber.Ctx) error {
	var in customize.NumberIn
	if err := body(c, &in); err != nil {
		return err
	}
	if err := s.Customize.SetNumber(c.UserContext(), Rights(c), c.Params("entity"), c.Params("field"), in); err != nil {
		return err
	}
	return s.numbers(c)
}
