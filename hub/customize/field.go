package customize

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// Field is a field as the settings show it.
type Field struct {
	Key      string           `json:"key"` // "lines.qty" inside lines
	Type     string           `json:"type"`
	Label    string           `json:"label"`
	Labels   Texts            `json:"labels"`
	Hints    Texts            `json:"hints"`
	Custom   bool             `json:"custom"`
	Changed  bool             `json:"changed"` // of the code's fields: not as delivered
	Hidden   bool             `json:"hidden"`
	Required bool             `json:"required"`
	Unique   bool             `json:"unique"`
	Sortable bool             `json:"sortable"`
	Filtered bool             `json:"filterable"`
	ReadOnly bool             `json:"readOnly"`
	Locked   bool             `json:"locked"` // the code needs it as it is: neither hidden nor required or unique
	Mask     field.Mask       `json:"mask"`
	Width    int              `json:"width"`
	Max      int              `json:"max"`
	Decimals int              `json:"decimals"`
	Measure  field.Measure    `json:"measure"`
	Ref      string           `json:"ref"`
	Dict     string           `json:"dict"`
	IM       string           `json:"im"`
	Result   string           `json:"result"`
	Formula  string           `json:"formula"`
	Default  any              `json:"default"`
	ShowIf   *field.Condition `json:"showIf"`
	Series   *Series          `json:"series"`
	Lines    []Field          `json:"lines,omitempty"`
}

// Series is a field.Series as JSON has it.
type Series struct {
	Prefix string      `json:"prefix"`
	Digits int         `json:"digits"`
	Reset  field.Reset `json:"reset"`
	Typed  bool        `json:"typed"`
}

// Fields lists the fields of an entity, hidden ones too, in the order of the code with
// the office's own behind.
func (s *Service) Fields(ctx context.Context, entity, lang string) ([]Field, error) {
	schema, e, err := s.entity(entity)
	if err != nil {
		return nil, err
	}
	overlay, err := s.store.Overlay(ctx, s.store.Read())
	if err != nil {
		return nil, err
	}
	changed := map[string]bool{}
	fields := slices.Clone(e.Fields)
	for i := range overlay.Fields {
		c := &overlay.Fields[i]
		if c.Entity != entity {
			continue
		}
		changed[c.Parent+"."+c.Key] = true
		if _, served := e.Field(c.Key); c.Parent == "" && c.Type == "lines" && !served {
			if f, err := c.Make(); err == nil { // has no fields yet: served to nobody but those who add them
				fields = append(fields, f)
			}
		}
	}
	return fieldsOf(schema, e, fields, lang, changed), nil
}

func fieldsOf(schema *crm.Schema, e *crm.Entity, fields []field.Field, lang string, changed map[string]bool) []Field {
	out := make([]Field, 0, len(fields))
	for i := range fields {
		f := &fields[i]
		key := e.Name + ".fields." + f.Path()
		row := Field{Key: f.Key, Type: f.Type.Name(), Label: schema.Labels.Text(lang, key, nil), Labels: texts(schema, key),
			Hints: texts(schema, e.Name+".hints."+f.Path()), Custom: f.Custom, Hidden: f.Hidden,
			Changed: !f.Custom && (changed[f.Parent+"."+f.Key] || renamed(schema, key, e.Name+".hints."+f.Path())), Required: f.Required, Unique: f.Unique,
			Sortable: f.Sortable, Filtered: f.Filtered || slices.Contains(e.Filters, f.Key), ReadOnly: f.ReadOnly || f.Kept || field.IsFormula(f.Type),
			Locked: locked(e, f), Mask: f.Mask, Width: f.Width, Max: f.Max, Decimals: f.Decimals, Measure: f.Measure, Ref: f.Ref, IM: f.IM,
			Formula: f.Formula, Default: field.Written(f.Default), ShowIf: f.ShowIf}
		if f.Parent != "" {
			row.Key = f.Parent + "." + f.Key
		}
		if f.Type == field.Select || f.Type == field.MultiSelect {
			row.Dict = crm.DictOf(e, f)
		}
		if field.IsFormula(f.Type) {
			row.Result = field.ResultOf(f.Type).Name()
		}
		if f.Series != nil {
			row.Series = &Series{f.Series.Prefix, f.Series.Digits, f.Series.Reset, f.Series.Typed}
		}
		if f.Type == field.Lines {
			row.Lines = fieldsOf(schema, e, f.Lines, lang, changed)
		}
		out = append(out, row)
	}
	return out
}

