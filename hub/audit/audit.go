// Package audit watches over the office's customer files: who read, printed, exported
// or heard what, whether he had to ask first, and whether it was more than usual. What
// it sees goes into the access log; the logs themselves are hub/store's. It serves no
// pages; hub/api asks it before data leaves.
package audit

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/live"
	"bellhop/hub/records"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// flushEvery is how long a view or a counter may wait in memory. A crash loses no more;
// what is protected is written down before it is shown.
const flushEvery = 2 * time.Second

// Audit watches one office. Its methods may be called from any goroutine.
type Audit struct {
	store   *store.Store
	records *records.Records
	live    *live.Hub
	log     *slog.Logger
	now     func() time.Time

	flushing sync.Mutex

	mu      sync.Mutex
	views   []view
	seen    map[sight]time.Time
	traffic map[store.Traffic]*store.Traffic // by day, user and module
	refused map[string]time.Time
}

// New watches the office of s. streams may be nil.
func New(s *store.Store, office *records.Records, streams *live.Hub, log *slog.Logger) *Audit {
	if log == nil {
		log = slog.Default()
	}
	a := &Audit{store: s, records: office, live: streams, log: log, now: time.Now, seen: map[sight]time.Time{},
		traffic: map[store.Traffic]*store.Traffic{}, refused: map[string]time.Time{}}
	office.Watch(a)
	office.OnReveal(a.revealed)
	return a
}

// Run writes down what was seen until ctx ends, and then what is left.
func (a *Audit) Run(ctx context.Context) {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if err := a.Flush(ctx); err != nil && ctx.Err() == nil {
				a.log.Error("access log not written", "err", err)
			}
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			if err := a.Flush(last); err != nil {
				a.log.Error("access log not written", "err", err)
			}
			return
		}
	}
}

// tellKeepers sends an event to those who keep the data.
func (a *Audit) tellKeepers(ctx context.Context, what string) {
	a.tell(ctx, what, (*rights.Rights).Keeps)
}

// tell sends an event to every user whom it concerns by his rights.
func (a *Audit) tell(ctx context.Context, what string, concerns func(*rights.Rights) bool) {
	if a.live == nil {
		return
	}
	users, err := a.store.Users(ctx)
	if err != nil {
		a.log.Error("nobody told", "what", what, "err", err)
		return
	}
	told := map[crm.ID]bool{}
	for _, u := range users {
		who, err := a.records.Who(ctx, u)
		if err != nil {
			a.log.Error("nobody told", "what", what, "err", err)
			return
		}
		told[u.ID] = u.Active && concerns(who)
	}
	a.publish(what, what, func(user crm.ID) bool { return told[user] })
}

func (a *Audit) tellUser(id crm.ID, what string) {
	if a.live != nil {
		a.publish(what, what+" "+id.String(), func(user crm.ID) bool { return user == id })
	}
}

// publish says only that there is something; pages ask what.
func (a *Audit) publish(what, key string, concerns func(crm.ID) bool) {
	data := []byte(`{"what":"` + what + `"}`)
	a.live.Publish("security", key, func(user crm.ID) []byte {
		if !concerns(user) {
			return nil
		}
		return data
	})
}

// Feedback tells administrators that somebody wrote to them.
func (a *Audit) Feedback(ctx context.Context) {
	a.tell(ctx, "feedback", (*rights.Rights).Administrates)
}

// Answered tells a user that his note was answered.
func (a *Audit) Answered(user crm.ID) { a.tellUser(user, "answered") }
