package exchange

import (
	"context"
	"encoding/json"
	"slices"

	"bellhop/hub/crm"
	"bellhop/hub/records"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// rows writes rows of one import by one user's rights.
type rows struct {
	x       *Service
	c       *converter
	m       *records.Matcher
	job     *store.ImportJob
	pending []entry
	keys    map[string]bool // of the rows waiting to be written
	writes  int
}

// entry is a row waiting to be kept: with a write, or as it is.
type entry struct {
	in     row
	seq    int // of an import_row that was asked about; 0 for a new one
	write  *records.Write
	kept   store.ImportRow
	update bool
}

func (x *Service) rowsOf(ctx context.Context, who *rights.Rights, entity string, plan *Plan) (*rows, error) {
	if err := mayImport(who, entity); err != nil {
		return nil, err
	}
	e, ok := x.Records.Schema().Entity(entity)
	if !ok {
		return nil, crm.ErrNotFound
	}
	if err := plan.check(who, e); err != nil {
		return nil, err
	}
	c, err := x.converter(ctx, who, e, plan)
	if err != nil {
		return nil, err
	}
	m, err := x.Records.Matcher(ctx, who, entity, plan.Keys)
	return &rows{x: x, c: c, m: m, keys: map[string]bool{}}, err
}

// take does with one row what the plan says.
func (r *rows) take(ctx context.Context, in row, seq int, action Action) error {
	in.cells = append([]string{}, in.cells...)
	e := entry{in: in, seq: seq}
	values, need, faults, err := r.c.values(ctx, in)
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		return r.keep(ctx, e.as(rowFailed, faults...))
	}
	keys := r.m.Keys(values)
	if slices.ContainsFunc(keys, func(k string) bool { return r.keys[k] }) {
		if err := r.commit(ctx); err != nil { // the row before is about the same: it must be found
			return err
		}
	}
	matches, err := r.m.Find(ctx, values)
	if err != nil {
		return err
	}
	if len(matches) > 0 && action != Create {
		return r.same(ctx, e, values, need, matches, action, keys)
	}
	if faults, err = r.make(ctx, in, values, need); err != nil || len(faults) > 0 {
		return errOr(err, func() error { return r.keep(ctx, e.as(rowFailed, faults...)) })
	}
	e.write = &records.Write{Number: numberOf(r.c.e, values), Values: withoutNumber(r.c.e, values)}
	return r.wait(ctx, e, keys)
}

func errOr(err error, then func() error) error {
	if err != nil {
		return err
	}
	return then()
}

// same does with a row that is about a record there is.
func (r *rows) same(ctx context.Context, e entry, values map[string]any, need []wanted, matches []records.Match, action Action, keys []string) error {
	m := matches[0]
	e.kept.Ref = crm.Ref{Entity: r.c.e.Name}
	if m.Open {
		e.kept.Ref.ID, e.kept.Label = m.ID, m.Label
	}
	fault := Fault{Column: -1, Key: "import.same_as", Args: map[string]string{"name": m.Label}}
	if !m.Open {
		fault = Fault{Column: -1, Key: "import.same_as_others", Args: map[string]string{"owner": m.Owner}}
	}
	switch {
	case action == Skip:
		return r.keep(ctx, e.as(rowSkipped, fault))
	case action == Ask:
		return r.keep(ctx, e.as(rowAsked, fault))
	case !m.Open || !m.MayEdit:
		return r.keep(ctx, e.as(rowFailed, Fault{Column: -1, Key: "import.same_as_others", Args: map[string]string{"owner": m.Owner}}))
	case len(matches) > 1:
		return r.keep(ctx, e.as(rowFailed, Fault{Column: -1, Key: "import.same_as_several", Args: map[string]string{"name": m.Label}}))
	}
	if action == Fill {
		need = slices.DeleteFunc(need, func(w wanted) bool { return m.Values[w.field] != nil })
	}
	faults, err := r.make(ctx, e.in, values, need)
	if err != nil || len(faults) > 0 {
		return errOr(err, func() error { return r.keep(ctx, e.as(rowFailed, faults...)) })
	}
	set := merge(r.c, withoutNumber(r.c.e, values), m.Values, action)
	if len(set) == 0 {
		return r.keep(ctx, e.as(rowSkipped, Fault{Column: -1, Key: "import.nothing_new", Args: map[string]string{"name": m.Label}}))
	}
	e.write, e.update = &records.Write{ID: m.ID, Rev: m.Rev, Values: set}, true
	return r.wait(ctx, e, keys)
}

func (r *rows) keep(ctx context.Context, e entry) error {
	r.pending = append(r.pending, e)
	if len(r.pending) < chunk {
		return nil
	}
	return r.commit(ctx)
}

func (r *rows) wait(ctx context.Context, e entry, keys []string) error {
	for _, k := range keys {
		r.keys[k] = true
	}
	r.writes++
	return r.keep(ctx, e)
}

// as makes the entry one that is not written, with the reasons.
func (e entry) as(state string, faults ...Fault) entry {
	e.write = nil
	e.kept.State = state
	e.kept.Cells, e.kept.Reasons = jsonOf(e.in.cells), jsonOf(faults)
	return e
}

func jsonOf(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}
