package records

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/phone"
	"bellhop/hub/rights"
	"bellhop/hub/search"
	"bellhop/hub/store"
)

// Duplicate is a record that holds a value already, or is called something alike. Of
// one outside the user's rights only its kind, its owner and the last contact are
// told: Ref.ID is 0, Label and Value are empty and Open is false.
type Duplicate struct {
	Ref         crm.Ref
	Label       string
	Owner       *field.Person
	LastContact int64
	Field       string // of the record being written: which of its values was found
	Value       string // what stands there
	Similar     bool   // names that are alike, not the same value
	Open        bool
	closeness   float64
}

// MarshalJSON leaves out what is not told.
func (d Duplicate) MarshalJSON() ([]byte, error) {
	out := struct {
		Entity      string        `json:"entity"`
		ID          string        `json:"id"`
		Label       string        `json:"label"`
		Owner       *field.Person `json:"owner,omitempty"`
		LastContact int64         `json:"lastContact,omitempty"`
		Field       string        `json:"field"`
		Value       string        `json:"value"`
		Similar     bool          `json:"similar"`
		Open        bool          `json:"open"`
	}{Entity: d.Ref.Entity, Label: d.Label, Owner: d.Owner, LastContact: d.LastContact, Field: d.Field, Value: d.Value, Similar: d.Similar, Open: d.Open}
	if d.Ref.ID != 0 {
		out.ID = d.Ref.ID.String()
	}
	return json.Marshal(out)
}

const maxDuplicates = 10

// everything reads past the user's scope; only what Duplicate tells leaves this file.
var everything = crm.Scope{All: true}

