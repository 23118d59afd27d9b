package exchange

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"slices"

	"bellhop/hub/audit/trail"
	"bellhop/hub/crm"
	"bellhop/hub/exchange/table"
	"bellhop/hub/field"
	"bellhop/hub/records"
	"bellhop/hub/rights"
	"bellhop/hub/search"
	"bellhop/hub/store"
)

// States of an import's rows.
const (
	rowCreated = "created"
	rowUpdated = "updated"
	rowSkipped = "skipped"
	rowFailed  = "failed"
	rowAsked   = "asked"
	rowMade    = "made"   // on the way: a company that a contact named
	rowUndone  = "undone" //
	rowKept    = "kept"   // not taken back
)

// Run begins an import by a plan. It goes on in the background.
func (x *Service) Run(ctx context.Context, who *rights.Rights, id crm.ID, plan *Plan) (*store.ImportJob, error) {
	defer x.lock(id)()
	job, err := x.own(ctx, who, id)
	if err != nil {
		return nil, err
	}
	if job.State != store.ImportNew && (job.State != store.ImportFailed || job.Line > 0) {
		return nil, &crm.Error{Code: crm.Conflict, Key: "import.not_waiting"}
	}
	if _, err := x.rowsOf(ctx, who, job.Entity, plan); err != nil {
		return nil, err
	}
	if err := x.readNames(ctx, job, plan); err != nil {
		return nil, err
	}
	job.Plan, job.State, job.Error, job.EndedAt = plan.json(), store.ImportRunning, "", 0
	if err := x.save(ctx, job); err != nil {
		return nil, err
	}
	remembered := *plan
	remembered.Names = nil
	err = x.Store.SetChoice(ctx, &store.Choice{ID: crm.NewID(), User: who.User.ID, Kind: store.ImportChoice, Entity: job.Entity,
		Head: headOf(plan.Names), Body: remembered.json(), At: x.now()})
	if err != nil {
		x.Log.Error("match of columns not remembered", "err", err)
	}
	shown := *job
	x.begin(job, x.runRows)
	return &shown, nil
}

// readNames keeps what the columns are called, for the file of rows that failed.
func (x *Service) readNames(ctx context.Context, job *store.ImportJob, plan *Plan) error {
	source, err := x.open(ctx, job, optionsOf(plan.Encoding, plan.Delimiter))
	if err != nil {
		return err
	}
	defer source.Close()
	plan.Names = nil
	return source.Each(ctx, plan.Table, func(line int, cells []string) error {
		if line == plan.HeaderRow {
			for _, c := range cells {
				plan.Names = append(plan.Names, shorten(c))
			}
		}
		if line >= plan.HeaderRow {
			return table.Stop
		}
		return nil
	})
}

func (x *Service) save(ctx context.Context, job *store.ImportJob) error {
	return x.Store.Write(ctx, func(tx *store.Tx) error { return x.Store.SetImport(ctx, tx, job) })
}

// Stop ends a running import; what it has written stays, and can be undone.
func (x *Service) Stop(ctx context.Context, who *rights.Rights, id crm.ID) error {
	if _, err := x.own(ctx, who, id); err != nil {
		return err
	}
	x.mu.Lock()
	cancel := x.running[id]
	x.mu.Unlock()
	if cancel != nil {
		cancel()
	}
	return nil
}

// settle writes how a run ended.
func (x *Service) settle(ctx context.Context, job *store.ImportJob, err error) {
	if x.ctx.Err() != nil {
		return // the hub ends: the next one goes on
	}
	job.EndedAt = x.now()
	var refusal *crm.Error
	switch {
	case job.State == store.ImportUndoing && err == nil:
		job.State = store.ImportUndone
	case err == nil && job.Asked > 0:
		job.State = store.ImportAsking
	case err == nil:
		job.State = store.ImportDone
	case ctx.Err() != nil:
		job.State = store.ImportStopped
	case errors.As(err, &refusal):
		job.State, job.Error = store.ImportFailed, faultJSON(refusal)
	default:
		x.Log.Error("import failed", "import", job.ID, "err", err)
		job.State, job.Error = store.ImportFailed, faultJSON(&crm.Error{Key: "import.broke_off"})
	}
	if err == nil {
		os.Remove(x.file(job.ID))
	}
	if err := x.save(context.WithoutCancel(ctx), job); err != nil {
		x.Log.Error("end of import not written", "import", job.ID, "err", err)
	}
	x.tell(job)
}

