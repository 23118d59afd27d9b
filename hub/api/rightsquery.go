package api

import (
	"github.com/gofiber/fiber/v2"

	"bellhop/hub/crm"
	"bellhop/hub/records"
	"bellhop/hub/rights"
)

// rightsQueryRoutes tell who may do what and why (SEC-08).
func (s *Server) rightsQueryRoutes(api fiber.Router) {
	api.Get("/rights/users/:id", withID(s.rightsOf))
	api.Get("/rights/records/:entity/:id", s.seersOf)
}

type rightsOut struct {
	ID       crm.ID         `json:"id"`
	Name     string         `json:"name"`
	Roles    []roleName     `json:"roles"`
	Subjects []rightSubject `json:"subjects"`
}

type roleName struct {
	ID    crm.ID `json:"id"`
	Label string `json:"label"`
}

type rightSubject struct {
	Name    string         `json:"name"`
	Label   string         `json:"label"`
	Area    bool           `json:"area,omitempty"`
	Actions []rightAction  `json:"actions"` // what he may
	Fields  []rightField   `json:"fields,omitempty"`
	Reach   *records.Reach `json:"reach,omitempty"`
}

type rightAction struct {
	Action rights.Action  `json:"action"`
	Label  string         `json:"label"`
	Why    []rightBecause `json:"why"`
}

type rightBecause struct {
	Role  string       `json:"role"`
	Reach rights.Reach `json:"reach"`
}

type rightField struct {
	Key   string       `json:"key"`
	Label string       `json:"label"`
	Level rights.Level `json:"level"`
	Roles []string     `json:"roles"`
}

// rightsOf lists every effective right of a user. Everybody may ask about himself.
func (s *Server) rightsOf(c *fiber.Ctx, id crm.ID) error {
	if id != User(c).ID && !Rights(c).May(rights.Users, rights.Read) {
		return &crm.Error{Code: crm.Forbidden, Key: "user.forbidden"}
	}
	ctx := c.UserContext()
	user, err := s.Store.User(ctx, id)
	if err != nil {
		return err
	}
	who, err := s.Records.Who(ctx, user)
	if err != nil {
		return err
	}
	out := rightsOut{ID: user.ID, Name: user.Name, Roles: []roleName{}, Subjects: []rightSubject{}}
	for _, role := range who.Roles() {
		out.Roles = append(out.Roles, roleName{role.ID, s.roleName(Lang(c), role)})
	}
	for _, row := range s.subjects(Lang(c)) {
		subject := rightSubject{Name: row.Name, Label: row.Label, Area: row.Area, Actions: s.actionsOf(Lang(c), who, row)}
		if e, ok := s.Records.Schema().Entity(row.Name); ok && len(subject.Actions) > 0 {
			if subject.Reach, err = s.Records.ReachOf(ctx, who, e); err != nil {
				return err
			}
			subject.Fields = s.fieldsOf(Lang(c), who, row)
		}
		out.Subjects = append(out.Subjects, subject)
	}
	return c.JSON(out)
}

func (s *Server) actionsOf(lang string, who *rights.Rights, row subject) []rightAction {
	list := []rightAction{}
	for _, action := range row.Actions {
		if !who.May(row.Name, action) {
			continue
		}
		right := rightAction{Action: action, Label: s.text(lang, "action."+string(action), nil), Why: []rightBecause{}}
		for _, because := range who.Reasons(row.Name, action) {
			right.Why = append(right.Why, rightBecause{s.roleName(lang, because.Role), because.Reach})
		}
		list = append(list, right)
	}
	return list
}

// fieldsOf are the fields he does not see and edit whole.
func (s *Server) fieldsOf(lang string, who *rights.Rights, row subject) (list []rightField) {
	for _, f := range row.Fields {
		level := who.Level(row.Name, f.Key)
		if level == rights.Editable {
			continue
		}
		field := rightField{Key: f.Key, Label: f.Label, Level: level, Roles: []string{}}
		for _, role := range who.LevelReasons(row.Name, f.Key) {
			field.Roles = append(field.Roles, s.roleName(lang, role))
		}
		list = append(list, field)
	}
	return list
}

// seersOf lists who may read a record and why, to those who read it and may share it or
// manage users.
func (s *Server) seersOf(c *fiber.Ctx) error {
	ref, err := pathRef(c)
	if err != nil {
		return err
	}
	ctx, who := c.UserContext(), Rights(c)
	visible, err := s.Records.Visible(ctx, who, ref)
	if err != nil {
		return err
	}
	if !visible {
		return crm.ErrNotFound
	}
	if !who.May(ref.Entity, rights.Share) && !who.May(rights.Users, rights.Read) {
		return &crm.Error{Code: crm.Forbidden, Key: "user.forbidden"}
	}
	seers, err := s.Records.Seers(ctx, ref)
	if err != nil {
		return err
	}
	roles, err := s.Store.Roles(ctx)
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, role := range roles {
		names[role.ID.String()] = s.roleName(Lang(c), role)
	}
	for i := range seers {
		for n := range seers[i].Reasons {
			why := &seers[i].Reasons[n]
			for k, id := range why.Roles {
				why.Roles[k] = names[id]
			}
			if why.Why == "parent" {
				why.Via = s.text(Lang(c), why.Via+".label", nil)
			}
		}
	}
	return c.JSON(fiber.Map{"seers": seers})
}
