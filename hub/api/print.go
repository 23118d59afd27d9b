package api

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/audit"
	"bellhop/hub/crm"
	"bellhop/hub/print"
)

func (s *Server) printRoutes(api fiber.Router) {
	api.Get("/print/:entity/layouts", s.printLayouts)
	api.Get("/print/:entity/layouts/:layout", s.printLayout)
	api.Post("/print/:entity/layouts", administrator, s.addPrintLayout)
	api.Put("/print/:entity/layouts/:layout", administrator, s.changePrintLayout)
	api.Delete("/print/:entity/layouts/:layout", administrator, s.dropPrintLayout)
	api.Post("/print/:entity/draw", administrator, s.drawPrintLayout)
	api.Post("/print/:entity/preview", administrator, s.previewPrint)
	api.Post("/o/:entity/print", s.printRecords)
	api.Post("/o/:entity/print-list", s.printList)
}

// printLayout is a layout as the page gets it; Layout is left out of lists.
type printLayout struct {
	ID     string        `json:"id"`
	Name   string        `json:"name"`
	Kind   string        `json:"kind"`
	Own    bool          `json:"own"`
	Paper  print.Paper   `json:"paper"`
	Layout *print.Layout `json:"layout,omitempty"`
}

func layoutOf(l *print.Named) printLayout {
	return printLayout{ID: l.ID, Name: l.Name, Kind: l.Kind, Own: l.Own, Paper: l.Layout.Paper}
}

// printLayouts are the layouts offered for a kind of record, and whether the hub has a font
// to print them with.
func (s *Server) printLayouts(c *fiber.Ctx) error {
	list, err := s.Print.Layouts(c.UserContext(), Rights(c), Lang(c), c.Params("entity"))
	if err != nil {
		return err
	}
	out := struct {
		Rows   []printLayout `json:"rows"`
		Papers []print.Paper `json:"papers"`
		Font   string        `json:"font"` // "" where none was found
	}{Rows: make([]printLayout, len(list)), Papers: print.Papers}
	for i, l := range list {
		out.Rows[i] = layoutOf(l)
	}
	if Rights(c).Administrates() {
		out.Font, _ = s.Print.FontFile() // "" tells it
	}
	return c.JSON(out)
}

// printLayout gives one layout whole.
func (s *Server) printLayout(c *fiber.Ctx) error {
	l, err := s.Print.Layout(c.UserContext(), Rights(c), Lang(c), c.Params("entity"), c.Params("layout"))
	if err != nil {
		return err
	}
	out := layoutOf(l)
	out.Layout = l.Layout
	return c.JSON(out)
}

func (s *Server) addPrintLayout(c *fiber.Ctx) error { return s.putPrintLayout(c, 0) }

func (s *Server) changePrintLayout(c *fiber.Ctx) error {
	id, err := layoutID(c)
	if err != nil {
		return err
	}
	return s.putPrintLayout(c, id)
}

// layoutID is the ID of a layout the office drew; delivered ones have none.
func layoutID(c *fiber.Ctx) (crm.ID, error) {
	id, err := crm.ParseID(c.Params("layout"))
	if err != nil || id <= 0 {
		return 0, &crm.Error{Code: crm.NotFound, Key: "print.no_layout"}
	}
	return id, nil
}

func (s *Server) putPrintLayout(c *fiber.Ctx, id crm.ID) error {
	var in struct {
		Name   string
		Kind   string
		Layout json.RawMessage
	}
	if err := body(c, &in); err != nil {
		return err
	}
	l, err := s.Print.Put(c.UserContext(), Rights(c), strings.Clone(c.Params("entity")), id, print.Draft{Name: in.Name, Kind: in.Kind, Layout: in.Layout})
	if err != nil {
		return err
	}
	out := layoutOf(l)
	out.Layout = l.Layout
	if id == 0 {
		c.Status(fiber.StatusCreated)
	}
	return c.JSON(out)
}

func (s *Server) dropPrintLayout(c *fiber.Ctx) error {
	id, err := layoutID(c)
	if err != nil {
		return err
	}
	if err := s.Print.Drop(c.UserContext(), Rights(c), c.Params("entity"), id); err != nil {
		return err
	}
	return c.JSON(fiber.Map{})
}

// drawPrintLayout gives the bands a layout in ticks becomes.
func (s *Server) drawPrintLayout(c *fiber.Ctx) error {
	var in struct{ Layout json.RawMessage }
	if err := body(c, &in); err != nil {
		return err
	}
	l, err := print.ParseLayout(in.Layout)
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"layout": s.Print.Drawn(Lang(c), c.Params("entity"), l)})
}

