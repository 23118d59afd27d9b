package records

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"bellhop/hub/audit/trail"
	"bellhop/hub/crm"
	"bellhop/hub/rights"
)

// BulkChange is one change made to many records.
type BulkChange struct {
	Action string         // of BulkActions
	Values map[string]any // of "set": field by field, as a form writes them
	Field  string         // of "add" and "remove": the multiselect …
	Items  []string       // … and its options
	Owner  crm.ID         // of "transfer"
}

// BulkActions are what can be done to many records, and the right each needs besides
// the one to change many at once.
var BulkActions = map[string]rights.Action{
	"set": rights.Edit, "add": rights.Edit, "remove": rights.Edit, "transfer": rights.Transfer, "delete": rights.Delete,
}

// BulkPick is which records: those named, or all of a query.
type BulkPick struct {
	IDs    []crm.ID
	Query  *crm.Query
	Expect int // how many the user was told; another number stops it before it begins
}

const (
	// MaxBulk is how many records one change may touch.
	MaxBulk = 20_000
	// maxBulkFailures is how many are told one by one; more are counted.
	maxBulkFailures = 500
	// bulkKept is how long a finished change can be asked about.
	bulkKept = time.Hour
	// maxBulks is how many changes of one user may run at a time.
	maxBulks = 3
	// bulkTries is how often a record that somebody else is writing is tried.
	bulkTries = 3
)

// Bulk is a change under way. It goes record by record, each like a save of its own,
// so that a telephone call never waits for it and a fault stops nothing but its record.
type Bulk struct {
	ID     crm.ID
	Entity string
	Action string
	Total  int

	user   crm.ID
	cancel context.CancelFunc
	mu     sync.Mutex
	now    BulkState
}

// BulkState is how far a change has come.
type BulkState struct {
	Done     int
	Changed  int
	Failed   int
	Failures []BulkFailure
	Finished bool
	Stopped  bool // by its user, before the end
	at       time.Time
}

// BulkFailure is a record that stayed as it was, and why.
type BulkFailure struct {
	ID    crm.ID
	Label string
	Err   *crm.Error
}

// State tells how far the change has come.
func (b *Bulk) State() BulkState {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.now
	s.Failures = slices.Clone(s.Failures)
	return s
}

// bulks are the changes of this process.
type bulks struct {
	mu  sync.Mutex
	all map[crm.ID]*Bulk
}

// StartBulk begins a change of many records and returns at once.
func (r *Records) StartBulk(ctx context.Context, who *rights.Rights, entity string, pick BulkPick, change BulkChange) (*Bulk, error) {
	e, ok := r.Schema().Entity(entity)
	if !ok || !who.May(entity, rights.Read) {
		return nil, crm.ErrNotFound
	}
	needed, ok := BulkActions[change.Action]
	if !ok {
		return nil, &crm.Error{Code: crm.Invalid, Key: "bulk.no_such_action", Field: "action"}
	}
	if !who.May(entity, rights.Batch) || !who.May(entity, needed) {
		return nil, &crm.Error{Code: crm.Forbidden, Key: "bulk.forbidden"}
	}
	if err := r.checkBulk(who, e, &change); err != nil {
		return nil, err
	}
	ids, err := r.picked(ctx, who, e, pick)
	if err != nil {
		return nil, err
	}
	running, cancel := context.WithCancel(trail.Through(context.WithoutCancel(ctx), trail.Batch))
	b := &Bulk{ID: crm.NewID(), Entity: entity, Action: change.Action, Total: len(ids), user: who.User.ID, cancel: cancel}
	if err := r.bulks.add(b); err != nil {
		cancel()
		return nil, err
	}
	go r.run(running, who, e, b, ids, change)
	return b, nil
}

func (all *bulks) add(b *Bulk) error {
	all.mu.Lock()
	defer all.mu.Unlock()
	if all.all == nil {
		all.all = map[crm.ID]*Bulk{}
	}
	running := 0
	for id, other := range all.all {
		s := other.State()
		switch {
		case s.Finished && time.Since(s.at) > bulkKept:
			delete(all.all, id)
		case !s.Finished && other.user == b.user:
			running++
		}
	}
	if running >= maxBulks {
		return &crm.Error{Code: crm.RateLimited, Key: "bulk.too_many"}
	}
	all.all[b.ID] = b
	return nil
}

