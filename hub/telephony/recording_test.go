package telephony

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/store"
	"bellhop/hub/store/storetest"
)

func TestListeningsAreCountedByPlay(t *testing.T) {
	ctx := context.Background()
	db, err := store.Open(ctx, storetest.Source(t))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	s := New(db, nil, nil, slog.New(slog.DiscardHandler))
	now := time.UnixMilli(1_800_000_000_000)
	s.now = func() time.Time { return now }
	for _, step := range []struct {
		name  string
		later time.Duration
		start bool
		count int
	}{
		{"REC-10 the head is looked at", 0, true, 1},
		{"REC-10 and played", time.Second, true, 1},
		{"REC-10 a seek", 3 * time.Minute, false, 1},
		{"REC-10 played again", 2 * time.Minute, true, 2},
		{"REC-10 a seek in a page left open for an hour", time.Hour, false, 3},
	} {
		t.Run(step.name, func(t *testing.T) {
			now = now.Add(step.later)
			if err := s.noteListening(ctx, &crm.User{ID: 7, Name: "陈静"}, &store.Call{ID: 9}, step.start, "192.168.1.7"); err != nil {
				t.Fatal(err)
			}
			list, err := db.Listenings(ctx, 9)
			if err != nil || len(list) != step.count {
				t.Fatalf("%d listenings, want %d (%v)", len(list), step.count, err)
			}
			if last := list[len(list)-1]; last.User != 7 || last.Address != "192.168.1.7" {
				t.Errorf("written down: %+v", last)
			}
		})
	}
}