// previewPrint shows a layout that is being drawn, with a record or the names of the fields.
func (s *Server) previewPrint(c *fiber.Ctx) error {
	var in struct {
		Kind   string
		Layout json.RawMessage
		ID     *crm.ID
	}
	if err := body(c, &in); err != nil {
		return err
	}
	l, err := print.ParseLayout(in.Layout)
	if err != nil {
		return err
	}
	w := print.Wish{Entity: strings.Clone(c.Params("entity")), Drawn: l, Kind: in.Kind}
	if in.ID == nil {
		if err := s.Print.Check(c.UserContext(), Rights(c), Lang(c), &w); err != nil {
			return err
		}
		file, err := s.Print.Print(c.UserContext(), Rights(c), Lang(c), w)
		if err != nil {
			return err
		}
		return sendPDF(c, file)
	}
	w.IDs = []crm.ID{*in.ID}
	return s.printOut(c, w)
}

// printRecords prints records by a layout: documents, envelopes, labels.
func (s *Server) printRecords(c *fiber.Ctx) error {
	var in struct {
		Layout string
		IDs    []crm.ID
		Today  bool
		Skip   int
	}
	if err := body(c, &in); err != nil {
		return err
	}
	if len(in.IDs) == 0 {
		return errBadRequest
	}
	return s.printOut(c, print.Wish{Entity: strings.Clone(c.Params("entity")), Layout: in.Layout, IDs: in.IDs, Today: in.Today, Skip: in.Skip})
}

// printOut asks rights and audit, writes down what leaves, and answers with the file.
func (s *Server) printOut(c *fiber.Ctx, w print.Wish) error {
	ctx, who := c.UserContext(), Rights(c)
	if err := s.Print.Check(ctx, who, Lang(c), &w); err != nil {
		return err
	}
	for _, id := range w.IDs {
		ref := crm.Ref{Entity: w.Entity, ID: id}
		if visible, err := s.Records.Visible(ctx, who, ref); err != nil {
			return err
		} else if !visible {
			return crm.ErrNotFound
		}
		if err := s.Audit.Open(ctx, who, ref); err != nil {
			return err
		}
	}
	taking, err := s.take(c, audit.Print, audit.Named{Entity: w.Entity, IDs: w.IDs}, len(w.IDs))
	if err != nil {
		return err
	}
	if err := taking.Add(ctx, w.IDs...); err != nil {
		return err
	}
	if err := taking.Done(ctx); err != nil {
		return err
	}
	file, err := s.Print.Print(ctx, who, Lang(c), w)
	if err != nil {
		return err
	}
	return sendPDF(c, file)
}

// printList prints a list: all that a query finds, or the ticked records.
func (s *Server) printList(c *fiber.Ctx) error {
	var in struct {
		Search  string
		Filter  *crm.Filter
		Sort    crm.Sort
		IDs     []crm.ID
		Columns []string
		Title   string
		Paper   string
		Count   int
	}
	if err := body(c, &in); err != nil {
		return err
	}
	entity := strings.Clone(c.Params("entity"))
	w := print.ListWish{IDs: in.IDs, Columns: in.Columns, Title: in.Title, Paper: in.Paper,
		Query: crm.Query{Entity: entity, Search: in.Search, Filter: in.Filter, Sort: in.Sort, Wide: true}}
	ctx, who := c.UserContext(), Rights(c)
	if err := s.Print.CheckList(ctx, who, &w); err != nil {
		return err
	}
	taking, err := s.take(c, audit.Print, audit.Named{Entity: entity, Search: in.Search, Filter: in.Filter, IDs: in.IDs}, max(in.Count, len(in.IDs)))
	if err != nil {
		return err
	}
	file, err := s.Print.PrintList(ctx, who, Lang(c), w, func(ids []crm.ID) error { return taking.Add(ctx, ids...) })
	if doneErr := taking.Done(ctx); err == nil {
		err = doneErr
	}
	if err != nil {
		return err
	}
	return sendPDF(c, file)
}

// sendPDF answers with a file. X-Pages tells its pages; X-Kept since when what stands on it
// is kept, where that differs from today.
func sendPDF(c *fiber.Ctx, file *print.File) error {
	c.Set(fiber.HeaderContentType, "application/pdf")
	c.Set(fiber.HeaderContentDisposition, "inline; filename*=UTF-8''"+url.PathEscape(file.Name)+".pdf")
	c.Set("X-Pages", strconv.Itoa(file.Pages))
	if file.Kept != 0 {
		c.Set("X-Kept", strconv.FormatInt(file.Kept, 10))
	}
	return c.Send(file.Data)
}
