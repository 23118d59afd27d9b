package api

import (
	"bytes"
	"image"
	_ "image/jpeg" // formats a logo may have
	_ "image/png"
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/crm"
	"bellhop/hub/options"
	"bellhop/hub/region"
)

// openOptionRoutes are what a page needs before anybody has logged in.
func (s *Server) openOptionRoutes(open fiber.Router) {
	open.Get("/login-list", s.loginList)
}

func (s *Server) optionRoutes(api fiber.Router) {
	api.Get("/options", administrator, s.options)
	api.Put("/options", administrator, s.setOptions)
	api.Get("/company", s.company)
	api.Get("/company/logo", s.logo)
	api.Put("/company/logo", administrator, s.setLogo)
	api.Delete("/company/logo", administrator, s.dropLogo)
	api.Get("/regions", s.findRegions)
	api.Get("/regions/:version", s.regions)
}

func (s *Server) options(c *fiber.Ctx) error {
	return c.JSON(fiber.Map{"options": s.Customize.Options(), "modules": s.Customize.Modules(Lang(c)), "rev": s.Customize.Rev()})
}

func (s *Server) setOptions(c *fiber.Ctx) error {
	var in struct {
		Values map[string]any
		Rev    int64
	}
	if err := body(c, &in); err != nil {
		return err
	}
	if err := s.Customize.SetOptions(c.UserContext(), Rights(c), in.Values, in.Rev); err != nil {
		return err
	}
	return s.options(c)
}

// company is the office's own data, as documents and envelopes bear them (CFG-13).
func (s *Server) company(c *fiber.Ctx) error {
	name, err := s.Store.Setting(c.UserContext(), "company")
	if err != nil {
		return err
	}
	out := fiber.Map{"name": name}
	v := s.Records.Schema().Options
	for _, o := range options.All {
		if key, ok := strings.CutPrefix(o.Name, "company."); ok {
			out[key] = v.Text(o.Name)
		}
	}
	_, _, at, err := s.Store.Picture(c.UserContext(), logo)
	if err == nil {
		out["logo"] = at
	} else if !crm.IsCode(err, crm.NotFound) {
		return err
	}
	return c.JSON(out)
}

const (
	logo    = "logo"
	maxLogo = 512 << 10
	maxSide = 4000 // pixels
)

func (s *Server) logo(c *fiber.Ctx) error {
	mime, data, _, err := s.Store.Picture(c.UserContext(), logo)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, mime)
	c.Set(fiber.HeaderCacheControl, "private, no-cache")
	return c.Send(data)
}

// setLogo takes the picture as it is, a PNG or JPEG.
func (s *Server) setLogo(c *fiber.Ctx) error {
	data := bytes.Clone(c.Body())
	if len(data) > maxLogo {
		return &crm.Error{Code: crm.Invalid, Key: "company.logo_large", Field: "logo", Args: map[string]string{"max": "512"}}
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || size.Width > maxSide || size.Height > maxSide {
		return &crm.Error{Code: crm.Invalid, Key: "company.bad_logo", Field: "logo"}
	}
	if err := s.Store.SetPicture(c.UserContext(), logo, http.DetectContentType(data), data, time.Now().UnixMilli()); err != nil {
		return err
	}
	return s.company(c)
}

func (s *Server) dropLogo(c *fiber.Ctx) error {
	if err := s.Store.SetPicture(c.UserContext(), logo, "", nil, 0); err != nil {
		return err
	}
	return s.company(c)
}

// loginList names departments and users to whoever stands before the login page, where
// the office wants that (CFG-11); else it isn't there.
func (s *Server) loginList(c *fiber.Ctx) error {
	if !s.Records.Schema().Options.Bool(options.LoginList) {
		return crm.ErrNotFound
	}
	type row struct {
		Login      string `json:"login"`
		Name       string `json:"name"`
		Department string `json:"department"`
	}
	users, err := s.Store.Users(c.UserContext())
	if err != nil {
		return err
	}
	departments, err := s.Store.Departments(c.UserContext())
	if err != nil {
		return err
	}
	names := map[crm.ID]string{}
	for _, d := range departments {
		names[d.ID] = d.Name
	}
	out := []row{}
	for _, u := range employees(users) {
		if u.Active {
			out = append(out, row{u.Login, u.Name, names[u.Department]})
		}
	}
	return c.JSON(fiber.Map{"users": out})
}

type regionRow struct {
	Code string `json:"code"`
	Name string `json:"name"` // from the province down
}

// findRegions finds regions by what was typed: 浙杭西, zjhz, 西湖.
func (s *Server) findRegions(c *fiber.Ctx) error {
	rows := []regionRow{}
	for _, r := range region.Find(c.Query("q"), c.QueryInt("limit", 20)) {
		rows = append(rows, regionRow{r.Code, region.FullName(r.Code)})
	}
	return c.JSON(fiber.Map{"rows": rows})
}

// regions gives all regions as pairs of code and own name. Under one version they never
// change.
func (s *Server) regions(c *fiber.Ctx) error {
	if c.Params("version") != region.Version {
		return crm.ErrNotFound
	}
	all := region.All()
	out := make([][2]string, len(all))
	for i, r := range all {
		out[i] = [2]string{r.Code, r.Name}
	}
	c.Set(fiber.HeaderCacheControl, "private, max-age=31536000, immutable")
	return c.JSON(out)
}
