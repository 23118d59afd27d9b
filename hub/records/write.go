package records

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/phone"
	"bellhop/hub/rights"
	"bellhop/hub/search"
	"bellhop/hub/store"
)

// Create makes a record of values. With a key the same request sent again returns
// the record it made the first time.
func (r *Records) Create(ctx context.Context, who *rights.Rights, entity string, values map[string]any, key string) (*Row, error) {
	e, ok := r.Schema().Entity(entity)
	if !ok {
		return nil, crm.ErrNotFound
	}
	if !who.May(entity, rights.Create) {
		return nil, errForbidden
	}
	rec := r.fresh(e, who)
	w := &writing{r: r, who: who, e: e, isNew: true}
	if err := w.take(ctx, &rec.Record, values); err != nil {
		return nil, err
	}
	ref := crm.Ref{Entity: entity, ID: rec.ID}
	again := false
	taken := rec
	err := r.store.Write(ctx, func(tx *store.Tx) error {
		rec = taken.Copy() // a second run must not find the first one's number
		if key != "" {
			before, made, err := r.store.MadeBefore(ctx, tx, who.User.ID, key)
			if err != nil || made {
				ref, again = before, made
				return err
			}
			if err := r.store.Made(ctx, tx, who.User.ID, key, ref, rec.CreatedAt); err != nil {
				return err
			}
		}
		return w.insert(ctx, tx, rec)
	})
	if err != nil {
		return nil, err
	}
	if !again {
		r.tell(e, rec.ID, rec.Rev, rec.Owner)
	}
	row, err := r.Get(ctx, who, ref)
	if crm.IsCode(err, crm.NotFound) && !again {
		// Given to somebody else at once: he who made it still sees what he made.
		rows, err := r.show(ctx, who, []*store.RecordRow{rec})
		if err != nil {
			return nil, err
		}
		return rows[0], nil
	}
	return row, err
}

// fresh is a new record before anything is put into it.
func (r *Records) fresh(e *crm.Entity, who *rights.Rights) *store.RecordRow {
	now := r.now().UnixMilli()
	rec := &store.RecordRow{Record: crm.Record{
		Entity: e.Name, ID: crm.NewID(), Rev: 1, Values: map[string]any{}, Owner: who.User.ID,
		CreatedAt: now, UpdatedAt: now, CreatedBy: who.User.ID, UpdatedBy: who.User.ID,
	}}
	for i := range e.Fields {
		switch f := &e.Fields[i]; {
		case f.Default != nil:
			rec.Values[f.Key] = f.Default
		case f.KeyDate && f.Type == field.Day && !f.Kept:
			rec.Values[f.Key] = field.Date(r.now().Format(time.DateOnly)) // when it was registered
		}
	}
	return rec
}

// Update changes the given values of the record of revision rev. If it has another
// one by now the Conflict holds the record as it is.
func (r *Records) Update(ctx context.Context, who *rights.Rights, ref crm.Ref, rev int64, values map[string]any) (*Row, error) {
	e, ok := r.Schema().Entity(ref.Entity)
	if !ok {
		return nil, crm.ErrNotFound
	}
	rec, err := r.writable(ctx, who, ref, rights.Edit)
	if err != nil {
		return nil, err
	}
	if rec.Rev != rev {
		return nil, r.conflict(ctx, who, ref)
	}
	old := rec.Record
	old.Values = maps.Clone(rec.Values)
	w := &writing{r: r, who: who, e: e, old: &old}
	if err := w.take(ctx, &rec.Record, values); err != nil {
		return nil, err
	}
	if rec.Owner != old.Owner {
		if err := r.reached(ctx, who, ref, rights.Transfer); err != nil {
			return nil, err
		}
	}
	rec.Rev, rec.UpdatedAt, rec.UpdatedBy = rev+1, r.now().UnixMilli(), who.User.ID
	taken := rec
	err = r.store.Write(ctx, func(tx *store.Tx) error {
		rec = taken.Copy()
		return w.update(ctx, tx, rec, rev)
	})
	if crm.IsCode(err, crm.Conflict) {
		return nil, r.conflict(ctx, who, ref)
	}
	if err != nil {
		return nil, err
	}
	r.tell(e, ref.ID, rec.Rev, rec.Owner)
	return r.Get(ctx, who, ref)
}