// locked tells that the code relies on a field being there as it is.
func locked(e *crm.Entity, f *field.Field) bool {
	if f.Custom || f.Parent != "" {
		return false
	}
	return f.Key == e.Title || f.Key == "owner" || f.Kept || slices.Contains(e.Access.Parents, f.Key) || e.Number != nil && e.Number.Field == f.Key
}

// FieldIn is what an office sets of a field; absent stays as it is.
type FieldIn struct {
	Labels Texts  `json:"labels"`
	Hints  Texts  `json:"hints"`
	Parent string `json:"parent"` // of a new field: the lines field it stands in
	// Choices of a new field with a dictionary of its own.
	Choices []ChoiceIn `json:"choices,omitempty"`
	Rev     int64      `json:"rev,omitempty"`   // what the change is made on top of
	Reset   bool       `json:"reset,omitempty"` // as delivered again
	crm.FieldChange
}

const (
	maxWidth  = 800
	maxFields = crm.MaxCustomFields
)

// AddField adds a field of the office's own; it returns its key.
func (s *Service) AddField(ctx context.Context, who *rights.Rights, entity string, in FieldIn) (string, error) {
	if !who.Administrates() {
		return "", errForbidden
	}
	_, e, err := s.entity(entity)
	if err != nil {
		return "", err
	}
	labels, err := in.Labels.check("labels", true)
	if err != nil {
		return "", err
	}
	hints, err := in.Hints.check("hints", false)
	if err != nil {
		return "", err
	}
	c := in.FieldChange
	c.ID, c.Entity, c.Parent, c.Custom = crm.NewID(), entity, in.Parent, true
	c.Key = crm.CustomKey(c.ID)
	f, err := s.newField(e, &c)
	if err != nil {
		return "", err
	}
	if err := s.room(e, c.Parent); err != nil {
		return "", err
	}
	options, names, err := s.choices(nil, in.Choices)
	if err != nil {
		return "", err
	}
	if options != nil && f.Dict != entity+"."+f.Path() {
		return "", invalid("customize.no_such_dict", "dict")
	}
	// The columns come first, outside of any transaction: a column nobody knows of harms
	// nobody.
	if err := s.columns(ctx, e, &f); err != nil {
		return "", err
	}
	about := note{"field", entity, labels.full()["zh-CN"], in, seen{}}
	err = s.change(ctx, who, about, func(tx *store.Tx) error {
		if err := s.setTexts(ctx, tx, entity+".fields."+f.Path(), labels.full()); err != nil {
			return err
		}
		if err := s.setTexts(ctx, tx, entity+".hints."+f.Path(), hints); err != nil {
			return err
		}
		if options != nil {
			if err := s.keepChoices(ctx, tx, f.Dict, options, names); err != nil {
				return err
			}
		}
		return s.store.SetFieldChange(ctx, tx, &c)
	})
	if err != nil {
		return "", err
	}
	s.behind(entity, &c)
	return c.Key, nil
}

// newField checks the definition of a field to be added.
func (s *Service) newField(e *crm.Entity, c *crm.FieldChange) (field.Field, error) {
	if c.Type == "" {
		return field.Field{}, invalid("field.required", "type")
	}
	f, err := c.Make()
	if err != nil {
		return f, asInvalid(err, "type")
	}
	if c.Parent != "" {
		parent, ok := s.linesField(e, c.Parent)
		_, linked := f.Type.(field.Linked)
		if !ok || parent == nil || linked || f.Type == field.Phones || f.Type == field.Lines || f.Type == field.Serial {
			return f, invalid("customize.not_in_lines", "type")
		}
	}
	schema := s.records.Schema()
	refers := f.Type == field.Reference || f.Type == field.References
	if target, ok := schema.Entity(f.Ref); refers && (!ok || target.Access.Private) || !refers && f.Ref != "" {
		return f, invalid("customize.no_such_entity", "ref")
	}
	if c.Dict != "" {
		if _, ok := schema.Dicts[c.Dict]; !ok || f.Type != field.Select && f.Type != field.MultiSelect {
			return f, invalid("customize.no_such_dict", "dict")
		}
	}
	if f.Type == field.IM && !slices.Contains(field.IMs, c.IM) {
		return f, invalid("field.no_such_option", "im")
	}
	if f.Type == field.Serial && c.Series == nil {
		return f, invalid("field.required", "series")
	}
	return f, s.settings(e, &f, c)
}

