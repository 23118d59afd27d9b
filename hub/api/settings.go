package api

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/auth"
	"bellhop/hub/crm"
	"bellhop/hub/telephony"
)

func (s *Server) settingRoutes(api fiber.Router) {
	api.Get("/settings", administrator, s.settings)
	api.Put("/settings", administrator, s.changeSettings)
}

type settings struct {
	Company        string        `json:"company"`
	AreaCode       string        `json:"areaCode"`
	RecordIncoming bool          `json:"recordIncoming"`
	RecordOutgoing bool          `json:"recordOutgoing"`
	Lines          []lineSetting `json:"lines"`
}

type lineSetting struct {
	ID    int      `json:"id"`
	Label string   `json:"label"` // the office's own, or empty
	Name  string   `json:"name"`  // what it is called without a label; read only
	Users []crm.ID `json:"users"` // empty: it rings for everybody
}

func (s *Server) settings(c *fiber.Ctx) error {
	out, err := s.readSettings(c.UserContext(), Lang(c))
	if err != nil {
		return err
	}
	return c.JSON(out)
}

func (s *Server) readSettings(ctx context.Context, lang string) (*settings, error) {
	all, err := s.Store.Settings(ctx)
	if err != nil {
		return nil, err
	}
	groups, err := s.Store.RingGroups(ctx)
	if err != nil {
		return nil, err
	}
	out := &settings{
		Company: all["company"], AreaCode: all["area_code"], RecordIncoming: all["record.incoming"] != "0",
		RecordOutgoing: all["record.outgoing"] != "0", Lines: []lineSetting{},
	}
	for _, line := range s.lines(ctx, all, groups) {
		users := groups[line]
		if users == nil {
			users = []crm.ID{}
		}
		out.Lines = append(out.Lines, lineSetting{line, all["line."+strconv.Itoa(line)+".label"], s.lineName(lang, line), users})
	}
	return out, nil
}

// lines are those the box has, and those somebody has set something for.
func (s *Server) lines(ctx context.Context, all map[string]string, groups map[int][]crm.ID) []int {
	var lines []int
	if s.Telephony.Service != nil {
		for _, line := range s.Telephony.Service.Lines(ctx, "") {
			lines = append(lines, line.ID)
		}
	}
	for line := range groups {
		lines = append(lines, line)
	}
	for key := range all {
		rest, ok := strings.CutPrefix(key, "line.")
		number, isLabel := strings.CutSuffix(rest, ".label")
		if line, err := strconv.Atoi(number); ok && isLabel && err == nil {
			lines = append(lines, line)
		}
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

func (s *Server) lineName(lang string, line int) string {
	if s.Telephony.Service == nil {
		return telephony.LineNumber(s.Records.Schema(), lang, line)
	}
	return s.Telephony.Service.LineName(lang, line)
}

const maxLines = 64

func (s *Server) changeSettings(c *fiber.Ctx) error {
	ctx := c.UserContext()
	in, err := s.readSettings(ctx, Lang(c))
	if err != nil {
		return err
	}
	in.Lines = nil
	if err := body(c, in); err != nil {
		return err
	}
	if err := auth.CheckOffice(in.Company, in.AreaCode); err != nil {
		return err
	}
	groups := map[int][]crm.ID{}
	values := map[string]string{
		"company": strings.TrimSpace(in.Company), "area_code": in.AreaCode,
		"record.incoming": flag(in.RecordIncoming), "record.outgoing": flag(in.RecordOutgoing),
	}
	for _, line := range in.Lines {
		if line.ID < 1 || line.ID > maxLines {
			return errBadRequest
		}
		values["line."+strconv.Itoa(line.ID)+".label"] = strings.TrimSpace(line.Label)
		groups[line.ID] = line.Users
	}
	if err := s.Store.SetOffice(ctx, values, groups); err != nil {
		return err
	}
	s.settingsChanged(c)
	return s.settings(c)
}

func flag(on bool) string {
	if on {
		return "1"
	}
	return "0"
}

// settingsChanged tells the telephony side.
func (s *Server) settingsChanged(c *fiber.Ctx) {
	if s.ChangedSettings != nil {
		s.ChangedSettings(c.UserContext())
	}
}
