package records

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// Write is one write of a batch: without ID a new record, else a change of the record's
// values, or with Withdraw its end. Rev 0 takes the record as it stands.
type Write struct {
	ID     crm.ID
	Rev    int64
	Values map[string]any
	// Number is the one a new record comes with; "" lets the office count on.
	Number string
	// Withdraw takes the record away again. Who made it may do so as long as it has
	// Rev, whether or not he may delete.
	Withdraw bool
}

// Outcome is what became of an item.
type Outcome struct {
	Item  int // its place in the batch
	ID    crm.ID
	Rev   int64
	Label string
	Old   json.RawMessage // of a change: the values before of the fields it set, as they are written
	Err   error           // a *crm.Error: the item was refused and left nothing
}

// turn is how long a batch may keep other writers waiting: a call that rings meanwhile
// is on disk before anybody has lifted the receiver.
const turn = 100 * time.Millisecond

// WriteMany writes items in their order by the rules of Create and Update, many in one
// transaction, each on its own: what is refused leaves the others. After each
// transaction's share other writers get their turn. keep runs inside each transaction
// with its outcomes, so that what is kept about them is true; it may run twice.
func (r *Records) WriteMany(ctx context.Context, who *rights.Rights, entity string, items []Write, keep func(tx *store.Tx, part []Outcome) error) ([]Outcome, error) {
	e, ok := r.Schema().Entity(entity)
	if !ok {
		return nil, crm.ErrNotFound
	}
	b := &many{r: r, who: who, e: e, outcomes: make([]Outcome, len(items)), writes: make([]*manyWrite, len(items))}
	for i, item := range items {
		b.outcomes[i] = Outcome{Item: i, ID: item.ID}
		w, err := b.prepare(ctx, item)
		switch {
		case err == nil:
			b.writes[i] = w
		case refused(err):
			b.outcomes[i].Err = err
		default:
			return nil, err
		}
	}
	for from := 0; from < len(items); {
		next, err := b.writeTurn(ctx, from, keep)
		if err != nil {
			return nil, err
		}
		for _, o := range b.outcomes[from:next] {
			if o.Err == nil {
				r.tell(e, o.ID, o.Rev, b.writes[o.Item].rec.Owner)
			}
		}
		from = next
	}
	return b.outcomes, nil
}

func refused(err error) bool {
	var refusal *crm.Error
	return errors.As(err, &refusal)
}

type many struct {
	r        *Records
	who      *rights.Rights
	e        *crm.Entity
	outcomes []Outcome
	writes   []*manyWrite
}

// manyWrite is an item that passed its checks.
type manyWrite struct {
	w        *writing
	rec      *store.RecordRow
	rev      int64 // of the record before, 0 for a new one
	withdraw bool
	number   string // the field of a number that came with it
	old      json.RawMessage
}

func (b *many) prepare(ctx context.Context, item Write) (*manyWrite, error) {
	if item.ID == 0 {
		return b.prepareNew(ctx, item)
	}
	ref := crm.Ref{Entity: b.e.Name, ID: item.ID}
	action := rights.Edit
	if item.Withdraw {
		action = rights.Read
	}
	rec, err := b.r.read(ctx, b.who, b.r.store.Read(), ref)
	if err != nil {
		return nil, err
	}
	if !item.Withdraw && !rec.MayWrite || !b.who.May(b.e.Name, action) {
		return nil, errForbidden
	}
	if item.Rev != 0 && item.Rev != rec.Rev {
		return nil, &crm.Error{Code: crm.Conflict, Key: "import.changed_since"}
	}
	out := &manyWrite{rec: rec, rev: rec.Rev, withdraw: item.Withdraw}
	old := rec.Record
	old.Values = maps.Clone(rec.Values)
	out.w = &writing{r: b.r, who: b.who, e: b.e, old: &old}
	if item.Withdraw {
		if rec.CreatedBy != b.who.User.ID && !b.who.May(b.e.Name, rights.Delete) {
			return nil, errForbidden
		}
		return out, nil
	}
	if err := out.w.take(ctx, &rec.Record, item.Values); err != nil {
		return nil, err
	}
	rec.Rev, rec.UpdatedAt, rec.UpdatedBy = rec.Rev+1, b.r.now().UnixMilli(), b.who.User.ID
	out.old, err = oldValues(old.Values, item.Values)
	return out, err
}

