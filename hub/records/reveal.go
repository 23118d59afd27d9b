package records

import (
	"context"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/rights"
)

// Revealed is told to OnReveal before a masked value leaves whole.
type Revealed struct {
	Ref   crm.Ref
	Field string
	Label string // of the record
	Use   string // "reveal", or "dial": handed to a telephone and not shown
}

// OnReveal registers fn to write down that a masked value is seen whole (SEC-19). What
// can't be written down is not shown.
func (r *Records) OnReveal(fn func(ctx context.Context, who *rights.Rights, what Revealed) error) {
	r.mu.Lock()
	r.revealed = append(r.revealed, fn)
	r.mu.Unlock()
}

// Reveal gives the whole value of a masked field to a user entitled to it.
func (r *Records) Reveal(ctx context.Context, who *rights.Rights, ref crm.Ref, key string) (any, error) {
	if !who.May(ref.Entity, rights.Reveal) {
		return nil, errForbidden
	}
	return r.unmask(ctx, who, ref, key, "reveal", who.Scope(ref.Entity, rights.Reveal))
}

// Dial gives the n-th number of a record for a telephone to ring it, masked or not.
func (r *Records) Dial(ctx context.Context, who *rights.Rights, ref crm.Ref, key string, n int) (string, error) {
	v, err := r.unmask(ctx, who, ref, key, "dial", who.Scope(ref.Entity, rights.Read))
	if err != nil {
		return "", err
	}
	numbers, ok := v.([]field.Phone)
	if !ok || n < 0 || n >= len(numbers) {
		return "", crm.ErrNotFound
	}
	return numbers[n].Number, nil
}

func (r *Records) unmask(ctx context.Context, who *rights.Rights, ref crm.Ref, key, use string, scope crm.Scope) (any, error) {
	e, ok := r.Schema().Entity(ref.Entity)
	if !ok {
		return nil, crm.ErrNotFound
	}
	f, ok := e.Field(key)
	if !ok || !who.MayRead(e, f) {
		return nil, &crm.Error{Code: crm.Invalid, Key: "query.no_such_field", Field: key}
	}
	row, err := r.store.Record(ctx, r.store.Read(), r.Schema(), ref, scope, crm.Scope{})
	if err != nil {
		return nil, err
	}
	if r.watcher != nil {
		if err := r.watcher.Open(ctx, who, ref); err != nil {
			return nil, err
		}
	}
	if who.MayCompare(e, f) {
		return row.Values[key], nil // not masked: nothing is revealed
	}
	r.mu.Lock()
	told := r.revealed
	r.mu.Unlock()
	for _, fn := range told {
		if err := fn(ctx, who, Revealed{Ref: ref, Field: key, Label: row.Label, Use: use}); err != nil {
			return nil, err
		}
	}
	return row.Values[key], nil
}
