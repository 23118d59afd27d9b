package api

import (
	"github.com/gofiber/fiber/v2"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/options"
	"bellhop/hub/phone"
	"bellhop/hub/records"
	"bellhop/hub/rights"
)

func (s *Server) recordRoutes(api fiber.Router) {
	api.Post("/o/:entity/query", s.queryRecords)
	api.Post("/o/:entity/duplicates", s.duplicates)
	api.Post("/o/:entity", s.createRecord)
	api.Get("/o/:entity/:id", s.getRecord)
	api.Put("/o/:entity/:id", s.changeRecord)
	api.Delete("/o/:entity/:id", s.deleteRecord)
	api.Get("/o/:entity/:id/timeline", s.timeline)
}

// record is a record as the page gets it.
type record struct {
	ID        crm.ID         `json:"id"`
	Rev       int64          `json:"rev"`
	Entity    string         `json:"entity"`
	Label     string         `json:"label"`
	Values    map[string]any `json:"values"` // every field the user may read; empty is null
	CreatedAt int64          `json:"createdAt"`
	UpdatedAt int64          `json:"updatedAt"`
	CreatedBy *field.Person  `json:"createdBy,omitempty"`
	UpdatedBy *field.Person  `json:"updatedBy,omitempty"`
	May       recordMay      `json:"may"`
}

type recordMay struct {
	Edit   bool `json:"edit"`
	Delete bool `json:"delete"`
}

func recordOf(lang string, who *rights.Rights, row *records.Row) record {
	out := record{
		ID: row.ID, Rev: row.Rev, Entity: row.Entity, Label: row.Label, Values: map[string]any{},
		CreatedAt: row.CreatedAt, UpdatedAt: row.UpdatedAt, CreatedBy: personOrNone(row.Creator), UpdatedBy: personOrNone(row.Editor),
		May: recordMay{row.MayEdit, row.MayDelete},
	}
	for _, f := range who.Fields(row.Entity) {
		v := row.Values[f.Key]
		if numbers, ok := v.([]field.Phone); ok {
			v = placed(lang, numbers)
		}
		out.Values[f.Key] = field.Shown(f, v)
	}
	return out
}

func personOrNone(p field.Person) *field.Person {
	if p.ID == 0 {
		return nil
	}
	return &p
}

// placed adds where numbers were given out.
func placed(lang string, numbers []field.Phone) []field.Phone {
	out := make([]field.Phone, len(numbers))
	for i, n := range numbers {
		n.Place = phone.OriginOf(n.Number, lang).Place
		out[i] = n
	}
	return out
}

func (s *Server) queryRecords(c *fiber.Ctx) error {
	var in struct {
		Search string
		Filter *crm.Filter
		Sort   crm.Sort
		After  string
		Limit  int
		Count  bool
	}
	if err := body(c, &in); err != nil {
		return err
	}
	who := Rights(c)
	if err := s.mayList(c, c.Params("entity")); err != nil {
		return err
	}
	page, err := s.Records.Query(c.UserContext(), who, crm.Query{
		Entity: c.Params("entity"), Search: in.Search, Filter: in.Filter, Sort: in.Sort, After: in.After, Limit: in.Limit, Count: in.Count, Wide: true,
	})
	if err != nil {
		return err
	}
	s.listed(c, c.Params("entity"), in.After, len(page.Rows))
	out := struct {
		Rows   []record `json:"rows"`
		Next   string   `json:"next,omitempty"`
		Count  *int     `json:"count,omitempty"`
		Capped bool     `json:"capped,omitempty"`
	}{Rows: make([]record, len(page.Rows)), Next: page.Next, Capped: page.Capped}
	for i, row := range page.Rows {
		out.Rows[i] = recordOf(Lang(c), who, row)
	}
	if in.Count {
		out.Count = &page.Count
	}
	return c.JSON(out)
}

func (s *Server) getRecord(c *fiber.Ctx) error {
	ref, err := pathRef(c)
	if err != nil {
		return err
	}
	row, err := s.Records.Get(c.UserContext(), Rights(c), ref)
	if err != nil {
		return err
	}
	if err := s.Audit.Open(c.UserContext(), Rights(c), ref); err != nil {
		return err
	}
	s.opened(c, ref, row.Label)
	return c.JSON(recordOf(Lang(c), Rights(c), row))
}