// Delete hides the record of revision rev.
func (r *Records) Delete(ctx context.Context, who *rights.Rights, ref crm.Ref, rev int64) error {
	e, ok := r.Schema().Entity(ref.Entity)
	if !ok {
		return crm.ErrNotFound
	}
	rec, err := r.writable(ctx, who, ref, rights.Delete)
	if err != nil {
		return err
	}
	err = r.store.Write(ctx, func(tx *store.Tx) error {
		return r.remove(ctx, tx, who, e, rec, rev)
	})
	if crm.IsCode(err, crm.Conflict) {
		return r.conflict(ctx, who, ref)
	}
	if err == nil {
		r.tell(e, ref.ID, rev+1, rec.Owner)
	}
	return err
}

var errForbidden = &crm.Error{Code: crm.Forbidden, Key: "record.forbidden"}

// writable reads a record the user is about to change. What he may read but not
// change is Forbidden, what he may not read isn't there.
func (r *Records) writable(ctx context.Context, who *rights.Rights, ref crm.Ref, action rights.Action) (*store.RecordRow, error) {
	rec, err := r.read(ctx, who, r.store.Read(), ref)
	if err != nil {
		return nil, err
	}
	if !rec.MayWrite || !who.May(ref.Entity, action) {
		return nil, errForbidden
	}
	if r.watcher != nil {
		if err := r.watcher.Open(ctx, who, ref); err != nil {
			return nil, err
		}
	}
	if action != rights.Edit {
		reached, err := r.store.InScope(ctx, r.store.Read(), r.Schema(), ref, who.Scope(ref.Entity, action))
		if err != nil {
			return nil, err
		}
		if !reached {
			return nil, errForbidden
		}
	}
	return rec, nil
}

func (r *Records) conflict(ctx context.Context, who *rights.Rights, ref crm.Ref) error {
	current, err := r.Get(ctx, who, ref)
	if err != nil {
		return err
	}
	return &crm.Error{Code: crm.Conflict, Key: "record.changed_meanwhile", Args: map[string]string{"name": current.Editor.Name}, Current: current}
}

// writing is one write of one user.
type writing struct {
	r     *Records
	who   *rights.Rights
	e     *crm.Entity
	old   *crm.Record // nil for a new one
	isNew bool
}

// take checks values and puts them into rec. All faults are told at once.
func (w *writing) take(ctx context.Context, rec *crm.Record, values map[string]any) error {
	var faults []crm.Error
	bad := map[string]bool{}
	for key := range values {
		if f, ok := w.e.Field(key); !ok || !w.who.MayRead(w.e, f) {
			faults = append(faults, crm.Error{Field: key, Key: "field.unknown"})
		}
	}
	for i := range w.e.Fields {
		f := &w.e.Fields[i]
		in, given := values[f.Key]
		if !w.who.MayRead(w.e, f) {
			continue // told above as a field that isn't there; nor can it be asked for
		}
		masked := given && w.who.Masks(w.e, f)
		if masked {
			var untouched bool
			in, untouched = unmask(rec.Values[f.Key], in)
			given = !untouched
		}
		if given && !w.who.MayWrite(w.e, f, w.isNew) {
			// Whether a masked value was guessed is not told: it would be an answer.
			if !masked && w.same(ctx, f, rec, in) {
				given = false
			} else {
				faults = append(faults, crm.Error{Field: f.Key, Key: "field.read_only"})
				bad[f.Key] = true
				continue
			}
		}
		if given {
			if err := w.takeOne(ctx, f, rec, in); err != nil {
				found, ok := faultsOf(f, err)
				if !ok {
					return err
				}
				faults = append(faults, found...)
				bad[f.Key] = true
			}
		}
	}
	for i := range w.e.Fields {
		if f := &w.e.Fields[i]; !bad[f.Key] && w.lacks(f, rec.Values) {
			faults = append(faults, crm.Error{Field: f.Key, Key: "field.required"})
		}
	}
	return w.faulty(faults)
}

// lacks tells that a field the user must fill in is empty. One that the form doesn't
// show now, or that the program fills in, he need not.
func (w *writing) lacks(f *field.Field, values map[string]any) bool {
	return f.Required && empty(values[f.Key]) && !w.numbered(f) && !field.IsFormula(f.Type) && f.Key != "owner" && !f.Hidden &&
		w.who.MayRead(w.e, f) && f.ShowIf.Holds(values)
}

func (w *writing) faulty(faults []crm.Error) error {
	if len(faults) == 0 {
		return nil
	}
	first := faults[0]
	return &crm.Error{Code: crm.Invalid, Key: first.Key, Args: first.Args, Field: first.Field, Fields: faults}
}

