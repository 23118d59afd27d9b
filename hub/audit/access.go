package audit

import (
	"context"
	"encoding/json"
	"time"

	"bellhop/hub/audit/trail"
	"bellhop/hub/crm"
	"bellhop/hub/records"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// Kinds of entries in the access log.
const (
	View    = "view"    // a record was opened
	Reveal  = "reveal"  // a masked field was shown whole
	Dial    = "dial"    // a masked number was handed to a telephone
	Listen  = "listen"  // a recording was played
	Print   = "print"   // records were printed
	Export  = "export"  // records were exported
	Send    = "send"    // a text was sent to many
	List    = "list"    // a list was paged through
	Purpose = "purpose" // somebody said why he opens an important customer
	Refuse  = "refuse"  // a reading was refused
	Sync    = "sync"    // a telephone followed the address book
)

// again is how long one user opening one record counts as once: pages fetch a record
// anew whenever it changes.
const again = 10 * time.Minute

// Access is one reading.
type Access struct {
	Kind   string   `json:"-"`
	Ref    crm.Ref  `json:"-"`
	Label  string   `json:"-"`
	Fields []string `json:"fields,omitempty"` // that were revealed
	Count  int      `json:"count,omitempty"`  // records of a list
	Reason string   `json:"reason,omitempty"`
	Named  *Named   `json:"named,omitempty"` // what a list was
	Grant  crm.ID   `json:"grant,omitempty"` // the request that allowed it
	Call   crm.ID   `json:"call,omitempty"`  // whose recording was heard
}

func (x Access) entry(who *rights.Rights, at time.Time) (trail.Entry, error) {
	detail, err := json.Marshal(x)
	return trail.Entry{At: at.UnixMilli(), User: int64(who.User.ID), Name: who.User.Name, Kind: x.Kind, Via: string(who.User.Role),
		Entity: x.Ref.Entity, Record: int64(x.Ref.ID), Label: x.Label, Detail: string(detail)}, err
}

// Note writes a reading down at once: when it returns nil the entry is on disk, and only
// then may the reading happen.
func (a *Audit) Note(ctx context.Context, who *rights.Rights, x Access) error {
	e, err := x.entry(who, a.now())
	if err != nil {
		return err
	}
	return a.store.Log(ctx, trail.Access, e)
}

// revealed writes down that a masked value is seen whole (SEC-19). Of an important
// customer it is seen only after a purpose.
func (a *Audit) revealed(ctx context.Context, who *rights.Rights, what records.Revealed) error {
	if err := a.Open(ctx, who, what.Ref); err != nil {
		return err
	}
	kind := Reveal
	if what.Use == "dial" {
		kind = Dial
	}
	return a.Note(ctx, who, Access{Kind: kind, Ref: what.Ref, Label: what.Label, Fields: []string{what.Field}})
}

// sight is one user opening one record.
type sight struct {
	user crm.ID
	ref  crm.Ref
	kind string
}

type view struct{ entry trail.Entry }

// Seen notes that a user opened a record. It costs the request nothing: the entry is
// written with others, within seconds.
func (a *Audit) Seen(ctx context.Context, who *rights.Rights, x Access) {
	now := a.now()
	s := sight{who.User.ID, x.Ref, x.Kind}
	a.mu.Lock()
	defer a.mu.Unlock()
	if last, ok := a.seen[s]; ok && now.Sub(last) < again {
		return
	}
	e, err := x.entry(who, now)
	if err != nil {
		return
	}
	trail.Fill(ctx, &e)
	a.seen[s] = now
	a.views = append(a.views, view{e})
}

// Flush writes down what was seen since the last one, and looks whether somebody reads
// more than is usual.
func (a *Audit) Flush(ctx context.Context) error {
	a.flushing.Lock()
	defer a.flushing.Unlock()
	views, traffic := a.take()
	if len(views) == 0 && len(traffic) == 0 {
		return nil
	}
	err := a.store.Write(ctx, func(tx *store.Tx) error {
		for i := range views {
			tx.Note(trail.Access, views[i].entry)
		}
		for _, t := range traffic {
			if err := a.store.AddTraffic(ctx, tx, *t); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		a.putBack(views, traffic)
		return err
	}
	return a.watchReaders(ctx, views)
}

func (a *Audit) take() ([]view, map[store.Traffic]*store.Traffic) {
	a.mu.Lock()
	defer a.mu.Unlock()
	views, traffic := a.views, a.traffic
	a.views, a.traffic = nil, map[store.Traffic]*store.Traffic{}
	now := a.now()
	for s, at := range a.seen {
		if now.Sub(at) >= again {
			delete(a.seen, s)
		}
	}
	for s, at := range a.refused {
		if now.Sub(at) >= again {
			delete(a.refused, s)
		}
	}
	return views, traffic
}

// maxWaiting bounds what a full disk may pile up in memory.
const maxWaiting = 10_000

func (a *Audit) putBack(views []view, traffic map[store.Traffic]*store.Traffic) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.views)+len(views) <= maxWaiting {
		a.views = append(views, a.views...)
	}
	for key, t := range traffic {
		if now := a.traffic[key]; now != nil {
			t.Pages, t.Records, t.Exports, t.Bytes = t.Pages+now.Pages, t.Records+now.Records, t.Exports+now.Exports, t.Bytes+now.Bytes
		}
		a.traffic[key] = t
	}
}

// Count adds to what a user was shown today.
func (a *Audit) Count(user crm.ID, module string, t store.Traffic) {
	key := store.Traffic{Day: a.now().Format(time.DateOnly), User: user, Module: module}
	a.mu.Lock()
	defer a.mu.Unlock()
	sum := a.traffic[key]
	if sum == nil {
		copied := key
		sum = &copied
		a.traffic[key] = sum
	}
	sum.Pages += t.Pages
	sum.Records += t.Records
	sum.Exports += t.Exports
	sum.Bytes += t.Bytes
}

// Refused tells whether a refusal of this kind should be written down now: a program
// that asks a thousand times makes one entry.
func (a *Audit) Refused(user crm.ID, what string) bool {
	key := user.String() + " " + what
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, ok := a.refused[key]; ok || len(a.refused) > maxWaiting {
		return false
	}
	a.refused[key] = a.now()
	return true
}
