package api

import (
	"github.com/gofiber/fiber/v2"

	"bellhop/hub/crm"
	"bellhop/hub/records"
	"bellhop/hub/store"
)

func (s *Server) viewRoutes(api fiber.Router) {
	api.Get("/o/:entity/views", s.views)
	api.Post("/o/:entity/views", s.createView)
	api.Put("/o/:entity/views/:id", withID(s.changeView))
	api.Delete("/o/:entity/views/:id", withID(s.dropView))
	api.Put("/o/:entity/layouts/:view", s.setLayout)
	api.Put("/rows", s.setRows)
}

// view is a kept list as the page gets it.
type view struct {
	ID     string            `json:"id"` // a built-in one's is its key
	Name   string            `json:"name"`
	Kind   string            `json:"kind"` // system, mine, shared
	Owner  string            `json:"owner,omitempty"`
	Spec   records.ViewSpec  `json:"spec"`
	Layout *records.ViewSpec `json:"layout,omitempty"` // how this user has it
	Shares []viewShare       `json:"shares"`
	May    map[string]bool   `json:"may"`
	Broken bool              `json:"broken,omitempty"`
	Count  *int              `json:"count,omitempty"`
	Capped bool              `json:"capped,omitempty"`
}

type viewShare struct {
	Kind string `json:"kind"`
	ID   crm.ID `json:"id"`
	Name string `json:"name,omitempty"`
}

func (s *Server) views(c *fiber.Ctx) error {
	entity, who, count := c.Params("entity"), Rights(c), c.QueryBool("count")
	found, err := s.Records.Views(c.UserContext(), who, entity, count)
	if err != nil {
		return err
	}
	layouts, err := s.Records.Layouts(c.UserContext(), who, entity)
	if err != nil {
		return err
	}
	rows, err := s.Records.Rows(c.UserContext(), who)
	if err != nil {
		return err
	}
	out := struct {
		Views []view `json:"views"`
		Rows  int    `json:"rows"`
	}{Views: []view{}, Rows: rows}
	for _, v := range found {
		shown, err := s.view(c, v)
		if err != nil {
			return err
		}
		if layout, ok := layouts[shown.ID]; ok {
			shown.Layout = &layout
		}
		if count && !v.Broken {
			shown.Count, shown.Capped = &v.Count, v.Capped
		}
		out.Views = append(out.Views, shown)
	}
	return c.JSON(out)
}

func (s *Server) view(c *fiber.Ctx, v *records.View) (view, error) {
	if v.Key != "" {
		return view{ID: v.Key, Name: s.text(Lang(c), "view."+v.Key, nil), Kind: "system", Spec: v.Spec, Shares: []viewShare{}, May: map[string]bool{}}, nil
	}
	names, err := s.Store.UserNames(c.UserContext())
	if err != nil {
		return view{}, err
	}
	mine := v.Owner == User(c).ID
	out := view{ID: v.ID.String(), Name: v.Name, Kind: "shared", Owner: names[v.Owner], Spec: v.Spec, Broken: v.Broken,
		Shares: []viewShare{}, May: map[string]bool{"edit": mine, "delete": mine}}
	if mine {
		out.Kind = "mine"
	}
	for _, share := range v.Shares {
		if share.Kind == "all" && Rights(c).Administrates() {
			out.May["edit"], out.May["delete"] = true, true
		}
		// Whom else a colleague shares with is his own affair.
		if mine {
			out.Shares = append(out.Shares, viewShare{share.Kind, share.Target, names[share.Target]})
		}
	}
	return out, nil
}

type viewIn struct {
	Name   string
	Spec   records.ViewSpec
	Shares []viewShare
}

func (in viewIn) kept() records.ViewIn {
	out := records.ViewIn{Name: in.Name, Spec: in.Spec}
	for _, share := range in.Shares {
		out.Shares = append(out.Shares, store.ViewShare{Kind: share.Kind, Target: share.ID})
	}
	return out
}

func (s *Server) createView(c *fiber.Ctx) error {
	var in viewIn
	if err := body(c, &in); err != nil {
		return err
	}
	v, err := s.Records.CreateView(c.UserContext(), Rights(c), c.Params("entity"), in.kept())
	if err != nil {
		return err
	}
	out, err := s.view(c, v)
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(out)
}

func (s *Server) changeView(c *fiber.Ctx, id crm.ID) error {
	var in viewIn
	if err := body(c, &in); err != nil {
		return err
	}
	v, err := s.Records.ChangeView(c.UserContext(), Rights(c), c.Params("entity"), id, in.kept())
	if err != nil {
		return err
	}
	out, err := s.view(c, v)
	if err != nil {
		return err
	}
	return c.JSON(out)
}

func (s *Server) dropView(c *fiber.Ctx, id crm.ID) error {
	if err := s.Records.DropView(c.UserContext(), Rights(c), c.Params("entity"), id); err != nil {
		return err
	}
	return c.JSON(fiber.Map{})
}

// setLayout keeps how the user has a list; null goes back to how the view is.
func (s *Server) setLayout(c *fiber.Ctx) error {
	var spec *records.ViewSpec
	if err := body(c, &spec); err != nil {
		return err
	}
	if err := s.Records.SetLayout(c.UserContext(), Rights(c), c.Params("entity"), c.Params("view"), spec); err != nil {
		return err
	}
	return c.JSON(fiber.Map{})
}

func (s *Server) setRows(c *fiber.Ctx) error {
	var in struct{ Rows int }
	if err := body(c, &in); err != nil {
		return err
	}
	if err := s.Records.SetRows(c.UserContext(), Rights(c), in.Rows); err != nil {
		return err
	}
	return c.JSON(fiber.Map{})
}