func asInvalid(err error, at string) error {
	var bad *field.Error
	if errors.As(err, &bad) {
		return &crm.Error{Code: crm.Invalid, Key: bad.Key, Args: bad.Args, Field: at}
	}
	return err
}

// linesField finds a lines field, also one that has no fields yet and is therefore not
// served.
func (s *Service) linesField(e *crm.Entity, key string) (*field.Field, bool) {
	if f, ok := e.Field(key); ok {
		return f, f.Type == field.Lines
	}
	overlay, err := s.store.Overlay(context.Background(), s.store.Read())
	if err != nil {
		return nil, false
	}
	for i := range overlay.Fields {
		if c := &overlay.Fields[i]; c.Entity == e.Name && c.Parent == "" && c.Key == key && c.Type == "lines" {
			f, err := c.Make()
			return &f, err == nil
		}
	}
	return nil, false
}

// settings checks what can be set of any field.
func (s *Service) settings(e *crm.Entity, f *field.Field, c *crm.FieldChange) error {
	on := func(b *bool) bool { return b != nil && *b }
	stored := len(f.Type.Columns(f.Key)) > 0
	_, linked := f.Type.(field.Linked)
	switch {
	case c.Width != nil && (*c.Width < 0 || *c.Width > maxWidth):
		return invalid("customize.out_of_range", "width", "min", "0", "max", strconv.Itoa(maxWidth))
	case c.Decimals != nil && (*c.Decimals < 0 || *c.Decimals > field.MaxDecimals):
		return invalid("customize.out_of_range", "decimals", "min", "0", "max", strconv.Itoa(field.MaxDecimals))
	case c.Max != nil && (*c.Max < 1 || *c.Max > 20000):
		return invalid("customize.out_of_range", "max", "min", "1", "max", "20000")
	case c.Measure != "" && c.Measure != field.Price && c.Measure != field.Quantity && c.Measure != field.Sum:
		return invalid("field.no_such_option", "measure")
	case c.Mask != nil && *c.Mask != "" && *c.Mask != field.MaskInList && *c.Mask != field.MaskAlways:
		return invalid("field.no_such_option", "mask")
	case on(c.Unique) && (!stored || linked || f.Parent != "" || slices.Contains([]field.Type{field.Bool, field.LongText, field.Place, field.Rating}, f.Type)):
		return invalid("customize.not_unique", "unique")
	case (on(c.Sortable) || on(c.Filtered)) && (!stored || f.Parent != ""):
		return invalid("customize.not_sorted", "sortable")
	case on(c.Sortable) && (linked || f.Type == field.LongText):
		return invalid("customize.not_sorted", "sortable")
	case locked(e, f) && (c.Hidden != nil && *c.Hidden || c.Required != nil && *c.Required != f.Required || c.Unique != nil && *c.Unique != f.Unique && f.Key != e.Title):
		return invalid("customize.locked", "key")
	case on(c.Required) && (f.ReadOnly && f.Series == nil || field.IsFormula(f.Type)):
		return invalid("customize.read_only", "required")
	}
	if c.Series != nil {
		if f.Type != field.Serial {
			return invalid("field.no_such_option", "series")
		}
		if err := c.Series.Check(); err != nil {
			return asInvalid(err, "series")
		}
	}
	if err := s.condition(e, f, c.ShowIf, 0); err != nil {
		return err
	}
	if c.Default != nil {
		if _, err := f.Type.Parse(s.withOptions(e, f), c.Default); err != nil {
			return asInvalid(err, "default")
		}
	}
	if field.IsFormula(f.Type) {
		formula := c.Formula
		if formula == "" {
			formula = f.Formula
		}
		if _, err := field.ParseFormula(formula); err != nil {
			return asInvalid(err, "formula")
		}
	} else if c.Formula != "" {
		return invalid("field.no_such_option", "formula")
	}
	return nil
}

