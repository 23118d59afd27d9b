// Package crm holds the words the hub is written in: entity, record, query, scope,
// user, error. It knows no database and no web server.
package crm

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"bellhop/hub/field"
	"bellhop/hub/label"
	"bellhop/hub/options"
)

// Module is one part of the office's work.
type Module struct {
	Name     string
	Entities []*Entity
	Menu     []string // entities that get a line in the menu
	Labels   fs.FS    // labels/zh-CN.json, zh-TW.json, en.json
	Core     bool     // the others need it: it can't be switched off
}

// Switchable tells whether an office may switch the module off.
func (m *Module) Switchable() bool { return !m.Core && len(m.Entities) > 0 }

// Schema is every entity and text of the running hub. It is immutable: a request
// takes one and keeps it to its end.
type Schema struct {
	Rev      int64
	Modules  []Module // those that are switched on
	Labels   *label.Set
	Options  options.Values            // what the office chose
	Dicts    map[string][]field.Option // every dictionary by its key
	Problems []Problem                 // changes of the office that no longer fit
	base     *Schema                   // as the code has it
	entities map[string]*Entity
	order    []*Entity
	forms    map[string][]FormChange
}

// Base is the schema as the code has it, before any change of the office.
func (s *Schema) Base() *Schema {
	if s.base != nil {
		return s.base
	}
	return s
}

// Compile checks the modules' definitions against each other and joins them.
func Compile(modules []Module) (*Schema, error) {
	s := &Schema{Modules: modules, Labels: label.New(), entities: map[string]*Entity{}}
	for _, m := range modules {
		if err := s.Labels.Load(m.Labels, "labels"); err != nil {
			return nil, fmt.Errorf("module %s: %w", m.Name, err)
		}
		for _, e := range m.Entities {
			if err := s.add(e); err != nil {
				return nil, fmt.Errorf("module %s: %w", m.Name, err)
			}
		}
	}
	for _, e := range s.order {
		if err := s.check(e); err != nil {
			return nil, fmt.Errorf("entity %s: %w", e.Name, err)
		}
	}
	return s.With(&Overlay{Rev: 1})
}

func (s *Schema) add(e *Entity) error {
	if s.entities[e.Name] != nil {
		return fmt.Errorf("entity %s is there twice", e.Name)
	}
	e = own(e)
	s.entities[e.Name] = e
	s.order = append(s.order, e)
	return nil
}

// own is a copy of a module's definition that a schema may complete.
func own(e *Entity) *Entity {
	c := *e
	if c.Table == "" {
		c.Table = c.Name
	}
	c.Fields = slices.Clone(e.Fields)
	for i := range c.Fields {
		f := &c.Fields[i]
		f.Lines = slices.Clone(f.Lines)
		for j := range f.Lines {
			f.Lines[j].Parent = f.Key
		}
		if c.Number != nil && c.Number.Field == f.Key {
			f.Type, f.Series = field.Serial, c.Number.series()
			f.ReadOnly = true
		}
	}
	return &c
}

// LinesTable is the table of the lines of a field.
func (e *Entity) LinesTable(f *field.Field) string { return e.Table + "_" + strings.ToLower(f.Key) }

// check finds a name that points nowhere while the programmer is still looking.
func (s *Schema) check(e *Entity) error {
	if _, ok := e.Field(e.Title); !ok {
		return fmt.Errorf("title %q is no field", e.Title)
	}
	for i := range e.Fields {
		if err := s.checkField(&e.Fields[i]); err != nil {
			return err
		}
		for j := range e.Fields[i].Lines {
			if err := s.checkLine(&e.Fields[i].Lines[j]); err != nil {
				return fmt.Errorf("lines %q: %w", e.Fields[i].Key, err)
			}
		}
	}
	if err := field.CompileFormulas(e.Fields); err != nil {
		return err
	}
	named := append([]string{}, e.List.Columns...)
	named = append(named, e.Filters...)
	named = append(named, e.Access.Parents...)
	for _, section := range e.Form {
		named = append(named, section.Fields...)
	}
	for _, key := range []string{e.Subtitle, e.Phone.Title, e.Phone.Badge, e.Phone.Right, e.Phone.Second} {
		if key != "" {
			named = append(named, key)
		}
	}
	if e.Number != nil {
		named = append(named, e.Number.Field)
	}
	if e.Timeline != "" {
		named = append(named, e.Timeline)
	}
	for _, key := range named {
		if _, ok := e.Field(key); !ok && !SystemField(key) {
			return fmt.Errorf("%q is no field", key)
		}
	}
	for _, r := range e.Related {
		child := s.entities[r.Entity]
		if child == nil {
			return fmt.Errorf("related %q is no entity", r.Entity)
		}
		f, ok := child.Field(r.Field)
		if !ok || f.Ref != e.Name {
			return fmt.Errorf("related %s.%s does not refer to it", r.Entity, r.Field)
		}
	}
	return nil
}

func (s *Schema) checkField(f *field.Field) error {
	if f.Type == nil {
		return fmt.Errorf("field %q has no type", f.Key)
	}
	refers := f.Type == field.Reference || f.Type == field.References
	if refers != (f.Ref != "") {
		return fmt.Errorf("field %q: a reference, and only that, names an entity", f.Key)
	}
	if f.Ref != "" && s.entities[f.Ref] == nil {
		return fmt.Errorf("field %q refers to %q, which is no entity", f.Key, f.Ref)
	}
	if (f.Type == field.Lines) != (len(f.Lines) > 0) {
		return fmt.Errorf("field %q: lines, and only they, have fields", f.Key)
	}
	if f.Type == field.Serial && f.Series == nil {
		return fmt.Errorf("field %q has no series of numbers", f.Key)
	}
	if f.Type == field.Amount && f.Measure == "" {
		f.Measure = field.Sum
	}
	if f.Measure != "" && f.Decimals == 0 {
		f.Decimals = 2
	}
	return nil
}

// checkLine refuses what lines can't hold: values that live in tables of their own.
func (s *Schema) checkLine(f *field.Field) error {
	if _, linked := f.Type.(field.Linked); linked || f.Type == field.Phones || f.Type == field.Lines || f.Type == field.Serial {
		return fmt.Errorf("field %q can't stand in lines", f.Key)
	}
	return s.checkField(f)
}

// SystemField tells whether key is one of the fields every record has and no entity
// declares.
func SystemField(key string) bool { return key == "createdAt" || key == "updatedAt" }

// Entity returns the entity of that name.
func (s *Schema) Entity(name string) (*Entity, bool) {
	e, ok := s.entities[name]
	return e, ok
}

// Entities returns all, in the modules' order.
func (s *Schema) Entities() []*Entity { return s.order }
