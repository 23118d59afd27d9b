package api

import (
	"context"
	"slices"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/auth"
	"bellhop/hub/crm"
)

func (s *Server) userRoutes(api fiber.Router) {
	api.Get("/users", administrator, s.users)
	api.Post("/users", administrator, s.createUser)
	api.Put("/users/:id", administrator, s.changeUser)
}

// administrator keeps everybody else out.
func administrator(c *fiber.Ctx) error {
	if !Rights(c).Administrates() {
		return &crm.Error{Code: crm.Forbidden, Key: "user.forbidden"}
	}
	return c.Next()
}

// userOut is a user as the administrator sees him.
type userOut struct {
	ID            crm.ID   `json:"id"`
	Login         string   `json:"login"`
	Name          string   `json:"name"`
	Role          crm.Role `json:"role"`
	Active        bool     `json:"active"`
	CallerDisplay bool     `json:"callerDisplay"`
	Lines         []int    `json:"lines"`
}

type userIn struct {
	Login, Name, Password *string
	Role                  *crm.Role
	Active, CallerDisplay *bool
	Lines                 *[]int
}

func (in *userIn) into(u *crm.User) {
	set(&u.Login, in.Login)
	set(&u.Name, in.Name)
	set(&u.Role, in.Role)
	set(&u.Active, in.Active)
	set(&u.CallerDisplay, in.CallerDisplay)
}

func set[T any](into *T, in *T) {
	if in != nil {
		*into = *in
	}
}

func (s *Server) users(c *fiber.Ctx) error {
	users, err := s.Store.Users(c.UserContext())
	if err != nil {
		return err
	}
	groups, err := s.Store.RingGroups(c.UserContext())
	if err != nil {
		return err
	}
	out := make([]userOut, len(users))
	for i, u := range users {
		out[i] = userOf(u, groups)
	}
	return c.JSON(fiber.Map{"users": out})
}

func userOf(u *crm.User, groups map[int][]crm.ID) userOut {
	out := userOut{ID: u.ID, Login: u.Login, Name: u.Name, Role: u.Role, Active: u.Active, CallerDisplay: u.CallerDisplay, Lines: []int{}}
	for line, group := range groups {
		if slices.Contains(group, u.ID) {
			out.Lines = append(out.Lines, line)
		}
	}
	slices.Sort(out.Lines)
	return out
}

func (s *Server) createUser(c *fiber.Ctx) error {
	var in userIn
	if err := body(c, &in); err != nil {
		return err
	}
	user := auth.NewUser("", "", crm.Sales)
	user.Lang = Lang(c)
	user.MustChange = true
	in.into(user)
	if err := auth.CheckUser(user); err != nil {
		return err
	}
	if in.Password == nil {
		return &crm.Error{Code: crm.Invalid, Key: "password.needed", Field: "password"}
	}
	hash, err := s.Auth.NewHash(*in.Password, user.Login)
	if err != nil {
		return err
	}
	if err := s.Store.CreateUser(c.UserContext(), user, hash); err != nil {
		return err
	}
	return s.finishUser(c, user, in, fiber.StatusCreated)
}

func (s *Server) changeUser(c *fiber.Ctx) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	var in userIn
	if err := body(c, &in); err != nil {
		return err
	}
	ctx := c.UserContext()
	user, err := s.Store.User(ctx, id)
	if err != nil {
		return err
	}
	before := *user
	in.into(user)
	if err := auth.CheckUser(user); err != nil {
		return err
	}
	if err := s.keepsAdmin(ctx, &before, user); err != nil {
		return err
	}
	if in.Password != nil && *in.Password != "" {
		if err := s.Auth.SetPassword(ctx, user, *in.Password); err != nil {
			return err
		}
	}
	if err := s.Store.UpdateUser(ctx, user); err != nil {
		return err
	}
	// A disabled user is out at once, and one with another role starts afresh.
	if !user.Active || user.Role != before.Role {
		if err := s.Auth.End(ctx, user.ID, "", "account"); err != nil {
			return err
		}
	}
	return s.finishUser(c, user, in, fiber.StatusOK)
}

// keepsAdmin refuses to take the last administrator away.
func (s *Server) keepsAdmin(ctx context.Context, before, after *crm.User) error {
	isAdmin := func(u *crm.User) bool { return u.Active && u.Role == crm.Admin }
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
	groups, err := s.Store.RingGroups(ctx)
	if err != nil {
		return err
	}
	return c.Status(status).JSON(userOf(user, groups))
}