// Bulk returns a change the user began.
func (r *Records) Bulk(who *rights.Rights, id crm.ID) (*Bulk, error) {
	r.bulks.mu.Lock()
	defer r.bulks.mu.Unlock()
	if b := r.bulks.all[id]; b != nil && b.user == who.User.ID {
		return b, nil
	}
	return nil, crm.ErrNotFound
}

// Stop ends a change after the record under way. What is changed stays changed.
func (b *Bulk) Stop() { b.cancel() }

// checkBulk finds what would fail for every record before the first is touched.
func (r *Records) checkBulk(who *rights.Rights, e *crm.Entity, change *BulkChange) error {
	switch change.Action {
	case "transfer":
		change.Values = map[string]any{"owner": change.Owner.String()}
	case "add", "remove":
		change.Values = map[string]any{change.Field: anyList(change.Items)}
		if f, ok := e.Field(change.Field); !ok || f.Type.Name() != "multiselect" {
			return badFilter("field.unknown", change.Field)
		}
	case "delete":
		return nil
	}
	if len(change.Values) == 0 {
		return &crm.Error{Code: crm.Invalid, Key: "bulk.nothing", Field: "values"}
	}
	for key, in := range change.Values {
		f, ok := e.Field(key)
		if !ok || !who.MayRead(e, f) {
			return badFilter("field.unknown", key)
		}
		if !who.MayWrite(e, f, false) {
			return badFilter("field.read_only", key)
		}
		v, err := f.Type.Parse(f, in)
		if faults, bad := faultsOf(f, err); bad {
			faults[0].Code = crm.Invalid
			return &faults[0]
		}
		if f.Required && empty(v) {
			return badFilter("field.required", key)
		}
	}
	return nil
}

func anyList(items []string) []any {
	list := make([]any, len(items))
	for i := range items {
		list[i] = items[i]
	}
	return list
}

// picked finds the records. Those outside the user's reach are told as failures when
// named, and not part of a query in the first place.
func (r *Records) picked(ctx context.Context, who *rights.Rights, e *crm.Entity, pick BulkPick) ([]crm.ID, error) {
	ids := slices.Clone(pick.IDs)
	if pick.Query != nil {
		q := *pick.Query
		q.Entity = e.Name
		if err := r.prepare(who, e, &q); err != nil {
			return nil, err
		}
		if q.Search != "" && blind(who, e) {
			// What is found by hidden words is not his to change, nor to count.
			return nil, badFilter("bulk.pick_rows", "")
		}
		var err error
		if ids, err = r.store.RecordIDs(ctx, r.store.Read(), r.Schema(), &q, MaxBulk+1); err != nil {
			return nil, err
		}
		if len(ids) != pick.Expect && len(ids) <= MaxBulk {
			return nil, &crm.Error{Code: crm.Conflict, Key: "bulk.other_count", Args: map[string]string{"count": itoa(len(ids)), "expected": itoa(pick.Expect)}}
		}
	} else {
		slices.Sort(ids)
		ids = slices.Compact(ids)
	}
	switch {
	case len(ids) == 0:
		return nil, &crm.Error{Code: crm.Invalid, Key: "bulk.none"}
	case len(ids) > MaxBulk:
		return nil, &crm.Error{Code: crm.Invalid, Key: "bulk.too_large", Args: map[string]string{"max": itoa(MaxBulk)}}
	}
	return ids, nil
}

func (r *Records) run(ctx context.Context, who *rights.Rights, e *crm.Entity, b *Bulk, ids []crm.ID, change BulkChange) {
	defer b.cancel()
	for _, id := range ids {
		if ctx.Err() != nil {
			break
		}
		label, err := r.bulkOne(ctx, who, e, crm.Ref{Entity: e.Name, ID: id}, change)
		b.note(id, label, err)
	}
	b.mu.Lock()
	b.now.Finished, b.now.Stopped, b.now.at = true, b.now.Done < b.Total, time.Now()
	b.mu.Unlock()
}

