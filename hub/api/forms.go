package api

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/records"
	"bellhop/hub/region"
	"bellhop/hub/search"
)

func (s *Server) formRoutes(api fiber.Router) {
	api.Get("/forms", s.forms)
	api.Put("/forms", administrator, s.changeForms)
	api.Get("/o/:entity/:id/duplicates", s.duplicatePasses)
	api.Post("/o/:entity/preview", s.preview)
	api.Post("/regions/split", s.splitAddress)
}

// forms is what the office has set about filling in records.
type forms struct {
	Phrases      []string `json:"phrases"`      // offered under remarks (CUS-24)
	SimilarNames bool     `json:"similarNames"` // look for names alike while a new one is typed (CUS-49)
	IgnoredWords []string `json:"ignoredWords"` // left out of that (CUS-50)
}

const (
	maxPhrases = 100
	maxPhrase  = 200
	maxIgnored = 500
	maxWord    = 30
)

func (s *Server) forms(c *fiber.Ctx) error {
	all, err := s.Store.Settings(c.UserContext())
	if err != nil {
		return err
	}
	out := forms{Phrases: lines(all["phrases"]), SimilarNames: all["duplicates.names"] != "0", IgnoredWords: lines(all["duplicates.ignored"])}
	if len(out.IgnoredWords) == 0 {
		out.IgnoredWords = search.IgnoredWords
	}
	return c.JSON(out)
}

func (s *Server) changeForms(c *fiber.Ctx) error {
	var in struct {
		Phrases, IgnoredWords *[]string
		SimilarNames          *bool
	}
	if err := body(c, &in); err != nil {
		return err
	}
	values := map[string]string{}
	if in.Phrases != nil {
		text, err := unlines("phrases", *in.Phrases, maxPhrases, maxPhrase)
		if err != nil {
			return err
		}
		values["phrases"] = text
	}
	if in.IgnoredWords != nil {
		text, err := unlines("ignoredWords", *in.IgnoredWords, maxIgnored, maxWord)
		if err != nil {
			return err
		}
		values["duplicates.ignored"] = text
	}
	if in.SimilarNames != nil {
		values["duplicates.names"] = flag(*in.SimilarNames)
	}
	if err := s.Store.SetOffice(c.UserContext(), values, nil); err != nil {
		return err
	}
	return s.forms(c)
}

func lines(text string) []string {
	list := []string{}
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}

// unlines joins short texts, each once.
func unlines(name string, list []string, most, longest int) (string, error) {
	var kept []string
	seen := map[string]bool{}
	for _, text := range list {
		text = strings.Join(strings.Fields(text), " ")
		if text == "" || seen[text] {
			continue
		}
		if len([]rune(text)) > longest {
			return "", &crm.Error{Code: crm.Invalid, Key: "forms.too_long", Field: name, Args: map[string]string{"text": string([]rune(text)[:20]), "max": strconv.Itoa(longest)}}
		}
		seen[text] = true
		kept = append(kept, text)
	}
	if len(kept) > most {
		return "", &crm.Error{Code: crm.Invalid, Key: "forms.too_many", Field: name, Args: map[string]string{"max": strconv.Itoa(most)}}
	}
	return strings.Join(kept, "\n"), nil
}

// duplicatePasses lists who saved the record although its values stood elsewhere.
func (s *Server) duplicatePasses(c *fiber.Ctx) error {
	ref, err := pathRef(c)
	if err != nil {
		return err
	}
	list, err := s.Records.DuplicatePasses(c.UserContext(), Rights(c), ref)
	if err != nil {
		return err
	}
	if list == nil {
		list = []records.DuplicatePass{}
	}
	return c.JSON(fiber.Map{"passes": list})
}

// preview computes what a form would be saved with: formulas, totals, amounts in words.
func (s *Server) preview(c *fiber.Ctx) error {
	var in struct{ Values map[string]any }
	if err := body(c, &in); err != nil {
		return err
	}
	out, err := s.Records.Preview(c.UserContext(), Rights(c), c.Params("entity"), in.Values)
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"values": out.Values, "words": out.Words})
}

// splitAddress cuts a pasted line "name phone address" for a form.
func (s *Server) splitAddress(c *fiber.Ctx) error {
	var in struct{ Text string }
	if err := body(c, &in); err != nil {
		return err
	}
	a := region.Split(in.Text)
	out := fiber.Map{"name": a.Name, "phone": a.Phone, "address": a.Text}
	if r, ok := field.RegionOf(a.Code); ok {
		out["region"] = r
	}
	return c.JSON(out)
}
