package api

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/crm"
	"bellhop/hub/exchange"
	"bellhop/hub/exchange/table"
	"bellhop/hub/field"
	"bellhop/hub/store"
)

func (s *Server) importRoutes(api fiber.Router) {
	api.Get("/imports", s.imports)
	api.Post("/imports", s.addImport)
	api.Get("/imports/template", s.importTemplate)
	api.Get("/imports/:id", withID(s.importState))
	api.Delete("/imports/:id", withID(s.dropImport))
	api.Put("/imports/:id/bytes", withID(s.putImport))
	api.Get("/imports/:id/tables", withID(s.importTables))
	api.Post("/imports/:id/look", withID(s.lookImport))
	api.Post("/imports/:id/preview", withID(s.previewImport))
	api.Post("/imports/:id/run", withID(s.runImport))
	api.Post("/imports/:id/stop", withID(s.stopImport))
	api.Get("/imports/:id/rows", withID(s.importRows))
	api.Post("/imports/:id/decide", withID(s.decideImport))
	api.Post("/imports/:id/undo", withID(s.undoImport))
	api.Get("/imports/:id/failures", withID(s.importFailures))
	api.Get("/exchange/choices", s.choices)
	api.Post("/exchange/choices", s.keepChoice)
	api.Delete("/exchange/choices/:id", withID(s.dropChoice))
	api.Get("/exchange/servers", s.importServers)
	api.Post("/exchange/servers", s.setImportServer)
	api.Delete("/exchange/servers/:id", withID(s.dropImportServer))
}

// importJob is an import as the page gets it.
type importJob struct {
	ID      crm.ID        `json:"id"`
	Entity  string        `json:"entity"`
	Name    string        `json:"name"`
	Source  string        `json:"source,omitempty"`
	State   string        `json:"state"`
	Size    int64         `json:"size"`
	Total   int           `json:"total"`
	Created int           `json:"created"`
	Updated int           `json:"updated"`
	Skipped int           `json:"skipped"`
	Failed  int           `json:"failed"`
	Asked   int           `json:"asked"`
	Undone  int           `json:"undone"`
	Error   string        `json:"error,omitempty"`
	User    *field.Person `json:"user"`
	MadeAt  int64         `json:"madeAt"`
	EndedAt int64         `json:"endedAt,omitempty"`
	MayUndo bool          `json:"mayUndo"`
	Own     bool          `json:"own"`
}

func (s *Server) importOf(c *fiber.Ctx, j *store.ImportJob) (importJob, error) {
	names, err := s.Store.UserNames(c.UserContext())
	if err != nil {
		return importJob{}, err
	}
	own := j.User == User(c).ID
	out := importJob{ID: j.ID, Entity: j.Entity, Name: j.Name, Source: j.Source, State: j.State, Size: j.Size, Total: j.Total, Created: j.Created,
		Updated: j.Updated, Skipped: j.Skipped, Failed: j.Failed, Asked: j.Asked, Undone: j.Undone,
		User: &field.Person{ID: int64(j.User), Name: names[j.User]}, MadeAt: j.MadeAt, EndedAt: j.EndedAt, MayUndo: own && s.Exchange.MayUndo(j), Own: own}
	var fault exchange.Fault
	if j.Error != "" && json.Unmarshal([]byte(j.Error), &fault) == nil {
		out.Error = s.Exchange.Reason(Lang(c), j.Entity, fault)
	}
	return out, nil
}

// importAnswer tells how an import is after something was done with it.
func (s *Server) importAnswer(c *fiber.Ctx, j *store.ImportJob, err error) error {
	if err != nil {
		return err
	}
	out, err := s.importOf(c, j)
	return answerWith[importJob](c)(out, err)
}

func (s *Server) imports(c *fiber.Ctx) error {
	jobs, err := s.Exchange.Jobs(c.UserContext(), Rights(c), c.Query("entity"))
	if err != nil {
		return err
	}
	rows := make([]importJob, len(jobs))
	for i, j := range jobs {
		if rows[i], err = s.importOf(c, j); err != nil {
			return err
		}
	}
	return c.JSON(fiber.Map{"rows": rows})
}

func (s *Server) addImport(c *fiber.Ctx) error {
	var in struct {
		Entity string
		Name   string
		Size   int64
		Paste  bool
		Server *crm.ID
	}
	if err := body(c, &in); err != nil {
		return err
	}
	want := exchange.NewImport{Entity: in.Entity, Name: in.Name, Size: in.Size, Paste: in.Paste}
	if in.Server != nil {
		want.Server = *in.Server
	}
	job, err := s.Exchange.Add(c.UserContext(), Rights(c), want)
	if err == nil {
		c.Status(fiber.StatusCreated)
	}
	return s.importAnswer(c, job, err)
}

