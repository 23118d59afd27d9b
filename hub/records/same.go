package records

import (
	"context"
	"fmt"
	"reflect"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/phone"
	"bellhop/hub/rights"
	"bellhop/hub/search"
	"bellhop/hub/store"
)

// Matcher finds the records that rows from outside are about. It looks at all records
// of the entity, also those the user may not see, and then tells only that there is one
// and whose it is.
type Matcher struct {
	r    *Records
	who  *rights.Rights
	e    *crm.Entity
	keys [][]*field.Field
	area string
}

// Match is a record found.
type Match struct {
	ID      crm.ID
	Rev     int64
	Label   string
	Owner   string
	Open    bool // within the user's rights
	MayEdit bool
	Values  map[string]any // of an open one
}

// MatchFields are the fields of e by which records can be looked up.
func MatchFields(e *crm.Entity) (fields []*field.Field) {
	for i := range e.Fields {
		if f := &e.Fields[i]; lookedUp(e, f) {
			fields = append(fields, f)
		}
	}
	return fields
}

// lookedUp tells that an index leads from a value of f to its records.
func lookedUp(e *crm.Entity, f *field.Field) bool {
	switch {
	case f.Type == field.Phones, f.Key == e.Title && f.Search, store.MatchKind(e, f) != "":
		return true
	case e.Number != nil && e.Number.Field == f.Key:
		return true
	}
	return false
}

// Matcher compares by keys: each is one or more fields that must all be the same.
func (r *Records) Matcher(ctx context.Context, who *rights.Rights, entity string, keys [][]string) (*Matcher, error) {
	e, ok := r.Schema().Entity(entity)
	if !ok || !who.May(entity, rights.Read) {
		return nil, crm.ErrNotFound
	}
	area, err := r.store.Setting(ctx, "area_code")
	if err != nil {
		return nil, err
	}
	m := &Matcher{r: r, who: who, e: e, area: area}
	for _, names := range keys {
		var fields []*field.Field
		indexed := false
		for _, name := range names {
			f, ok := e.Field(name)
			if !ok || !who.MayMatch(e, f) {
				return nil, &crm.Error{Code: crm.Invalid, Key: "query.no_such_field", Field: name}
			}
			fields = append(fields, f)
			indexed = indexed || lookedUp(e, f)
		}
		if !indexed {
			return nil, &crm.Error{Code: crm.Invalid, Key: "import.no_key", Args: map[string]string{"fields": names[0]}}
		}
		m.keys = append(m.keys, fields)
	}
	return m, nil
}

// Keys are equal between rows that are about the same.
func (m *Matcher) Keys(values map[string]any) (keys []string) {
	for i, fields := range m.keys {
		forms := []string{string(rune('0' + i))}
		for _, f := range fields {
			var next []string
			for _, form := range m.forms(f, m.parse(f, values)) {
				for _, before := range forms {
					next = append(next, before+"\x00"+form)
				}
			}
			forms = next
		}
		keys = append(keys, forms...)
	}
	return keys
}

func (m *Matcher) parse(f *field.Field, values map[string]any) any {
	v, err := f.Type.Parse(f, values[f.Key])
	if err != nil {
		return nil
	}
	return v
}

// forms are the ways a value can be the same as another; none for an empty one.
func (m *Matcher) forms(f *field.Field, v any) (forms []string) {
	switch v := v.(type) {
	case nil:
	case []field.Phone:
		for _, p := range v {
			number := p.Number
			if p.Raw != "" {
				number = phone.Normalise(p.Raw, m.area).Canonical
			}
			if number != "" {
				forms = append(forms, number)
			}
		}
	case string:
		if f.Key == m.e.Title {
			v = store.NameKey(v)
		}
		forms = append(forms, search.Fold(v))
	default:
		forms = append(forms, fmt.Sprint(f.Type.Bind(v)...))
	}
	return forms
}

// maxMatches is how many records one row may fit before it is not worth telling more.
const maxMatches = 5

// Find looks for records that are the same by one of the keys; the first key that
// finds any decides.
func (m *Matcher) Find(ctx context.Context, values map[string]any) ([]Match, error) {
	for _, fields := range m.keys {
		found, err := m.findBy(ctx, fields, values)
		if err != nil || len(found) > 0 {
			return found, err
		}
	}
	return nil, nil
}

