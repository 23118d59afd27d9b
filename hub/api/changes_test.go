package api

import (
	"slices"
	"testing"

	"bellhop/hub/crm"
	"bellhop/hub/records"
)

// TestChangedTellsWhoMayRead watches what open pages hear of writes.
func TestChangedTellsWhoMayRead(t *testing.T) {
	x := newExchange(t)
	boss, li, wang := x.user("boss", crm.Manager), x.user("li", crm.Sales), x.user("wang", crm.Sales)
	pages := map[*person]*page{boss: x.watch(boss, ""), li: x.watch(li, ""), wang: x.watch(wang, "")}
	// hears waits for an event of a kind and revision and gives the ID it names; those
	// who may not know which record it was are not told its revision either.
	hears := func(p *person, entity string, revs ...float64) string {
		t.Helper()
		return pages[p].wait("a change of "+entity, func(e event) bool {
			return e.name == "changed" && e.data["entity"] == entity && slices.Contains(revs, e.data["rev"].(float64))
		}).str("id")
	}
	mine := li.must("customer", obj{"name": "李的"})
	id := mine.str("id")
	t.Run("SEC-06 the ID of a record goes to those who may read it alone", func(t *testing.T) {
		if a, b, c := hears(boss, "customer", 1), hears(li, "customer", 1), hears(wang, "customer", 0, 1); a != id || b != id || c != "0" {
			t.Errorf("boss %s, owner %s, other %s", a, b, c)
		}
	})
	t.Run("SEC-06 shared with him, he hears of it too", func(t *testing.T) {
		li.post("/api/o/customer/share", obj{"ids": []string{id}, "targets": []string{wang.user.ID.String()}, "level": "read"}).ok()
		li.change(li.get("/api/o/customer/"+id), obj{"address": "杭州"}).ok()
		if got := hears(wang, "customer", 2); got != id {
			t.Errorf("told %s", got)
		}
	})
	t.Run("SEC-06 of private records nobody else hears at all", func(t *testing.T) {
		li.must("privatecontact", obj{"name": "朋友", "phones": phones("13912345671")})
		li.must("contact", obj{"name": "之后"})
		hears(li, "privatecontact", 1)
		hears(wang, "contact", 0, 1)
		for _, p := range []*person{boss, wang} {
			pages[p].mu.Lock()
			for _, e := range pages[p].events {
				if e.data["entity"] == "privatecontact" {
					t.Errorf("%s hears %v", p.user.Login, e.data)
				}
			}
			pages[p].mu.Unlock()
		}
	})
}

// TestChangesInMasses: very many writes are told by their kind, private ones to their owner.
func TestChangesInMasses(t *testing.T) {
	var many []records.Change
	for i := range 500 {
		many = append(many, records.Change{Ref: crm.Ref{Entity: "customer", ID: crm.ID(i + 1)}, Rev: 1, Owner: crm.ID(i)},
			records.Change{Ref: crm.Ref{Entity: "privatecontact", ID: crm.ID(i + 1)}, Owner: 7, Private: true})
	}
	kinds := kindsOf(many)
	want := []records.Change{{Ref: crm.Ref{Entity: "customer"}}, {Ref: crm.Ref{Entity: "privatecontact"}, Owner: 7, Private: true}}
	if !slices.Equal(kinds, want) {
		t.Errorf("%+v", kinds)
	}
}
