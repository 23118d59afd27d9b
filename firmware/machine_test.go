package main

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"bellhop/firmware/boxapi"
)

func TestClock(t *testing.T) {
	mark := filepath.Join(t.TempDir(), "clock")
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	built := now.Add(-30 * 24 * time.Hour)
	c := clock{mark: mark}
	for _, step := range []struct {
		name   string
		at     time.Time
		synced bool
		wrong  bool
	}{
		{"the first start", now, false, false},
		{"a small step back", now.Add(-time.Minute), false, false},
		{"1970", time.Unix(100, 0), false, true},
		{"an hour back", now.Add(-time.Hour), false, true},
		{"a month off and on again", now.Add(30 * 24 * time.Hour), false, false},
		{"the network puts it right, backwards", now, true, false},
		{"and it is believed from then on", now.Add(time.Minute), false, false},
	} {
		if wrong, why := c.check(step.at, built, step.synced); wrong != step.wrong || wrong == (why == "") {
			t.Errorf("%s: %v %q", step.name, wrong, why)
		}
	}
}

func TestBOX14(t *testing.T) {
	t.Run("BOX-14 a wrong clock is told before anything is stamped", func(t *testing.T) {
		cfg := testConfig(t, t.TempDir())
		if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
			t.Fatal(err)
		}
		later := strconv.FormatInt(time.Now().Add(24*time.Hour).UnixMilli(), 10)
		if err := os.WriteFile(filepath.Join(cfg.Data, "clock"), []byte(later), 0o600); err != nil {
			t.Fatal(err)
		}
		b := startBox(t, cfg)
		if synced := b.clock.said && !b.clock.wrong; synced {
			t.Skip("this machine's clock follows the network's, which is believed")
		}
		if r := b.do(boxapi.Command{Simulate: &boxapi.Simulate{Ring: &boxapi.SimulateRing{From: "13800138000", Rings: 1, NoAnswer: true}}}); r.Error != "" {
			t.Fatal(r)
		}
		told := false
		b.until("a call", func(e boxapi.Event) bool {
			told = told || e.AlertChanged != nil && e.AlertChanged.Kind == "clock" && e.AlertChanged.Raised
			return e.CallStarted != nil
		})
		if !told {
			t.Error("the call was stamped first")
		}
		os.WriteFile(b.clock.mark, []byte("0"), 0o600) // the technician set the clock
		b.checkClock()
		b.until("all is well", func(e boxapi.Event) bool {
			return e.AlertChanged != nil && e.AlertChanged.Kind == "clock" && !e.AlertChanged.Raised
		})
	})
}

func TestMachineCommands(t *testing.T) {
	data := t.TempDir()
	if err := os.WriteFile(filepath.Join(data, "erase-at-start"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := command([]string{"erase", "-data", data}); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(data); len(left) > 0 {
		t.Error(left)
	}
	for _, args := range [][]string{{"system", "-nonsense"}, {"erase", "extra"}} {
		if err := command(args); err == nil {
			t.Errorf("%q: no error", args)
		}
	}
}