func (s *Server) importState(c *fiber.Ctx, id crm.ID) error {
	job, err := s.Exchange.Job(c.UserContext(), Rights(c), id)
	return s.importAnswer(c, job, err)
}

func (s *Server) dropImport(c *fiber.Ctx, id crm.ID) error {
	return answerWith[fiber.Map](c)(fiber.Map{}, s.Exchange.Drop(c.UserContext(), Rights(c), id))
}

// putImport takes a piece of a file. Pieces keep every request small, and an upload
// that broke off goes on where it stood.
func (s *Server) putImport(c *fiber.Ctx, id crm.ID) error {
	have, err := s.Exchange.Put(c.UserContext(), Rights(c), id, int64(c.QueryInt("at")), c.Body())
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"received": have})
}

func (s *Server) importTables(c *fiber.Ctx, id crm.ID) error {
	tables, err := s.Exchange.Tables(c.UserContext(), Rights(c), id)
	if err != nil {
		return err
	}
	if tables == nil {
		tables = []table.Table{}
	}
	return c.JSON(fiber.Map{"tables": tables})
}

func (s *Server) lookImport(c *fiber.Ctx, id crm.ID) error {
	in := struct {
		Table     string
		HeaderRow *int
		Encoding  string
		Delimiter string
	}{}
	if err := body(c, &in); err != nil {
		return err
	}
	header := -1
	if in.HeaderRow != nil {
		header = min(max(*in.HeaderRow, 0), 1000)
	}
	return answerWith[*exchange.Glance](c)(s.Exchange.Look(c.UserContext(), Rights(c), id, in.Table, header, in.Encoding, in.Delimiter))
}

