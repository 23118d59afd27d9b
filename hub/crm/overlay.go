package crm

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"bellhop/hub/field"
	"bellhop/hub/options"
)

// Overlay is what an office has changed of the definitions in code. It holds changes
// only: what it doesn't name is as delivered, also after the program is renewed.
type Overlay struct {
	Rev      int64
	Labels   map[string]map[string]string // language, key as in the language files, text
	Fields   []FieldChange
	Dicts    []Dict // those the office made
	Options  []OptionChange
	Forms    []FormChange
	Entities map[string]EntityChange
	Values   options.Values
}

// FieldChange changes a field of the code, or is a field the office added. What is nil
// or empty stays as it is in code.
type FieldChange struct {
	ID     ID     `json:"-"`
	Entity string `json:"-"`
	Parent string `json:"-"` // the lines field it stands in
	Key    string `json:"-"`
	Custom bool   `json:"-"`

	Type     string           `json:"type,omitempty"` // of a custom field: its name
	Result   string           `json:"result,omitempty"`
	Formula  string           `json:"formula,omitempty"`
	Ref      string           `json:"ref,omitempty"`
	Dict     string           `json:"dict,omitempty"`
	IM       string           `json:"im,omitempty"`
	Measure  field.Measure    `json:"measure,omitempty"`
	Decimals *int             `json:"decimals,omitempty"`
	Max      *int             `json:"max,omitempty"`
	Width    *int             `json:"width,omitempty"`
	Required *bool            `json:"required,omitempty"`
	Unique   *bool            `json:"unique,omitempty"`
	Sortable *bool            `json:"sortable,omitempty"`
	Filtered *bool            `json:"filterable,omitempty"`
	Hidden   *bool            `json:"hidden,omitempty"`
	Mask     *field.Mask      `json:"mask,omitempty"`
	Default  any              `json:"default,omitempty"`
	ShowIf   *field.Condition `json:"showIf,omitempty"`
	Series   *field.Series    `json:"series,omitempty"`
}

// Dict is a dictionary the office made: choices that fields of several entities share.
type Dict struct {
	Key string
}

// OptionChange adds a choice to a dictionary or changes one. Records keep the ID, so a
// choice is renamed for all of them at once.
type OptionChange struct {
	Dict     string
	ID       string
	Tone     field.Tone
	Position int
	Retired  bool
}

// FormChange is how the form of an entity is arranged, for one role or with Role "" for
// all others.
type FormChange struct {
	Entity   string
	Role     string
	Sections []FormSection
}

// FormSection is a Section as it is kept.
type FormSection struct {
	Key    string   `json:"key"`
	Fields []string `json:"fields"`
}

// EntityChange is how the lists of an entity are arranged for everybody.
type EntityChange struct {
	Columns []string `json:"columns,omitempty"`
	Fixed   bool     `json:"fixed,omitempty"` // nobody arranges his own (CFG-04)
	Filters []string `json:"filters,omitempty"`
	Sort    *Sort    `json:"sort,omitempty"`
	// Phone is the row on a small screen.
	Phone *PhoneLayout `json:"phone,omitempty"`
}

// Some tells whether anything is arranged.
func (c EntityChange) Some() bool {
	return c.Fixed || c.Columns != nil || c.Filters != nil || c.Sort != nil || c.Phone != nil
}

// MaxCustomFields of one entity.
const MaxCustomFields = 200

// TypeOf gives the type of that name; formulas are made with FormulaOf.
func TypeOf(name string) (field.Type, bool) {
	for _, t := range []field.Type{field.Text, field.LongText, field.Email, field.URL, field.IM, field.Serial, field.Int, field.Fraction,
		field.Percent, field.Amount, field.Day, field.Moment, field.Bool, field.Rating, field.Select, field.MultiSelect, field.Place,
		field.Phones, field.Reference, field.References, field.User, field.Department, field.Files, field.Images, field.Lines} {
		if t.Name() == name {
			return t, true
		}
	}
	return nil, false
}

