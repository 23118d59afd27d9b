package main

import (
	"path/filepath"
	"strings"
	"testing"

	"bellhop/hub/audit/trail"
	"bellhop/hub/store"
)

func TestLogCommands(t *testing.T) {
	dir := t.TempDir()
	db, err := store.Open(t.Context(), filepath.Join(dir, "hub.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() // a hub at work
	for _, log := range []trail.Log{trail.System, trail.Access} {
		if err := db.Log(t.Context(), log, trail.Entry{At: 1_700_000_000_000, Kind: "login"}); err != nil {
			t.Fatal(err)
		}
	}
	says := func(command string, args ...string) string {
		t.Helper()
		var out strings.Builder
		if err := runLogs(t.Context(), command, append([]string{"-data", dir}, args...), &out); err != nil {
			t.Errorf("%v: %s", err, out.String())
		}
		return out.String()
	}
	t.Run("SEC-15 sound logs are told so", func(t *testing.T) {
		if text := says("verify-logs"); strings.Count(text, "sound") != 3 || !strings.Contains(text, "1 entries") {
			t.Error(text)
		}
	})
	t.Run("SEC-15 old entries are closed, and still verified", func(t *testing.T) {
		if text := says("archive-logs", "-before", "2024-01-01"); !strings.Contains(text, "entries 1 to 1 closed") || !strings.Contains(text, "nothing is older") {
			t.Error(text)
		}
		if text := says("verify-logs"); strings.Count(text, "sound") != 3 {
			t.Error(text)
		}
	})
	t.Run("no database", func(t *testing.T) {
		err := runLogs(t.Context(), "verify-logs", []string{"-data", t.TempDir()}, &strings.Builder{})
		if err == nil || !strings.Contains(err.Error(), "-data") {
			t.Errorf("says %v", err)
		}
	})
}
