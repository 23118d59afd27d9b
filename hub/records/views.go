package records

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// ViewSpec is how a list is arranged. What it leaves out is as the entity defines it.
type ViewSpec struct {
	Columns []ViewColumn `json:"columns,omitempty"`
	Sort    *crm.Sort    `json:"sort,omitempty"`
	Filter  *crm.Filter  `json:"filter,omitempty"`
	Mode    string       `json:"mode,omitempty"`  // of ViewModes
	Group   string       `json:"group,omitempty"` // the field a kanban goes by
	Sum     string       `json:"sum,omitempty"`   // and what it adds up
	Date    string       `json:"date,omitempty"`  // the field a calendar goes by
	Totals  bool         `json:"totals,omitempty"`
}

// ViewColumn is one column, from left to right; frozen ones stay in sight.
type ViewColumn struct {
	Key    string `json:"key"`
	Width  int    `json:"width,omitempty"`
	Frozen bool   `json:"frozen,omitempty"`
}

// ViewModes are the ways a list is drawn.
var ViewModes = []string{"list", "kanban", "calendar"}

// View is a kept list as one user sees it.
type View struct {
	ID     crm.ID
	Key    string // of a built-in one, else ""
	Name   string
	Owner  crm.ID
	Spec   ViewSpec
	Shares []store.ViewShare
	// Broken tells that the view asks for something hidden from this user; then its
	// filter is kept from him as well.
	Broken bool
	Count  int
	Capped bool
}

const (
	maxViewName = 40
	maxViewSpec = 20_000 // bytes of JSON
	maxViews    = 60     // of one user and entity
	maxWidth    = 800
)

// Views are the lists of entity a user may choose from: built-in ones first, then his
// own, then those shared with him. With count each tells how many records it holds.
func (r *Records) Views(ctx context.Context, who *rights.Rights, entity string, count bool) ([]*View, error) {
	e, ok := r.Schema().Entity(entity)
	if !ok || !who.May(entity, rights.Read) {
		return nil, crm.ErrNotFound
	}
	views := builtIn(e)
	kept, err := r.store.Views(ctx, entity, who.User.ID, who.Addresses())
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(kept, func(a, b *store.View) int {
		return boolInt(b.Owner == who.User.ID) - boolInt(a.Owner == who.User.ID)
	})
	for _, v := range kept {
		views = append(views, r.seen(who, e, v))
	}
	if !count {
		return views, nil
	}
	for _, v := range views {
		if v.Broken {
			continue
		}
		if err := r.countView(ctx, who, e, v); err != nil {
			return nil, err
		}
	}
	return views, nil
}

