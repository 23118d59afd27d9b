package audit

import (
	"context"
	"encoding/json"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/store"
)

// customer is the entity whose opening is counted.
const customer = "customer"

// Opened is one line of an alert.
type Opened struct {
	ID    crm.ID `json:"id"`
	Label string `json:"label"`
	At    int64  `json:"at"`
}

// watchReaders raises an alert for each of the readers who opened more different
// customers within an hour than the office allows (SEC-21). It counts in the log, so it
// holds after a restart and for several hubs.
func (a *Audit) watchReaders(ctx context.Context, views []view) error {
	readers := map[int64]string{}
	for i := range views {
		if e := &views[i].entry; e.Kind == View && e.Entity == customer {
			readers[e.User] = e.Name
		}
	}
	if len(readers) == 0 {
		return nil
	}
	policy, err := a.Policy(ctx)
	if err != nil || policy.OpenLimit == 0 {
		return err
	}
	for id, name := range readers {
		if err := a.watchReader(ctx, crm.ID(id), name, policy.OpenLimit); err != nil {
			return err
		}
	}
	return nil
}

func (a *Audit) watchReader(ctx context.Context, user crm.ID, name string, limit int) error {
	now := a.now()
	hourAgo := now.Add(-time.Hour).UnixMilli()
	raised := false
	err := a.store.Write(ctx, func(tx *store.Tx) error {
		raised = false
		last, err := a.store.LastAlert(ctx, tx, user)
		if err != nil || last >= hourAgo {
			return err
		}
		entries, err := a.store.Opened(ctx, tx, user, View, customer, hourAgo)
		if err != nil || len(entries) <= limit {
			return err
		}
		list := make([]Opened, len(entries))
		for i, e := range entries {
			list[i] = Opened{crm.ID(e.Record), e.Label, e.At}
		}
		text, err := json.Marshal(list)
		if err != nil {
			return err
		}
		raised = true
		return a.store.AddAlert(ctx, tx, store.AccessAlert{ID: crm.NewID(), At: now.UnixMilli(), User: user, Name: name,
			Opened: len(entries), Allowed: limit, List: string(text)})
	})
	if err == nil && raised {
		a.tellKeepers(ctx, "alert")
	}
	return err
}
