package rights

import (
	"slices"
	"strings"

	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// A parent's parent still counts, a longer chain does not: it ends loops too.
const maxChain = 2

// reaches is a number of Reach, a bit each in Reaches' order.
type reaches uint8

func (r Reach) bit() reaches {
	for i, known := range Reaches {
		if r == known {
			return 1 << i
		}
	}
	return 0
}

// widest ranks a set of reaches by the widest in it.
func (r reaches) widest() int {
	for i := len(Reaches); i > 0; i-- {
		if r&(1<<(i-1)) != 0 {
			return i
		}
	}
	return 0
}

// Compile makes the rights of user in office.
func Compile(user *crm.User, schema *crm.Schema, office *Office) *Rights {
	c := &compiler{
		user: user.ID, schema: schema, roles: office.RolesOf(user),
		team: office.team(user.ID), colleagues: office.colleagues(user.ID), addresses: office.Addresses(user.ID),
	}
	s := &sheet{schema: schema, office: office, roles: c.roles, entities: map[string]*entityRights{}, areas: map[string]set{}}
	for _, e := range schema.Entities() {
		s.entities[e.Name] = c.entity(e)
	}
	for _, area := range Areas {
		for _, role := range c.roles {
			g, _ := role.grant(area.Name)
			s.areas[area.Name] |= setOf(g.Actions)
		}
	}
	s.seesAll = c.reachesAll(Calls)
	for _, e := range s.entities {
		s.seesAll = s.seesAll && (e.entity.Access.Private || e.actions == 0 || e.scopes[0].All)
	}
	return &Rights{User: user, sheet: s}
}

type compiler struct {
	user                        crm.ID
	schema                      *crm.Schema
	roles                       []*Role
	team, colleagues, addresses []crm.ID
}

func (c *compiler) entity(e *crm.Entity) *entityRights {
	r := &entityRights{entity: e, scopes: make([]crm.Scope, len(Actions)), levels: map[string]Level{}}
	for i, action := range Actions {
		if c.reach(e, action) == 0 {
			continue
		}
		r.actions |= 1 << i
		r.scopes[i] = c.scope(e, action, 0)
	}
	if r.actions&Read.bit() == 0 {
		r.actions = 0 // who can't read can't do anything else either
	}
	eachField(e.Fields, func(f *field.Field) {
		r.covers = r.covers || f.Mask == field.MaskInList
		if level := c.level(e, f.Path()); level != Editable {
			r.levels[f.Path()] = level
		}
	})
	r.hideResults(e)
	return r
}

func eachField(fields []field.Field, fn func(*field.Field)) {
	for i := range fields {
		fn(&fields[i])
		eachField(fields[i].Lines, fn)
	}
}

// hideResults hides the formulas that would tell what they are made of, and those made
// of them.
func (r *entityRights) hideResults(e *crm.Entity) {
	for found := true; found; {
		found = false
		eachField(e.Fields, func(f *field.Field) {
			if f.Program == nil || r.level(f.Path()) == Hidden {
				return
			}
			paths := append([]string{}, f.Program.LineRefs...)
			for i, ref := range paths {
				paths[i] = strings.ReplaceAll(ref, ".", "_")
			}
			for _, ref := range f.Program.Refs() {
				paths = append(paths, (&field.Field{Key: ref, Parent: f.Parent}).Path())
			}
			for _, path := range paths {
				if level := r.level(path); level == Hidden || level == Masked {
					r.levels[f.Path()], found = Hidden, true
					return
				}
			}
		})
	}
}

// reach is how far the roles that let the user do action reach, together.
func (c *compiler) reach(e *crm.Entity, action Action) (all reaches) {
	for _, role := range c.roles {
		if g, _ := role.grant(e.Name); slices.Contains(g.Actions, action) {
			all |= g.Reach.bit()
		}
	}
	return all
}

func (c *compiler) reachesAll(area string) bool {
	return slices.ContainsFunc(c.roles, func(r *Role) bool { return r.Grants[area].Reach == ReachAll })
}

// named tells whether a role speaks of the entity itself, which is more than what its
// definition or "any entity" says.
func (c *compiler) named(e *crm.Entity) bool {
	return slices.ContainsFunc(c.roles, func(r *Role) bool { _, named := r.grant(e.Name); return named })
}

// changes tells the actions for which sharing or following need more than reading.
func (a Action) changes() bool {
	return a == Edit || a == Delete || a == Transfer || a == Share || a == Approve
}

func (c *compiler) scope(e *crm.Entity, action Action, depth int) crm.Scope {
	reach := c.reach(e, action)
	switch {
	case reach == 0:
		return crm.Scope{}
	case e.Access.Private:
		return crm.Scope{Owners: []crm.ID{c.user}}
	case reach&ReachAll.bit() != 0, e.Access.Shared && !action.changes() && !c.named(e):
		return crm.Scope{All: true}
	}
	scope := crm.Scope{Owners: c.owners(reach)}
	if !action.changes() || action == Edit {
		scope.Shared = &crm.Shared{With: c.addresses, Edit: action == Edit}
	}
	if depth < maxChain && (!action.changes() || e.Access.Follow) {
		scope.Parents = c.parents(e, action, reach, depth)
	}
	return scope
}

func (c *compiler) owners(reach reaches) []crm.ID {
	var owners []crm.ID
	if reach&ReachOwn.bit() != 0 {
		owners = append(owners, c.user)
	}
	if reach&ReachTeam.bit() != 0 {
		owners = append(owners, c.team...)
	}
	if reach&ReachDepartment.bit() != 0 {
		owners = append(owners, c.colleagues...)
	}
	slices.Sort(owners)
	return slices.Compact(owners)
}

// parents lets the user reach the records of what he reaches: who reads a customer
// reads its people and documents, unless their own reach is set narrower. Writing
// follows only where the definition says so, and then the right to edit the parent.
func (c *compiler) parents(e *crm.Entity, action Action, reach reaches, depth int) (parents []crm.Parent) {
	follow := Read
	if action.changes() {
		follow = Edit
	}
	for _, key := range e.Access.Parents {
		f, _ := e.Field(key)
		parent, ok := c.schema.Entity(f.Ref)
		if !ok || parent.Access.Shared || c.reach(parent, follow).widest() > reach.widest() {
			continue
		}
		if scope := c.scope(parent, follow, depth+1); !scope.None() {
			parents = append(parents, crm.Parent{Field: key, Entity: parent.Name, Scope: scope})
		}
	}
	return parents
}

// level is the most that one of the roles which let the user read the entity shows of
// the field. A record without its name can't be told from others: the field that names
// it is always shown.
func (c *compiler) level(e *crm.Entity, path string) Level {
	most := -1
	for _, role := range c.roles {
		if g, _ := role.grant(e.Name); slices.Contains(g.Actions, Read) {
			level, ok := role.Fields[e.Name][path]
			if !ok {
				level = Editable
			}
			most = max(most, slices.Index(Levels, level))
		}
	}
	if most < 0 {
		return Hidden
	}
	if path == e.Title {
		most = max(most, slices.Index(Levels, ReadOnly))
	}
	return Levels[most]
}