func (r *Records) countView(ctx context.Context, who *rights.Rights, e *crm.Entity, v *View) (err error) {
	q := crm.Query{Entity: e.Name, Filter: v.Spec.Filter}
	if err := r.prepare(who, e, &q); err != nil {
		return err
	}
	v.Count, v.Capped, err = r.store.CountRecords(ctx, r.store.Read(), r.Schema(), &q)
	return err
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// builtIn are the lists every office has: all, and where records have owners one's own
// and those others share.
func builtIn(e *crm.Entity) []*View {
	views := []*View{{Key: "all"}}
	if _, owned := e.Field("owner"); owned && !e.Access.Private {
		views = append(views, &View{Key: "mine", Spec: ViewSpec{Filter: withMe("owner")}},
			&View{Key: "sharedToMe", Spec: ViewSpec{Filter: withMe(sharedWith)}})
	}
	return views
}

func withMe(key string) *crm.Filter {
	return &crm.Filter{Field: key, Op: field.Eq, Value: map[string]any{"rel": "me"}}
}

// seen is a kept view without what the user may not see.
func (r *Records) seen(who *rights.Rights, e *crm.Entity, kept *store.View) *View {
	v := &View{ID: kept.ID, Name: kept.Name, Owner: kept.Owner, Shares: kept.Shares}
	spec, err := parseSpec(kept.Spec)
	if err != nil {
		v.Broken = true
		return v
	}
	v.Spec = pruned(who, e, spec)
	if spec.Filter != nil {
		if _, err := r.check(who, e, *spec.Filter); err != nil {
			v.Broken, v.Spec.Filter = true, nil
		}
	}
	return v
}

// parseSpec keeps numbers as they were written.
func parseSpec(text string) (spec ViewSpec, err error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	return spec, d.Decode(&spec)
}

// pruned leaves out columns, order and grouping by fields the user may not see.
func pruned(who *rights.Rights, e *crm.Entity, spec ViewSpec) ViewSpec {
	shown := func(key string) bool {
		f, ok := e.Field(key)
		return crm.SystemField(key) || ok && who.MayRead(e, f)
	}
	spec.Columns = slices.DeleteFunc(slices.Clone(spec.Columns), func(c ViewColumn) bool { return !shown(c.Key) })
	if spec.Sort != nil && !sortable(who, e, spec.Sort.Field) {
		spec.Sort = nil
	}
	for _, key := range []*string{&spec.Group, &spec.Sum, &spec.Date} {
		if *key != "" && !shown(*key) {
			*key = ""
		}
	}
	return spec
}

// ViewIn is what a user keeps as a view.
type ViewIn struct {
	Name   string
	Spec   ViewSpec
	Shares []store.ViewShare
}

// CreateView keeps a list under a name.
func (r *Records) CreateView(ctx context.Context, who *rights.Rights, entity string, in ViewIn) (*View, error) {
	e, ok := r.Schema().Entity(entity)
	if !ok || !who.May(entity, rights.Read) {
		return nil, crm.ErrNotFound
	}
	before, err := r.store.Views(ctx, entity, who.User.ID, nil)
	if err != nil {
		return nil, err
	}
	if len(before) >= maxViews {
		return nil, &crm.Error{Code: crm.Invalid, Key: "view.too_many"}
	}
	v := &store.View{ID: crm.NewID(), Entity: entity, Owner: who.User.ID, Position: len(before)}
	return r.putView(ctx, who, e, v, in)
}

// ChangeView writes over a view of the user's own.
func (r *Records) ChangeView(ctx context.Context, who *rights.Rights, entity string, id crm.ID, in ViewIn) (*View, error) {
	e, v, err := r.ownView(ctx, who, entity, id)
	if err != nil {
		return nil, err
	}
	return r.putView(ctx, who, e, v, in)
}

// DropView removes a view of the user's own; nobody has it any more.
func (r *Records) DropView(ctx context.Context, who *rights.Rights, entity string, id crm.ID) error {
	_, v, err := r.ownView(ctx, who, entity, id)
	if err != nil {
		return err
	}
	return r.store.DropView(ctx, v)
}

// ownView finds a view the user may change: his own, and for an administrator those
// everybody has.
func (r *Records) ownView(ctx context.Context, who *rights.Rights, entity string, id crm.ID) (*crm.Entity, *store.View, error) {
	e, ok := r.Schema().Entity(entity)
	v, err := r.store.View(ctx, id)
	switch {
	case err != nil:
		return nil, nil, err
	case !ok || v.Entity != entity || !who.May(entity, rights.Read):
		return nil, nil, crm.ErrNotFound
	case v.Owner == who.User.ID:
		return e, v, nil
	case slices.ContainsFunc(v.Shares, func(s store.ViewShare) bool { return s.Kind == "all" }):
		if who.Administrates() {
			return e, v, nil
		}
		return nil, nil, &crm.Error{Code: crm.Forbidden, Key: "view.not_yours"}
	}
	for _, s := range v.Shares {
		if slices.Contains(who.Addresses(), s.Target) {
			return nil, nil, &crm.Error{Code: crm.Forbidden, Key: "view.not_yours"}
		}
	}
	return nil, nil, crm.ErrNotFound
}

func (r *Records) putView(ctx context.Context, who *rights.Rights, e *crm.Entity, v *store.View, in ViewIn) (*View, error) {
	v.Name = strings.TrimSpace(in.Name)
	if v.Name == "" || utf8.RuneCountInString(v.Name) > maxViewName {
		return nil, &crm.Error{Code: crm.Invalid, Key: "view.name", Field: "name"}
	}
	if err := r.checkSpec(who, e, &in.Spec); err != nil {
		return nil, err
	}
	text, err := json.Marshal(in.Spec)
	if err != nil {
		return nil, err
	}
	if len(text) > maxViewSpec {
		return nil, badFilter("query.filter_too_large", "")
	}
	v.Spec, v.At = string(text), r.now().UnixMilli()
	v.Shares = []store.ViewShare{}
	for _, s := range in.Shares {
		if !slices.Contains([]string{"user", "department", "group", "all"}, s.Kind) || (s.Kind == "all") != (s.Target == 0) {
			return nil, &crm.Error{Code: crm.Invalid, Key: "field.no_such_option", Field: "shares"}
		}
		v.Shares = append(v.Shares, s)
	}
	if err := r.store.PutView(ctx, v); err != nil {
		return nil, err
	}
	return r.seen(who, e, v), nil
}

// checkSpec refuses a view that would not run for the one who keeps it.
func (r *Records) checkSpec(who *rights.Rights, e *crm.Entity, spec *ViewSpec) error {
	if spec.Mode != "" && !slices.Contains(ViewModes, spec.Mode) {
		return &crm.Error{Code: crm.Invalid, Key: "field.no_such_option", Field: "mode"}
	}
	if spec.Sort != nil && !sortable(who, e, spec.Sort.Field) {
		return &crm.Error{Code: crm.Invalid, Key: "query.bad_sort", Field: spec.Sort.Field}
	}
	for i := range spec.Columns {
		spec.Columns[i].Width = min(max(spec.Columns[i].Width, 0), maxWidth)
	}
	if left := pruned(who, e, *spec); len(left.Columns) != len(spec.Columns) || left.Group != spec.Group || left.Sum != spec.Sum || left.Date != spec.Date {
		return badFilter("query.no_such_field", "columns")
	}
	if spec.Filter != nil {
		_, err := r.check(who, e, *spec.Filter)
		return err
	}
	return nil
}

// Layouts are how a user has the lists of entity, by view: columns, widths, mode.
// Under "" of the entity "" stands what holds for all lists.
func (r *Records) Layouts(ctx context.Context, who *rights.Rights, entity string) (map[string]ViewSpec, error) {
	e, ok := r.Schema().Entity(entity)
	if !ok || !who.May(entity, rights.Read) {
		return nil, crm.ErrNotFound
	}
	kept, err := r.store.Layouts(ctx, who.User.ID, entity)
	if err != nil {
		return nil, err
	}
	layouts := map[string]ViewSpec{}
	for view, text := range kept {
		if spec, err := parseSpec(text); err == nil {
			layouts[view] = pruned(who, e, spec)
		}
	}
	return layouts, nil
}

// SetLayout keeps how the user has a list; nil goes back to how the view is.
func (r *Records) SetLayout(ctx context.Context, who *rights.Rights, entity, view string, spec *ViewSpec) error {
	e, ok := r.Schema().Entity(entity)
	if !ok || !who.May(entity, rights.Read) {
		return crm.ErrNotFound
	}
	if len(view) > maxViewName {
		return crm.ErrNotFound
	}
	if spec == nil {
		return r.store.SetLayout(ctx, who.User.ID, entity, view, "")
	}
	spec.Filter = nil // conditions belong to the view, or to the moment
	if err := r.checkSpec(who, e, spec); err != nil {
		return err
	}
	text, err := json.Marshal(spec)
	if err != nil || len(text) > maxViewSpec {
		return badFilter("query.filter_too_large", "")
	}
	return r.store.SetLayout(ctx, who.User.ID, entity, view, string(text))
}

// RowsPerPage are the lengths of a page a user may choose.
var RowsPerPage = []int{20, 50, 100, 200}

// DefaultRows is the page of who has chosen none.
const DefaultRows = 100

// Rows is how many rows a page of this user's lists has.
func (r *Records) Rows(ctx context.Context, who *rights.Rights) (int, error) {
	kept, err := r.store.Layouts(ctx, who.User.ID, "")
	if err != nil {
		return 0, err
	}
	var spec struct{ Rows int }
	if json.Unmarshal([]byte(kept["rows"]), &spec) == nil && slices.Contains(RowsPerPage, spec.Rows) {
		return spec.Rows, nil
	}
	return DefaultRows, nil
}

// SetRows keeps it.
func (r *Records) SetRows(ctx context.Context, who *rights.Rights, rows int) error {
	if !slices.Contains(RowsPerPage, rows) {
		return &crm.Error{Code: crm.Invalid, Key: "field.no_such_option", Field: "rows"}
	}
	text, _ := json.Marshal(map[string]int{"rows": rows})
	return r.store.SetLayout(ctx, who.User.ID, "", "rows", string(text))
}