func pathRef(c *fiber.Ctx) (crm.Ref, error) {
	id, err := pathID(c)
	return crm.Ref{Entity: c.Params("entity"), ID: id}, err
}

// editedIn says where on the page a change was typed: "table" is a cell of a list, which
// an office may not want (CFG-10).
const editedIn = "X-Edited-In"

const maxKey = 100 // characters of an Idempotency-Key

func (s *Server) createRecord(c *fiber.Ctx) error {
	var in struct {
		Values map[string]any
		Check  *duplicateCheck
	}
	if err := body(c, &in); err != nil {
		return err
	}
	key := c.Get("Idempotency-Key")
	if len(key) > maxKey {
		return errBadRequest
	}
	matches, err := s.checked(c, in.Check, crm.Ref{Entity: c.Params("entity")}, in.Values, key)
	if err != nil {
		return err
	}
	row, err := s.Records.Create(c.UserContext(), Rights(c), c.Params("entity"), in.Values, key)
	if err != nil {
		return err
	}
	if err := s.passed(c, in.Check, row, matches); err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(recordOf(Lang(c), Rights(c), row))
}

func (s *Server) changeRecord(c *fiber.Ctx) error {
	ref, err := pathRef(c)
	if err != nil {
		return err
	}
	var in struct {
		Rev    int64
		Values map[string]any
		Check  *duplicateCheck
	}
	if err := body(c, &in); err != nil {
		return err
	}
	if c.Get(editedIn) == "table" && !s.Records.Schema().Options.Bool(options.EditInTable) {
		return &crm.Error{Code: crm.Forbidden, Key: "record.table_edit_off"}
	}
	matches, err := s.checked(c, in.Check, ref, in.Values, "")
	if err != nil {
		return err
	}
	row, err := s.Records.Update(c.UserContext(), Rights(c), ref, in.Rev, in.Values)
	if err != nil {
		return err
	}
	if err := s.passed(c, in.Check, row, matches); err != nil {
		return err
	}
	return c.JSON(recordOf(Lang(c), Rights(c), row))
}

func (s *Server) deleteRecord(c *fiber.Ctx) error {
	ref, err := pathRef(c)
	if err != nil {
		return err
	}
	if err := s.Records.Delete(c.UserContext(), Rights(c), ref, int64(c.QueryInt("rev"))); err != nil {
		return err
	}
	return c.JSON(fiber.Map{})
}

// duplicateCheck asks that a write be refused when a telephone number, mail address or
// chat name stands elsewhere already, unless a reason is given. Without it nothing is
// compared: programs have rules of their own.
type duplicateCheck struct{ Reason string }

func (s *Server) checked(c *fiber.Ctx, check *duplicateCheck, self crm.Ref, values map[string]any, key string) ([]records.Duplicate, error) {
	if check == nil {
		return nil, nil
	}
	return s.Records.Pass(c.UserContext(), Rights(c), self, values, key, check.Reason)
}

func (s *Server) passed(c *fiber.Ctx, check *duplicateCheck, row *records.Row, matches []records.Duplicate) error {
	if check == nil {
		return nil
	}
	return s.Records.LogPass(c.UserContext(), Rights(c), crm.Ref{Entity: row.Entity, ID: row.ID}, matches, check.Reason)
}

func (s *Server) duplicates(c *fiber.Ctx) error {
	var in struct {
		ID     *crm.ID
		Values map[string]any
	}
	if err := body(c, &in); err != nil {
		return err
	}
	self := crm.Ref{Entity: c.Params("entity")}
	if in.ID != nil {
		self.ID = *in.ID
	}
	hits, err := s.Records.Duplicates(c.UserContext(), Rights(c), self, in.Values)
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"hits": hits})
}

func (s *Server) timeline(c *fiber.Ctx) error {
	ref, err := pathRef(c)
	if err != nil {
		return err
	}
	if err := s.Audit.Open(c.UserContext(), Rights(c), ref); err != nil {
		return err
	}
	items, next, err := s.Records.Timeline(c.UserContext(), Rights(c), Lang(c), ref, c.Query("before"), c.QueryInt("limit"))
	if err != nil {
		return err
	}
	if items == nil {
		items = []records.Item{}
	}
	out := fiber.Map{"items": items}
	if next != "" {
		out["next"] = next
	}
	return c.JSON(out)
}
