package api

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/audit"
	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

func (s *Server) securityRoutes(api fiber.Router) {
	api.Get("/security", s.security)
	api.Get("/security/policy", readsLogs, s.policy)
	api.Put("/security/policy", administrator, s.changePolicy)
	api.Get("/security/alerts", readsLogs, s.alerts)
	api.Post("/security/alerts/:id/seen", keeper, withID(s.seeAlert))
	api.Get("/security/traffic", readsLogs, s.trafficTable)
	api.Get("/security/usage", readsLogs, s.usage)
	api.Get("/security/marks/:code", readsLogs, s.traceMark)
	api.Get("/security/findings", readsLogs, s.findings)
	api.Post("/security/findings", keeper, s.addFinding)
	api.Put("/security/findings/:id", keeper, withID(s.changeFinding))
}

// keeper keeps out everybody but the data keeper.
var keeper = guard((*rights.Rights).Keeps, "audit.keeper_only")

// security is what a user's own page must know: whether he may copy out, the mark its
// background carries, and how much waits for him.
func (s *Server) security(c *fiber.Ctx) error {
	ctx, who := c.UserContext(), Rights(c)
	copying, err := s.Audit.MayCopy(ctx, who)
	if err != nil {
		return err
	}
	policy, err := s.Audit.Policy(ctx)
	if err != nil {
		return err
	}
	mark, err := s.Audit.Mark(ctx, who, Session(c).Hash)
	if err != nil {
		return err
	}
	out := fiber.Map{
		"copying": copying, "watermark": policy.Watermark || !copying, "export": policy.Export, "important": policy.Important,
		"mark": fiber.Map{"code": mark.Code, "until": mark.Until}, "reads": who.ReadsLogs(), "keeps": who.Keeps(), "requests": 0, "alerts": 0,
	}
	if who.Keeps() {
		if out["requests"], err = s.Store.OpenRequests(ctx); err != nil {
			return err
		}
	}
	if who.ReadsLogs() {
		if out["alerts"], err = s.Store.UnseenAlerts(ctx); err != nil {
			return err
		}
	}
	return c.JSON(out)
}

type securityPolicy struct {
	audit.Policy
	Copying []copyRule `json:"copying"`
}

type copyRule struct {
	Subject string `json:"subject"`
	ID      crm.ID `json:"id"`
	Allowed bool   `json:"allowed"`
}

func (s *Server) policy(c *fiber.Ctx) error {
	policy, err := s.Audit.Policy(c.UserContext())
	if err != nil {
		return err
	}
	rules, err := s.Audit.CopyRules(c.UserContext())
	if err != nil {
		return err
	}
	out := securityPolicy{Policy: policy, Copying: make([]copyRule, len(rules))}
	for i, r := range rules {
		out.Copying[i] = copyRule(r)
	}
	return c.JSON(out)
}

func (s *Server) changePolicy(c *fiber.Ctx) error {
	ctx := c.UserContext()
	var in securityPolicy
	var err error
	if in.Policy, err = s.Audit.Policy(ctx); err != nil {
		return err
	}
	if err := body(c, &in); err != nil {
		return err
	}
	rules := make([]store.CopyRule, len(in.Copying))
	for i, r := range in.Copying {
		rules[i] = store.CopyRule(r)
	}
	if in.Copying == nil {
		if rules, err = s.Audit.CopyRules(ctx); err != nil {
			return err
		}
	}
	if err := s.Audit.SetPolicy(ctx, in.Policy, rules); err != nil {
		return err
	}
	return s.policy(c)
}

type accessAlert struct {
	ID      crm.ID          `json:"id"`
	At      int64           `json:"at"`
	User    field.Person    `json:"user"`
	Opened  int             `json:"opened"`
	Allowed int             `json:"allowed"`
	List    json.RawMessage `json:"list"`
	SeenBy  *field.Person   `json:"seenBy,omitempty"`
	SeenAt  int64           `json:"seenAt,omitempty"`
}

const maxListed = 200

func (s *Server) alerts(c *fiber.Ctx) error {
	ctx := c.UserContext()
	list, err := s.Store.AccessAlerts(ctx, maxListed)
	if err != nil {
		return err
	}
	names, err := s.Store.UserNames(ctx)
	if err != nil {
		return err
	}
	rows := make([]accessAlert, len(list))
	for i, a := range list {
		rows[i] = accessAlert{ID: a.ID, At: a.At, User: field.Person{ID: int64(a.User), Name: a.Name}, Opened: a.Opened, Allowed: a.Allowed,
			List: json.RawMessage(a.List), SeenBy: whoever(a.SeenBy, names[a.SeenBy]), SeenAt: a.SeenAt}
	}
	return c.JSON(fiber.Map{"rows": rows})
}

