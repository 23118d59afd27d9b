// Package crm holds the words the hub is written in: entity, record, query, scope,
// user, error. It knows no database and no web server.
package crm

import (
	"fmt"
	"io/fs"

	"bellhop/hub/field"
	"bellhop/hub/label"
)

// Module is one part of the office's work.
type Module struct {
	Name     string
	Entities []*Entity
	Menu     []string // entities that get a line in the menu
	Labels   fs.FS    // labels/zh-CN.json, zh-TW.json, en.json
}

// Schema is every entity and text of the running hub. It is immutable: a request
// takes one and keeps it to its end.
type Schema struct {
	Rev      int64
	Modules  []Module
	Labels   *label.Set
	entities map[string]*Entity
	order    []*Entity
}

// Compile checks the modules' definitions against each other and joins them.
func Compile(modules []Module) (*Schema, error) {
	s := &Schema{Rev: 1, Modules: modules, Labels: label.New(), entities: map[string]*Entity{}}
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
	return s, nil
}

func (s *Schema) add(e *Entity) error {
	if s.entities[e.Name] != nil {
		return fmt.Errorf("entity %s is there twice", e.Name)
	}
	if e.Table == "" {
		c := *e
		c.Table = e.Name
		e = &c
	}
	s.entities[e.Name] = e
	s.order = append(s.order, e)
	return nil
}

// check finds a name that points nowhere while the programmer is still looking.
func (s *Schema) check(e *Entity) error {
	if _, ok := e.Field(e.Title); !ok {
		return fmt.Errorf("title %q is no field", e.Title)
	}
	for i := range e.Fields {
		if err := s.checkField(&e.Fields[i]); err != nil {
			return err
		}
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
	if (f.Type == field.Reference) != (f.Ref != "") {
		return fmt.Errorf("field %q: a reference, and only that, names an entity", f.Key)
	}
	if f.Ref != "" && s.entities[f.Ref] == nil {
		return fmt.Errorf("field %q refers to %q, which is no entity", f.Key, f.Ref)
	}
	return nil
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
