package rights

import (
	"reflect"
	"slices"

	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// Check refuses a role that says what nobody can mean, and gives a delivered one back
// what may not be taken from it. Levels that change nothing are left out.
func Check(role *Role, schema *crm.Schema) error {
	bad := &crm.Error{Code: crm.Invalid, Key: "role.bad_grant", Field: "grants"}
	for subject, g := range role.Grants {
		_, isEntity := schema.Entity(subject)
		if !isEntity && subject != Any && !IsArea(subject) || !slices.Contains(Reaches, g.Reach) {
			return bad
		}
		for _, a := range g.Actions {
			if !a.Known() {
				return bad
			}
		}
	}
	for name, fields := range role.Fields {
		e, ok := schema.Entity(name)
		if !ok {
			return bad
		}
		for key, level := range fields {
			known := false
			eachField(e.Fields, func(f *field.Field) { known = known || f.Path() == key })
			if !known || !slices.Contains(Levels, level) {
				return bad
			}
			if key == e.Title && (level == Hidden || level == Masked) {
				return &crm.Error{Code: crm.Invalid, Key: "role.title_hidden", Field: key, Args: map[string]string{"entity": name}}
			}
			if level == Editable {
				delete(fields, key)
			}
		}
	}
	if g, ok := role.Grants[Audit]; ok && role.ID != RoleKeeper {
		// Deciding what data may be taken is the keeper's alone, who is named by two.
		g.Actions = slices.DeleteFunc(slices.Clone(g.Actions), func(a Action) bool { return a == Approve })
		role.Grants[Audit] = g
	}
	for area, g := range locked(role) {
		role.Grants[area] = g
	}
	return nil
}

// Changed tells that a delivered role is not as delivered any more.
func Changed(role *Role) bool {
	for _, d := range Delivered() {
		if d.ID == role.ID {
			return role.Name != "" || role.Note != "" || !reflect.DeepEqual(d.Grants, role.Grants) || len(role.Fields)+len(d.Fields) > 0 && !reflect.DeepEqual(d.Fields, role.Fields)
		}
	}
	return false
}
