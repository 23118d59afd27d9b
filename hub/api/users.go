package api

import (
	"context"
	"slices"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/auth"
	"bellhop/hub/crm"
	"bellhop/hub/rights"
)

func (s *Server) userRoutes(api fiber.Router) {
	api.Get("/users", needs(rights.Users, rights.Read), s.users)
	api.Post("/users", needs(rights.Users, rights.Edit), s.createUser)
	api.Put("/users/:id", needs(rights.Users, rights.Edit), withID(s.changeUser))
}

// administrator keeps out who may not change settings.
func administrator(c *fiber.Ctx) error { return needs(rights.Settings, rights.Edit)(c) }

// needs keeps out who has not that right in an area.
func needs(area string, action rights.Action) fiber.Handler {
	return guard(func(who *rights.Rights) bool { return who.May(area, action) }, "user.no_right")
}

// guard keeps out who may not, and tells him why.
func guard(may func(who *rights.Rights) bool, why string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if !may(Rights(c)) {
			return &crm.Error{Code: crm.Forbidden, Key: why}
		}
		return c.Next()
	}
}

// userOut is a user as those see him who manage users.
type userOut struct {
	ID            crm.ID    `json:"id"`
	Login         string    `json:"login"`
	Name          string    `json:"name"`
	Role          crm.Role  `json:"role"`
	Active        bool      `json:"active"`
	CallerDisplay bool      `json:"callerDisplay"`
	Lines         []int     `json:"lines"`
	Roles         []crm.ID  `json:"roles"`
	Department    crm.ID    `json:"department"`
	Superior      crm.ID    `json:"superior"`
	Post          string    `json:"post"`
	EmployeeNo    string    `json:"employeeNo"`
	Mobile        string    `json:"mobile"`
	Extension     string    `json:"extension"`
	Email         string    `json:"email"`
	State         string    `json:"state"`
	Limits        limitsOut `json:"limits"`
	LastLogin     int64     `json:"lastLogin,omitempty"`
}

type limitsOut struct {
	BoundDevices bool `json:"boundDevices"`
	LANOnly      bool `json:"lanOnly"`
	PCOnly       bool `json:"pcOnly"`
	Days         int  `json:"days"`
	From         int  `json:"from"`
	To           int  `json:"to"`
	LockMinutes  int  `json:"lockMinutes"`
}

type userIn struct {
	Login, Name, Password    *string
	Role                     *crm.Role
	Active, CallerDisplay    *bool
	Lines                    *[]int
	Roles                    []crm.ID
	Department, Superior     *crm.ID
	Post, EmployeeNo, State  *string
	Mobile, Extension, Email *string
	Limits                   *limitsOut
}

func (in *userIn) into(u *crm.User) {
	set(&u.Login, in.Login)
	set(&u.Name, in.Name)
	set(&u.Role, in.Role)
	set(&u.Active, in.Active)
	set(&u.CallerDisplay, in.CallerDisplay)
	set(&u.Department, in.Department)
	set(&u.Superior, in.Superior)
	set(&u.Post, in.Post)
	set(&u.EmployeeNo, in.EmployeeNo)
	set(&u.State, in.State)
	set(&u.Mobile, in.Mobile)
	set(&u.Extension, in.Extension)
	set(&u.Email, in.Email)
	if in.Limits != nil {
		u.Limits = crm.LoginLimits(*in.Limits)
	}
	if u.State == "left" { // who has left is out, whatever else is said
		u.Active = false
	}
}

func set[T any](into *T, in *T) {
	if in != nil {
		*into = *in
	}
}

func (s *Server) users(c *fiber.Ctx) error {
	ctx := c.UserContext()
	users, err := s.Store.Users(ctx)
	if err != nil {
		return err
	}
	users = employees(users)
	out := make([]userOut, len(users))
	more, err := s.aboutUsers(ctx)
	if err != nil {
		return err
	}
	for i, u := range users {
		out[i] = more.of(u)
	}
	return c.JSON(fiber.Map{"users": out})
}

// employees are the users that are people.
func employees(users []*crm.User) []*crm.User {
	return slices.DeleteFunc(users, func(u *crm.User) bool { return u.Service })
}

// aboutUsers is what is kept of users elsewhere.
type aboutUsers struct {
	groups map[int][]crm.ID // of lines
	roles  map[crm.ID][]crm.ID
	logins map[crm.ID]int64
}

func (s *Server) aboutUsers(ctx context.Context) (a aboutUsers, err error) {
	if a.groups, err = s.Store.RingGroups(ctx); err != nil {
		return a, err
	}
	if a.roles, err = s.Store.UserRoles(ctx); err != nil {
		return a, err
	}
	a.logins, err = s.Store.LastLogins(ctx)
	return a, err
}

func (a aboutUsers) of(u *crm.User) userOut {
	out := userOut{ID: u.ID, Login: u.Login, Name: u.Name, Role: u.Role, Active: u.Active, CallerDisplay: u.CallerDisplay, Lines: []int{},
		Roles: a.roles[u.ID], Department: u.Department, Superior: u.Superior, Post: u.Post, EmployeeNo: u.EmployeeNo, Mobile: u.Mobile,
		Extension: u.Extension, Email: u.Email, State: u.State, Limits: limitsOut(u.Limits), LastLogin: a.logins[u.ID]}
	for line, group := range a.groups {
		if slices.Contains(group, u.ID) {
			out.Lines = append(out.Lines, line)
		}
	}
	if out.Roles == nil {
		out.Roles = []crm.ID{}
	}
	slices.Sort(out.Lines)
	return out
}