func faultJSON(e *crm.Error) string {
	b, _ := json.Marshal(Fault{Column: -1, Field: e.Field, Key: e.Key, Args: e.Args})
	return string(b)
}

// whoOf gives the rights of a job's user as they are now.
func (x *Service) whoOf(ctx context.Context, id crm.ID) (*rights.Rights, error) {
	user, err := x.Store.User(ctx, id)
	if err != nil {
		return nil, err
	}
	if !user.Active {
		return nil, errForbidden
	}
	return x.Records.Who(ctx, user)
}

// chunk is how many rows are looked at with the same rights and names.
const chunk = 500

// runRows reads the file once to its end, so that one that can't be read is refused
// before its first row is written, and then row by row from where it stood.
func (x *Service) runRows(ctx context.Context, job *store.ImportJob) error {
	plan, err := planOf(job.Plan)
	if err != nil {
		return err
	}
	source, err := x.open(ctx, job, optionsOf(plan.Encoding, plan.Delimiter))
	if err != nil {
		if job.Line > 0 && crm.IsCode(err, crm.NotFound) {
			return nil // read to its end before the hub ended
		}
		return err
	}
	defer source.Close()
	if err := x.countRows(ctx, source, job, plan); err != nil {
		return err
	}
	var r *rows
	n := 0
	err = source.Each(ctx, plan.Table, func(line int, cells []string) error {
		if line <= plan.HeaderRow || line <= job.Line {
			return nil
		}
		if n%chunk == 0 {
			if r, err = x.nextRows(ctx, r, job, plan); err != nil {
				return err
			}
		}
		n++
		return r.take(ctx, row{line, cells}, 0, plan.Action)
	})
	if err != nil || r == nil {
		return err
	}
	return r.commit(ctx)
}

func (x *Service) countRows(ctx context.Context, source table.Source, job *store.ImportJob, plan *Plan) error {
	n := 0
	err := source.Each(ctx, plan.Table, func(line int, _ []string) error {
		if line > plan.HeaderRow {
			n++
		}
		return nil
	})
	if err == nil && n == 0 {
		err = &crm.Error{Code: crm.Invalid, Key: "import.table_empty"}
	}
	job.Total = n
	return err
}

// nextRows writes what the rows before left and looks at rights and names anew.
func (x *Service) nextRows(ctx context.Context, before *rows, job *store.ImportJob, plan *Plan) (*rows, error) {
	if before != nil {
		if err := before.commit(ctx); err != nil {
			return nil, err
		}
	}
	who, err := x.whoOf(ctx, job.User)
	if err != nil {
		return nil, err
	}
	r, err := x.rowsOf(ctx, who, job.Entity, plan)
	if err != nil {
		return nil, err
	}
	if before != nil {
		r.c.refs = before.c.refs
	}
	r.job = job
	return r, nil
}

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

// merge is what a row changes of a record. A telephone number is never lost: those of
// the row stand first, the others stay behind them.
func merge(c *converter, values, there map[string]any, action Action) map[string]any {
	set := map[string]any{}
	for key, v := range values {
		f, _ := c.e.Field(key)
		now, err := f.Type.Parse(f, v)
		if err != nil || now == nil {
			set[key] = v // it will be refused with its reason
			continue
		}
		numbers, isPhones := there[key].([]field.Phone)
		switch {
		case isPhones:
			if list := joinPhones(v, numbers, action); list != nil {
				set[key] = list
			}
		case there[key] != nil && there[key] != "" && (action == Fill || alike(f, now, there[key])):
		case !c.who.MayWrite(c.e, f, false):
		default:
			set[key] = v
		}
	}
	return set
}

