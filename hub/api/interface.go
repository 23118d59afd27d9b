package api

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/crm"
	"bellhop/hub/field"
)

func (s *Server) interfaceRoutes(api fiber.Router) {
	api.Put("/me/interface", s.changeInterface)
	api.Get("/workbench/people", s.workbenchPeople)
	api.Get("/interface", administrator, s.officeInterface)
	api.Put("/interface", administrator, s.setOfficeInterface)
}

// ownChoices are what a user may decide about his own page and what each may be; the first
// is how it is until he does.
var ownChoices = map[string][]string{
	"nav":       {"wide", "small", "hidden"},
	"pane":      {"off", "on"}, // the list beside a record
	"text":      {"normal", "large", "larger"},
	"look":      {"harbour", "sky", "forest", "plum", "contrast"},
	"workbench": {"on", "off"},
	"forum":     {"on", "off"},
	"reminders": {"on", "off"},
}

const (
	peopleChoice = "people" // whose items the workbench shows beside his own, ids with commas
	maxPeople    = 20
)

// userInterface is how a user has his page.
type userInterface struct {
	Nav       string   `json:"nav"`
	Pane      string   `json:"pane"`
	Text      string   `json:"text"`
	Look      string   `json:"look"`
	Workbench string   `json:"workbench"`
	Forum     string   `json:"forum"`
	Reminders string   `json:"reminders"`
	People    []crm.ID `json:"people"`
}

func (s *Server) interfaceOf(c *fiber.Ctx, user crm.ID) (userInterface, error) {
	set, err := s.Store.UserChoices(c.UserContext(), user)
	if err != nil {
		return userInterface{}, err
	}
	chosen := func(key string) string {
		if of := ownChoices[key]; !slices.Contains(of, set[key]) {
			return of[0]
		}
		return set[key]
	}
	out := userInterface{chosen("nav"), chosen("pane"), chosen("text"), chosen("look"), chosen("workbench"), chosen("forum"), chosen("reminders"), []crm.ID{}}
	for text := range strings.SplitSeq(set[peopleChoice], ",") {
		// Whom he may look at can have changed since.
		if id, err := crm.ParseID(text); err == nil && s.mayLookAt(c, id) {
			out.People = append(out.People, id)
		}
	}
	return out, nil
}

// mayLookAt tells whether the user may have somebody's items on his workbench. What of
// them he sees is for the rights on each record to say.
func (s *Server) mayLookAt(c *fiber.Ctx, id crm.ID) bool {
	who := Rights(c)
	return id == who.User.ID || who.Administrates() || who.SeesAll() || slices.Contains(who.Subordinates(), id)
}

func (s *Server) changeInterface(c *fiber.Ctx) error {
	var in struct {
		Nav, Pane, Text, Look, Workbench, Forum, Reminders *string
		People                                             *[]crm.ID
	}
	if err := body(c, &in); err != nil {
		return err
	}
	set := map[string]string{}
	for key, value := range map[string]*string{"nav": in.Nav, "pane": in.Pane, "text": in.Text, "look": in.Look,
		"workbench": in.Workbench, "forum": in.Forum, "reminders": in.Reminders} {
		var into string
		if err := choose(&into, value, ownChoices[key], key); err != nil {
			return err
		}
		if value != nil {
			set[key] = into
		}
	}
	if in.People != nil {
		people, err := s.checkPeople(c, *in.People)
		if err != nil {
			return err
		}
		set[peopleChoice] = people
	}
	if err := s.Store.SetUserChoices(c.UserContext(), User(c).ID, set); err != nil {
		return err
	}
	return s.tellMe(c, Session(c))
}

func (s *Server) checkPeople(c *fiber.Ctx, ids []crm.ID) (string, error) {
	if len(ids) > maxPeople {
		return "", &crm.Error{Code: crm.Invalid, Key: "workbench.too_many", Field: "people", Args: map[string]string{"max": "20"}}
	}
	var texts []string
	for _, id := range ids {
		if !s.mayLookAt(c, id) {
			return "", &crm.Error{Code: crm.Forbidden, Key: "workbench.not_below", Field: "people"}
		}
		texts = append(texts, id.String())
	}
	return strings.Join(texts, ","), nil
}

// workbenchPeople are those whose items the user may gather on his workbench.
func (s *Server) workbenchPeople(c *fiber.Ctx) error {
	users, err := s.Store.Users(c.UserContext())
	if err != nil {
		return err
	}
	people := []field.Person{}
	for _, u := range users {
		if u.Active && s.mayLookAt(c, u.ID) {
			people = append(people, field.Person{ID: int64(u.ID), Name: u.Name})
		}
	}
	return c.JSON(fiber.Map{"people": people})
}

// officeInterface is what the administrator decides for every page.
type officeInterface struct {
	Workbench  bool   `json:"workbench"`
	ForumURL   string `json:"forumURL"` // empty: there is no such link
	ForumLabel string `json:"forumLabel"`
}

const (
	workbenchSetting  = "interface.workbench"
	forumURLSetting   = "interface.forum.url"
	forumLabelSetting = "interface.forum.label"
	maxForumLabel     = 20
)

func officeInterfaceOf(set map[string]string) officeInterface {
	return officeInterface{set[workbenchSetting] != "0", set[forumURLSetting], set[forumLabelSetting]}
}

func (s *Server) officeInterface(c *fiber.Ctx) error {
	set, err := s.Store.Settings(c.UserContext())
	if err != nil {
		return err
	}
	return c.JSON(officeInterfaceOf(set))
}

func (s *Server) setOfficeInterface(c *fiber.Ctx) error {
	var in officeInterface
	if err := body(c, &in); err != nil {
		return err
	}
	in.ForumURL, in.ForumLabel = strings.TrimSpace(in.ForumURL), strings.TrimSpace(in.ForumLabel)
	if in.ForumURL != "" && !webAddress(in.ForumURL) {
		return &crm.Error{Code: crm.Invalid, Key: "field.bad_url", Field: "forumURL"}
	}
	if len([]rune(in.ForumLabel)) > maxForumLabel {
		return &crm.Error{Code: crm.Invalid, Key: "field.too_long", Field: "forumLabel", Args: map[string]string{"max": "20"}}
	}
	err := s.Store.SetOffice(c.UserContext(), map[string]string{
		workbenchSetting: flag(in.Workbench), forumURLSetting: in.ForumURL, forumLabelSetting: in.ForumLabel}, nil)
	if err != nil {
		return err
	}
	return c.JSON(in)
}

// webAddress tells whether text is one a link may lead to: no script, no file.
func webAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && len(text) <= 300
}

// ownMenu takes from the menu what the office or the user switched off, and adds the
// office's own link.
func (s *Server) ownMenu(c *fiber.Ctx, items []menuItem) ([]menuItem, error) {
	set, err := s.Store.Settings(c.UserContext())
	if err != nil {
		return nil, err
	}
	mine, err := s.interfaceOf(c, User(c).ID)
	if err != nil {
		return nil, err
	}
	office := officeInterfaceOf(set)
	if !office.Workbench || mine.Workbench == "off" {
		items = slices.DeleteFunc(items, func(i menuItem) bool { return i.Key == "home" })
	}
	if office.ForumURL != "" && mine.Forum == "on" {
		label := office.ForumLabel
		if label == "" {
			label = s.text(Lang(c), "menu.forum", nil)
		}
		items = append(items, menuItem{Key: "forum", Label: label, Icon: "link", To: office.ForumURL, Group: s.text(Lang(c), "menu.more", nil)})
	}
	return items, nil
}
