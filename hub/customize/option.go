package customize

import (
	"context"
	"slices"

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

// SetOptions chooses; names that are not among values stay as they are.
func (s *Service) SetOptions(ctx context.Context, who *rights.Rights, values map[string]any) error {
	kept := map[string]string{}
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
	}
	if err := s.switchable(kept); err != nil {
		return err
	}
	return s.change(ctx, who, note{"options", "", "", values}, func(tx *store.Tx) error {
		for name, value := range kept {
			if err := s.store.SetOptionValue(ctx, tx, name, value); err != nil {
				return err
			}
		}
		return nil
	})
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
