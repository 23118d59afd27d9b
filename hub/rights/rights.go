// Package rights decides who may do what: which actions, on which records, with
// which fields. It is the one place that decides; lists, the card, recordings and
// search all ask here.
package rights

import (
	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// Action is something a user does with the records of an entity.
type Action string

const (
	Read   Action = "read"
	Create Action = "create"
	Edit   Action = "edit"
	Delete Action = "delete"
	Play   Action = "play" // listen to the recordings of their calls
)

// Rights are one user's, compiled for one schema. They are passed by value of the
// request, never kept in a global, and are immutable.
type Rights struct {
	User     *crm.User
	schema   *crm.Schema
	entities map[string]*entityRights
}

type entityRights struct {
	entity  *crm.Entity
	actions map[Action]bool
	read    crm.Scope
	write   crm.Scope
}

// For compiles the rights of user.
func For(user *crm.User, schema *crm.Schema) *Rights {
	r := &Rights{User: user, schema: schema, entities: map[string]*entityRights{}}
	for _, e := range schema.Entities() {
		r.entities[e.Name] = &entityRights{
			entity:  e,
			actions: actions(user.Role),
			read:    r.readScope(e, 0),
			write:   r.writeScope(e, 0),
		}
	}
	return r
}

// actions is the allow-list of a role: what is not in it is refused.
func actions(role crm.Role) map[Action]bool {
	switch role {
	case crm.Admin, crm.Manager:
		return map[Action]bool{Read: true, Create: true, Edit: true, Delete: true, Play: true}
	case crm.Sales:
		return map[Action]bool{Read: true, Create: true, Edit: true, Play: true}
	}
	return nil
}

// seesAll tells whether the role is not bound to its own records.
func seesAll(role crm.Role) bool { return role == crm.Admin || role == crm.Manager }

// A parent's parent still counts, a longer chain does not: it ends loops too.
const maxChain = 2

func (r *Rights) readScope(e *crm.Entity, depth int) crm.Scope {
	if e.Access.Private {
		return crm.Scope{Owner: r.User.ID}
	}
	if seesAll(r.User.Role) || (e.Access.Shared && r.User.Role == crm.Sales) {
		return crm.Scope{All: true}
	}
	return r.ownScope(e, depth, true)
}

func (r *Rights) writeScope(e *crm.Entity, depth int) crm.Scope {
	if seesAll(r.User.Role) && !e.Access.Private {
		return crm.Scope{All: true}
	}
	return r.ownScope(e, depth, e.Access.Follow)
}

func (r *Rights) ownScope(e *crm.Entity, depth int, withParents bool) crm.Scope {
	scope := crm.Scope{Owner: r.User.ID}
	if !withParents || depth == maxChain {
		return scope
	}
	for _, key := range e.Access.Parents {
		f, _ := e.Field(key)
		parent, ok := r.schema.Entity(f.Ref)
		if !ok || parent.Access.Shared {
			continue
		}
		scope.Parents = append(scope.Parents, crm.Parent{
			Field: key, Entity: parent.Name, Scope: r.readScope(parent, depth+1),
		})
	}
	return scope
}

// May tells whether the user may do action with records of entity at all. Which ones
// is Scope's answer.
func (r *Rights) May(entity string, action Action) bool {
	e := r.entities[entity]
	return e != nil && e.actions[action]
}

// Scope is which records of entity action reaches; empty when the action is refused.
func (r *Rights) Scope(entity string, action Action) crm.Scope {
	if !r.May(entity, action) {
		return crm.Scope{}
	}
	if action == Edit || action == Delete {
		return r.entities[entity].write
	}
	return r.entities[entity].read
}

// Administrates tells whether the user may change users and settings.
func (r *Rights) Administrates() bool { return r.User.Role == crm.Admin }

// SeesAll tells whether the user's role reads every record, also calls that belong to
// no record yet.
func (r *Rights) SeesAll() bool { return seesAll(r.User.Role) }

// Fields are the fields of entity the user may read, in the entity's order. All
// roles read all fields so far.
func (r *Rights) Fields(entity string) []*field.Field {
	e := r.entities[entity]
	if e == nil || !e.actions[Read] {
		return nil
	}
	fields := make([]*field.Field, 0, len(e.entity.Fields))
	for i := range e.entity.Fields {
		if r.MayRead(e.entity, &e.entity.Fields[i]) {
			fields = append(fields, &e.entity.Fields[i])
		}
	}
	return fields
}

// MayRead is the one answer to whether a field is shown to the user: in lists, on
// the card, as a filter, in search.
func (r *Rights) MayRead(e *crm.Entity, f *field.Field) bool { return r.May(e.Name, Read) }

// MayWrite tells whether the user may set the field; of a new record, or of one that
// is there. Handing a record over to somebody else is for those who see all.
func (r *Rights) MayWrite(e *crm.Entity, f *field.Field, isNew bool) bool {
	if f.ReadOnly || f.Kept || !r.MayRead(e, f) {
		return false
	}
	if f.Key == "owner" {
		return !e.Access.Private && (isNew || r.SeesAll())
	}
	return true
}

// Prune removes from values what the user may not read.
func (r *Rights) Prune(rec *crm.Record) {
	e, ok := r.schema.Entity(rec.Entity)
	if !ok || !r.May(rec.Entity, Read) {
		rec.Values = nil
		return
	}
	for key := range rec.Values {
		if f, ok := e.Field(key); !ok || !r.MayRead(e, f) {
			delete(rec.Values, key)
		}
	}
}