func (m *Matcher) findBy(ctx context.Context, fields []*field.Field, values map[string]any) ([]Match, error) {
	parsed := make([]any, len(fields))
	at := -1
	for i, f := range fields {
		if parsed[i] = m.parse(f, values); empty(parsed[i]) {
			return nil, nil
		}
		if lookedUp(m.e, f) {
			at = i
		}
	}
	ids, err := m.candidates(ctx, fields[at], parsed[at])
	if err != nil {
		return nil, err
	}
	var found []Match
	for _, id := range ids {
		match, ok, err := m.verify(ctx, id, fields, parsed)
		if err != nil {
			return nil, err
		}
		if ok {
			if found = append(found, match); len(found) == maxMatches {
				break
			}
		}
	}
	return found, nil
}

const maxCandidates = 50

func (m *Matcher) candidates(ctx context.Context, f *field.Field, v any) (ids []crm.ID, err error) {
	seen := map[crm.ID]bool{}
	add := func(ref crm.Ref) {
		if ref.Entity == m.e.Name && !seen[ref.ID] {
			seen[ref.ID] = true
			ids = append(ids, ref.ID)
		}
	}
	for _, form := range m.forms(f, v) {
		var refs []crm.Ref
		switch {
		case f.Type == field.Phones:
			hits, err := m.r.store.PhonesExact(ctx, form, maxCandidates)
			if err != nil {
				return nil, err
			}
			for _, hit := range hits {
				add(hit.Ref)
			}
		case f.Key == m.e.Title && m.e.Party:
			refs, err = m.r.store.Matches(ctx, store.NameKind(m.e), form, maxCandidates)
		case f.Key == m.e.Title:
			refs, err = m.query(ctx, crm.Query{Search: v.(string)})
		case store.MatchKind(m.e, f) != "":
			refs, err = m.r.store.Matches(ctx, store.MatchKind(m.e, f), form, maxCandidates)
		default:
			refs, err = m.query(ctx, crm.Query{Filter: &crm.Filter{Field: f.Key, Op: field.Eq, Value: v}})
		}
		if err != nil {
			return nil, err
		}
		for _, ref := range refs {
			add(ref)
		}
	}
	return ids, nil
}

func (m *Matcher) query(ctx context.Context, q crm.Query) (refs []crm.Ref, err error) {
	q.Entity, q.Scope, q.Limit, q.Sort = m.e.Name, everything, maxCandidates, crm.Sort{Field: "updatedAt", Desc: true}
	list, _, err := m.r.store.Records(ctx, m.r.store.Read(), m.r.Schema(), &q, crm.Scope{})
	for _, rec := range list {
		refs = append(refs, crm.Ref{Entity: m.e.Name, ID: rec.ID})
	}
	return refs, err
}

// verify reads a candidate and compares every field of the key.
func (m *Matcher) verify(ctx context.Context, id crm.ID, fields []*field.Field, parsed []any) (Match, bool, error) {
	ref := crm.Ref{Entity: m.e.Name, ID: id}
	rec, err := m.r.store.Record(ctx, m.r.store.Read(), m.r.Schema(), ref, everything, m.who.Scope(m.e.Name, rights.Edit))
	if crm.IsCode(err, crm.NotFound) {
		return Match{}, false, nil
	}
	if err != nil {
		return Match{}, false, err
	}
	for i, f := range fields {
		if !shareForm(m.forms(f, rec.Values[f.Key]), m.forms(f, parsed[i])) && !reflect.DeepEqual(rec.Values[f.Key], parsed[i]) {
			return Match{}, false, nil
		}
	}
	match := Match{ID: id, Rev: rec.Rev, MayEdit: rec.MayWrite && m.who.May(m.e.Name, rights.Edit)}
	if match.Open, err = m.r.Visible(ctx, m.who, ref); err != nil {
		return Match{}, false, err
	}
	if match.Open {
		match.Label, match.Values = rec.Label, rec.Values
		return match, true, nil
	}
	if m.e.Access.Private {
		return Match{}, false, nil // of a private one nobody learns
	}
	named, err := m.r.Mention(ctx, ref)
	if named.Owner != nil {
		match.Owner = named.Owner.Name
	}
	return match, true, err
}

func shareForm(a, b []string) bool {
	for _, x := range a {
		for _, y := range b {
			if x == y {
				return true
			}
		}
	}
	return false
}
