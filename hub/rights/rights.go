// Package rights decides who may do what: which actions, on which records, with
// which fields. It is the one place that decides; lists, the card, recordings and
// search all ask here.
package rights

import (
	"maps"
	"slices"

	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// Rights are one user's, compiled for one schema and one state of the office. They
// are passed by value of the request, never kept in a global, and are immutable.
type Rights struct {
	User *crm.User
	*sheet
	held bool // nothing may be copied out
}

// sheet is what is compiled once for a user and used until the office or the
// definitions change.
type sheet struct {
	schema   *crm.Schema
	office   *Office
	roles    []*Role
	entities map[string]*entityRights
	areas    map[string]set
	seesAll  bool
}

type entityRights struct {
	entity  *crm.Entity
	actions set
	scopes  []crm.Scope      // by action, in Actions' order
	levels  map[string]Level // of fields below Editable, by path
	covers  bool             // some are masked in lists
}

// For compiles the rights of a user with nothing but his delivered role, as in an
// office without departments and roles of its own.
func For(user *crm.User, schema *crm.Schema) *Rights { return Compile(user, schema, deliveredOffice()) }

// May tells whether the user may do action with records of entity at all, or in an
// area. Which records is Scope's answer.
func (r *Rights) May(entity string, action Action) bool {
	if r.withholds(action) {
		return false
	}
	if e := r.entities[entity]; e != nil {
		return e.actions&action.bit() != 0
	}
	return r.areas[entity]&action.bit() != 0
}

// Scope is which records of entity action reaches; empty when the action is refused.
func (r *Rights) Scope(entity string, action Action) crm.Scope {
	e := r.entities[entity]
	if e == nil || e.actions&action.bit() == 0 || r.withholds(action) {
		return crm.Scope{}
	}
	return e.scopes[slices.Index(Actions, action)]
}

// Administrates tells whether the user may change the office's settings.
func (r *Rights) Administrates() bool { return r.May(Settings, Edit) }

// SeesAll tells whether the user reads every record, also calls that belong to no
// record yet.
func (r *Rights) SeesAll() bool { return r.seesAll }

// Subordinates are the users below this one, of all levels.
func (r *Rights) Subordinates() []crm.ID { return r.office.Below[r.User.ID] }

// Addresses are what a share may name to reach the user: himself, his departments, his
// groups.
func (r *Rights) Addresses() []crm.ID { return r.office.Addresses(r.User.ID) }

// Areas are what the user may do in each area, those where he may do nothing left out.
func (r *Rights) Areas() map[string][]Action {
	areas := map[string][]Action{}
	for _, area := range Areas {
		for _, action := range area.Actions {
			if r.May(area.Name, action) {
				areas[area.Name] = append(areas[area.Name], action)
			}
		}
	}
	return areas
}

// Roles are the user's.
func (r *Rights) Roles() []*Role { return r.roles }

// Alike is a mark that two users share who see the same of every record neither owns:
// they see everything, by the same roles.
func (r *Rights) Alike() string {
	mark := ""
	for _, role := range r.roles {
		mark += role.ID.String() + " "
	}
	return mark
}

// Fields are the fields of entity the user may read, masked ones too, in the entity's
// order.
func (r *Rights) Fields(entity string) []*field.Field {
	e := r.entities[entity]
	if e == nil || e.actions&Read.bit() == 0 {
		return nil
	}
	fields := make([]*field.Field, 0, len(e.entity.Fields))
	for i := range e.entity.Fields {
		if e.level(e.entity.Fields[i].Path()) != Hidden {
			fields = append(fields, &e.entity.Fields[i])
		}
	}
	return fields
}

func (e *entityRights) level(path string) Level {
	if level, ok := e.levels[path]; ok {
		return level
	}
	return Editable
}

// Level is what the user's roles show of a field of entity, named by its path; Hidden
// of what he may not read.
func (r *Rights) Level(entity, path string) Level {
	e := r.entities[entity]
	if e == nil || e.actions&Read.bit() == 0 {
		return Hidden
	}
	return e.level(path)
}

// MayRead is the one answer to whether a field is shown to the user, be it masked: in
// lists, on the card, in what leaves the house.
func (r *Rights) MayRead(e *crm.Entity, f *field.Field) bool {
	return r.Level(e.Name, f.Path()) != Hidden
}

// MayCompare tells whether lists may be sorted, grouped and filtered by the field. By
// a masked one they may not: the order of its values would tell them. Only MayMatch
// holds there.
func (r *Rights) MayCompare(e *crm.Entity, f *field.Field) bool {
	return r.MayRead(e, f) && !r.Masks(e, f)
}

// Masks tells whether the user sees but a part of the field's value: by his roles, or
// as everybody does.
func (r *Rights) Masks(e *crm.Entity, f *field.Field) bool {
	return r.Level(e.Name, f.Path()) == Masked || f.Mask == field.MaskAlways
}

// MayMatch tells whether records may be found by a whole value of the field.
func (r *Rights) MayMatch(e *crm.Entity, f *field.Field) bool { return r.MayRead(e, f) }

// MayWrite tells whether the user may set the field; of a new record, or of one that
// is there. Handing a record over to somebody else is a right of its own.
func (r *Rights) MayWrite(e *crm.Entity, f *field.Field, isNew bool) bool {
	// A date the program keeps may be mended where the office wants that.
	kept := f.Kept && !f.KeyDate
	if f.ReadOnly || kept || field.IsFormula(f.Type) || r.Level(e.Name, f.Path()) != Editable {
		return false
	}
	if f.Key == "owner" {
		return !e.Access.Private && (isNew || r.May(e.Name, Transfer))
	}
	return true
}

// Prune removes from values what the user may not read, and masks what he may read
// masked.
func (r *Rights) Prune(rec *crm.Record) {
	e := r.entities[rec.Entity]
	if e == nil || e.actions&Read.bit() == 0 {
		rec.Values = nil
		return
	}
	r.prune(e, e.entity.Fields, rec.Values, func(f *field.Field) bool { return r.Masks(e.entity, f) })
}

// Cover masks what is to be masked in lists alone. Prune comes first.
func (r *Rights) Cover(rec *crm.Record) {
	if e := r.entities[rec.Entity]; e != nil && e.covers {
		r.prune(e, e.entity.Fields, rec.Values, func(f *field.Field) bool { return f.Mask == field.MaskInList })
	}
}

func (r *Rights) prune(e *entityRights, fields []field.Field, values map[string]any, masks func(*field.Field) bool) {
	kept := 0
	for i := range fields {
		f := &fields[i]
		v, ok := values[f.Key]
		if !ok {
			continue
		}
		if e.level(f.Path()) == Hidden {
			delete(values, f.Key)
			continue
		}
		if masks(f) {
			v = Mask(f, v)
			values[f.Key] = v
		}
		if v == nil {
			delete(values, f.Key)
			continue
		}
		kept++
		lines, _ := v.([]field.Line)
		for _, line := range lines {
			r.prune(e, f.Lines, line.Values, masks)
		}
	}
	if kept == len(values) {
		return
	}
	// What is no field is nobody's.
	maps.DeleteFunc(values, func(key string, _ any) bool {
		return !slices.ContainsFunc(fields, func(f field.Field) bool { return f.Key == key })
	})
}