// fault is what is wrong with a cell or row, in words.
type fault struct {
	Column  int    `json:"column"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
}

func (s *Server) faultsOf(c *fiber.Ctx, entity string, in []exchange.Fault) []fault {
	out := make([]fault, len(in))
	for i, f := range in {
		out[i] = fault{f.Column, f.Field, s.Exchange.Reason(Lang(c), entity, f)}
	}
	return out
}

func (s *Server) previewImport(c *fiber.Ctx, id crm.ID) error {
	plan := &exchange.Plan{}
	if err := body(c, plan); err != nil {
		return err
	}
	job, err := s.Exchange.Job(c.UserContext(), Rights(c), id)
	if err != nil {
		return err
	}
	p, err := s.Exchange.Preview(c.UserContext(), Rights(c), id, plan)
	if err != nil {
		return err
	}
	type row struct {
		exchange.PreviewRow
		Faults []fault `json:"faults"`
	}
	rows := make([]row, len(p.Rows))
	for i, r := range p.Rows {
		rows[i] = row{r, s.faultsOf(c, job.Entity, r.Faults)}
	}
	return c.JSON(fiber.Map{"rows": rows, "good": p.Good, "bad": p.Bad, "same": p.Same})
}

func (s *Server) runImport(c *fiber.Ctx, id crm.ID) error {
	plan := &exchange.Plan{}
	if err := body(c, plan); err != nil {
		return err
	}
	job, err := s.Exchange.Run(c.UserContext(), Rights(c), id, plan)
	return s.importAnswer(c, job, err)
}

func (s *Server) stopImport(c *fiber.Ctx, id crm.ID) error {
	return answerWith[fiber.Map](c)(fiber.Map{}, s.Exchange.Stop(c.UserContext(), Rights(c), id))
}

func (s *Server) importRows(c *fiber.Ctx, id crm.ID) error {
	states := strings.Split(c.Query("state", "failed,skipped,asked"), ",")
	if len(states) > 10 {
		return errBadRequest
	}
	list, err := s.Exchange.Rows(c.UserContext(), Rights(c), id, states, c.QueryInt("after"))
	if err != nil {
		return err
	}
	type row struct {
		exchange.RowResult
		Reasons []fault `json:"reasons"`
	}
	rows := make([]row, len(list))
	for i, r := range list {
		rows[i] = row{r, s.faultsOf(c, r.Entity, r.Reasons)}
	}
	return c.JSON(fiber.Map{"rows": rows})
}

func (s *Server) decideImport(c *fiber.Ctx, id crm.ID) error {
	var in struct {
		Rows map[int]exchange.Action
		All  exchange.Action
	}
	if err := body(c, &in); err != nil {
		return err
	}
	job, err := s.Exchange.Decide(c.UserContext(), Rights(c), id, in.Rows, in.All)
	return s.importAnswer(c, job, err)
}

func (s *Server) undoImport(c *fiber.Ctx, id crm.ID) error {
	job, err := s.Exchange.Undo(c.UserContext(), Rights(c), id)
	return s.importAnswer(c, job, err)
}

const xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

func (s *Server) importFailures(c *fiber.Ctx, id crm.ID) error {
	var b bytes.Buffer
	if err := s.Exchange.Failures(c.UserContext(), Rights(c), Lang(c), id, &b); err != nil {
		return err
	}
	return sendFile(c, s.text(Lang(c), "import.failures", nil)+".xlsx", xlsxType, b.Bytes())
}

func (s *Server) importTemplate(c *fiber.Ctx) error {
	entity := c.Query("entity")
	var b bytes.Buffer
	if err := s.Exchange.Template(Rights(c), Lang(c), entity, &b); err != nil {
		return err
	}
	return sendFile(c, s.text(Lang(c), entity+".plural", nil)+".xlsx", xlsxType, b.Bytes())
}

func sendFile(c *fiber.Ctx, name, kind string, b []byte) error {
	c.Attachment(name)
	c.Set(fiber.HeaderContentType, kind)
	return c.Send(b)
}

// choice is a kept match or choice of fields.
type choice struct {
	ID     crm.ID          `json:"id"`
	Kind   string          `json:"kind"`
	Entity string          `json:"entity"`
	Name   string          `json:"name"`
	Head   string          `json:"head,omitempty"`
	Shared bool            `json:"shared"`
	Own    bool            `json:"own"`
	Body   json.RawMessage `json:"body"`
}

func choiceOf(c *fiber.Ctx, v *store.Choice) choice {
	return choice{v.ID, v.Kind, v.Entity, v.Name, v.Head, v.Shared, v.User == User(c).ID, json.RawMessage(v.Body)}
}

func (s *Server) choices(c *fiber.Ctx) error {
	list, err := s.Exchange.Choices(c.UserContext(), Rights(c), c.Query("kind"), c.Query("entity"))
	if err != nil {
		return err
	}
	rows := make([]choice, len(list))
	for i := range list {
		rows[i] = choiceOf(c, &list[i])
	}
	return c.JSON(fiber.Map{"rows": rows})
}

func (s *Server) keepChoice(c *fiber.Ctx) error {
	var in struct {
		Kind, Entity, Name, Head string
		Shared                   bool
		Body                     json.RawMessage
	}
	if err := body(c, &in); err != nil {
		return err
	}
	kept, err := s.Exchange.Keep(c.UserContext(), Rights(c), store.Choice{Kind: in.Kind, Entity: in.Entity, Name: in.Name, Head: in.Head, Shared: in.Shared, Body: string(in.Body)})
	if err != nil {
		return err
	}
	return c.JSON(choiceOf(c, kept))
}

func (s *Server) dropChoice(c *fiber.Ctx, id crm.ID) error {
	return answerWith[fiber.Map](c)(fiber.Map{}, s.Exchange.Forget(c.UserContext(), Rights(c), id))
}

// importServer is a connection, its password left out.
type importServer struct {
	ID        crm.ID `json:"id"`
	Kind      string `json:"kind"`
	Name      string `json:"name"`
	Host      string `json:"host"`
	Port      int    `json:"port"`
	Database  string `json:"database"`
	Login     string `json:"login"`
	Encrypted bool   `json:"encrypted"`
}

func importServerOf(v *store.ImportServer) importServer {
	return importServer{v.ID, v.Kind, v.Name, v.Host, v.Port, v.Database, v.Login, v.Encrypted}
}

func (s *Server) importServers(c *fiber.Ctx) error {
	list, err := s.Exchange.Servers(c.UserContext(), Rights(c))
	if err != nil {
		return err
	}
	rows := make([]importServer, len(list))
	for i, v := range list {
		rows[i] = importServerOf(v)
	}
	return c.JSON(fiber.Map{"rows": rows})
}

func (s *Server) setImportServer(c *fiber.Ctx) error {
	var in struct {
		ID               *crm.ID
		Kind, Name, Host string
		Port             int
		Database, Login  string
		Password         *string
		Encrypted        bool
	}
	if err := body(c, &in); err != nil {
		return err
	}
	form := exchange.ServerForm{Kind: in.Kind, Name: in.Name, Host: in.Host, Port: in.Port, Database: in.Database, Login: in.Login, Password: in.Password, Encrypted: in.Encrypted}
	if in.ID != nil {
		form.ID = *in.ID
	}
	kept, err := s.Exchange.SetServer(c.UserContext(), Rights(c), form)
	if err != nil {
		return err
	}
	return c.JSON(importServerOf(kept))
}

func (s *Server) dropImportServer(c *fiber.Ctx, id crm.ID) error {
	return answerWith[fiber.Map](c)(fiber.Map{}, s.Exchange.DropServer(c.UserContext(), Rights(c), id))
}
