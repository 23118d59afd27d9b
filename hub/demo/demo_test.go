package demo

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"bellhop/hub/crm"
	"bellhop/hub/modules/all"
	"bellhop/hub/records"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

func TestFill(t *testing.T) {
	ctx := context.Background()
	schema, err := crm.Compile(all.Modules)
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(ctx, filepath.Join(t.TempDir(), "hub.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Prepare(ctx, schema); err != nil {
		t.Fatal(err)
	}
	r := records.New(s, schema)
	var out bytes.Buffer
	if err := Fill(ctx, &out, s, r); err != nil {
		t.Fatal(err)
	}
	for _, person := range staff {
		if !strings.Contains(out.String(), "demo-"+person.login) {
			t.Errorf("the password of %s is not printed", person.login)
		}
	}
	users, err := s.Users(ctx)
	if err != nil {
		t.Fatal(err)
	}
	boss := rights.For(users[0], schema)
	for entity, want := range map[string]int{"customer": 40, "contact": 77, "activity": 120, "order": 30, "ticket": 11, "lead": 8, "channel": 4, "supplier": 3} {
		page, err := r.Query(ctx, boss, crm.Query{Entity: entity, Count: true, Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		if page.Count != want {
			t.Errorf("%d of %s, want %d", page.Count, entity, want)
		}
	}
	hits, err := s.PhonesExact(ctx, "+8613700137000", 10)
	if err != nil {
		t.Fatal(err)
	}
	if len(hits) != 2 {
		t.Errorf("the shared number is held by %d, want 2", len(hits))
	}
	if err := Fill(ctx, &out, s, r); err != nil {
		t.Fatal("a second start:", err)
	}
}
