package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/live"
	"bellhop/hub/records"
	"bellhop/hub/rights"
)

const (
	// manyChanges waiting are told by their kind alone: pages read their lists anew in
	// any case.
	manyChanges = 200
	// rightsAge is how long the rights of everybody hold for a row of events.
	rightsAge = 200 * time.Millisecond
)

// changes tells open pages which records were written: who may read one hears of it by
// its ID, others only that something of its kind is different. Writers don't wait for it.
type changes struct {
	records *records.Records
	live    *live.Hub
	log     *slog.Logger
	done    chan struct{}

	mu      sync.Mutex
	wake    *sync.Cond
	waiting []records.Change
	last    map[crm.Ref]int // place in waiting
	closed  bool

	hearing sync.Mutex
	hearers map[crm.ID]*rights.Rights
	heardAt time.Time
}

// TellChanges publishes every write of office as the event "changed", until the function
// it returns is called.
func TellChanges(office *records.Records, streams *live.Hub, log *slog.Logger) (stop func()) {
	c := &changes{records: office, live: streams, log: log, done: make(chan struct{}), last: map[crm.Ref]int{}}
	c.wake = sync.NewCond(&c.mu)
	office.OnChange(c.add)
	go c.run()
	return func() {
		c.mu.Lock()
		c.closed = true
		c.mu.Unlock()
		c.wake.Signal()
		<-c.done
	}
}

func (c *changes) add(change records.Change) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	if at, ok := c.last[change.Ref]; ok {
		c.waiting[at] = change
	} else {
		c.last[change.Ref] = len(c.waiting)
		c.waiting = append(c.waiting, change)
	}
	c.wake.Signal()
}

func (c *changes) run() {
	defer close(c.done)
	for {
		c.mu.Lock()
		for len(c.waiting) == 0 && !c.closed {
			c.wake.Wait()
		}
		list := c.waiting
		c.waiting, c.last = nil, map[crm.Ref]int{}
		closed := c.closed
		c.mu.Unlock()
		if closed {
			return
		}
		if len(list) > manyChanges {
			list = kindsOf(list)
		}
		for _, change := range list {
			c.publish(change)
		}
	}
}

// kindsOf puts one change without an ID in place of all of a kind.
func kindsOf(list []records.Change) (kinds []records.Change) {
	seen := map[records.Change]bool{}
	for _, change := range list {
		kind := records.Change{Ref: crm.Ref{Entity: change.Entity}, Private: change.Private}
		if change.Private {
			kind.Owner = change.Owner
		}
		if !seen[kind] {
			seen[kind] = true
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// changedEvent is the data of the event; an ID of 0 stands for any record of the kind.
type changedEvent struct {
	crm.Ref
	Rev int64 `json:"rev"`
}

func (c *changes) publish(change records.Change) {
	whole, err := json.Marshal(changedEvent{change.Ref, change.Rev})
	if err != nil {
		return
	}
	kind, err := json.Marshal(changedEvent{Ref: crm.Ref{Entity: change.Entity}})
	if err != nil {
		return
	}
	c.live.Publish("changed", change.Entity+" "+change.ID.String(), func(user crm.ID) []byte {
		if change.Private && user != change.Owner {
			return nil
		}
		who := c.rights(user)
		if who == nil || !who.May(change.Entity, rights.Read) {
			return nil
		}
		if change.ID == 0 {
			return kind
		}
		hears, err := c.records.Hears(context.Background(), who, change)
		if err != nil {
			c.log.Error("change not told", "entity", change.Entity, "err", err)
		}
		if hears {
			return whole
		}
		return kind
	})
}

// rights are those of a user, not older than rightsAge.
func (c *changes) rights(user crm.ID) *rights.Rights {
	c.hearing.Lock()
	defer c.hearing.Unlock()
	if now := time.Now(); now.Sub(c.heardAt) > rightsAge {
		hearers, err := c.records.Hearers(context.Background())
		if err != nil {
			c.log.Error("nobody told of changes", "err", err)
			return nil
		}
		c.hearers, c.heardAt = hearers, now
	}
	return c.hearers[user]
}
