package audit

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"bellhop/hub/audit/trail"
	"bellhop/hub/store"
	"bellhop/hub/store/storetest"
)

func TestArchive(t *testing.T) {
	ctx := t.Context()
	s, err := store.Open(ctx, storetest.Source(t))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	dir := t.TempDir()
	day := func(n int) time.Time { return time.UnixMilli(1_700_000_000_000).AddDate(0, 0, n) }
	for i := range 30 {
		if err := s.Log(ctx, trail.Access, trail.Entry{At: day(i).UnixMilli(), Kind: "view", Label: fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
	}
	sound := func() {
		t.Helper()
		report, err := s.VerifyLog(ctx, trail.Access)
		if err != nil || len(report.Faults) > 0 {
			t.Errorf("%+v, %v", report, err)
		}
	}
	var seal *trail.Seal
	t.Run("SEC-15 old entries are closed into a sealed file, the chain goes on", func(t *testing.T) {
		if seal, err = Archive(ctx, s, trail.Access, day(10), dir); err != nil || seal == nil || seal.First != 1 || seal.Last != 10 {
			t.Fatalf("%+v, %v", seal, err)
		}
		second, err := Archive(ctx, s, trail.Access, day(20), dir)
		if err != nil || second.First != 11 || second.Last != 20 || second.Prev != seal.Hash {
			t.Fatalf("%+v, %v", second, err)
		}
		if none, err := Archive(ctx, s, trail.Access, day(20), dir); none != nil || err != nil {
			t.Errorf("%+v, %v", none, err)
		}
		if err := s.Log(ctx, trail.Access, trail.Entry{Kind: "view"}); err != nil {
			t.Fatal(err)
		}
		sound()
		if faults, err := VerifyArchives(ctx, s, trail.Access, dir); err != nil || len(faults) > 0 {
			t.Errorf("%v, %v", faults, err)
		}
		told, err := s.Entries(ctx, store.LogQuery{Log: trail.System, Kinds: []string{"archive"}, Limit: 5})
		if err != nil || len(told) != 2 {
			t.Errorf("%v, %v", told, err)
		}
	})
	t.Run("SEC-15 a changed file, or one that is gone, is found", func(t *testing.T) {
		path := filepath.Join(dir, seal.File)
		was, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		os.Chmod(path, 0o600)
		changed := append([]byte(nil), was...)
		changed[len(changed)/2] ^= 1
		if err := os.WriteFile(path, changed, 0o600); err != nil {
			t.Fatal(err)
		}
		if faults, err := VerifyArchives(ctx, s, trail.Access, dir); err != nil || len(faults) != 1 {
			t.Errorf("%v, %v", faults, err)
		}
		os.Remove(path)
		if faults, err := VerifyArchives(ctx, s, trail.Access, dir); err != nil || len(faults) != 1 {
			t.Errorf("%v, %v", faults, err)
		}
	})
	t.Run("SEC-15 a seal says nothing else than it was made for", func(t *testing.T) {
		other := *seal
		other.Last++
		if !seal.Holds() || other.Holds() {
			t.Errorf("%v, %v", seal.Holds(), other.Holds())
		}
	})
}
