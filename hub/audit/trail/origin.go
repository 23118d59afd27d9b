package trail

import "context"

// What a change came through (Entry.Via).
const (
	Page   = "page"
	Import = "import"
	Batch  = "batch" // many records changed at once
	Merge  = "merge" // two records made one
	API    = "api"   // another program with a key
	Rule   = "rule"  // the hub itself, following from another change
	Box    = "box"   // what the telephone box reported
)

// Origin is who sent a request and from where.
type Origin struct {
	User    int64
	Name    string
	Address string
	Device  string
	Via     string
}

type (
	originKey    struct{}
	operationKey struct{}
)

// With returns a context whose writes are logged as coming from o.
func With(ctx context.Context, o Origin) context.Context {
	return context.WithValue(ctx, originKey{}, o)
}

// From returns the origin of ctx; without one the program itself acts.
func From(ctx context.Context) Origin {
	o, _ := ctx.Value(originKey{}).(Origin)
	return o
}

// Through returns a context whose changes come through via: an import, a batch, a merge.
func Through(ctx context.Context, via string) context.Context {
	o := From(ctx)
	o.Via = via
	return With(ctx, o)
}

// fill adds to e what its writer left open.
func (o Origin) fill(e *Entry) {
	if e.User == 0 && e.Name == "" {
		e.User, e.Name = o.User, o.Name
	}
	if e.Address == "" {
		e.Address = o.Address
	}
	if e.Device == "" {
		e.Device = o.Device
	}
	if e.Via == "" {
		e.Via = o.Via
	}
}

// Operation is what a request does, told before it is done. The first transaction under
// its context writes it into the system log, so that what was done and that it was done
// are kept together. Transactions with changes of records tell of themselves.
type Operation struct {
	Entry Entry
	Told  bool // the store sets it
}

// Doing returns a context whose first write tells of op. One goroutine uses it.
func Doing(ctx context.Context, op *Operation) context.Context {
	return context.WithValue(ctx, operationKey{}, op)
}

// Done returns the operation of ctx that is not told yet, or nil.
func Done(ctx context.Context) *Operation {
	op, _ := ctx.Value(operationKey{}).(*Operation)
	if op == nil || op.Told {
		return nil
	}
	return op
}

// Fill adds to e who and where ctx says it came from.
func Fill(ctx context.Context, e *Entry) { From(ctx).fill(e) }