func (s *Server) seeAlert(c *fiber.Ctx, id crm.ID) error {
	if err := s.Store.SeeAlert(c.UserContext(), id, User(c).ID, time.Now().UnixMilli()); err != nil {
		return err
	}
	return c.JSON(fiber.Map{})
}

type trafficRow struct {
	Day     string       `json:"day"`
	User    field.Person `json:"user"`
	Module  string       `json:"module"`
	Label   string       `json:"label"` // the module's
	Pages   int64        `json:"pages"`
	Records int64        `json:"records"`
	Exports int64        `json:"exports"`
	Bytes   int64        `json:"bytes"`
}

// trafficRows are the counters of a period, in the reader's words.
func (s *Server) trafficRows(c *fiber.Ctx) ([]trafficRow, error) {
	ctx := c.UserContext()
	from, to := c.Query("from"), c.Query("to")
	for _, day := range []string{from, to} {
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return nil, &crm.Error{Code: crm.Invalid, Key: "field.not_date", Field: "from"}
		}
	}
	var user crm.ID
	if text := c.Query("user"); text != "" {
		var err error
		if user, err = crm.ParseID(text); err != nil {
			return nil, errBadRequest
		}
	}
	if err := s.Audit.Flush(ctx); err != nil {
		return nil, err
	}
	list, err := s.Store.Traffic(ctx, from, to, user)
	if err != nil {
		return nil, err
	}
	names, err := s.Store.UserNames(ctx)
	if err != nil {
		return nil, err
	}
	rows := make([]trafficRow, len(list))
	for i, t := range list {
		rows[i] = trafficRow{t.Day, field.Person{ID: int64(t.User), Name: names[t.User]}, t.Module, s.moduleLabel(Lang(c), t.Module),
			t.Pages, t.Records, t.Exports, t.Bytes}
	}
	return rows, nil
}

func (s *Server) moduleLabel(lang, module string) string {
	if e, ok := s.Records.Schema().Entity(module); ok {
		return s.text(lang, e.Name+".plural", nil)
	}
	key := "audit.module." + strings.ReplaceAll(module, "-", "_")
	if _, ok := s.Records.Schema().Labels.Lookup(lang, key); ok {
		return s.text(lang, key, nil)
	}
	return module
}

// trafficTable is how much each user was shown on each day (SEC-22).
func (s *Server) trafficTable(c *fiber.Ctx) error {
	rows, err := s.trafficRows(c)
	if err != nil {
		return err
	}
	type key struct {
		day  string
		user int64
	}
	sums := map[key]*trafficRow{}
	out := []*trafficRow{}
	for _, r := range rows {
		k := key{r.Day, r.User.ID}
		sum := sums[k]
		if sum == nil {
			sum = &trafficRow{Day: r.Day, User: r.User}
			sums[k] = sum
			out = append(out, sum)
		}
		sum.Pages, sum.Records, sum.Exports, sum.Bytes = sum.Pages+r.Pages, sum.Records+r.Records, sum.Exports+r.Exports, sum.Bytes+r.Bytes
	}
	return c.JSON(fiber.Map{"rows": out})
}

type usageRow struct {
	User   field.Person `json:"user"`
	Module string       `json:"module"`
	Label  string       `json:"label"`
	Pages  int64        `json:"pages"`
	Days   int          `json:"days"` // on which he used it
	Last   string       `json:"last"`
}

// usage is which modules each user worked in (UIX-14).
func (s *Server) usage(c *fiber.Ctx) error {
	rows, err := s.trafficRows(c)
	if err != nil {
		return err
	}
	type key struct {
		user   int64
		module string
	}
	sums := map[key]*usageRow{}
	out := []*usageRow{}
	for _, r := range rows {
		if r.Pages == 0 {
			continue
		}
		k := key{r.User.ID, r.Module}
		sum := sums[k]
		if sum == nil {
			sum = &usageRow{User: r.User, Module: r.Module, Label: r.Label}
			sums[k] = sum
			out = append(out, sum)
		}
		sum.Pages += r.Pages
		sum.Days++
		sum.Last = r.Day
	}
	return c.JSON(fiber.Map{"rows": out})
}

