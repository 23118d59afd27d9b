package trail

import "math"

// Fault is a place where a chain does not hold.
type Fault struct {
	Seq  int64  `json:"seq"`          // the entry at fault, or the first of those missing
	To   int64  `json:"to,omitempty"` // the last of those missing
	What string `json:"what"`
}

// What can be wrong with a chain.
const (
	Altered   = "altered"   // an entry is not as it was written
	Removed   = "removed"   // entries Seq to To are gone
	Inserted  = "inserted"  // an entry was put in that was never written
	Reordered = "reordered" // an entry stands where another was written
	Rewritten = "rewritten" // all fits together, but it is not what was written
)

const (
	// ahead is how far the verifier looks for an entry that was moved.
	ahead = 256
	// MaxFaults bounds what is told of a chain that is broken all over.
	MaxFaults = 100
)

// Verifier checks a chain entry by entry. Its memory does not grow with the chain.
//
// A hash binds an entry to the one before and to its number. So with the hash before an
// entry and its number, each kind of tampering shows: an entry that was altered does not
// fit its own hash, but the next one fits onto it; one put in fits nothing, and the next
// fits in its place; one that was moved is found further on, fitting here.
type Verifier struct {
	log    Log
	prev   string  // hash of the last entry that was passed
	next   int64   // number the next one must have
	shift  int64   // from an entry's number to the one it was written with
	window []Entry // read and not yet judged
	moved  []string
	head   int64
	seen   int64
	faults []Fault
}

// NewVerifier checks the chain of log from the entry after number seq, whose hash is
// hash; 0 and "" for the whole.
func NewVerifier(log Log, seq int64, hash string) *Verifier {
	return &Verifier{log: log, prev: hash, next: seq + 1, head: math.MaxInt64}
}

// Add takes the next entry by number. It tells to stop when enough is wrong.
func (v *Verifier) Add(e Entry) (goOn bool) {
	v.seen++
	v.window = append(v.window, e)
	if len(v.window) > ahead {
		v.judge()
	}
	return len(v.faults) < MaxFaults
}

// End judges what is left, and whether the chain ends with the entry its head names.
func (v *Verifier) End(head int64, hash string) []Fault {
	v.head = head
	for len(v.window) > 0 && len(v.faults) < MaxFaults {
		v.judge()
	}
	end := v.next - 1
	switch {
	case len(v.faults) >= MaxFaults || v.shift != 0:
	case end < head:
		v.fault(end+1, head, Removed)
	case len(v.faults) > 0:
	case end > head:
		v.fault(head+1, end, Inserted)
	case v.prev != hash:
		v.fault(head, 0, Rewritten)
	}
	return v.faults
}

// Seen is how many entries were read.
func (v *Verifier) Seen() int64 { return v.seen }

func (v *Verifier) fault(from, to int64, what string) {
	if to <= from {
		to = 0
	}
	v.faults = append(v.faults, Fault{from, to, what})
}

// fits tells whether e, written as number seq, follows the entry with the hash prev.
func (v *Verifier) fits(prev string, e Entry, seq int64) bool {
	e.Seq = seq
	return Link(prev, v.log, &e) == e.Hash
}

// judge takes the first entry of the window.
func (v *Verifier) judge() {
	e := v.window[0]
	v.window = v.window[1:]
	if e.Seq > v.next {
		v.fault(v.next, e.Seq-1, Removed)
		v.next = e.Seq
		v.pass(e) // what it was written after is gone: it can't be judged by that
		return
	}
	written := e.Seq + v.shift
	switch {
	case v.fits(v.prev, e, written):
		v.pass(e)
	case v.backFrom(e, written):
		v.pass(e)
	case e.Seq > v.head:
		v.fault(e.Seq, 0, Inserted)
		v.next++
	case v.follows(v.prev, written):
		v.putIn(e)
	case v.swapped(e, written):
	case v.follows(e.Hash, written+1):
		v.fault(e.Seq, 0, Altered)
		v.pass(e)
	case v.follows(e.Hash, written+2): // numbered anew, to hide that one is missing
		v.fault(e.Seq, 0, Removed)
		v.shift++
		v.pass(e)
	default:
		v.fault(e.Seq, 0, Altered)
		v.pass(e)
	}
}

func (v *Verifier) pass(e Entry) {
	v.prev = e.Hash
	v.next++
}

// follows tells whether the next entry of the window was written as number seq after prev.
func (v *Verifier) follows(prev string, seq int64) bool {
	return len(v.window) > 0 && v.fits(prev, v.window[0], seq)
}

// putIn passes over an entry in whose place the next one was written. If something
// further on was written after it, it is a true one that was brought here.
func (v *Verifier) putIn(e Entry) {
	what := Inserted
	for _, later := range v.window {
		if v.fits(e.Hash, later, later.Seq+v.shift) {
			what = Reordered
			v.moved = append(v.moved, e.Hash)
			break
		}
	}
	v.fault(e.Seq, 0, what)
	v.shift--
	v.next++
}

// backFrom tells whether e was written after an entry that was found too early.
func (v *Verifier) backFrom(e Entry, written int64) bool {
	for i, hash := range v.moved {
		if v.fits(hash, e, written+1) {
			v.moved = append(v.moved[:i], v.moved[i+1:]...)
			v.shift++
			return true
		}
	}
	return false
}

// swapped looks further on for the entry that was written as number seq, goes on as if
// it stood here, and puts e in its place.
func (v *Verifier) swapped(e Entry, seq int64) bool {
	for i, found := range v.window {
		if !v.fits(v.prev, found, seq) {
			continue
		}
		v.fault(e.Seq, 0, Reordered)
		e.Seq, found.Seq = found.Seq, e.Seq
		v.window[i] = e
		v.pass(found)
		return true
	}
	return false
}