func (b *many) prepareNew(ctx context.Context, item Write) (*manyWrite, error) {
	if !b.who.May(b.e.Name, rights.Create) {
		return nil, errForbidden
	}
	rec := b.r.fresh(b.e, b.who)
	w := &writing{r: b.r, who: b.who, e: b.e, isNew: true}
	if err := w.take(ctx, &rec.Record, item.Values); err != nil {
		return nil, err
	}
	out := &manyWrite{w: w, rec: rec}
	f := numberField(b.e)
	if f == nil || item.Number == "" {
		return out, nil
	}
	number, err := field.Text.Parse(&field.Field{Max: maxNumber}, item.Number)
	if bad, ok := err.(*field.Error); ok {
		return nil, &crm.Error{Code: crm.Invalid, Field: f.Key, Key: bad.Key, Args: bad.Args}
	}
	if number != nil {
		rec.Values[f.Key], out.number = number, f.Key
	}
	return out, err
}

// maxNumber is how long the number of a record may be that comes from outside.
const maxNumber = 40

// numberField holds the number that records of e are known by; nil when they have none.
func numberField(e *crm.Entity) *field.Field {
	if e.Number == nil {
		return nil
	}
	f, _ := e.Field(e.Number.Field)
	return f
}

// freeNumber refuses a number that another record has.
func (b *many) freeNumber(ctx context.Context, tx *store.Tx, rec *store.RecordRow, key string) error {
	q := crm.Query{Entity: b.e.Name, Scope: everything, Limit: 1, Sort: crm.Sort{Field: "updatedAt"},
		Filter: &crm.Filter{Field: key, Op: field.Eq, Value: rec.Values[key]}}
	same, _, err := b.r.store.Records(ctx, tx, b.r.Schema(), &q, crm.Scope{})
	if err == nil && len(same) > 0 {
		err = &crm.Error{Code: crm.Invalid, Key: "import.number_taken", Field: key, Args: map[string]string{"text": rec.Text(key)}}
	}
	return err
}

// oldValues are what stood in the fields that are being set.
func oldValues(old, set map[string]any) (json.RawMessage, error) {
	before := map[string]any{}
	for key := range set {
		before[key] = written(old[key])
		if list, ok := old[key].([]field.Phone); ok {
			typed := make([]map[string]string, len(list))
			for i, p := range list { // with its extension, which the number alone has not
				typed[i] = map[string]string{"label": p.Label, "number": p.Display}
			}
			before[key] = typed
		}
	}
	return json.Marshal(before)
}

// writeTurn writes items from one on until they or its time are over.
func (b *many) writeTurn(ctx context.Context, from int, keep func(*store.Tx, []Outcome) error) (next int, err error) {
	err = b.r.store.Write(ctx, func(tx *store.Tx) error {
		began := time.Now()
		for next = from; next < len(b.writes) && (next == from || time.Since(began) < turn); next++ {
			if b.writes[next] == nil {
				continue // refused before
			}
			err := tx.Try(ctx, func() error { return b.write(ctx, tx, b.writes[next], &b.outcomes[next]) })
			if err != nil && !refused(err) {
				return err
			}
			b.outcomes[next].Err = err
		}
		if keep == nil {
			return nil
		}
		return keep(tx, b.outcomes[from:next])
	})
	return next, err
}

func (b *many) write(ctx context.Context, tx *store.Tx, item *manyWrite, out *Outcome) error {
	rec := item.rec.Copy()
	out.Rev, out.Old = rec.Rev, item.old
	switch {
	case item.rev == 0:
		if item.number != "" {
			if err := b.freeNumber(ctx, tx, rec, item.number); err != nil {
				return err
			}
		}
		if err := item.w.insert(ctx, tx, rec); err != nil {
			return err
		}
		out.ID = rec.ID
	case item.withdraw:
		if err := b.r.remove(ctx, tx, b.who, b.e, rec, item.rev); err != nil {
			return err
		}
	default:
		if err := item.w.update(ctx, tx, rec, item.rev); err != nil {
			return err
		}
	}
	out.Label = rec.Label
	return nil
}
