package rights

import (
	"slices"

	"bellhop/hub/crm"
)

// Office is everything rights depend on besides the definitions, as it was at one
// revision. It is immutable.
type Office struct {
	Rev         int64
	Users       map[crm.ID]*crm.User
	Departments map[crm.ID]*crm.Department
	Groups      map[crm.ID]*crm.Group
	Roles       map[crm.ID]*Role // the delivered ones too, as the office has changed them
	UserRoles   map[crm.ID][]crm.ID
	Below       map[crm.ID][]crm.ID // a user's subordinates of all levels
	Subtree     map[crm.ID][]crm.ID // a department and those below it
}

// RolesOf are a user's roles. One the office doesn't know has his delivered role.
func (o *Office) RolesOf(user *crm.User) []*Role {
	ids := o.UserRoles[user.ID]
	if _, known := o.Users[user.ID]; !known {
		ids = []crm.ID{RoleOf(user.Role)}
	}
	var roles []*Role
	for _, id := range ids {
		if role := o.Roles[id]; role != nil {
			roles = append(roles, role)
		}
	}
	return roles
}

// department is where the office has the user, 0 for nowhere.
func (o *Office) department(user crm.ID) crm.ID {
	if u := o.Users[user]; u != nil {
		return u.Department
	}
	return 0
}

// team are the user and all below him.
func (o *Office) team(user crm.ID) []crm.ID { return append([]crm.ID{user}, o.Below[user]...) }

// colleagues are the user and everybody in his department and those below it.
func (o *Office) colleagues(user crm.ID) []crm.ID {
	ids := []crm.ID{user}
	department := o.department(user)
	if department == 0 {
		return ids
	}
	for id, u := range o.Users {
		if id != user && slices.Contains(o.Subtree[department], u.Department) {
			ids = append(ids, id)
		}
	}
	return ids
}

// Addresses are what a share may name to reach the user: himself, his department and
// those it lies in, his groups.
func (o *Office) Addresses(user crm.ID) []crm.ID {
	ids := []crm.ID{user}
	if department := o.department(user); department != 0 {
		for above, below := range o.Subtree {
			if slices.Contains(below, department) {
				ids = append(ids, above)
			}
		}
	}
	for id, g := range o.Groups {
		if slices.Contains(g.Members, user) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids[1:])
	return ids
}

// Members are the active users a share's address stands for.
func (o *Office) Members(address crm.ID) []crm.ID {
	var ids []crm.ID
	for id, u := range o.Users {
		if u.Active && slices.Contains(o.Addresses(id), address) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// deliveredOffice is an office that has changed nothing.
func deliveredOffice() *Office {
	o := &Office{Roles: map[crm.ID]*Role{}}
	for _, role := range Delivered() {
		o.Roles[role.ID] = role
	}
	return o
}

// KindOf tells what an ID in the office is: "user", "department", "group", or "".
func (o *Office) KindOf(id crm.ID) string {
	switch {
	case o.Users[id] != nil:
		return "user"
	case o.Departments[id] != nil:
		return "department"
	case o.Groups[id] != nil:
		return "group"
	}
	return ""
}

// NameOf is what a user, department or group is called.
func (o *Office) NameOf(id crm.ID) string {
	switch o.KindOf(id) {
	case "user":
		return o.Users[id].Name
	case "department":
		return o.Departments[id].Name
	case "group":
		return o.Groups[id].Name
	}
	return ""
}

// Keepers are the data keepers who can log in.
func (o *Office) Keepers() []crm.ID { return o.Holders(RoleKeeper) }

// Holders are the active users with a role.
func (o *Office) Holders(role crm.ID) (ids []crm.ID) {
	for id, roles := range o.UserRoles {
		if u := o.Users[id]; u != nil && u.Active && slices.Contains(roles, role) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}
