package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"bellhop/firmware/boxapi"
	"bellhop/firmware/system"
)

const (
	clockEvery = 20 * time.Second
	// clockSlack is how far a clock may step back: a correction by the network.
	clockSlack = 2 * time.Minute
)

// clock finds out that the box's clock is wrong: earlier than it was seen before, or than
// the program was made. A box without a battery clock starts like that until the network
// tells the time.
type clock struct {
	mark string // file of the latest time seen

	mu          sync.Mutex
	wrong, said bool
}

// builtAt is when this program's source was committed; zero where that is not known.
func builtAt() time.Time {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return time.Time{}
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.time" {
			at, _ := time.Parse(time.RFC3339, s.Value)
			return at
		}
	}
	return time.Time{}
}

// check compares now with what is known; it remembers now where that is later.
func (c *clock) check(now, built time.Time, synced bool) (wrong bool, why string) {
	seen := time.Time{}
	if text, err := os.ReadFile(c.mark); err == nil {
		ms, _ := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
		seen = time.UnixMilli(ms)
	}
	switch {
	case synced: // the network knows better than any mark
	case now.Before(built.Add(-24 * time.Hour)):
		return true, fmt.Sprintf("the clock says %s, before this version was made", now.Format(time.DateTime))
	case now.Before(seen.Add(-clockSlack)):
		return true, fmt.Sprintf("the clock says %s, but it has been %s already", now.Format(time.DateTime), seen.Format(time.DateTime))
	}
	if synced || now.After(seen) {
		text := strconv.FormatInt(now.UnixMilli(), 10)
		if os.WriteFile(c.mark+".new", []byte(text), 0o600) == nil {
			os.Rename(c.mark+".new", c.mark)
		}
	}
	return false, ""
}

// checkClock tells when the clock turns out wrong, and when it is right again. It runs
// before the lines do, so that the warning stands before anything is stamped.
func (b *box) checkClock() error {
	b.clock.mu.Lock()
	defer b.clock.mu.Unlock()
	wrong, why := b.clock.check(time.Now(), builtAt(), system.Synced())
	if wrong == b.clock.wrong && b.clock.said {
		return nil
	}
	if wrong || b.clock.said {
		b.report(boxapi.Event{AlertChanged: &boxapi.AlertChanged{Kind: "clock", Raised: wrong, Detail: why}})
	}
	b.clock.wrong, b.clock.said = wrong, true
	return nil
}

func (b *box) openClock() error {
	b.clock.mark = filepath.Join(b.cfg.Data, "clock")
	return b.checkClock()
}

func (b *box) watchClock(ctx context.Context) {
	tick := time.NewTicker(clockEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			b.checkClock()
		}
	}
}
