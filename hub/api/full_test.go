package api

import (
	"strings"
	"testing"

	"bellhop/hub/crm"
	"bellhop/hub/store"
	"bellhop/hub/store/storetest"
)

// TestDiskFull: a full disk is told in words, costs nothing that is there, and is over
// when there is space.
func TestDiskFull(t *testing.T) {
	storetest.OnlySQLite(t, "the disk of a server can't be filled from here")
	o := newOffice(t)
	li := o.user("li", crm.Sales)
	limit := func(pragma string) {
		t.Helper()
		if err := o.store.Write(t.Context(), func(tx *store.Tx) error { _, err := tx.ExecContext(t.Context(), pragma); return err }); err != nil {
			t.Fatal(err)
		}
	}
	limit("PRAGMA max_page_count = 1") // as large as the file is now
	lead := obj{"values": obj{"name": strings.Repeat("长", 60)}}
	answer := li.post("/api/o/lead", lead)
	for n := 0; answer.status == 201 && n < 2000; n++ {
		answer = li.post("/api/o/lead", lead)
	}
	answer.is(503).want("error.key", "error.disk_full")
	li.post("/api/o/lead/query", obj{}).ok()
	limit("PRAGMA max_page_count = 1000000")
	li.post("/api/o/lead", lead).is(201)
}
