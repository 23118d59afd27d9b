package api

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/rights"
)

func (s *Server) roleRoutes(api fiber.Router) {
	edits := needs(rights.Users, rights.Edit)
	api.Get("/roles", needs(rights.Users, rights.Read), s.roles)
	api.Post("/roles", edits, s.createRole)
	api.Put("/roles/:id", edits, s.changeRole)
	api.Delete("/roles/:id", edits, s.deleteRole)
}

// roleOut is a role with its name in the reader's language.
type roleOut struct {
	*rights.Role
	Label   string `json:"label"`
	Users   int    `json:"users"`   // who have it
	Changed bool   `json:"changed"` // a delivered one that is not as delivered
	Fixed   bool   `json:"fixed"`   // nobody may change it
}

// subject is what a grant may be about.
type subject struct {
	Name    string          `json:"name"`
	Label   string          `json:"label"`
	Group   string          `json:"group"` // of the matrix: what stands together
	Area    bool            `json:"area,omitempty"`
	Private bool            `json:"private,omitempty"` // its owner's alone, whatever the reach
	Shared  bool            `json:"shared,omitempty"`  // read by everybody who may read it at all
	Actions []rights.Action `json:"actions"`
	Fields  []subjectField  `json:"fields,omitempty"`
}

type subjectField struct {
	Key   string `json:"key"`
	Label string `json:"label"`
	Fixed bool   `json:"fixed,omitempty"` // it names the record
}

func (s *Server) roles(c *fiber.Ctx) error {
	ctx := c.UserContext()
	roles, err := s.Store.Roles(ctx)
	if err != nil {
		return err
	}
	users, err := s.Store.UserRoles(ctx)
	if err != nil {
		return err
	}
	out := make([]roleOut, len(roles))
	for i, role := range roles {
		out[i] = s.roleOut(Lang(c), role)
		for _, has := range users {
			if slices.Contains(has, role.ID) {
				out[i].Users++
			}
		}
	}
	return c.JSON(fiber.Map{"roles": out, "subjects": s.subjects(Lang(c))})
}

func (s *Server) roleOut(lang string, role *rights.Role) roleOut {
	return roleOut{Role: role, Label: s.roleName(lang, role), Changed: rights.Changed(role), Fixed: role.ID == rights.RoleKeeper}
}

func (s *Server) roleName(lang string, role *rights.Role) string {
	if role.Name == "" && role.Key != "" {
		return s.text(lang, "role."+role.Key, nil)
	}
	return role.Name
}

// subjects are the rows of the matrix, in the order of the menu.
func (s *Server) subjects(lang string) []subject {
	schema := s.Records.Schema()
	var out []subject
	for _, m := range schema.Modules {
		for _, def := range m.Entities {
			e, ok := schema.Entity(def.Name) // with the office's own fields
			if !ok {
				continue
			}
			row := subject{Name: e.Name, Label: s.text(lang, e.Name+".plural", nil), Group: m.Name, Actions: rights.Actions,
				Private: e.Access.Private, Shared: e.Access.Shared}
			for i := range e.Fields {
				row.Fields = append(row.Fields, s.subjectFields(lang, e, &e.Fields[i])...)
			}
			out = append(out, row)
		}
	}
	for _, a := range rights.Areas {
		out = append(out, subject{Name: a.Name, Label: s.text(lang, "area."+a.Name, nil), Group: "areas", Area: true, Actions: a.Actions})
	}
	return out
}

// subjectFields are a field and what its lines hold.
func (s *Server) subjectFields(lang string, e *crm.Entity, f *field.Field) []subjectField {
	if f.Hidden {
		return nil
	}
	label := s.text(lang, e.Name+".fields."+f.Path(), nil)
	list := []subjectField{{f.Path(), label, f.Path() == e.Title}}
	for i := range f.Lines {
		for _, sub := range s.subjectFields(lang, e, &f.Lines[i]) {
			sub.Label = label + " · " + sub.Label
			list = append(list, sub)
		}
	}
	return list
}

type roleIn struct {
	Name, Note *string
	Grants     *map[string]rights.Grant
	Fields     *map[string]map[string]rights.Level
}

func (s *Server) createRole(c *fiber.Ctx) error {
	return s.putRole(c, &rights.Role{ID: crm.NewID(), Grants: map[string]rights.Grant{}, Fields: map[string]map[string]rights.Level{}}, fiber.StatusCreated)
}

func (s *Server) changeRole(c *fiber.Ctx) error {
	role, err := s.pathRole(c)
	if err != nil {
		return err
	}
	if role.ID == rights.RoleKeeper {
		return &crm.Error{Code: crm.Forbidden, Key: "role.keeper_fixed"}
	}
	return s.putRole(c, role, fiber.StatusOK)
}

func (s *Server) pathRole(c *fiber.Ctx) (*rights.Role, error) {
	id, err := pathID(c)
	if err != nil {
		return nil, err
	}
	roles, err := s.Store.Roles(c.UserContext())
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(roles, func(r *rights.Role) bool { return r.ID == id })
	if i < 0 {
		return nil, crm.ErrNotFound
	}
	return roles[i], nil
}

func (s *Server) putRole(c *fiber.Ctx, role *rights.Role, status int) error {
	var in roleIn
	if err := body(c, &in); err != nil {
		return err
	}
	set(&role.Name, in.Name)
	set(&role.Note, in.Note)
	set(&role.Grants, in.Grants)
	set(&role.Fields, in.Fields)
	role.Name = strings.TrimSpace(role.Name)
	if role.Name == "" && role.Key == "" || len([]rune(role.Name)) > maxName {
		return &crm.Error{Code: crm.Invalid, Key: "role.name_needed", Field: "name"}
	}
	if err := s.nameIsFree(c, role); err != nil {
		return err
	}
	if err := rights.Check(role, s.Records.Schema()); err != nil {
		return s.namedField(Lang(c), err)
	}
	if err := s.Store.PutRole(c.UserContext(), role); err != nil {
		return err
	}
	return c.Status(status).JSON(s.roleOut(Lang(c), role))
}

func (s *Server) nameIsFree(c *fiber.Ctx, role *rights.Role) error {
	roles, err := s.Store.Roles(c.UserContext())
	if err != nil {
		return err
	}
	for _, other := range roles {
		if other.ID != role.ID && s.roleName(Lang(c), other) == s.roleName(Lang(c), role) {
			return &crm.Error{Code: crm.Conflict, Key: "role.name_taken", Field: "name"}
		}
	}
	return nil
}

// namedField puts the label of a field into a refusal that names one by entity and key.
func (s *Server) namedField(lang string, err error) error {
	refusal, ok := err.(*crm.Error)
	if !ok || refusal.Args["entity"] == "" {
		return err
	}
	named := *refusal
	named.Args = map[string]string{"field": s.text(lang, refusal.Args["entity"]+".fields."+refusal.Field, nil)}
	return &named
}

// deleteRole removes a role of the office's own; a delivered one becomes as delivered.
func (s *Server) deleteRole(c *fiber.Ctx) error {
	role, err := s.pathRole(c)
	if err != nil {
		return err
	}
	if err := s.Store.DeleteRole(c.UserContext(), role.ID, role.Key != ""); err != nil {
		return err
	}
	return c.JSON(fiber.Map{})
}
