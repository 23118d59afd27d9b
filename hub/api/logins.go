package api

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/auth"
	"bellhop/hub/crm"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// loginRoutes are who may be logged in, with what, and under which rules.
func (s *Server) loginRoutes(api fiber.Router) {
	edits, reads := needs(rights.Users, rights.Edit), needs(rights.Users, rights.Read)
	api.Post("/lock", s.lock)
	api.Post("/unlock", s.unlock)
	api.Get("/rules", s.rules)
	api.Post("/rules/accept", s.acceptRules)
	api.Put("/rules", edits, s.changeRules)
	api.Get("/rules/accepted", reads, s.rulesAccepted)
	api.Get("/login-rules", reads, s.loginRules)
	api.Put("/login-rules", edits, s.changeLoginRules)
	api.Get("/users/:id/devices", reads, withID(s.devices))
	api.Post("/users/:id/devices", edits, withID(s.bindMAC))
	api.Put("/users/:id/devices/:device", edits, withID(s.setDevice))
}

const (
	deviceCookie = "bellhop_device"
	deviceAge    = 400 * 24 * time.Hour // the longest browsers keep a cookie
)

// origin is where a request comes from, as auth wants it.
func origin(c *fiber.Ctx) auth.Origin {
	return auth.Origin{
		Address: c.IP(), Device: strings.Clone(c.Get(fiber.HeaderUserAgent)), Key: strings.Clone(c.Cookies(deviceCookie)),
		Relayed: c.Get(fiber.HeaderXForwardedFor) != "" || c.Get("Forwarded") != "", Mobile: c.Get("Sec-CH-UA-Mobile") == "?1",
	}
}

// giveKey gives a browser the key it will be known by, whether its login worked or not.
func giveKey(c *fiber.Ctx, key string) {
	c.Cookie(&fiber.Cookie{Name: deviceCookie, Value: key, Path: "/api", HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode,
		Secure: c.Protocol() == "https", MaxAge: int(deviceAge / time.Second)})
}

// openWhileHeld are the requests of a page that is covered, or whose user has not yet
// accepted the rules.
var openWhileHeld = map[string]bool{
	"GET /api/me": true, "POST /api/logout": true, "POST /api/unlock": true, "POST /api/lock": true, "PUT /api/me/password": true,
	"GET /api/rules": true, "POST /api/rules/accept": true, "PUT /api/me": true,
}

// held keeps data from a page that is covered, and from a user who has yet to accept
// the security rules.
func (s *Server) held(c *fiber.Ctx) error {
	if keyOf(c) != nil || openWhileHeld[c.Method()+" "+c.Path()] {
		return c.Next()
	}
	if Session(c).Locked {
		return &crm.Error{Code: crm.Locked, Key: "session.locked"}
	}
	owes, err := s.owesRules(c)
	if err != nil {
		return err
	}
	if owes {
		return &crm.Error{Code: crm.Forbidden, Key: "rules.needed"}
	}
	return c.Next()
}

// lock covers the page at its user's wish, or because he is away (SEC-11).
func (s *Server) lock(c *fiber.Ctx) error {
	if err := s.Auth.Lock(c.UserContext(), Session(c)); err != nil {
		return err
	}
	return c.JSON(fiber.Map{})
}

func (s *Server) unlock(c *fiber.Ctx) error {
	var in struct{ Password string }
	if err := body(c, &in); err != nil {
		return err
	}
	if err := s.Auth.Unlock(c.UserContext(), Session(c), in.Password); err != nil {
		return err
	}
	return c.JSON(fiber.Map{})
}

// rulesRev is the revision of the security rules, 0 where there are none. "rules.last"
// counts on also when there are none for a while.
func (s *Server) rulesRev(c *fiber.Ctx) (int64, error) {
	kept, err := s.Store.Setting(c.UserContext(), "rules.rev")
	rev, _ := strconv.ParseInt(kept, 10, 64)
	return rev, err
}