// keepUnseen gives lines back what their writer does not see of them, or may not change.
func (w *writing) keepUnseen(f *field.Field, was, now any) {
	old, _ := was.([]field.Line)
	lines, _ := now.([]field.Line)
	for _, line := range lines {
		i := slices.IndexFunc(old, func(l field.Line) bool { return l.ID == line.ID && l.ID != 0 })
		for n := range f.Lines {
			sub := &f.Lines[n]
			if w.who.MayWrite(w.e, sub, i < 0) && !w.who.Masks(w.e, sub) || sub.ReadOnly || sub.Kept {
				continue
			}
			delete(line.Values, sub.Key)
			if i >= 0 && old[i].Values[sub.Key] != nil {
				line.Values[sub.Key] = old[i].Values[sub.Key]
			}
		}
	}
}

// same tells that a form sent back a value it may not change, unchanged.
func (w *writing) same(ctx context.Context, f *field.Field, rec *crm.Record, in any) bool {
	v, err := f.Type.Parse(f, in)
	if err != nil {
		return false
	}
	if empty(v) && empty(rec.Values[f.Key]) {
		return true
	}
	return reflect.DeepEqual(written(rec.Values[f.Key]), written(v))
}

// unmask puts the value that stands back where a form returned what it was shown of
// it, and tells whether that is all it returned.
func unmask(stands, in any) (out any, untouched bool) {
	switch was := stands.(type) {
	case string:
		return in, in == rights.MaskText(was)
	case []field.Phone:
		shown, _ := rights.Mask(nil, was).([]field.Phone)
		list, _ := in.([]any)
		back := make([]any, len(list))
		kept := 0
		for i, item := range list {
			back[i] = item
			tree, _ := item.(map[string]any)
			at := slices.IndexFunc(shown, func(p field.Phone) bool { return p.Display == tree["display"] })
			if tree["masked"] == true && at >= 0 {
				back[i] = map[string]any{"label": tree["label"], "number": was[at].Raw}
				shown[at].Display = "" // two may look alike
				if at == i && tree["label"] == was[at].Label {
					kept++
				}
			}
		}
		return back, kept == len(was) && len(list) == len(was)
	case nil:
		return in, in == nil || in == ""
	}
	return in, in == nil // nothing of it is shown
}

// faultsOf tells what is wrong with a field; those in lines by "lines.2.qty".
func faultsOf(f *field.Field, err error) ([]crm.Error, bool) {
	var bad *field.Error
	if !errors.As(err, &bad) {
		return nil, false
	}
	var faults []crm.Error
	for _, e := range append([]*field.Error{bad}, bad.More...) {
		at := f.Key
		if e.At != "" {
			at += "." + e.At
		}
		faults = append(faults, crm.Error{Field: at, Key: e.Key, Args: e.Args})
	}
	return faults, true
}

func empty(v any) bool { return v == nil || v == "" }

// numbered tells that the program fills the field in.
func (w *writing) numbered(f *field.Field) bool { return f.Series != nil }

func (w *writing) takeOne(ctx context.Context, f *field.Field, rec *crm.Record, in any) error {
	if f.Type == field.Lines {
		in = w.ownLines(f, rec.Values[f.Key], in)
	}
	v, err := f.Type.Parse(f, in)
	if err != nil {
		return err
	}
	if v == nil {
		if f.Key != "owner" {
			delete(rec.Values, f.Key)
		} else if !w.isNew {
			rec.Owner = 0
			delete(rec.Values, f.Key)
		}
		return nil
	}
	if v, err = w.settle(ctx, f, rec.Values[f.Key], v); err != nil {
		return err
	}
	w.keepUnseen(f, rec.Values[f.Key], v)
	if p, ok := v.(field.Person); ok && f.Key == "owner" {
		rec.Owner = crm.ID(p.ID)
	}
	rec.Values[f.Key] = v
	return nil
}

// settle checks a parsed value against the rest of the office: that what it points to
// is there for this user, that its options are offered. What stood there before stays.
func (w *writing) settle(ctx context.Context, f *field.Field, was, v any) (any, error) {
	switch now := v.(type) {
	case []field.Phone:
		return w.normalise(ctx, now)
	case field.Ref:
		return v, w.reachable(ctx, f, was, now)
	case []field.Ref:
		for _, ref := range now {
			if err := w.reachable(ctx, f, was, ref); err != nil {
				return nil, err
			}
		}
	case field.Person:
		if _, err := w.r.store.User(ctx, crm.ID(now.ID)); crm.IsCode(err, crm.NotFound) {
			return nil, &field.Error{Key: "field.no_such_record"}
		} else if err != nil {
			return nil, err
		}
	case field.Dept:
		return v, w.department(ctx, was, now)
	case []field.File:
		return w.files(ctx, f, was, now)
	case []field.Line:
		return w.settleLines(ctx, f, was, now)
	case string:
		if f.Type == field.Select && was != v && retired(f, now) {
			return nil, &field.Error{Key: "field.option_retired"}
		}
	case []string:
		before, _ := was.([]string)
		for _, id := range now {
			if retired(f, id) && !slices.Contains(before, id) {
				return nil, &field.Error{Key: "field.option_retired"}
			}
		}
	}
	return v, nil
}