// withOptions is f with the options of its dictionary.
func (s *Service) withOptions(e *crm.Entity, f *field.Field) *field.Field {
	c := *f
	if c.Type == field.Select || c.Type == field.MultiSelect {
		c.Options = s.records.Schema().Dicts[crm.DictOf(e, f)]
	}
	return &c
}

const maxConditions = 4 // levels

func (s *Service) condition(e *crm.Entity, f *field.Field, c *field.Condition, depth int) error {
	if c == nil {
		return nil
	}
	kinds := 0
	for _, is := range []bool{c.And != nil, c.Or != nil, c.Field != ""} {
		if is {
			kinds++
		}
	}
	if kinds > 1 || depth > maxConditions || len(c.And)+len(c.Or) > 20 {
		return invalid("customize.bad_condition", "showIf")
	}
	if c.Field != "" {
		if _, ok := e.Field(c.Field); !ok || c.Field == f.Key || !slices.Contains(field.ConditionOps, c.Op) {
			return invalid("customize.bad_condition", "showIf")
		}
	}
	for _, parts := range [][]field.Condition{c.And, c.Or} {
		for i := range parts {
			if err := s.condition(e, f, &parts[i], depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// room refuses more fields than an entity, or the lines in it, may have.
func (s *Service) room(e *crm.Entity, parent string) error {
	n := 0
	count := func(fields []field.Field) {
		for i := range fields {
			if fields[i].Custom {
				n++
			}
		}
	}
	if parent == "" {
		count(e.Fields)
	} else if f, ok := e.Field(parent); ok {
		count(f.Lines)
	}
	if n >= maxFields {
		return invalid("customize.too_many_fields", "", "max", strconv.Itoa(maxFields))
	}
	return nil
}

// columns makes the columns of a new field.
func (s *Service) columns(ctx context.Context, e *crm.Entity, f *field.Field) error {
	grown := *e
	grown.Fields = slices.Clone(e.Fields)
	if f.Parent == "" {
		grown.Fields = append(grown.Fields, *f)
	} else {
		parent, _ := s.linesField(e, f.Parent)
		lines := *parent
		lines.Lines = append(slices.Clone(lines.Lines), *f)
		grown.Fields = append(slices.DeleteFunc(grown.Fields, func(other field.Field) bool { return other.Key == lines.Key }), lines)
	}
	return s.store.PrepareEntity(ctx, &grown)
}

// ChangeField changes a field; key is "lines.qty" for one inside lines.
func (s *Service) ChangeField(ctx context.Context, who *rights.Rights, entity, key string, in FieldIn) error {
	if !who.Administrates() {
		return errForbidden
	}
	schema, e, err := s.entity(entity)
	if err != nil {
		return err
	}
	parent, inner, inLines := strings.Cut(key, ".")
	f, ok := e.Field(parent)
	if ok && inLines {
		f, ok = f.Line(inner)
	}
	if !ok {
		return crm.ErrNotFound
	}
	path := entity + ".fields." + f.Path()
	about := note{"field", entity, schema.Labels.Text("zh-CN", path, nil), in, seen{in.Rev, []string{"field " + entity + "." + key}}}
	if in.Reset && !f.Custom {
		return s.change(ctx, who, about, func(tx *store.Tx) error {
			if err := s.asDelivered(ctx, tx, path, entity+".hints."+f.Path()); err != nil {
				return err
			}
			return s.store.DropFieldChange(ctx, tx, entity, f.Parent, f.Key)
		})
	}
	labels, err := in.Labels.check("labels", false)
	if err != nil {
		return err
	}
	hints, err := in.Hints.check("hints", false)
	if err != nil {
		return err
	}
	if f.Custom && len(labels) > 0 {
		labels, err = merged(texts(schema, entity+".fields."+f.Path()), labels).check("labels", true)
		if err != nil {
			return err
		}
		labels = labels.full()
	}
	// What a field is can't change: there are values in it.
	for _, set := range []struct{ name, in, is string }{{"type", in.Type, f.Type.Name()}, {"ref", in.Ref, f.Ref}, {"result", in.Result, resultName(f)}} {
		if set.in != "" && set.in != set.is {
			return invalid("customize.fixed", set.name)
		}
	}
	if in.Formula != "" && !f.Custom {
		return invalid("customize.fixed", "formula")
	}
	if err := s.settings(e, f, &in.FieldChange); err != nil {
		return err
	}
	if in.Unique != nil && *in.Unique && !f.Unique {
		if err := s.distinct(ctx, e, f); err != nil {
			return err
		}
	}
	change, err := s.changeOf(ctx, e, f)
	if err != nil {
		return err
	}
	merge(change, &in.FieldChange)
	err = s.change(ctx, who, about, func(tx *store.Tx) error {
		if err := s.setTexts(ctx, tx, entity+".fields."+f.Path(), labels); err != nil {
			return err
		}
		if err := s.setTexts(ctx, tx, entity+".hints."+f.Path(), hints); err != nil {
			return err
		}
		return s.store.SetFieldChange(ctx, tx, change)
	})
	if err == nil {
		s.behind(entity, &in.FieldChange)
	}
	return err
}

func merged(old, now Texts) Texts {
	out := Texts{}
	for lang, text := range old {
		out[lang] = text
	}
	for lang, text := range now {
		out[lang] = text
	}
	return out
}

func resultName(f *field.Field) string {
	if field.IsFormula(f.Type) {
		return field.ResultOf(f.Type).Name()
	}
	return ""
}

// distinct refuses to make a field unique while two records share a value.
func (s *Service) distinct(ctx context.Context, e *crm.Entity, f *field.Field) error {
	v, err := s.store.Doubled(ctx, e, f)
	if err == nil && v != nil {
		return invalid("customize.doubled", "unique", "value", fmt.Sprint(field.WrittenText(v)))
	}
	return err
}

// changeOf is what the office changed of a field so far.
func (s *Service) changeOf(ctx context.Context, e *crm.Entity, f *field.Field) (*crm.FieldChange, error) {
	overlay, err := s.store.Overlay(ctx, s.store.Read())
	if err != nil {
		return nil, err
	}
	for i := range overlay.Fields {
		if c := &overlay.Fields[i]; c.Entity == e.Name && c.Parent == f.Parent && c.Key == f.Key {
			return c, nil
		}
	}
	return &crm.FieldChange{ID: crm.NewID(), Entity: e.Name, Parent: f.Parent, Key: f.Key}, nil
}

func merge(into, in *crm.FieldChange) {
	take(&into.Decimals, in.Decimals)
	take(&into.Max, in.Max)
	take(&into.Width, in.Width)
	take(&into.Required, in.Required)
	take(&into.Unique, in.Unique)
	take(&into.Sortable, in.Sortable)
	take(&into.Filtered, in.Filtered)
	take(&into.Hidden, in.Hidden)
	take(&into.Mask, in.Mask)
	take(&into.ShowIf, in.ShowIf)
	take(&into.Series, in.Series)
	if in.Formula != "" {
		into.Formula = in.Formula
	}
	if in.Default != nil {
		into.Default = in.Default
	}
	if in.ShowIf != nil && in.ShowIf.Field == "" && in.ShowIf.And == nil && in.ShowIf.Or == nil {
		into.ShowIf = nil // {} takes the condition away
	}
}

func take[T any](into **T, in *T) {
	if in != nil {
		*into = in
	}
}

// behind does what a change asks for while the office goes on working: indexes, and
// formulas of the records there are.
func (s *Service) behind(entity string, c *crm.FieldChange) {
	indexed := false
	for _, flag := range []*bool{c.Unique, c.Sortable, c.Filtered} {
		indexed = indexed || flag != nil && *flag
	}
	if !indexed && c.Formula == "" {
		return
	}
	s.work.Add(1)
	go func() {
		defer s.work.Done()
		ctx := context.Background()
		e, ok := s.records.Schema().Entity(entity)
		if !ok {
			return
		}
		if indexed {
			if err := s.store.IndexEntity(ctx, e); err != nil {
				s.log.Error("index not made", "entity", entity, "err", err)
			}
		}
		if c.Formula != "" {
			if err := s.records.Recompute(ctx, entity); err != nil {
				s.log.Error("formulas not computed", "entity", entity, "err", err)
			}
		}
	}()
}