// traceMark leads from the code on a leaked page to the user, his machine and what he
// opened in that hour (SEC-20).
func (s *Server) traceMark(c *fiber.Ctx) error {
	if err := s.Audit.Flush(c.UserContext()); err != nil {
		return err
	}
	mark, entries, err := s.Audit.Trace(c.UserContext(), c.Params("code"))
	if crm.IsCode(err, crm.NotFound) {
		return &crm.Error{Code: crm.NotFound, Key: "audit.no_such_mark"}
	}
	if err != nil {
		return err
	}
	rows, err := s.entriesOf(c, "access", entries)
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"code": mark.Code, "user": field.Person{ID: int64(mark.User), Name: mark.Name}, "address": mark.Address,
		"device": mark.Device, "from": mark.At, "until": mark.Until, "rows": rows})
}

type finding struct {
	ID      crm.ID        `json:"id"`
	At      int64         `json:"at"`
	By      field.Person  `json:"by"`
	Entity  string        `json:"entity,omitempty"`
	Record  string        `json:"record,omitempty"`
	Label   string        `json:"label,omitempty"`
	Code    string        `json:"code,omitempty"`
	Finding string        `json:"finding"`
	Person  *field.Person `json:"person,omitempty"`
	Measure string        `json:"measure"`
	Changed int64         `json:"changed"`
}

func (s *Server) findings(c *fiber.Ctx) error {
	ctx := c.UserContext()
	ref := crm.Ref{Entity: c.Query("entity")}
	if text := c.Query("id"); text != "" {
		var err error
		if ref.ID, err = crm.ParseID(text); err != nil {
			return errBadRequest
		}
	}
	list, err := s.Store.Findings(ctx, ref, maxListed)
	if err != nil {
		return err
	}
	names, err := s.Store.UserNames(ctx)
	if err != nil {
		return err
	}
	rows := make([]finding, len(list))
	for i := range list {
		rows[i] = findingOf(names, &list[i])
	}
	return c.JSON(fiber.Map{"rows": rows})
}

func findingOf(names map[crm.ID]string, f *store.Finding) finding {
	out := finding{ID: f.ID, At: f.At, By: field.Person{ID: int64(f.By), Name: names[f.By]}, Entity: f.Ref.Entity, Label: f.Label, Code: f.Code,
		Finding: f.Finding, Measure: f.Measure, Changed: f.Changed}
	if f.Ref.ID != 0 {
		out.Record = f.Ref.ID.String()
	}
	if f.Person != 0 {
		out.Person = &field.Person{ID: int64(f.Person), Name: names[f.Person]}
	}
	return out
}

type findingIn struct {
	Entity  string
	Record  *crm.ID
	Code    string
	Finding string
	Person  *crm.ID
	Measure string
}

const maxFinding = 4000 // characters

func (in *findingIn) into(f *store.Finding) error {
	in.Finding, in.Measure = strings.TrimSpace(in.Finding), strings.TrimSpace(in.Measure)
	if in.Finding == "" {
		return &crm.Error{Code: crm.Invalid, Key: "field.required", Field: "finding"}
	}
	for name, text := range map[string]string{"finding": in.Finding, "measure": in.Measure} {
		if len([]rune(text)) > maxFinding {
			return &crm.Error{Code: crm.Invalid, Key: "field.too_long", Field: name, Args: map[string]string{"max": "4000"}}
		}
	}
	f.Finding, f.Measure, f.Person = in.Finding, in.Measure, 0
	if in.Person != nil {
		f.Person = *in.Person
	}
	f.Changed = time.Now().UnixMilli()
	return nil
}

func (s *Server) addFinding(c *fiber.Ctx) error {
	var in findingIn
	if err := body(c, &in); err != nil {
		return err
	}
	f := &store.Finding{ID: crm.NewID(), At: time.Now().UnixMilli(), By: User(c).ID, Ref: crm.Ref{Entity: in.Entity}, Code: in.Code}
	if in.Record != nil {
		f.Ref.ID = *in.Record
		named, err := s.Records.Mention(c.UserContext(), f.Ref)
		if err != nil {
			return err
		}
		f.Label = named.Label
	}
	return s.keepFinding(c, f, in)
}

func (s *Server) changeFinding(c *fiber.Ctx, id crm.ID) error {
	var in findingIn
	if err := body(c, &in); err != nil {
		return err
	}
	f, err := s.Store.Finding(c.UserContext(), id)
	if err != nil {
		return err
	}
	return s.keepFinding(c, f, in)
}

func (s *Server) keepFinding(c *fiber.Ctx, f *store.Finding, in findingIn) error {
	if err := in.into(f); err != nil {
		return err
	}
	about(c, f.Finding)
	if err := s.Store.PutFinding(c.UserContext(), f); err != nil {
		return err
	}
	names, err := s.Store.UserNames(c.UserContext())
	if err != nil {
		return err
	}
	return c.JSON(findingOf(names, f))
}