func alike(f *field.Field, a, b any) bool {
	x, y := f.Type.Bind(a), f.Type.Bind(b)
	return len(x) > 0 && slices.Equal(x, y)
}

// joinPhones gives nil when the row brings no number that isn't there.
func joinPhones(v any, there []field.Phone, action Action) []any {
	brought, _ := v.([]any)
	var fresh, kept []any
	for _, item := range brought {
		m, _ := item.(map[string]any)
		number, _ := m["number"].(string)
		has := slices.ContainsFunc(there, func(p field.Phone) bool { return sameNumber(p, number) })
		if !has {
			fresh = append(fresh, item)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	for _, p := range there {
		kept = append(kept, map[string]any{"label": p.Label, "number": p.Display})
	}
	if action == Fill {
		return append(kept, fresh...)
	}
	return append(fresh, kept...)
}

// make makes the records that a row names and that are not there.
func (r *rows) make(ctx context.Context, in row, values map[string]any, need []wanted) (faults []Fault, err error) {
	for _, w := range need {
		key := wanted{entity: w.entity, text: search.Fold(w.text)}
		id, ok := r.c.refs[key]
		if !ok {
			var fault *Fault
			if id, fault, err = r.makeOne(ctx, in.line, w); err != nil {
				return nil, err
			}
			if fault != nil {
				faults = append(faults, *fault)
				continue
			}
			r.c.refs[key] = id
		}
		if list, ok := values[w.field].([]any); ok {
			values[w.field] = append(list, id.String())
		} else if f, _ := r.c.e.Field(w.field); f.Type.Name() == "refs" {
			values[w.field] = []any{id.String()}
		} else {
			values[w.field] = id.String()
		}
	}
	return faults, nil
}

func (r *rows) makeOne(ctx context.Context, line int, w wanted) (crm.ID, *Fault, error) {
	target, _ := r.c.schema.Entity(w.entity)
	writes := []records.Write{{Values: map[string]any{target.Title: w.text}}}
	out, err := r.x.Records.WriteMany(throughImport(ctx), r.c.who, w.entity, writes, func(tx *store.Tx, part []records.Outcome) error {
		if part[0].Err != nil {
			return nil
		}
		return r.x.Store.AddImportRows(ctx, tx, r.job.ID, []store.ImportRow{{Line: line, State: rowMade,
			Ref: crm.Ref{Entity: w.entity, ID: part[0].ID}, Rev: part[0].Rev, Label: part[0].Label}})
	})
	if err != nil {
		return 0, nil, err
	}
	if out[0].Err != nil {
		return 0, &Fault{Column: w.column, Field: w.field, Key: "import.cannot_make", Args: map[string]string{"text": w.text}}, nil
	}
	return out[0].ID, nil, nil
}

func throughImport(ctx context.Context) context.Context { return trail.Through(ctx, trail.Import) }

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

// commit writes what waits. Each transaction keeps with the records what became of the
// rows and how far the file is done, so that a hub that stops in the middle goes on with
// the row behind the last one written.
func (r *rows) commit(ctx context.Context) error {
	pending := r.pending
	writes := make([]records.Write, 0, r.writes)
	at := make([]int, 0, r.writes+1) // where in pending the writes stand
	for i, e := range pending {
		if e.write != nil {
			writes, at = append(writes, *e.write), append(at, i)
		}
	}
	r.pending, r.keys, r.writes = nil, map[string]bool{}, 0
	if len(pending) == 0 {
		return nil
	}
	at = append(at, len(pending))
	base, staged, first := *r.job, *r.job, -1
	keep := func(tx *store.Tx, part []records.Outcome) error {
		from, to := 0, at[0]
		if len(part) > 0 {
			if part[0].Item != first { // else the transaction is run again
				base, first = staged, part[0].Item
			}
			if part[0].Item > 0 {
				from = at[part[0].Item]
			}
			to = at[part[len(part)-1].Item+1]
		}
		next := base
		if err := r.store(ctx, tx, &next, pending[from:to], part); err != nil {
			return err
		}
		staged = next
		return nil
	}
	var err error
	if len(writes) == 0 {
		err = r.x.Store.Write(ctx, func(tx *store.Tx) error { return keep(tx, nil) })
	} else {
		_, err = r.x.Records.WriteMany(throughImport(ctx), r.c.who, r.c.e.Name, writes, keep)
	}
	if err != nil {
		// Some of it may have been written before it broke off.
		if now, lookErr := r.x.Store.Import(context.WithoutCancel(ctx), r.job.ID); lookErr == nil {
			*r.job = *now
		}
		return err
	}
	*r.job = staged
	r.x.tell(r.job)
	return nil
}

// store keeps a part of the entries with the outcomes of their writes.
func (r *rows) store(ctx context.Context, tx *store.Tx, job *store.ImportJob, entries []entry, outcomes []records.Outcome) error {
	var added []store.ImportRow
	for _, e := range entries {
		if e.write != nil {
			e = r.outcome(e, outcomes[0])
			outcomes = outcomes[1:]
		}
		e.kept.Line, e.kept.Seq = e.in.line, e.seq
		if e.kept.Ref.Entity == "" {
			e.kept.Ref.Entity = r.c.e.Name
		}
		count(job, e.kept.State)
		if e.seq == 0 {
			added = append(added, e.kept)
			job.Line = e.in.line
			continue
		}
		job.Asked--
		if err := r.x.Store.SetImportRow(ctx, tx, job.ID, e.kept); err != nil {
			return err
		}
	}
	if err := r.x.Store.AddImportRows(ctx, tx, job.ID, added); err != nil {
		return err
	}
	return r.x.Store.SetImport(ctx, tx, job)
}

func count(job *store.ImportJob, state string) {
	switch state {
	case rowCreated:
		job.Created++
	case rowUpdated:
		job.Updated++
	case rowSkipped:
		job.Skipped++
	case rowFailed:
		job.Failed++
	case rowAsked:
		job.Asked++
	}
}

// outcome makes the entry what its write became.
func (r *rows) outcome(e entry, out records.Outcome) entry {
	if out.Err != nil {
		return e.as(rowFailed, r.faultsOf(out.Err)...)
	}
	e.kept = store.ImportRow{State: rowCreated, Ref: crm.Ref{Entity: r.c.e.Name, ID: out.ID}, Rev: out.Rev, Label: out.Label}
	if e.update {
		e.kept.State, e.kept.Old = rowUpdated, string(out.Old)
	}
	return e
}

// faultsOf finds the columns of what hub/records refused.
func (r *rows) faultsOf(err error) (faults []Fault) {
	var refusal *crm.Error
	if !errors.As(err, &refusal) {
		return nil
	}
	all := refusal.Fields
	if len(all) == 0 {
		all = []crm.Error{*refusal}
	}
	for _, e := range all {
		f := Fault{Column: -1, Field: e.Field, Key: e.Key, Args: e.Args}
		for _, p := range r.c.fields {
			if p.f.Key == e.Field {
				f.Column = p.columns[0].Index
			}
		}
		faults = append(faults, f)
	}
	return faults
}

// unforeseen is err unless it is a refusal.
func unforeseen(err error) error {
	var refusal *crm.Error
	if errors.As(err, &refusal) {
		return nil
	}
	return err
}

// withoutNumber leaves out the number, which no form may set.
func withoutNumber(e *crm.Entity, values map[string]any) map[string]any {
	out := maps.Clone(values)
	for key := range out {
		if f, ok := e.Field(key); ok && isNumber(e, f) {
			delete(out, key)
		}
	}
	return out
}

func numberOf(e *crm.Entity, values map[string]any) string {
	if e.Number == nil {
		return ""
	}
	s, _ := values[e.Number.Field].(string)
	return s
}
