package store

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is not a database is told with what to do about it.
func TestOpenDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hub.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("not a database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), path)
	if err == nil {
		s.Close()
		t.Fatal("opened")
	}
	if !strings.Contains(err.Error(), "backup") {
		t.Errorf("says %v", err)
	}
}
