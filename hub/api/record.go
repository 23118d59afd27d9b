package api

import (
	"slices"

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

// record is a record as the page gets it: {"id", "rev", "entity", "label", "values",
// "createdAt", "updatedAt", "createdBy", "updatedBy", "may": {"edit", "delete"}}.
type record struct {
	ID                   crm.ID
	Rev                  int64
	Entity               string
	Label                string
	Values               []value // every field the user may read, or that he asked for; empty is null
	CreatedAt, UpdatedAt int64
	CreatedBy, UpdatedBy field.Person // left out where nobody did
	May                  recordMay
}

type recordMay struct{ Edit, Delete bool }

func recordOf(lang string, who *rights.Rights, row *records.Row) record {
	return recordWith(lang, who.Fields(row.Entity), row)
}

func recordWith(lang string, fields []*field.Field, row *records.Row) record {
	out := record{
		ID: row.ID, Rev: row.Rev, Entity: row.Entity, Label: row.Label, Values: make([]value, len(fields)),
		CreatedAt: row.CreatedAt, UpdatedAt: row.UpdatedAt, CreatedBy: row.Creator, UpdatedBy: row.Editor,
		May: recordMay{row.MayEdit, row.MayDelete},
	}
	for i, f := range fields {
		v := row.Values[f.Key]
		if numbers, ok := v.([]field.Phone); ok {
			v = placed(lang, numbers)
		}
		out.Values[i] = value{f.Key, field.Shown(f, v)}
	}
	return out
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
		Fields []string
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
		Fields: in.Fields,
	})
	if err != nil {
		return err
	}
	s.listed(c, c.Params("entity"), in.After, len(page.Rows))
	out := rows{list: make([]record, len(page.Rows)), next: page.Next, capped: page.Capped}
	fields := who.Fields(c.Params("entity"))
	if in.Fields != nil {
		fields = slices.DeleteFunc(fields, func(f *field.Field) bool { return !slices.Contains(in.Fields, f.Key) })
	}
	for i, row := range page.Rows {
		out.list[i] = recordWith(Lang(c), fields, row)
	}
	if in.Count {
		out.count = &page.Count
	}
	answer, err := out.appendJSON(make([]byte, 0, 1<<10*(1+len(out.list))))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Send(answer)
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
