package rights

import "slices"

// keyActions are what a program may do with records; whatever else stays with people.
var keyActions = setOf([]Action{Read, Create, Edit, Delete, Transfer})

// Narrowed are the same rights for a program with a key: records alone, of the entities
// named (nil for all) and, where the key says so, to be read only. Parts of the hub that
// are no entity it does not reach.
func (r *Rights) Narrowed(entities []string, readOnly bool) *Rights {
	allowed := keyActions
	if readOnly {
		allowed = Read.bit()
	}
	s := *r.sheet
	s.areas, s.seesAll = map[string]set{}, false
	s.entities = make(map[string]*entityRights, len(r.entities))
	for name, e := range r.entities {
		if entities != nil && !slices.Contains(entities, name) {
			continue
		}
		narrow := *e
		narrow.actions &= allowed
		s.entities[name] = &narrow
	}
	out := *r
	out.sheet = &s
	return &out
}
