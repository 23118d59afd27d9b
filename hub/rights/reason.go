package rights

import (
	"slices"

	"bellhop/hub/crm"
)

// Because is why a user may do something: one of his roles lets him.
type Because struct {
	Role  *Role
	Reach Reach
}

// Reasons are the roles that let the user do action with records of entity, or in an
// area; none where he may not.
func (r *Rights) Reasons(subject string, action Action) (list []Because) {
	if !r.May(subject, action) {
		return nil
	}
	for _, role := range r.roles {
		if g, _ := role.grant(subject); slices.Contains(g.Actions, action) {
			list = append(list, Because{role, g.Reach})
		}
	}
	return list
}

// LevelReasons are the roles that show the user a field as he sees it.
func (r *Rights) LevelReasons(entity, path string) (list []*Role) {
	level := r.Level(entity, path)
	for _, role := range r.roles {
		g, _ := role.grant(entity)
		own, ok := role.Fields[entity][path]
		if !ok {
			own = Editable
		}
		if slices.Contains(g.Actions, Read) && own == level {
			list = append(list, role)
		}
	}
	return list
}

// Owning is how an owner's records come to be within a user's reach.
func (r *Rights) Owning(owner crm.ID) string {
	switch {
	case owner == r.User.ID:
		return "owner"
	case slices.Contains(r.office.Below[r.User.ID], owner):
		return "subordinate"
	}
	return "department"
}
