package api

import (
	"github.com/gofiber/fiber/v2"

	"bellhop/hub/crm"
	"bellhop/hub/records"
)

func (s *Server) bulkRoutes(api fiber.Router) {
	api.Post("/o/:entity/bulk", s.startBulk)
	api.Post("/o/:entity/batch", s.batch)
	api.Get("/bulk/:id", s.bulkState)
	api.Delete("/bulk/:id", s.stopBulk)
}

// bulk is a change of many records as the page follows it.
type bulk struct {
	ID       crm.ID        `json:"id"`
	Action   string        `json:"action"`
	Total    int           `json:"total"`
	Done     int           `json:"done"`
	Changed  int           `json:"changed"`
	Failed   int           `json:"failed"`
	Failures []bulkFailure `json:"failures"`
	Finished bool          `json:"finished"`
	Stopped  bool          `json:"stopped,omitempty"`
}

type bulkFailure struct {
	ID     crm.ID `json:"id"`
	Label  string `json:"label"`
	Reason string `json:"reason"`
}

func (s *Server) bulkOf(c *fiber.Ctx, b *records.Bulk) bulk {
	now := b.State()
	out := bulk{ID: b.ID, Action: b.Action, Total: b.Total, Done: now.Done, Changed: now.Changed, Failed: now.Failed,
		Failures: []bulkFailure{}, Finished: now.Finished, Stopped: now.Stopped}
	for _, f := range now.Failures {
		out.Failures = append(out.Failures, bulkFailure{f.ID, f.Label, s.errorBody(Lang(c), f.Err).Message})
	}
	return out
}

func (s *Server) startBulk(c *fiber.Ctx) error {
	var in struct {
		Action string
		Values map[string]any
		Field  string
		Items  []string
		Owner  crm.ID
		IDs    []crm.ID
		Query  *struct {
			Search string
			Filter *crm.Filter
		}
		Expect int
	}
	if err := body(c, &in); err != nil {
		return err
	}
	pick := records.BulkPick{IDs: in.IDs, Expect: in.Expect}
	if in.Query != nil {
		pick.Query = &crm.Query{Search: in.Query.Search, Filter: in.Query.Filter, Wide: true}
	}
	b, err := s.Records.StartBulk(c.UserContext(), Rights(c), c.Params("entity"), pick,
		records.BulkChange{Action: in.Action, Values: in.Values, Field: in.Field, Items: in.Items, Owner: in.Owner})
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusAccepted).JSON(s.bulkOf(c, b))
}

func (s *Server) findBulk(c *fiber.Ctx) (*records.Bulk, error) {
	id, err := pathID(c)
	if err != nil {
		return nil, err
	}
	return s.Records.Bulk(Rights(c), id)
}

func (s *Server) bulkState(c *fiber.Ctx) error {
	b, err := s.findBulk(c)
	if err != nil {
		return err
	}
	return c.JSON(s.bulkOf(c, b))
}

func (s *Server) stopBulk(c *fiber.Ctx) error {
	b, err := s.findBulk(c)
	if err != nil {
		return err
	}
	b.Stop()
	return c.JSON(s.bulkOf(c, b))
}

// batch makes records of the rows of a sheet. Each carries a key of its own, so that a
// request sent again makes none twice.
func (s *Server) batch(c *fiber.Ctx) error {
	var in struct {
		Rows []struct {
			Key    string
			Values map[string]any
		}
		Dry bool
	}
	if err := body(c, &in); err != nil {
		return err
	}
	rows, keys := make([]map[string]any, len(in.Rows)), make([]string, len(in.Rows))
	for i, row := range in.Rows {
		if len(row.Key) > maxKey {
			return errBadRequest
		}
		rows[i], keys[i] = row.Values, row.Key
	}
	found, err := s.Records.Batch(c.UserContext(), Rights(c), c.Params("entity"), rows, keys, in.Dry)
	if err != nil {
		return err
	}
	type result struct {
		Record *record    `json:"record,omitempty"`
		Error  *errorBody `json:"error,omitempty"`
	}
	results := make([]result, len(found))
	for i, f := range found {
		if f.Err != nil {
			e := s.errorBody(Lang(c), f.Err)
			results[i].Error = &e
		}
		if f.Row != nil {
			r := recordOf(Lang(c), Rights(c), f.Row)
			results[i].Record = &r
		}
	}
	return c.JSON(fiber.Map{"results": results})
}