func (b *Bulk) note(id crm.ID, label string, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now.Done++
	if err == nil {
		b.now.Changed++
		return
	}
	b.now.Failed++
	var refusal *crm.Error
	if !errors.As(err, &refusal) {
		refusal = &crm.Error{Code: "internal", Key: "error.internal"}
	}
	if len(b.now.Failures) < maxBulkFailures {
		b.now.Failures = append(b.now.Failures, BulkFailure{id, label, refusal})
	}
}

// bulkOne changes one record as it is at this moment; if somebody is quicker, as it is
// then.
func (r *Records) bulkOne(ctx context.Context, who *rights.Rights, e *crm.Entity, ref crm.Ref, change BulkChange) (label string, err error) {
	for range bulkTries {
		rec, readErr := r.read(ctx, who, r.store.Read(), ref)
		if readErr != nil {
			return ref.ID.String(), readErr
		}
		label = rec.Label
		if change.Action == "delete" {
			err = r.Delete(ctx, who, ref, rec.Rev)
		} else {
			_, err = r.Update(ctx, who, ref, rec.Rev, change.of(e, rec.Values))
		}
		// Handing a record on may take it out of one's own sight: it is done all the same.
		if crm.IsCode(err, crm.NotFound) && change.Action == "transfer" {
			return label, nil
		}
		if !crm.IsCode(err, crm.Conflict) {
			return label, err
		}
	}
	return label, err
}

// of gives what to write into a record that holds values.
func (c *BulkChange) of(e *crm.Entity, values map[string]any) map[string]any {
	if c.Action != "add" && c.Action != "remove" {
		return maps.Clone(c.Values)
	}
	f, _ := e.Field(c.Field)
	var kept []string
	list, _ := values[f.Key].([]string)
	for _, id := range list {
		if !slices.Contains(c.Items, id) {
			kept = append(kept, id)
		}
	}
	if c.Action == "add" {
		kept = append(kept, c.Items...)
	}
	return map[string]any{c.Field: anyList(kept)}
}

// Batch makes records of many rows, each for itself: good ones are kept, of bad ones
// the faults are told (CUS-43). With dry nothing is kept.
func (r *Records) Batch(ctx context.Context, who *rights.Rights, entity string, rows []map[string]any, keys []string, dry bool) ([]BatchResult, error) {
	e, ok := r.Schema().Entity(entity)
	if !ok || !who.May(entity, rights.Read) {
		return nil, crm.ErrNotFound
	}
	if !who.May(entity, rights.Create) {
		return nil, errForbidden
	}
	if len(rows) > MaxBatch || len(keys) != 0 && len(keys) != len(rows) {
		return nil, &crm.Error{Code: crm.Invalid, Key: "bulk.too_large", Args: map[string]string{"max": itoa(MaxBatch)}}
	}
	ctx = trail.Through(ctx, trail.Batch)
	results := make([]BatchResult, len(rows))
	for i, values := range rows {
		err := r.batchOne(ctx, who, e, values, at(keys, i), dry, &results[i])
		var refusal *crm.Error
		if err != nil && !errors.As(err, &refusal) {
			return nil, err
		}
		results[i].Err = refusal
	}
	return results, nil
}

// MaxBatch is how many rows one request may bring.
const MaxBatch = 200

// BatchResult is what became of one row.
type BatchResult struct {
	Row *Row // nil when it was not kept
	Err *crm.Error
}

func (r *Records) batchOne(ctx context.Context, who *rights.Rights, e *crm.Entity, values map[string]any, key string, dry bool, out *BatchResult) (err error) {
	if dry {
		return r.Try(ctx, who, e, values)
	}
	out.Row, err = r.Create(ctx, who, e.Name, values, key)
	return err
}

// Try tells what would be wrong with a new record of values.
func (r *Records) Try(ctx context.Context, who *rights.Rights, e *crm.Entity, values map[string]any) error {
	rec := &crm.Record{Entity: e.Name, Values: map[string]any{}, Owner: who.User.ID}
	for i := range e.Fields {
		if e.Fields[i].Default != nil {
			rec.Values[e.Fields[i].Key] = e.Fields[i].Default
		}
	}
	w := &writing{r: r, who: who, e: e, isNew: true}
	if err := w.take(ctx, rec, values); err != nil {
		return err
	}
	if e.Hooks.Before != nil {
		return e.Hooks.Before(ctx, &transaction{w: w, q: r.store.Read()}, nil, rec)
	}
	return nil
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return ""
}
