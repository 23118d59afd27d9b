package customize

import (
	"context"
	"slices"

	"bellhop/hub/field"
	"bellhop/hub/options"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// Option is an option of the office and how it stands.
type Option struct {
	Name    string       `json:"name"`
	Group   string       `json:"group"`
	Kind    options.Kind `json:"kind"`
	Value   any          `json:"value"`
	Default any          `json:"default"`
	Min     int          `json:"min,omitempty"`
	Max     int          `json:"max,omitempty"`
}

// Options lists every option.
func (s *Service) Options() []Option {
	values := s.records.Schema().Options
	out := make([]Option, len(options.All))
	for i, o := range options.All {
		out[i] = Option{o.Name, o.Group, o.Kind, values.JSON(o), options.Values{}.JSON(o), o.Min, o.Max}
	}
	return out
}

// Module is a part of the office's work that may be switched off (CFG-12).
type Module struct {
	Name   string   `json:"name"`
	Labels []string `json:"labels"` // of its entities
	On     bool     `json:"on"`
	Core   bool     `json:"core"` // can't be switched off
}

// Modules lists those with entities.
func (s *Service) Modules(lang string) []Module {
	schema := s.records.Schema()
	off := schema.Options.List(options.ModulesOff)
	out := []Module{}
	for _, m := range schema.Base().Modules {
		if len(m.Entities) == 0 {
			continue
		}
		row := Module{m.Name, []string{}, m.Core || !slices.Contains(off, m.Name), m.Core}
		for _, e := range m.Entities {
			row.Labels = append(row.Labels, schema.Labels.Text(lang, e.Name+".plural", nil))
		}
		out = append(out, row)
	}
	return out
}

// SetOptions chooses; names that are not among values stay as they are, nil is as
// delivered. rev is the number of the definitions the choice is made on top of, 0 for
// whatever there is.
func (s *Service) SetOptions(ctx context.Context, who *rights.Rights, values map[string]any, rev int64) error {
	kept := map[string]string{}
	things := []string{}
	for name, in := range values {
		o, ok := options.Of(name)
		if !ok {
			return invalid("field.unknown", name)
		}
		value, ok := o.Parse(in)
		if !ok {
			return invalid("customize.bad_option", name)
		}
		kept[name] = value
		things = append(things, "option "+name)
	}
	slices.Sort(things)
	if err := s.switchable(kept); err != nil {
		return err
	}
	before := s.records.Schema().Options
	err := s.change(ctx, who, note{"options", "", "", values, seen{rev, things}}, func(tx *store.Tx) error {
		for name, value := range kept {
			if err := s.store.SetOptionValue(ctx, tx, name, value); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		s.recount(before)
	}
	return err
}

// recount computes anew, behind the change, what an option has computed otherwise.
func (s *Service) recount(before options.Values) {
	schema := s.records.Schema()
	for _, e := range schema.Entities() {
		if !slices.ContainsFunc(e.Fields, func(f field.Field) bool {
			return f.Optional != "" && before.Bool(f.Optional) != schema.Options.Bool(f.Optional)
		}) {
			continue
		}
		s.work.Add(1)
		go func() {
			defer s.work.Done()
			if err := s.records.Recompute(context.Background(), e.Name); err != nil {
				s.log.Error("formulas not computed", "entity", e.Name, "err", err)
			}
		}()
	}
}

// switchable refuses to switch off what there isn't, or what the rest needs.
func (s *Service) switchable(kept map[string]string) error {
	for _, name := range options.Values(kept).List(options.ModulesOff) {
		fits := false
		for _, m := range s.records.Schema().Base().Modules {
			fits = fits || m.Name == name && m.Switchable()
		}
		if !fits {
			return invalid("customize.core_module", options.ModulesOff, "name", name)
		}
	}
	return nil
}