// With returns the schema the office has made of s, which must be as Compile left it.
// A change that no longer fits the code (a field of code that is gone, a reference into
// a module that is switched off) is passed over, never an error at the start: Problems
// tells of it.
func (s *Schema) With(o *Overlay) (*Schema, error) {
	out := &Schema{Rev: o.Rev, base: s, Options: o.Values, entities: map[string]*Entity{}, forms: map[string][]FormChange{}}
	off := o.Values.List(options.ModulesOff)
	for _, m := range s.Modules {
		if m.Switchable() && slices.Contains(off, m.Name) {
			continue
		}
		out.Modules = append(out.Modules, m)
		for _, e := range m.Entities {
			c := own(s.entities[e.Name])
			out.entities[e.Name] = c
			out.order = append(out.order, c)
		}
	}
	for _, e := range out.order {
		out.extend(e, o)
	}
	out.Labels = s.Labels.Over(out.dictionaries(o))
	for _, e := range out.order {
		out.settle(e, o)
	}
	for _, f := range o.Forms {
		out.forms[f.Entity] = append(out.forms[f.Entity], f)
	}
	return out, nil
}

// extend applies the field changes of e.
func (s *Schema) extend(e *Entity, o *Overlay) {
	for i := range o.Fields {
		change := &o.Fields[i]
		if change.Entity != e.Name {
			continue
		}
		fields := &e.Fields
		if change.Parent != "" {
			parent, ok := e.Field(change.Parent)
			if !ok || parent.Type != field.Lines {
				continue
			}
			fields = &parent.Lines
		}
		at := slices.IndexFunc(*fields, func(f field.Field) bool { return f.Key == change.Key })
		switch {
		case at < 0 && !change.Custom:
			continue
		case at < 0:
			f, err := change.Make()
			if err != nil {
				s.problem(e, change.Key, err)
				continue
			}
			*fields = append(*fields, f)
			at = len(*fields) - 1
		}
		change.apply(&(*fields)[at])
	}
}

// Make makes a field of an office's own.
func (c *FieldChange) Make() (field.Field, error) {
	f := field.Field{Key: c.Key, Parent: c.Parent, Custom: true, Ref: c.Ref, Dict: c.Dict, IM: c.IM, Measure: c.Measure, Formula: c.Formula}
	if c.Type == "formula" {
		result, ok := TypeOf(c.Result)
		if !ok || !slices.Contains(field.FormulaResults, result) {
			return f, &field.Error{Key: "field.no_such_option"}
		}
		f.Type = field.FormulaOf(result, false)
	} else {
		t, ok := TypeOf(c.Type)
		if !ok {
			return f, &field.Error{Key: "field.no_such_option"}
		}
		f.Type = t
	}
	switch f.Type {
	case field.Text, field.LongText, field.Email, field.IM, field.Serial:
		f.Search = true
	}
	if (f.Type == field.Select || f.Type == field.MultiSelect) && f.Dict == "" {
		f.Dict = c.Entity + "." + f.Path()
	}
	return f, nil
}

func set[T any](into *T, v *T) {
	if v != nil {
		*into = *v
	}
}

func (c *FieldChange) apply(f *field.Field) {
	set(&f.Decimals, c.Decimals)
	set(&f.Max, c.Max)
	set(&f.Width, c.Width)
	set(&f.Required, c.Required)
	set(&f.Unique, c.Unique)
	set(&f.Sortable, c.Sortable)
	set(&f.Filtered, c.Filtered)
	set(&f.Hidden, c.Hidden)
	set(&f.Mask, c.Mask)
	if c.Formula != "" && f.Custom {
		f.Formula = c.Formula
	}
	if c.ShowIf != nil {
		f.ShowIf = c.ShowIf
	}
	if c.Series != nil && f.Type == field.Serial {
		series := *c.Series
		f.Series, f.ReadOnly = &series, !series.Typed
	}
	if c.Default != nil {
		f.Default = nil
		if v, err := f.Type.Parse(f, c.Default); err == nil && f.Type != field.Select {
			f.Default = v
		} else if s, ok := c.Default.(string); ok && f.Type == field.Select {
			f.Default = s
		}
	}
	if f.Key == "owner" || f.Kept {
		f.Unique = false
	}
}

