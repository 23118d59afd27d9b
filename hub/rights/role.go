package rights

import (
	"slices"

	"bellhop/hub/crm"
)

// Reach is how far a right goes among the records of an entity (数据范围).
type Reach string

const (
	ReachShared     Reach = "shared"     // what others share with the user
	ReachOwn        Reach = "own"        // and what he owns
	ReachTeam       Reach = "team"       // and his subordinates', of all levels
	ReachDepartment Reach = "department" // and his department's, with those below it
	ReachAll        Reach = "all"
)

// Reaches are all of them, from narrow to wide.
var Reaches = []Reach{ReachShared, ReachOwn, ReachTeam, ReachDepartment, ReachAll}

// Level is what a user sees of a field.
type Level string

const (
	Hidden   Level = "hidden" // the field doesn't exist for him
	Masked   Level = "masked" // 138****5678
	ReadOnly Level = "read"
	Editable Level = "edit" // unless told otherwise
)

// Levels are all of them, from least to most.
var Levels = []Level{Hidden, Masked, ReadOnly, Editable}

// Any names, in a role's grants, every entity the role does not name itself.
const Any = "*"

// Role is a set of rights that users have by name. A user may have several: he may do
// what one of them lets him.
type Role struct {
	ID     crm.ID                      `json:"id"`
	Key    string                      `json:"key,omitempty"` // of a delivered one
	Name   string                      `json:"name"`          // "" for the delivered name, in the reader's language
	Note   string                      `json:"note"`
	Grants map[string]Grant            `json:"grants"` // by entity, area or Any
	Fields map[string]map[string]Level `json:"fields"` // by entity and field; Editable where silent
}

// Grant is what a role lets do with one kind of record.
type Grant struct {
	Actions []Action `json:"actions"`
	Reach   Reach    `json:"reach"`
}

// grant is what the role says of an entity or area, and whether it names it.
func (r *Role) grant(subject string) (g Grant, named bool) {
	if g, ok := r.Grants[subject]; ok {
		return g, true
	}
	if IsArea(subject) {
		return Grant{}, false
	}
	return r.Grants[Any], false
}

// IDs of the delivered roles. Other IDs are greater by far.
const (
	RoleAdmin          crm.ID = 1
	RoleSupervisor     crm.ID = 2
	RoleAccountManager crm.ID = 3
	RoleSales          crm.ID = 4
	RoleKeeper         crm.ID = 5
)

// Delivered are the roles every office begins with (SEC-02). What an office changes in
// one is kept; going back to these is deleting what is kept.
func Delivered() []*Role {
	all := Grant{Actions, ReachAll}
	phone := map[string]Grant{
		Calls: {[]Action{Read, Play}, ReachAll},
		Texts: {[]Action{Read, Create}, ReachAll},
	}
	with := func(any Grant, more map[string]Grant) map[string]Grant {
		grants := map[string]Grant{Any: any}
		for _, m := range []map[string]Grant{phone, more} {
			for area, g := range m {
				grants[area] = g
			}
		}
		return grants
	}
	ownCalls := map[string]Grant{Calls: {[]Action{Read}, ReachOwn}}
	return []*Role{
		{ID: RoleAdmin, Key: "admin", Grants: with(all, map[string]Grant{Calls: {[]Action{Read, Play, Export, Delete}, ReachAll},
			Users: {[]Action{Read, Edit}, ReachAll}, Settings: {[]Action{Read, Edit}, ReachAll}, Audit: {[]Action{Read}, ReachAll}})},
		{ID: RoleSupervisor, Key: "supervisor", Grants: with(all, map[string]Grant{Calls: {[]Action{Read, Play, Export, Delete}, ReachAll}})},
		{ID: RoleAccountManager, Key: "accountmanager", Grants: with(Grant{
			[]Action{Read, Create, Edit, Print, Export, Batch, Share, Transfer, Play, Reveal}, ReachTeam}, ownCalls)},
		{ID: RoleSales, Key: "sales", Grants: with(Grant{
			[]Action{Read, Create, Edit, Print, Batch, Share, Play, Reveal}, ReachOwn}, ownCalls),
			Fields: map[string]map[string]Level{"product": {"fixedCost": Hidden, "cost": Hidden, "stockValue": Hidden}}},
		{ID: RoleKeeper, Key: "keeper", Grants: map[string]Grant{Audit: {[]Action{Read, Export, Approve}, ReachAll}}},
	}
}

// RoleOf is the delivered role that a user made with nothing but crm.Role gets.
func RoleOf(role crm.Role) crm.ID {
	switch role {
	case crm.Admin:
		return RoleAdmin
	case crm.Manager:
		return RoleSupervisor
	}
	return RoleSales
}

// MainRole is RoleOf's reverse for a user with several roles.
func MainRole(roles []crm.ID) crm.Role {
	switch {
	case slices.Contains(roles, RoleAdmin):
		return crm.Admin
	case slices.Contains(roles, RoleSupervisor):
		return crm.Manager
	}
	return crm.Sales
}

// locked are the grants of a delivered role that nobody may take from it, lest an
// office lock itself out or its keeper be made powerless.
func locked(role *Role) map[string]Grant {
	switch role.ID {
	case RoleAdmin:
		return map[string]Grant{Users: {[]Action{Read, Edit}, ReachAll}, Settings: {[]Action{Read, Edit}, ReachAll}}
	case RoleKeeper:
		return map[string]Grant{Audit: {[]Action{Read, Export, Approve}, ReachAll}}
	}
	return nil
}