// owesRules tells whether the user has yet to accept the rules as they are now.
func (s *Server) owesRules(c *fiber.Ctx) (bool, error) {
	rev, err := s.rulesRev(c)
	if err != nil || rev == 0 {
		return false, err
	}
	mark := acceptance{User(c).ID, rev}
	if _, known := s.accepted.Load(mark); known {
		return false, nil
	}
	accepted, err := s.Store.HasAccepted(c.UserContext(), User(c).ID, rev)
	if accepted {
		s.accepted.Store(mark, true)
	}
	return !accepted, err
}

// acceptance is never taken back, so it may be remembered.
type acceptance struct {
	user crm.ID
	rev  int64
}

func (s *Server) rules(c *fiber.Ctx) error {
	text, err := s.Store.Setting(c.UserContext(), "rules.text")
	if err != nil {
		return err
	}
	rev, err := s.rulesRev(c)
	if err != nil {
		return err
	}
	owes, err := s.owesRules(c)
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"text": text, "rev": rev, "accepted": !owes})
}

func (s *Server) acceptRules(c *fiber.Ctx) error {
	var in struct{ Rev int64 }
	if err := body(c, &in); err != nil {
		return err
	}
	rev, err := s.rulesRev(c)
	if err != nil {
		return err
	}
	if in.Rev != rev {
		return &crm.Error{Code: crm.Conflict, Key: "rules.changed"}
	}
	if err := s.Store.AcceptRules(c.UserContext(), User(c).ID, rev, time.Now().UnixMilli()); err != nil {
		return err
	}
	return s.rules(c)
}

const maxRules = 20_000 // characters

// changeRules keeps new rules, which everybody has to accept anew.
func (s *Server) changeRules(c *fiber.Ctx) error {
	var in struct{ Text string }
	if err := body(c, &in); err != nil {
		return err
	}
	in.Text = strings.TrimSpace(in.Text)
	if len([]rune(in.Text)) > maxRules {
		return &crm.Error{Code: crm.Invalid, Key: "rules.too_long", Field: "text", Args: map[string]string{"max": strconv.Itoa(maxRules)}}
	}
	text, err := s.Store.Setting(c.UserContext(), "rules.text")
	if err != nil {
		return err
	}
	if in.Text != text {
		kept, err := s.Store.Setting(c.UserContext(), "rules.last")
		if err != nil {
			return err
		}
		last, _ := strconv.ParseInt(kept, 10, 64)
		next := strconv.FormatInt(last+1, 10)
		values := map[string]string{"rules.text": in.Text, "rules.last": next, "rules.rev": next}
		if in.Text == "" {
			values["rules.rev"] = "0"
		}
		if err := s.Store.SetOffice(c.UserContext(), values, nil); err != nil {
			return err
		}
	}
	return s.rules(c)
}

// rulesAccepted lists who has accepted the rules as they are now, and who has not.
func (s *Server) rulesAccepted(c *fiber.Ctx) error {
	rev, err := s.rulesRev(c)
	if err != nil {
		return err
	}
	accepted, err := s.Store.RulesAccepted(c.UserContext(), rev)
	if err != nil {
		return err
	}
	users, err := s.Store.Users(c.UserContext())
	if err != nil {
		return err
	}
	rows := []fiber.Map{}
	for _, u := range users {
		if u.Active && !u.Service {
			rows = append(rows, fiber.Map{"id": u.ID, "name": u.Name, "at": accepted[u.ID]})
		}
	}
	return c.JSON(fiber.Map{"rev": rev, "rows": rows})
}

// loginRules are the office's rules of logging in.
type loginRules struct {
	Seats        int `json:"seats"`        // how many pages may be connected, 0 for any number
	SeatIdle     int `json:"seatIdle"`     // minutes of no use after which a page may lose its seat
	SeatsTaken   int `json:"seatsTaken"`   // now
	LockMinutes  int `json:"lockMinutes"`  // of absence until pages are covered, 0 for never
	ReviewMonths int `json:"reviewMonths"` // between two account reviews, 0 for none
	UnusedDays   int `json:"unusedDays"`   // an account or right not used for so long is listed
}

