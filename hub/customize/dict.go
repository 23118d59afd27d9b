package customize

import (
	"context"
	"slices"
	"sort"
	"strconv"
	"strings"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// Dict is a dictionary: choices that one field or several offer.
type Dict struct {
	Key     string   `json:"key"`
	Label   string   `json:"label"`
	Labels  Texts    `json:"labels"`
	Custom  bool     `json:"custom"`
	Changed bool     `json:"changed"` // not as delivered
	Options []Choice `json:"options"`
	Uses    []Use    `json:"uses"`
}

// Choice is an option of a dictionary. Records keep its ID.
type Choice struct {
	ID      string     `json:"id"`
	Label   string     `json:"label"`
	Labels  Texts      `json:"labels"`
	Tone    field.Tone `json:"tone"`
	Retired bool       `json:"retired"`
}

// Use is a field that offers the dictionary's choices.
type Use struct {
	Entity string `json:"entity"`
	Field  string `json:"field"`
	Label  string `json:"label"` // "Customer · Source"
}

// Dicts lists all dictionaries, those that several fields share first.
func (s *Service) Dicts(ctx context.Context, lang string) ([]Dict, error) {
	overlay, err := s.store.Overlay(ctx, s.store.Read())
	if err != nil {
		return nil, err
	}
	schema := s.records.Schema()
	uses := map[string][]Use{}
	source := map[string]string{} // where the texts of its options are
	schema.EachChoice(func(e *crm.Entity, f *field.Field, dict string) {
		key := e.Name + ".fields." + f.Path()
		uses[dict] = append(uses[dict], Use{e.Name, f.Path(), schema.Labels.Text(lang, e.Name+".label", nil) + " · " + schema.Labels.Text(lang, key, nil)})
		if source[dict] == "" {
			source[dict] = e.Name + ".options." + f.Path() + "."
		}
	})
	delivered, err := s.delivered()
	if err != nil {
		return nil, err
	}
	custom := map[string]bool{}
	for _, d := range overlay.Dicts {
		custom[d.Key] = true
	}
	var out []Dict
	for key, list := range schema.Dicts {
		d := Dict{Key: key, Custom: custom[key], Options: []Choice{}, Uses: uses[key], Labels: texts(schema, "dict."+key+".label")}
		if d.Uses == nil {
			d.Uses = []Use{}
		}
		text, ok := schema.Labels.Lookup(lang, "dict."+key+".label")
		if !ok && len(d.Uses) > 0 {
			text = d.Uses[0].Label
		}
		d.Label = text
		prefix := source[key]
		if prefix == "" {
			prefix = "dict." + key + "."
		}
		for _, o := range list {
			d.Options = append(d.Options, Choice{o.ID, schema.Labels.Text(lang, prefix+o.ID, nil), texts(schema, prefix+o.ID), o.Tone, o.Retired})
		}
		d.Changed = len(delivered[key]) > 0 && (!slices.Equal(delivered[key], list) || s.renamedIn(overlay, key))
		out = append(out, d)
	}
	sort.Slice(out, func(i, j int) bool {
		a, b := out[i], out[j]
		if shared := len(a.Uses) > 1 || a.Custom; shared != (len(b.Uses) > 1 || b.Custom) {
			return shared
		}
		return a.Label < b.Label || a.Label == b.Label && a.Key < b.Key
	})
	return out, nil
}

// renamedIn tells whether the office gave a dictionary or one of its choices a name.
func (s *Service) renamedIn(o *crm.Overlay, dict string) bool {
	for _, texts := range o.Labels {
		for key := range texts {
			if strings.HasPrefix(key, "dict."+dict+".") {
				return true
			}
		}
	}
	return false
}

// DictIn is what an office sets of a dictionary. Options are all of them in their
// order; one that was there and is left out is retired, so that old records stay
// readable. A new one has no ID.
type DictIn struct {
	Labels  Texts      `json:"labels"`
	Options []ChoiceIn `json:"options"`
	Rev     int64      `json:"rev,omitempty"`   // what the change is made on top of
	Reset   bool       `json:"reset,omitempty"` // names and order as delivered; what the office added stays behind them
}

// ChoiceIn is a choice as the office sets it; without Labels its name stays.
type ChoiceIn struct {
	ID      string     `json:"id"`
	Labels  Texts      `json:"labels"`
	Tone    field.Tone `json:"tone"`
	Retired bool       `json:"retired"`
}

const maxOptions = 500

var tones = []field.Tone{"", field.OK, field.Warn, field.Bad, field.Info, field.Neutral}

// AddDict makes a dictionary that fields may share; it returns its key.
func (s *Service) AddDict(ctx context.Context, who *rights.Rights, in DictIn) (string, error) {
	labels, err := in.Labels.check("labels", true)
	if err != nil {
		return "", err
	}
	key := "d" + crm.NewID().String()
	options, names, err := s.choices(nil, in.Options)
	if err != nil {
		return "", err
	}
	err = s.change(ctx, who, note{"dictionary", "", labels.full()["zh-CN"], in, seen{}}, func(tx *store.Tx) error {
		if err := s.store.AddDict(ctx, tx, key); err != nil {
			return err
		}
		if err := s.setTexts(ctx, tx, "dict."+key+".label", labels.full()); err != nil {
			return err
		}
		return s.keepChoices(ctx, tx, key, options, names)
	})
	return key, err
}

// ChangeDict changes a dictionary's name and choices.
func (s *Service) ChangeDict(ctx context.Context, who *rights.Rights, key string, in DictIn) error {
	schema := s.records.Schema()
	old, ok := schema.Dicts[key]
	if !ok {
		return crm.ErrNotFound
	}
	about := note{"dictionary", "", key, in, seen{in.Rev, []string{"dict " + key}}}
	if in.Reset {
		return s.change(ctx, who, about, func(tx *store.Tx) error { return s.resetDict(ctx, tx, key, old) })
	}
	labels, err := in.Labels.check("labels", false)
	if err != nil {
		return err
	}
	options, names := old, map[string]Texts(nil)
	if in.Options != nil {
		if options, names, err = s.choices(old, in.Options); err != nil {
			return err
		}
	}
	return s.change(ctx, who, about, func(tx *store.Tx) error {
		if err := s.setTexts(ctx, tx, "dict."+key+".label", labels); err != nil {
			return err
		}
		return s.keepChoices(ctx, tx, key, options, names)
	})
}

// resetDict gives a dictionary the choices of the code back; those the office added are
// kept behind them, for records may hold them.
func (s *Service) resetDict(ctx context.Context, tx *store.Tx, key string, old []field.Option) error {
	delivered, err := s.delivered()
	if err != nil {
		return err
	}
	list := slices.Clone(delivered[key])
	texts := []string{"dict." + key + ".label"}
	for _, o := range list {
		texts = append(texts, "dict."+key+"."+o.ID)
	}
	for _, o := range old {
		if !slices.ContainsFunc(list, func(d field.Option) bool { return d.ID == o.ID }) {
			list = append(list, o)
		}
	}
	if err := s.asDelivered(ctx, tx, texts...); err != nil {
		return err
	}
	return s.store.SetOptions(ctx, tx, key, list)
}

// delivered are the dictionaries as the code has them.
func (s *Service) delivered() (map[string][]field.Option, error) {
	schema, err := s.records.Schema().Base().With(&crm.Overlay{})
	if err != nil {
		return nil, err
	}
	return schema.Dicts, nil
}

// choices checks the options of a dictionary and gives new ones an ID.
func (s *Service) choices(old []field.Option, in []ChoiceIn) (list []field.Option, names map[string]Texts, err error) {
	if len(in) > maxOptions {
		return nil, nil, invalid("customize.too_many_options", "options", "max", strconv.Itoa(maxOptions))
	}
	names = map[string]Texts{}
	seen := map[string]bool{}
	for i, choice := range in {
		at := "options." + strconv.Itoa(i)
		isNew := choice.ID == ""
		labels, err := choice.Labels.check(at, isNew)
		if err != nil {
			return nil, nil, err
		}
		if !slices.Contains(tones, choice.Tone) {
			return nil, nil, invalid("field.no_such_option", at)
		}
		if isNew {
			choice.ID, labels = "o"+crm.NewID().String(), labels.full()
		} else if !slices.ContainsFunc(old, func(o field.Option) bool { return o.ID == choice.ID }) || seen[choice.ID] {
			return nil, nil, invalid("field.no_such_option", at)
		}
		seen[choice.ID] = true
		names[choice.ID] = labels
		list = append(list, field.Option{ID: choice.ID, Tone: choice.Tone, Retired: choice.Retired})
	}
	for _, o := range old {
		if !seen[o.ID] {
			o.Retired = true
			list = append(list, o)
		}
	}
	return list, names, nil
}

func (s *Service) keepChoices(ctx context.Context, tx *store.Tx, dict string, list []field.Option, names map[string]Texts) error {
	if err := s.store.SetOptions(ctx, tx, dict, list); err != nil {
		return err
	}
	for id, labels := range names {
		for lang, text := range labels {
			if err := s.store.SetLabel(ctx, tx, "dict."+dict+"."+id, lang, text); err != nil {
				return err
			}
		}
	}
	return nil
}
