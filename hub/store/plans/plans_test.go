package plans_test

import (
	"database/sql"
	"strings"
	"testing"

	_ "github.com/mattn/go-sqlite3"

	"bellhop/hub/store/plans"
)

// The index holds only the rows of a = 5. A planner that looks at values would use it
// for a bound 5, and then have to plan anew for every other value.
func TestPlansDoNotDependOnValues(t *testing.T) {
	plans.Keep()
	db, err := sql.Open("sqlite3", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(`CREATE TABLE t (a, b); CREATE INDEX of_five ON t (b) WHERE a = 5`); err != nil {
		t.Fatal(err)
	}
	plan := func(query string, args ...any) string {
		var id, parent, unused int
		var detail string
		if err := db.QueryRow("EXPLAIN QUERY PLAN "+query, args...).Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		return detail
	}
	if said := plan(`SELECT b FROM t WHERE a = 5 AND b = 1`); !strings.Contains(said, "of_five") {
		t.Fatalf("the index is of no use at all: %s", said)
	}
	if said := plan(`SELECT b FROM t WHERE a = ? AND b = ?`, 5, 1); strings.Contains(said, "of_five") {
		t.Errorf("the plan depends on what is bound: %s", said)
	}
}
