package main

import (
	"path/filepath"
	"strings"
	"testing"

	"bellhop/hub/audit/trail"
	"bellhop/hub/store"
)

func TestVerifyLogsCommand(t *testing.T) {
	dir := t.TempDir()
	db, err := store.Open(t.Context(), filepath.Join(dir, "hub.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() // a hub at work
	if err := db.Log(t.Context(), trail.System, trail.Entry{Kind: "login"}); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	t.Run("SEC-15 sound logs are told so", func(t *testing.T) {
		sound, err := verifyLogs(t.Context(), []string{"-data", dir}, &out)
		if err != nil || !sound || !strings.Contains(out.String(), "1 entries") {
			t.Errorf("%v, %v: %s", sound, err, out.String())
		}
	})
}