// Duplicates looks for records of any owner that hold one of the values: a telephone
// number, a mail address or a chat name on any party, another compared field in any
// entity that has it, a name in the same entity. With the office's option on it also
// looks for companies whose names are alike. self is left out.
func (r *Records) Duplicates(ctx context.Context, who *rights.Rights, self crm.Ref, values map[string]any) ([]Duplicate, error) {
	e, ok := r.Schema().Entity(self.Entity)
	if !ok || !who.May(self.Entity, rights.Read) {
		return nil, crm.ErrNotFound
	}
	d := &duplicates{r: r, who: who, self: self, seen: map[crm.Ref]bool{self: true}, found: []Duplicate{}}
	for i := range e.Fields {
		f := &e.Fields[i]
		v, err := f.Type.Parse(f, values[f.Key])
		if err != nil || v == nil || !who.MayRead(e, f) {
			continue // the form says so when it is saved
		}
		switch v := v.(type) {
		case []field.Phone:
			err = d.phones(ctx, f, v)
		case string:
			err = d.text(ctx, e, f, v)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := d.names(ctx, e, values); err != nil {
		return nil, err
	}
	return d.found, nil
}

type duplicates struct {
	r     *Records
	who   *rights.Rights
	self  crm.Ref
	seen  map[crm.Ref]bool
	found []Duplicate
}

func (d *duplicates) phones(ctx context.Context, f *field.Field, list []field.Phone) error {
	area, err := d.r.store.Setting(ctx, "area_code")
	if err != nil {
		return err
	}
	for _, p := range list {
		number := phone.Normalise(p.Raw, area)
		hits, err := d.r.store.PhonesExact(ctx, number.Canonical, maxDuplicates)
		if err != nil {
			return err
		}
		for _, hit := range hits {
			if err := d.add(ctx, hit.Ref, Duplicate{Field: f.Key, Value: number.Display}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *duplicates) text(ctx context.Context, e *crm.Entity, f *field.Field, v string) error {
	if f.Key == e.Title && f.Compared {
		return d.title(ctx, e, f, v)
	}
	kind := store.MatchKind(e, f)
	if kind == "" {
		return nil
	}
	hits, err := d.r.store.Matches(ctx, kind, v, maxDuplicates)
	if err != nil {
		return err
	}
	for _, ref := range hits {
		if err := d.add(ctx, ref, Duplicate{Field: f.Key, Value: v}); err != nil {
			return err
		}
	}
	return nil
}

// title looks for records of the same kind with exactly this name.
func (d *duplicates) title(ctx context.Context, e *crm.Entity, f *field.Field, v string) error {
	q := crm.Query{Entity: e.Name, Scope: everything, Limit: maxDuplicates, Sort: crm.Sort{Field: "updatedAt", Desc: true},
		Filter: &crm.Filter{Field: f.Key, Op: field.Eq, Value: v}}
	list, _, err := d.r.store.Records(ctx, d.r.store.Read(), d.r.Schema(), &q, crm.Scope{})
	if err != nil {
		return err
	}
	for _, rec := range list {
		if err := d.add(ctx, crm.Ref{Entity: e.Name, ID: rec.ID}, Duplicate{Field: f.Key, Value: v, Similar: true}); err != nil {
			return err
		}
	}
	return nil
}

// named tells whether records of e are companies whose names are compared: people who
// belong to somebody, and private ones, are not.
func named(e *crm.Entity) bool {
	f, ok := e.Field(e.Title)
	return ok && e.Party && !e.Access.Private && len(e.Access.Parents) == 0 && f.Type.Name() == "text"
}

// names looks for companies with a name alike, among all that are named.
func (d *duplicates) names(ctx context.Context, e *crm.Entity, values map[string]any) error {
	typed, _ := values[e.Title].(string)
	if !named(e) || typed == "" {
		return nil
	}
	rule, err := d.r.nameRule(ctx)
	if err != nil || !rule.on {
		return err
	}
	core := search.Core(typed, rule.ignored)
	terms := search.NameTerms(core)
	if len(terms) == 0 {
		return nil
	}
	var alike []Duplicate
	for _, other := range d.r.Schema().Entities() {
		if !named(other) {
			continue
		}
		candidates, err := d.r.store.NameCandidates(ctx, other, terms)
		if err != nil {
			return err
		}
		for id, label := range candidates {
			if s := search.Similar(core, search.Core(label, rule.ignored)); s > 0 {
				alike = append(alike, Duplicate{Ref: crm.Ref{Entity: other.Name, ID: crm.ID(id)}, closeness: s, Value: label})
			}
		}
	}
	slices.SortFunc(alike, func(a, b Duplicate) int {
		return cmp.Or(cmp.Compare(b.closeness, a.closeness), cmp.Compare(b.Ref.ID, a.Ref.ID))
	})
	for _, a := range alike {
		if err := d.add(ctx, a.Ref, Duplicate{Field: e.Title, Value: a.Value, Similar: true}); err != nil {
			return err
		}
	}
	return nil
}

func (d *duplicates) add(ctx context.Context, ref crm.Ref, hit Duplicate) error {
	e, ok := d.r.Schema().Entity(ref.Entity)
	if !ok || d.seen[ref] || len(d.found) == maxDuplicates {
		return nil
	}
	d.seen[ref] = true
	open, err := d.r.Visible(ctx, d.who, ref)
	// A private record of somebody else isn't even mentioned.
	if err != nil || !open && e.Access.Private {
		return err
	}
	name, err := d.r.Mention(ctx, ref)
	if crm.IsCode(err, crm.NotFound) {
		return nil // deleted a moment ago
	}
	if err != nil {
		return err
	}
	hit.Ref, hit.Label, hit.Owner, hit.LastContact, hit.Open = ref, name.Label, name.Owner, name.LastContact, open
	if !open {
		hit.Ref.ID, hit.Label = 0, ""
		if hit.Similar {
			hit.Value = ""
		}
	}
	d.found = append(d.found, hit)
	return nil
}

// Mention is what anybody in the office may learn of a record he may not open: its
// name and whose it is (TEL-11), and when it was last in touch.
type Mention struct {
	Label       string
	Owner       *field.Person
	LastContact int64
}

// Mention names a record without regard to scope. Never use it to tell more.
func (r *Records) Mention(ctx context.Context, ref crm.Ref) (Mention, error) {
	rec, err := r.store.Record(ctx, r.store.Read(), r.Schema(), ref, everything, crm.Scope{})
	if err != nil {
		return Mention{}, err
	}
	m := Mention{Label: rec.Label}
	m.LastContact, _ = rec.Values["lastContact"].(int64)
	if rec.Owner == 0 {
		return m, nil
	}
	names, err := r.store.UserNames(ctx)
	m.Owner = &field.Person{ID: int64(rec.Owner), Name: names[rec.Owner]}
	return m, err
}

// nameRule is how the office wants names compared. Settings "duplicates.names" ("0" is
// off) and "duplicates.ignored", a word a line.
type nameRule struct {
	on      bool
	ignored []string
}

func (r *Records) nameRule(ctx context.Context) (nameRule, error) {
	on, err := r.store.Setting(ctx, "duplicates.names")
	if err != nil || on == "0" {
		return nameRule{}, err
	}
	words, err := r.store.Setting(ctx, "duplicates.ignored")
	rule := nameRule{on: true, ignored: search.IgnoredWords}
	if words != "" {
		rule.ignored = strings.Split(words, "\n")
	}
	return rule, err
}

const maxReason = 200 // characters

// Pass lets a write go on whose values stand elsewhere already if a reason is given,
// and refuses it with what was found if not. Names that are alike need no reason. What
// it returns goes to LogPass once the record is written. key is the request's, "" for none.
func (r *Records) Pass(ctx context.Context, who *rights.Rights, self crm.Ref, values map[string]any, key, reason string) ([]Duplicate, error) {
	if key != "" {
		if _, made, err := r.store.MadeBefore(ctx, r.store.Read(), who.User.ID, key); err != nil || made {
			return nil, err // sent again: what it would find is itself
		}
	}
	found, err := r.Duplicates(ctx, who, self, values)
	if err != nil {
		return nil, err
	}
	old, err := r.stood(ctx, who, self)
	if err != nil {
		return nil, err
	}
	same := slices.DeleteFunc(slices.Clone(found), func(d Duplicate) bool { return d.Similar || old[d.Value] })
	if len(same) == 0 {
		return nil, nil
	}
	if strings.TrimSpace(reason) == "" {
		return nil, &crm.Error{Code: crm.Conflict, Key: "record.duplicate", Current: found}
	}
	return same, nil
}

// stood gives the numbers the record held before: they were passed once already.
func (r *Records) stood(ctx context.Context, who *rights.Rights, self crm.Ref) (map[string]bool, error) {
	if self.ID == 0 {
		return nil, nil
	}
	rec, err := r.read(ctx, who, r.store.Read(), self)
	if err != nil {
		return nil, err
	}
	old := map[string]bool{}
	for _, v := range rec.Values {
		list, _ := v.([]field.Phone)
		for _, p := range list {
			old[p.Display] = true
		}
	}
	return old, nil
}

// LogPass keeps that somebody saved ref in spite of matches, and why.
func (r *Records) LogPass(ctx context.Context, who *rights.Rights, ref crm.Ref, matches []Duplicate, reason string) error {
	if len(matches) == 0 {
		return nil
	}
	told, err := json.Marshal(matches)
	if err != nil {
		return err
	}
	if runes := []rune(strings.TrimSpace(reason)); len(runes) > maxReason {
		reason = string(runes[:maxReason])
	}
	return r.store.PassDuplicate(ctx, store.DuplicatePass{At: r.now().UnixMilli(), User: who.User.ID, Name: who.User.Name, Ref: ref,
		Reason: strings.TrimSpace(reason), Matches: string(told)})
}

// DuplicatePass is what LogPass kept.
type DuplicatePass struct {
	At      int64           `json:"at"`
	User    field.Person    `json:"user"`
	Reason  string          `json:"reason"`
	Matches json.RawMessage `json:"matches"`
}

// DuplicatePasses lists those of a record the user may read. What was found is told
// only to who saved: it was found by his rights.
func (r *Records) DuplicatePasses(ctx context.Context, who *rights.Rights, ref crm.Ref) ([]DuplicatePass, error) {
	if ok, err := r.Visible(ctx, who, ref); err != nil || !ok {
		return nil, cmp.Or(err, error(crm.ErrNotFound))
	}
	list, err := r.store.DuplicatePasses(ctx, ref)
	if err != nil {
		return nil, err
	}
	names, err := r.store.UserNames(ctx)
	out := make([]DuplicatePass, len(list))
	for i, p := range list {
		out[i] = DuplicatePass{At: p.At, User: person(names, p.User), Reason: p.Reason, Matches: json.RawMessage("[]")}
		if p.User == who.User.ID {
			out[i].Matches = json.RawMessage(p.Matches)
		}
	}
	return out, err
}