var loginRuleKeys = []struct {
	key   string
	usual int
	max   int
	of    func(*loginRules) *int
}{
	{"seats.limit", 0, 10_000, func(v *loginRules) *int { return &v.Seats }},
	{"seats.idle", 60, 24 * 60, func(v *loginRules) *int { return &v.SeatIdle }},
	{"lock.minutes", 0, 24 * 60, func(v *loginRules) *int { return &v.LockMinutes }},
	{"review.months", 3, 60, func(v *loginRules) *int { return &v.ReviewMonths }},
	{"review.days", 60, 3650, func(v *loginRules) *int { return &v.UnusedDays }},
}

func (s *Server) readLoginRules(c *fiber.Ctx) (*loginRules, error) {
	out := &loginRules{}
	all, err := s.Store.Settings(c.UserContext())
	if err != nil {
		return nil, err
	}
	for _, k := range loginRuleKeys {
		*k.of(out) = k.usual
		if n, err := strconv.Atoi(all[k.key]); err == nil {
			*k.of(out) = n
		}
	}
	out.SeatsTaken, _, err = s.Auth.Seats(c.UserContext())
	return out, err
}

func (s *Server) loginRules(c *fiber.Ctx) error {
	return answerWith[*loginRules](c)(s.readLoginRules(c))
}

func (s *Server) changeLoginRules(c *fiber.Ctx) error {
	in, err := s.readLoginRules(c)
	if err != nil {
		return err
	}
	if err := body(c, in); err != nil {
		return err
	}
	values := map[string]string{}
	for _, k := range loginRuleKeys {
		n := *k.of(in)
		if n < 0 || n > k.max {
			return &crm.Error{Code: crm.Invalid, Key: "login.rule_range", Field: k.key, Args: map[string]string{"max": strconv.Itoa(k.max)}}
		}
		values[k.key] = strconv.Itoa(n)
	}
	if err := s.Store.SetOffice(c.UserContext(), values, nil); err != nil {
		return err
	}
	return s.loginRules(c)
}

// lockMinutes is after how long a user's page is covered: his own choice, but not later
// than the office's.
func (s *Server) lockMinutes(c *fiber.Ctx, user *crm.User) (int, error) {
	text, err := s.Store.Setting(c.UserContext(), "lock.minutes")
	office, _ := strconv.Atoi(text)
	own := user.Limits.LockMinutes
	if own == 0 || office > 0 && own > office {
		return office, err
	}
	return own, err
}

func (s *Server) devices(c *fiber.Ctx, id crm.ID) error {
	list, err := s.Store.Devices(c.UserContext(), id)
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"devices": list})
}

var macAddress = regexp.MustCompile(`^[0-9a-f]{2}(:[0-9a-f]{2}){5}$`)

// bindMAC binds a hardware address somebody has read off a device.
func (s *Server) bindMAC(c *fiber.Ctx, id crm.ID) error {
	var in struct{ MAC, Label string }
	if err := body(c, &in); err != nil {
		return err
	}
	mac := strings.ReplaceAll(strings.ToLower(strings.TrimSpace(in.MAC)), "-", ":")
	if !macAddress.MatchString(mac) {
		return &crm.Error{Code: crm.Invalid, Key: "device.bad_mac", Field: "mac"}
	}
	if _, err := s.Store.User(c.UserContext(), id); err != nil {
		return err
	}
	label := []rune(strings.TrimSpace(in.Label))
	err := s.Store.BindMAC(c.UserContext(), store.Device{ID: crm.NewID(), User: id, Value: mac, Label: string(label[:min(len(label), maxName)]), FirstAt: time.Now().UnixMilli()})
	if err != nil {
		return err
	}
	return s.devices(c, id)
}

// setDevice binds a device a user was refused with, or takes one away.
func (s *Server) setDevice(c *fiber.Ctx, id crm.ID) error {
	device, err := crm.ParseID(c.Params("device"))
	if err != nil {
		return crm.ErrNotFound
	}
	var in struct{ Bound bool }
	if err := body(c, &in); err != nil {
		return err
	}
	if err := s.Store.SetDevice(c.UserContext(), id, device, in.Bound); err != nil {
		return err
	}
	return s.devices(c, id)
}