// settle completes e with the office's options and drops what points nowhere.
func (s *Schema) settle(e *Entity, o *Overlay) {
	gone := func(f field.Field) bool {
		return f.Ref != "" && s.entities[f.Ref] == nil || f.Type == field.Lines && len(f.Lines) == 0
	}
	for i := range e.Fields {
		e.Fields[i].Lines = slices.DeleteFunc(e.Fields[i].Lines, gone)
	}
	e.Fields = slices.DeleteFunc(e.Fields, gone)
	for i := range e.Fields {
		s.measure(&e.Fields[i])
		for j := range e.Fields[i].Lines {
			s.measure(&e.Fields[i].Lines[j])
		}
	}
	for err := field.CompileFormulas(e.Fields); err != nil; err = field.CompileFormulas(e.Fields) {
		key := field.FaultyFormula(e.Fields)
		if key == "" {
			break
		}
		s.problem(e, key, err)
		e.Fields = slices.DeleteFunc(e.Fields, func(f field.Field) bool { return f.Key == key })
		for i := range e.Fields {
			e.Fields[i].Lines = slices.DeleteFunc(e.Fields[i].Lines, func(f field.Field) bool { return f.Path() == key })
		}
	}
	s.arrange(e, o.Entities[e.Name])
	e.Related = slices.DeleteFunc(slices.Clone(e.Related), func(r Related) bool { return s.entities[r.Entity] == nil })
	lost := func(key string) bool { _, ok := e.Field(key); return !ok && !SystemField(key) }
	e.Access.Parents = slices.DeleteFunc(slices.Clone(e.Access.Parents), lost)
	e.List.Columns = slices.DeleteFunc(slices.Clone(e.List.Columns), lost)
	e.Filters = slices.DeleteFunc(slices.Clone(e.Filters), lost)
}

// measure gives a number the office's decimals, a region its chain, a date its lock.
func (s *Schema) measure(f *field.Field) {
	switch f.Measure {
	case field.Price:
		f.Decimals = s.Options.Int(options.PriceDecimals)
	case field.Quantity:
		f.Decimals = s.Options.Int(options.QuantityDecimals)
	case field.Sum:
		f.Decimals = s.Options.Int(options.AmountDecimals)
	}
	if field.ResultOf(f.Type) == field.Amount && f.Measure == "" {
		f.Measure, f.Decimals = field.Sum, s.Options.Int(options.AmountDecimals)
	}
	if f.Optional != "" && s.Options.Bool(f.Optional) {
		f.Formula = f.OptionalFormula
	}
	if f.Type == field.Place {
		f.Chained = s.Options.Bool(options.RegionChain)
	}
	if f.KeyDate {
		f.ReadOnly = !s.Options.Bool(options.KeyDates)
	}
}

// arrange sets the lists of e as the office wants them; fields of its own that nobody
// arranged yet come last, so that they are seen at once.
func (s *Schema) arrange(e *Entity, c EntityChange) {
	e.ColumnsFixed = c.Fixed
	if c.Sort != nil {
		if f, ok := e.Field(c.Sort.Field); SystemField(c.Sort.Field) || ok && (f.Sortable || f.Key == e.Title) {
			e.List.Sort = *c.Sort
		}
	}
	if c.Filters != nil {
		e.Filters = c.Filters
	}
	if c.Phone != nil {
		e.Phone = *c.Phone
		if _, ok := e.Field(e.Phone.Title); !ok {
			e.Phone.Title = e.Title
		}
	}
	if c.Columns != nil {
		e.List.Columns = c.Columns
	}
	e.List.Columns, e.Filters = slices.Clone(e.List.Columns), slices.Clone(e.Filters)
	for i := range e.Fields {
		f := &e.Fields[i]
		if !f.Custom || f.Hidden {
			continue
		}
		if c.Columns == nil && f.Type != field.LongText && f.Type != field.Lines {
			e.List.Columns = append(e.List.Columns, f.Key)
		}
		if c.Filters == nil && f.Filtered && len(f.Type.Ops()) > 0 {
			e.Filters = append(e.Filters, f.Key)
		}
	}
}

// Form gives the sections of an entity's form for a user with these roles: the office's
// own for one of them, else its own for everybody, else that of the code. Fields that
// stand in none come in the last.
func (s *Schema) Form(e *Entity, roles ...string) []Section {
	sections := e.Form
	for _, role := range append(slices.Clone(roles), "") {
		i := slices.IndexFunc(s.forms[e.Name], func(f FormChange) bool { return f.Role == role })
		if i >= 0 {
			sections = nil
			for _, section := range s.forms[e.Name][i].Sections {
				sections = append(sections, Section(section))
			}
			break
		}
	}
	placed := map[string]bool{}
	out := make([]Section, 0, len(sections))
	for _, section := range sections {
		keys := []string{}
		for _, key := range section.Fields {
			if _, ok := e.Field(key); ok && !placed[key] {
				placed[key] = true
				keys = append(keys, key)
			}
		}
		out = append(out, Section{section.Key, keys})
	}
	for i := range e.Fields {
		f := &e.Fields[i]
		if f.Custom && !f.Hidden && !placed[f.Key] && len(out) > 0 {
			last := &out[len(out)-1]
			last.Fields = append(last.Fields, f.Key)
		}
	}
	return out
}

