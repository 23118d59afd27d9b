package api

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/auth"
	"bellhop/hub/crm"
	"bellhop/hub/rights"
)

// me is the user as his own page sees him.
type me struct {
	ID                 crm.ID   `json:"id"`
	Name               string   `json:"name"`
	Login              string   `json:"login"`
	Role               crm.Role `json:"role"`
	Lang               string   `json:"lang"`
	Theme              string   `json:"theme"`
	Density            string   `json:"density"`
	RingSound          string   `json:"ringSound"`
	CallerDisplay      bool     `json:"callerDisplay"`
	MustChangePassword bool     `json:"mustChangePassword"`
	Company            string   `json:"company"`
	AreaCode           string   `json:"areaCode"`
	CSRF               string   `json:"csrf"`
	Technician         bool     `json:"technician"`

	Roles       []string                   `json:"roles"`       // by name
	Areas       map[string][]rights.Action `json:"areas"`       // what he may do in parts that are no entity
	LockMinutes int                        `json:"lockMinutes"` // of absence until the page is covered, 0 for never
	Locked      bool                       `json:"locked"`
	AcceptRules bool                       `json:"acceptRules"` // he has yet to accept the security rules

	Interface userInterface `json:"interface"` // how he has his page
}

func (s *Server) setupRoutes(open fiber.Router) {
	open.Get("/setup", s.setupNeeded)
	open.Post("/setup", ownOrigin, s.setup)
	open.Post("/login", ownOrigin, s.login)
}

func (s *Server) sessionRoutes(api fiber.Router) {
	api.Post("/logout", s.logout)
	api.Get("/me", func(c *fiber.Ctx) error { return s.tellMe(c, Session(c)) })
	api.Put("/me", s.changeMe)
	api.Put("/me/password", s.changePassword)
}

func (s *Server) setupNeeded(c *fiber.Ctx) error {
	n, err := s.Store.CountUsers(c.UserContext())
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"needed": n == 0})
}

func (s *Server) setup(c *fiber.Ctx) error {
	var in auth.Setup
	if err := body(c, &in); err != nil {
		return err
	}
	if in.Lang == "" {
		in.Lang = Lang(c)
	}
	user, err := s.Auth.Setup(c.UserContext(), in)
	if err != nil {
		return err
	}
	s.settingsChanged(c)
	session, token, err := s.Auth.Open(c.UserContext(), user, c.IP(), c.Get(fiber.HeaderUserAgent))
	if err != nil {
		return err
	}
	setCookie(c, token)
	return s.tellMe(c, session)
}

func (s *Server) login(c *fiber.Ctx) error {
	var in struct{ Login, Password string }
	if err := body(c, &in); err != nil {
		return err
	}
	from := origin(c)
	if from.Key == "" {
		from.Key = auth.MakeDeviceKey()
		defer giveKey(c, from.Key)
	}
	session, token, err := s.Auth.Login(c.UserContext(), in.Login, in.Password, from)
	if err != nil {
		return s.loginRefused(c, in.Login, err)
	}
	// Who was logged in here before is logged out (SEC-10).
	if before, err := s.Auth.Check(c.UserContext(), c.Cookies(sessionCookie), origin(c)); err == nil {
		if err := s.Auth.Logout(c.UserContext(), before); err != nil {
			return err
		}
	}
	setCookie(c, token)
	return s.tellMe(c, session)
}

func setCookie(c *fiber.Ctx, token string) {
	c.Cookie(&fiber.Cookie{
		Name: sessionCookie, Value: token, Path: "/", HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode,
		Secure: c.Protocol() == "https", MaxAge: int(auth.AbsoluteLimit / time.Second),
	})
}

func (s *Server) logout(c *fiber.Ctx) error {
	if err := s.Auth.Logout(c.UserContext(), Session(c)); err != nil {
		return err
	}
	c.Cookie(&fiber.Cookie{Name: sessionCookie, Path: "/", HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode, Expires: time.Unix(1, 0)})
	return c.JSON(fiber.Map{})
}

func (s *Server) tellMe(c *fiber.Ctx, session *auth.Session) error {
	company, err := s.Store.Setting(c.UserContext(), "company")
	if err != nil {
		return err
	}
	areaCode, err := s.Store.Setting(c.UserContext(), "area_code")
	if err != nil {
		return err
	}
	u := session.User
	who, err := s.Records.Who(c.UserContext(), u)
	if err != nil {
		return err
	}
	c.Locals(currentKey, &current{session, who})
	lock, err := s.lockMinutes(c, u)
	if err != nil {
		return err
	}
	owes, err := s.owesRules(c)
	if err != nil {
		return err
	}
	has, err := s.interfaceOf(c, u.ID)
	if err != nil {
		return err
	}
	out := me{
		ID: u.ID, Name: u.Name, Login: u.Login, Role: u.Role, Lang: u.Lang, Theme: u.Theme, Density: u.Density,
		RingSound: u.RingSound, CallerDisplay: u.CallerDisplay, MustChangePassword: u.MustChange,
		Company: company, AreaCode: areaCode, CSRF: session.CSRF, Technician: who.Administrates(),
		Roles: []string{}, Areas: who.Areas(), LockMinutes: lock, Locked: session.Locked, AcceptRules: owes, Interface: has,
	}
	for _, role := range who.Roles() {
		out.Roles = append(out.Roles, s.roleName(u.Lang, role))
	}
	return c.JSON(out)
}

// changeMe sets what a user may decide about his own page.
func (s *Server) changeMe(c *fiber.Ctx) error {
	var in struct {
		Lang, Theme, Density, RingSound *string
		CallerDisplay                   *bool
		LockMinutes                     *int
	}
	if err := body(c, &in); err != nil {
		return err
	}
	user := *User(c)
	for _, choice := range []struct {
		in   *string
		into *string
		of   []string
		name string
	}{
		{in.Lang, &user.Lang, []string{"zh-CN", "zh-TW", "en"}, "lang"},
		{in.Theme, &user.Theme, []string{"system", "light", "dark"}, "theme"},
		{in.Density, &user.Density, []string{"comfortable", "compact"}, "density"},
		{in.RingSound, &user.RingSound, []string{"off", "once", "repeat"}, "ringSound"},
	} {
		if err := choose(choice.into, choice.in, choice.of, choice.name); err != nil {
			return err
		}
	}
	if in.CallerDisplay != nil {
		user.CallerDisplay = *in.CallerDisplay
	}
	if in.LockMinutes != nil {
		user.Limits.LockMinutes = *in.LockMinutes
		if err := auth.CheckUser(&user); err != nil {
			return err
		}
	}
	if err := s.Store.UpdateUser(c.UserContext(), &user); err != nil {
		return err
	}
	session := *Session(c)
	session.User = &user
	return s.tellMe(c, &session)
}

// choose sets into to in, if there is one and it is among the choices.
func choose(into, in *string, among []string, name string) error {
	if in == nil {
		return nil
	}
	for _, choice := range among {
		if *in == choice {
			*into = choice
			return nil
		}
	}
	return &crm.Error{Code: crm.Invalid, Key: "field.no_such_option", Field: name}
}

func (s *Server) changePassword(c *fiber.Ctx) error {
	var in struct{ Old, New string }
	if err := body(c, &in); err != nil {
		return err
	}
	if err := s.Auth.ChangePassword(c.UserContext(), Session(c), in.Old, in.New); err != nil {
		return err
	}
	session := *Session(c)
	user := *session.User
	user.MustChange = false
	session.User = &user
	return s.tellMe(c, &session)
}