// retired tells whether an option is no longer offered; records that have it keep it.
func retired(f *field.Field, id string) bool {
	o, ok := f.Option(id)
	return ok && o.Retired
}

// ownLines puts what stood there in place of what the user may not set of lines that
// are there; of new ones it takes it away.
func (w *writing) ownLines(f *field.Field, was, in any) any {
	list, ok := in.([]any)
	if !ok {
		return in
	}
	before := map[string]map[string]any{}
	old, _ := was.([]field.Line)
	for _, line := range old {
		before[crm.ID(line.ID).String()] = line.Values
	}
	for _, item := range list {
		tree, ok := item.(map[string]any)
		values, isTree := tree["values"].(map[string]any)
		if !ok || !isTree {
			continue
		}
		id, _ := tree["id"].(string)
		for i := range f.Lines {
			sub := &f.Lines[i]
			if w.who.MayWrite(w.e, sub, before[id] == nil) && !sub.Hidden || field.IsFormula(sub.Type) {
				continue
			}
			delete(values, sub.Key)
			if v := before[id][sub.Key]; v != nil {
				values[sub.Key] = v
			}
		}
		for i := range f.Lines { // a form may send back what was computed
			if field.IsFormula(f.Lines[i].Type) {
				delete(values, f.Lines[i].Key)
			}
		}
	}
	return in
}

// settleLines settles the values of each line; what is wrong is told with its place.
func (w *writing) settleLines(ctx context.Context, f *field.Field, was any, now []field.Line) (any, error) {
	before := map[int64]map[string]any{}
	old, _ := was.([]field.Line)
	for _, line := range old {
		before[line.ID] = line.Values
	}
	var faults []*field.Error
	for i := range now {
		line := &now[i]
		if _, known := before[line.ID]; !known {
			line.ID = 0 // of another record, or gone: it is written as a new one
		}
		for j := range f.Lines {
			sub := &f.Lines[j]
			v := line.Values[sub.Key]
			if v == nil {
				continue
			}
			settled, err := w.settle(ctx, sub, before[line.ID][sub.Key], v)
			var bad *field.Error
			if errors.As(err, &bad) {
				e := *bad
				e.At = strconv.Itoa(i) + "." + sub.Key
				faults = append(faults, &e)
			} else if err != nil {
				return nil, err
			}
			line.Values[sub.Key] = settled
		}
	}
	if len(faults) > 0 {
		first := *faults[0]
		first.More = faults[1:]
		return nil, &first
	}
	return now, nil
}

// normalise brings numbers to the form callers are looked up by.
func (w *writing) normalise(ctx context.Context, list []field.Phone) ([]field.Phone, error) {
	area, err := w.r.store.Setting(ctx, "area_code")
	if err != nil {
		return nil, err
	}
	var kept []field.Phone
	seen := map[string]bool{}
	for _, p := range list {
		number := phone.Normalise(p.Raw, area)
		if number.Canonical == "" {
			return nil, &field.Error{Key: "field.bad_phone", Args: map[string]string{"number": p.Raw}}
		}
		p.Number, p.Display = number.Canonical, number.Display
		if !seen[p.Display] {
			seen[p.Display] = true
			kept = append(kept, p)
		}
	}
	return kept, nil
}

// reachable refuses a reference to a record that isn't there for this user, unless it
// stood there before.
func (w *writing) reachable(ctx context.Context, f *field.Field, was any, to field.Ref) error {
	if slices.Contains(refsOf(was), to.ID) {
		return nil
	}
	ok, err := w.r.Visible(ctx, w.who, crm.Ref{Entity: f.Ref, ID: crm.ID(to.ID)})
	if err == nil && !ok {
		return &field.Error{Key: "field.no_such_record"}
	}
	return err
}

