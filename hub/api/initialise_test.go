package api

import (
	"os"
	"path/filepath"
	"testing"

	"bellhop/hub/backup"
	"bellhop/hub/crm"
	"bellhop/hub/store"
)

func TestInitialise(t *testing.T) {
	if os.Getenv("BELLHOP_TEST_POSTGRES") != "" {
		t.Skip("the present state is kept by the tools of the server, which hub/backup tests")
	}
	o := newOffice(t)
	data := t.TempDir()
	db, err := store.Open(t.Context(), filepath.Join(data, "hub.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	// The copy that is kept first is of a database on disk; that of newOffice is in memory.
	saver := backup.New(backup.Parts{Store: db, Source: filepath.Join(data, "hub.db"), Data: data})
	t.Cleanup(saver.Close)
	parts := o.server.Parts
	parts.Backup = saver
	o.server = New(parts)

	boss, li := o.user("boss", crm.Admin), o.user("li", crm.Sales)
	customer := boss.must("customer", obj{"name": "杭州文博"})
	for range 3 {
		boss.must("activity", obj{"at": 1_790_000_000_000, "text": "电话联系", "customer": customer.str("id")})
	}
	count := func(entity string) any { return boss.query(entity, obj{"count": true}).at("count") }

	t.Run("SYS-08 ticked modules are cleared after a backup, with the word typed; all else stays", func(t *testing.T) {
		wish := obj{"modules": []string{"activity", "sales"}, "confirm": "CLEAR DATA"}
		li.post("/api/initialise", wish).is(403)
		boss.post("/api/initialise", obj{"modules": []string{"activity"}, "confirm": "yes"}).is(422).want("error.key", "backup.confirm")
		boss.post("/api/initialise", obj{"modules": []string{"nothing"}, "confirm": "CLEAR DATA"}).is(422)
		if count("activity") != 3.0 {
			t.Fatalf("%v activities before", count("activity"))
		}
		a := boss.post("/api/initialise", wish).ok().want("records", 3)
		if count("activity") != 0.0 || count("customer") != 1.0 {
			t.Errorf("%v activities, %v customers", count("activity"), count("customer"))
		}
		if n := len(boss.get("/api/recycle/activity").ok().list("rows")); n != 0 {
			t.Errorf("%d in the recycle list", n)
		}
		if saved := saver.Saved(); len(saved) != 1 || saved[0] != a.str("saved") {
			t.Errorf("saved states %v", saved)
		}
		boss.get("/api/users").ok()
		boss.must("activity", obj{"at": 1_790_000_000_000, "text": "重新开始", "customer": customer.str("id")})
	})
}