// Problem is a change of the office that could not be applied.
type Problem struct {
	Entity, Field string
	Err           error
}

func (s *Schema) problem(e *Entity, key string, err error) {
	s.Problems = append(s.Problems, Problem{e.Name, key, err})
}

// DictOf names the dictionary of a field's options: one that several share, or its own.
func DictOf(e *Entity, f *field.Field) string {
	if f.Dict != "" {
		return f.Dict
	}
	return e.Name + "." + f.Path()
}

// chosen tells whether a field's values come from a dictionary.
func chosen(f *field.Field) bool { return f.Type == field.Select || f.Type == field.MultiSelect }

// EachChoice calls fn for every field with a dictionary, those in lines too.
func (s *Schema) EachChoice(fn func(e *Entity, f *field.Field, dict string)) {
	for _, e := range s.order {
		for i := range e.Fields {
			f := &e.Fields[i]
			if chosen(f) {
				fn(e, f, DictOf(e, f))
			}
			for j := range f.Lines {
				if sub := &f.Lines[j]; chosen(sub) {
					fn(e, sub, DictOf(e, sub))
				}
			}
		}
	}
}

// dictionaries gives every field its options and returns the texts of the office, those
// of options under the keys of each field that offers them.
func (s *Schema) dictionaries(o *Overlay) map[string]map[string]string {
	texts := map[string]map[string]string{}
	for lang, own := range o.Labels {
		texts[lang] = map[string]string{}
		for key, text := range own {
			texts[lang][key] = text
		}
	}
	// What the code has in each dictionary, and where its texts are.
	delivered := map[string][]field.Option{}
	source := map[string]string{}
	s.base.EachChoice(func(e *Entity, f *field.Field, dict string) {
		if delivered[dict] == nil {
			delivered[dict] = f.Options
			source[dict] = fmt.Sprintf("%s.options.%s.", e.Name, f.Path())
		}
	})
	s.Dicts = map[string][]field.Option{}
	for _, d := range o.Dicts {
		s.Dicts[d.Key] = []field.Option{}
	}
	for dict, list := range delivered {
		s.Dicts[dict] = slices.Clone(list)
	}
	s.EachChoice(func(_ *Entity, f *field.Field, dict string) {
		if s.Dicts[dict] == nil {
			s.Dicts[dict] = []field.Option{}
		}
	})
	for dict := range s.Dicts {
		s.Dicts[dict] = changed(s.Dicts[dict], dict, o.Options)
	}
	s.EachChoice(func(e *Entity, f *field.Field, dict string) {
		f.Options = s.Dicts[dict]
		into := fmt.Sprintf("%s.options.%s.", e.Name, f.Path())
		for lang := range texts {
			for _, option := range f.Options {
				if text := texts[lang]["dict."+dict+"."+option.ID]; text != "" {
					texts[lang][into+option.ID] = text
				}
			}
		}
		if source[dict] == "" || source[dict] == into {
			return
		}
		for lang := range texts {
			for _, option := range f.Options {
				if text := s.base.Labels.Own(lang, source[dict]+option.ID); text != "" && texts[lang][into+option.ID] == "" {
					texts[lang][into+option.ID] = text
				}
			}
		}
	})
	return texts
}

// changed applies the office's changes to the options of a dictionary and sorts them.
func changed(list []field.Option, dict string, changes []OptionChange) []field.Option {
	position := map[string]int{}
	for i, option := range list {
		position[option.ID] = i
	}
	for _, c := range changes {
		if c.Dict != dict {
			continue
		}
		option := field.Option{ID: c.ID, Tone: cmp.Or(c.Tone, field.Neutral), Retired: c.Retired}
		position[c.ID] = c.Position
		if i := slices.IndexFunc(list, func(o field.Option) bool { return o.ID == c.ID }); i >= 0 {
			list[i] = option
		} else {
			list = append(list, option)
		}
	}
	slices.SortStableFunc(list, func(a, b field.Option) int { return position[a.ID] - position[b.ID] })
	return list
}

// CustomKey is the key of a field of an office's own: its column, too.
func CustomKey(id ID) string { return "x" + id.String() }

// IsCustomKey tells whether a key may have come from CustomKey.
func IsCustomKey(key string) bool {
	rest, ok := strings.CutPrefix(key, "x")
	_, err := ParseID(rest)
	return ok && err == nil
}
