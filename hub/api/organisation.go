package api

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/crm"
	"bellhop/hub/records"
	"bellhop/hub/rights"
)

// organisationRoutes are departments and groups. Everybody knows his colleagues.
func (s *Server) organisationRoutes(api fiber.Router) {
	edits := needs(rights.Users, rights.Edit)
	api.Get("/organisation", func(c *fiber.Ctx) error {
		return answerWith[*records.Addressees](c)(s.Records.Addressees(c.UserContext()))
	})
	api.Post("/departments", edits, s.createDepartment)
	api.Put("/departments/:id", edits, withID(s.changeDepartment))
	api.Delete("/departments/:id", edits, withID(s.deleteDepartment))
	api.Get("/groups", needs(rights.Users, rights.Read), s.groups)
	api.Post("/groups", edits, s.createGroup)
	api.Put("/groups/:id", edits, withID(s.changeGroup))
	api.Delete("/groups/:id", edits, withID(s.deleteGroup))
}

const maxName = 60 // characters of a department's, group's or role's name

type departmentIn struct {
	Name     *string
	Parent   *crm.ID
	Position *int
}

func (s *Server) createDepartment(c *fiber.Ctx) error {
	return s.putDepartment(c, &crm.Department{ID: crm.NewID()}, fiber.StatusCreated)
}

func (s *Server) changeDepartment(c *fiber.Ctx, id crm.ID) error {
	office, err := s.Records.Office(c.UserContext())
	if err != nil {
		return err
	}
	kept := office.Departments[id]
	if kept == nil {
		return crm.ErrNotFound
	}
	d := *kept
	return s.putDepartment(c, &d, fiber.StatusOK)
}

func (s *Server) putDepartment(c *fiber.Ctx, d *crm.Department, status int) error {
	var in departmentIn
	if err := body(c, &in); err != nil {
		return err
	}
	set(&d.Name, in.Name)
	set(&d.Parent, in.Parent)
	set(&d.Position, in.Position)
	if d.Name = strings.TrimSpace(d.Name); d.Name == "" || len([]rune(d.Name)) > maxName {
		return &crm.Error{Code: crm.Invalid, Key: "department.name_needed", Field: "name"}
	}
	office, err := s.Records.Office(c.UserContext())
	if err != nil {
		return err
	}
	if d.Parent != 0 && office.Departments[d.Parent] == nil {
		return &crm.Error{Code: crm.Invalid, Key: "department.not_found", Field: "parent"}
	}
	if err := s.Store.PutDepartment(c.UserContext(), d); err != nil {
		return err
	}
	return c.Status(status).JSON(d)
}

func (s *Server) deleteDepartment(c *fiber.Ctx, id crm.ID) error {
	if err := s.Store.DeleteDepartment(c.UserContext(), id); err != nil {
		return err
	}
	return c.JSON(fiber.Map{})
}

func (s *Server) groups(c *fiber.Ctx) error {
	groups, err := s.Store.UserGroups(c.UserContext())
	if err != nil {
		return err
	}
	if groups == nil {
		groups = []*crm.Group{}
	}
	return c.JSON(fiber.Map{"groups": groups})
}

func (s *Server) createGroup(c *fiber.Ctx) error {
	return s.putGroup(c, &crm.Group{ID: crm.NewID(), Members: []crm.ID{}}, fiber.StatusCreated)
}

func (s *Server) changeGroup(c *fiber.Ctx, id crm.ID) error {
	groups, err := s.Store.UserGroups(c.UserContext())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(groups, func(g *crm.Group) bool { return g.ID == id })
	if i < 0 {
		return crm.ErrNotFound
	}
	return s.putGroup(c, groups[i], fiber.StatusOK)
}

func (s *Server) putGroup(c *fiber.Ctx, g *crm.Group, status int) error {
	var in struct {
		Name    *string
		Members *[]crm.ID
	}
	if err := body(c, &in); err != nil {
		return err
	}
	set(&g.Name, in.Name)
	set(&g.Members, in.Members)
	if g.Name = strings.TrimSpace(g.Name); g.Name == "" || len([]rune(g.Name)) > maxName {
		return &crm.Error{Code: crm.Invalid, Key: "group.name_needed", Field: "name"}
	}
	if err := s.Store.PutGroup(c.UserContext(), g); err != nil {
		return err
	}
	return c.Status(status).JSON(g)
}

func (s *Server) deleteGroup(c *fiber.Ctx, id crm.ID) error {
	if err := s.Store.DeleteGroup(c.UserContext(), id); err != nil {
		return err
	}
	return c.JSON(fiber.Map{})
}