func refsOf(v any) (ids []int64) {
	switch v := v.(type) {
	case field.Ref:
		return []int64{v.ID}
	case []field.Ref:
		for _, r := range v {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

func (w *writing) insert(ctx context.Context, tx *store.Tx, rec *store.RecordRow) error {
	if err := w.number(ctx, tx, rec); err != nil {
		return err
	}
	if err := w.finish(ctx, tx, rec); err != nil {
		return err
	}
	if err := w.unique(ctx, tx, rec); err != nil {
		return err
	}
	if err := w.r.store.InsertRecord(ctx, tx, w.e, rec); err != nil {
		return err
	}
	if err := w.mendKept(ctx, tx, rec); err != nil {
		return err
	}
	if err := trace(tx, w.who, w.e, nil, &rec.Record, rec.UpdatedAt); err != nil {
		return err
	}
	return w.apply(ctx, tx, nil, &rec.Record)
}

func (w *writing) update(ctx context.Context, tx *store.Tx, rec *store.RecordRow, rev int64) error {
	if err := w.finish(ctx, tx, rec); err != nil {
		return err
	}
	if err := w.unique(ctx, tx, rec); err != nil {
		return err
	}
	if err := w.r.store.UpdateRecord(ctx, tx, w.e, rec, rev); err != nil {
		return err
	}
	if err := w.mendKept(ctx, tx, rec); err != nil {
		return err
	}
	if err := trace(tx, w.who, w.e, w.old, &rec.Record, rec.UpdatedAt); err != nil {
		return err
	}
	return w.apply(ctx, tx, w.old, &rec.Record)
}

// apply carries out what a write changes in other records.
func (w *writing) apply(ctx context.Context, tx *store.Tx, old, now *crm.Record) error {
	if err := w.r.effects(ctx, tx, w.e, old, now); err != nil {
		return err
	}
	if w.e.Hooks.After == nil {
		return nil
	}
	return w.e.Hooks.After(ctx, w.transaction(tx), old, now)
}

func (r *Records) effects(ctx context.Context, tx *store.Tx, e *crm.Entity, old, now *crm.Record) error {
	if e.Hooks.Effects == nil {
		return nil
	}
	for _, effect := range e.Hooks.Effects(old, now) {
		if err := r.store.Apply(ctx, tx, r.Schema(), effect); err != nil {
			return err
		}
	}
	return nil
}

// number gives the record its numbers, except those it came with.
func (w *writing) number(ctx context.Context, tx *store.Tx, rec *store.RecordRow) error {
	now := w.r.now()
	for i := range w.e.Fields {
		f := &w.e.Fields[i]
		if f.Series == nil || rec.Text(f.Key) != "" {
			continue
		}
		no, err := w.r.nextNumber(ctx, tx, w.e, f, now)
		if err != nil {
			return err
		}
		rec.Values[f.Key] = no
	}
	return nil
}

// finish runs the hook and derives label and search words.
func (w *writing) finish(ctx context.Context, tx *store.Tx, rec *store.RecordRow) error {
	today := field.Date(w.r.now().Format(time.DateOnly))
	if w.e.Hooks.Before != nil {
		field.Compute(w.e.Fields, rec.Values, today)
		if err := w.e.Hooks.Before(ctx, w.transaction(tx), w.old, &rec.Record); err != nil {
			return err
		}
	}
	field.Compute(w.e.Fields, rec.Values, today)
	rec.Label = firstLine(rec.Text(w.e.Title))
	if rec.Label == "" {
		rec.Label = rec.ID.String()
	}
	rec.Document = Document(w.e, rec.Values)
	return nil
}

const maxLabel = 80

// firstLine makes a label of a long text.
func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	if r := []rune(s); len(r) > maxLabel {
		s = string(r[:maxLabel-1]) + "…"
	}
	return s
}

// longestName is how long a field may be at most for its values to be found as they are
// spelled, like the title: short names and towns, not addresses.
const longestName = 60

// Document gathers what the search box finds a record by.
func Document(e *crm.Entity, values map[string]any) search.Document {
	var names, texts, digits []string
	for i := range e.Fields {
		f := &e.Fields[i]
		switch v := values[f.Key].(type) {
		case string:
			switch {
			case !f.Search:
				continue
			case f.Type.Name() != field.LongText.Name() && (f.Key == e.Title || f.Max > 0 && f.Max <= longestName):
				names = append(names, v)
			default:
				texts = append(texts, v)
			}
			if f.Series != nil {
				digits = append(digits, search.Digits(v))
			}
		case []field.Phone:
			for _, p := range v {
				digits = append(digits, search.Digits(p.Number))
			}
		}
	}
	return search.Document{Text: search.Compose(names, texts), Digits: strings.Join(digits, " ")}
}