// checkUser refuses what is not in the office.
func (s *Server) checkUser(ctx context.Context, u *crm.User, in *userIn) error {
	if err := auth.CheckUser(u); err != nil {
		return err
	}
	office, err := s.Records.Office(ctx)
	if err != nil {
		return err
	}
	if u.Department != 0 && office.Departments[u.Department] == nil {
		return &crm.Error{Code: crm.Invalid, Key: "department.not_found", Field: "department"}
	}
	if u.Superior == u.ID || u.Superior != 0 && office.Users[u.Superior] == nil {
		return &crm.Error{Code: crm.Invalid, Key: "user.superior_loop", Field: "superior"}
	}
	if in.Roles == nil {
		return nil
	}
	if len(in.Roles) == 0 {
		return &crm.Error{Code: crm.Invalid, Key: "role.needed", Field: "roles"}
	}
	for _, role := range in.Roles {
		if office.Roles[role] == nil {
			return &crm.Error{Code: crm.Invalid, Key: "role.not_found", Field: "roles"}
		}
	}
	return nil
}

func (s *Server) createUser(c *fiber.Ctx) error {
	var in userIn
	if err := body(c, &in); err != nil {
		return err
	}
	ctx := c.UserContext()
	user := auth.NewUser("", "", crm.Sales)
	user.Lang = Lang(c)
	user.MustChange = true
	in.into(user)
	if err := s.checkUser(ctx, user, &in); err != nil {
		return err
	}
	if err := keeperStays(nil, &in, user); err != nil {
		return err
	}
	if in.Password == nil {
		return &crm.Error{Code: crm.Invalid, Key: "password.needed", Field: "password"}
	}
	hash, err := s.Auth.NewHash(*in.Password, user.Login)
	if err != nil {
		return err
	}
	if err := s.Store.CreateUser(ctx, user, hash, in.Roles...); err != nil {
		return err
	}
	return s.finishUser(c, user, in, fiber.StatusCreated)
}

func (s *Server) changeUser(c *fiber.Ctx, id crm.ID) error {
	var in userIn
	if err := body(c, &in); err != nil {
		return err
	}
	ctx := c.UserContext()
	user, err := s.Store.User(ctx, id)
	if err != nil {
		return err
	}
	if user.Service {
		return crm.ErrNotFound
	}
	before := *user
	in.into(user)
	if err := s.checkUser(ctx, user, &in); err != nil {
		return err
	}
	roles, err := s.Store.UserRoles(ctx)
	if err != nil {
		return err
	}
	if err := keeperStays(roles[id], &in, user); err != nil {
		return err
	}
	if in.Roles != nil {
		user.Role = rights.MainRole(in.Roles)
	}
	if err := s.keepsAdmin(ctx, &before, user); err != nil {
		return err
	}
	if in.Password != nil && *in.Password != "" {
		if err := s.Auth.SetPassword(ctx, user, *in.Password); err != nil {
			return err
		}
	}
	if err := s.Store.SaveUser(ctx, user, in.Roles); err != nil {
		return err
	}
	// A disabled user is out at once, and one with other roles or limits starts afresh.
	if !user.Active || user.Role != before.Role || in.Roles != nil && !sameRoles(in.Roles, roles[id]) || user.Limits != before.Limits {
		if err := s.Auth.End(ctx, user.ID, keptSession(c, user), "account"); err != nil {
			return err
		}
	}
	return s.finishUser(c, user, in, fiber.StatusOK)
}

// keptSession lets one who changes his own roles or limits go on.
func keptSession(c *fiber.Ctx, user *crm.User) string {
	if user.Active && user.ID == User(c).ID {
		return Session(c).Hash
	}
	return ""
}

func sameRoles(a, b []crm.ID) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(slices.Compact(a), slices.Compact(b))
}

// keeperStays refuses to make, unmake, disable or impersonate the data keeper: that
// takes two (SEC-23).
func keeperStays(roles []crm.ID, in *userIn, user *crm.User) error {
	was := slices.Contains(roles, rights.RoleKeeper)
	is := was
	if in.Roles != nil {
		is = slices.Contains(in.Roles, rights.RoleKeeper)
	}
	if was != is || was && (!user.Active || in.Password != nil && *in.Password != "" || in.Role != nil) {
		return &crm.Error{Code: crm.Forbidden, Key: "keeper.two_persons", Field: "roles"}
	}
	return nil
}

// keepsAdmin refuses to take the last administrator away.
func (s *Server) keepsAdmin(ctx context.Context, before, after *crm.User) error {
	isAdmin := func(u *crm.User) bool { return u.Active && u.Role == crm.Admin && !u.Service }
	if !isAdmin(before) || isAdmin(after) {
		return nil
	}
	users, err := s.Store.Users(ctx)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(users, func(u *crm.User) bool { return u.ID != before.ID && isAdmin(u) }) {
		return nil
	}
	return &crm.Error{Code: crm.Conflict, Key: "user.last_admin"}
}

// finishUser puts the user in the ring groups asked for and answers with him.
func (s *Server) finishUser(c *fiber.Ctx, user *crm.User, in userIn, status int) error {
	ctx := c.UserContext()
	if in.Lines != nil {
		if err := s.Store.SetUserLines(ctx, user.ID, *in.Lines); err != nil {
			return err
		}
		s.settingsChanged(c)
	}
	more, err := s.aboutUsers(ctx)
	if err != nil {
		return err
	}
	return c.Status(status).JSON(more.of(user))
}
