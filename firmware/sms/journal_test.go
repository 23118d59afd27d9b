package sms

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func openTest(t *testing.T, path string) *journal {
	t.Helper()
	j, err := openJournal(path, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.close() })
	return j
}

func (j *journal) dump() string {
	var out []string
	for _, key := range slices.Sorted(maps.Keys(j.live)) {
		out = append(out, key+"="+string(j.live[key]))
	}
	return strings.Join(out, " ")
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestJournalRemembers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	j := openTest(t, path)
	must(t, j.put(map[string]any{"a": 1, "b": 2}))
	must(t, j.put(map[string]any{"a": "客", "b": nil, "c": 3}))
	must(t, j.put(nil))
	for range 2 {
		must(t, j.close())
		j = openTest(t, path)
		if got := j.dump(); got != `a="客" c=3` {
			t.Errorf("got %s", got)
		}
	}
	must(t, j.close())
	if err := j.put(map[string]any{"a": 1}); err == nil {
		t.Error("wrote after close")
	}
}

func TestJournalIsRewritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	j := openTest(t, path)
	long := strings.Repeat("x", 100<<10)
	for i := range 50 {
		must(t, j.put(map[string]any{"a": fmt.Sprint(i, long)}))
	}
	info, err := os.Stat(path)
	must(t, err)
	if info.Size() > 2*rewriteAfter || info.Size() != j.size {
		t.Errorf("%d bytes for one record, %d counted", info.Size(), j.size)
	}
	must(t, j.put(map[string]any{"b": 1}))
	if again := openTest(t, path); len(again.live) != 2 || !strings.HasPrefix(string(again.live["a"]), `"49x`) {
		t.Error("lost in rewriting")
	}
}

// TestJournalTorn cuts the file at every length, as a power cut may.
func TestJournalTorn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	j := openTest(t, path)
	must(t, j.put(map[string]any{"a": 1}))
	whole := j.size
	must(t, j.put(map[string]any{"a": 2, "b": 2}))
	must(t, j.close())
	b, err := os.ReadFile(path)
	must(t, err)
	for n := whole; n < int64(len(b)-1); n++ {
		cut := filepath.Join(t.TempDir(), "j")
		must(t, os.WriteFile(cut, b[:n], 0o600))
		j := openTest(t, cut)
		if got := j.dump(); got != "a=1" {
			t.Errorf("cut at %d: %s", n, got)
		}
		must(t, j.put(map[string]any{"c": 3}))
		must(t, j.close())
		if got := openTest(t, cut).dump(); got != "a=1 c=3" {
			t.Errorf("cut at %d, then written: %s", n, got)
		}
	}
}

func TestJournalDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	j := openTest(t, path)
	for _, key := range []string{"a", "b", "c"} {
		must(t, j.put(map[string]any{key: 1}))
	}
	must(t, j.close())
	b, err := os.ReadFile(path)
	must(t, err)
	i := bytes.Index(b, []byte(`"b"`))
	b[i+1] = 'x'
	must(t, os.WriteFile(path, b, 0o600))
	if got := openTest(t, path).dump(); got != "a=1 c=1" {
		t.Errorf("got %s", got)
	}
}

func TestJournalDiskRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	j := openTest(t, path)
	must(t, j.put(map[string]any{"a": 1}))
	good := j.file
	readOnly, err := os.Open(path)
	must(t, err)
	j.file = readOnly
	if err := j.put(map[string]any{"a": 2}); err == nil {
		t.Fatal("no error")
	}
	if got := j.dump(); got != "a=1" {
		t.Errorf("changed in memory: %s", got)
	}
	j.file = good
	readOnly.Close()
	must(t, j.put(map[string]any{"b": 1}))
	must(t, j.close())
	if got := openTest(t, path).dump(); got != "a=1 b=1" {
		t.Errorf("got %s", got)
	}
}

func FuzzJournal(f *testing.F) {
	line, err := formatLine(map[string]json.RawMessage{"out/1": json.RawMessage(`{"id":"1"}`), "b": json.RawMessage("null")})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(line)
	f.Add(bytes.Repeat(line, 3)[:len(line)+5])
	f.Add([]byte("00000000 {}\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "sms.journal")
		must(t, os.WriteFile(path, b, 0o600))
		s, err := New(Config{Dir: filepath.Dir(path), Emit: newHub().emit, Modem: stuckModem{}})
		if err == nil {
			s.Close()
		}
		j, err := openJournal(path, slog.New(slog.DiscardHandler))
		if err != nil {
			return
		}
		was := j.dump()
		must(t, j.close())
		if got := openTest(t, path).dump(); got != was {
			t.Errorf("first %s, then %s", was, got)
		}
	})
}
