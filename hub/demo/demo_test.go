package demo

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/modules/all"
	"bellhop/hub/records"
	"bellhop/hub/rights"
	"bellhop/hub/store"
	"bellhop/hub/store/storetest"
)

func TestFill(t *testing.T) {
	ctx := context.Background()
	schema, err := crm.Compile(all.Modules)
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(ctx, storetest.Source(t))
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
	for _, u := range users {
		if u.Login != "admin" && u.Login != "chenjing" && u.Login != "zhaomin" {
			continue
		}
		for ahead := range 2 {
			day := time.Now().AddDate(0, 0, ahead)
			day = time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, day.Location())
			page, err := r.Query(ctx, rights.For(u, schema), crm.Query{Entity: "schedule", Count: true, Limit: 1, Filter: &crm.Filter{And: []crm.Filter{
				{Field: "owner", Op: field.Eq, Value: u.ID.String()}, {Field: "start", Op: field.Ge, Value: day.UnixMilli()},
				{Field: "start", Op: field.Lt, Value: day.AddDate(0, 0, 1).UnixMilli()}}}})
			if err != nil || page.Count == 0 {
				t.Errorf("%s has nothing to do %d days ahead (%v)", u.Login, ahead, err)
			}
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
