package store_test

import (
	"os"
	"path/filepath"
	"testing"

	"bellhop/hub/store"
	"bellhop/hub/store/storetest"
)

// TestCopy goes to a copy and back on the engine under test.
func TestCopy(t *testing.T) {
	ctx := t.Context()
	source := storetest.Source(t)
	if !store.IsServer(source) {
		source = filepath.Join(t.TempDir(), "hub.db")
	}
	s, err := store.Open(ctx, source)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for i, name := range []string{"company", "area_code"} {
		if err := s.SetSetting(ctx, name, string(rune('a'+i))); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), store.CopyName(source))
	counts, err := s.CopyTo(ctx, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if counts["setting"] != 2 || counts["migration"] == 0 {
		t.Fatalf("counted %v", counts)
	}
	if err := s.SetSetting(ctx, "later", "1"); err != nil {
		t.Fatal(err)
	}
	tried, err := store.TryCopy(ctx, source, path)
	if err != nil {
		t.Fatal(err)
	}
	for table, n := range counts {
		if tried[table] != n {
			t.Errorf("%s: %d rows of %d", table, tried[table], n)
		}
	}
	if store.IsServer(source) {
		s.Close()
		if err := store.PutCopy(ctx, source, path); err != nil {
			t.Fatal(err)
		}
		back, err := store.Open(ctx, source)
		if err != nil {
			t.Fatal(err)
		}
		defer back.Close()
		if v, err := back.Setting(ctx, "later"); err != nil || v != "" {
			t.Errorf("what came after the copy stays: %q %v", v, err)
		}
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := len(b) / 3; i < len(b)/3+5000 && i < len(b); i++ {
		b[i] ^= 0x5a
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.TryCopy(ctx, source, path); err == nil {
		t.Error("a damaged copy is taken for a good one")
	}
}
