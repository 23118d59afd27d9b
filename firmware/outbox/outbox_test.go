package outbox

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"bellhop/firmware/boxapi"
)

var quiet = slog.New(slog.DiscardHandler)

func open(t *testing.T, dir string) *Outbox {
	t.Helper()
	o, err := Open(dir, quiet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.Close() })
	return o
}

func ring(call string) boxapi.Event {
	return boxapi.Event{At: 1, CallStarted: &boxapi.CallStarted{Call: call, Line: 1, Direction: boxapi.Incoming}}
}

func ended(call string) boxapi.Event {
	return boxapi.Event{At: 2, CallEnded: &boxapi.CallEnded{Call: call, Outcome: boxapi.OutcomeMissed}}
}

// put appends events and waits until they are on disk.
func put(t *testing.T, o *Outbox, events ...boxapi.Event) {
	t.Helper()
	var last Ticket
	for _, e := range events {
		last = o.Append(e)
	}
	if err := last.Wait(); err != nil {
		t.Fatal(err)
	}
}

// since reads the events behind after up to the last.
func since(t *testing.T, o *Outbox, after uint64) []boxapi.Event {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	c := o.Follow(after)
	var all []boxapi.Event
	for c.after < o.Last() {
		entries, err := c.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			var e boxapi.Event
			if err := json.Unmarshal(entry.JSON, &e); err != nil || e.Seq != entry.Seq {
				t.Fatalf("entry %d: %v, holds %d", entry.Seq, err, e.Seq)
			}
			all = append(all, e)
		}
	}
	return all
}

func numbers(events []boxapi.Event) string {
	var b strings.Builder
	for _, e := range events {
		fmt.Fprintf(&b, "%d ", e.Seq)
	}
	return strings.TrimSpace(b.String())
}

func TestNumbersGoOnOverRestarts(t *testing.T) {
	dir := t.TempDir()
	o := open(t, dir)
	put(t, o, ring("a"), ring("b"), ended("a"))
	o.Close()
	o = open(t, dir)
	if got := numbers(since(t, o, 0)); got != "1 2 3" {
		t.Fatalf("after restart: %s", got)
	}
	if s := o.State(); len(s.Calls) != 1 || s.Calls["b"].Line != 1 {
		t.Fatalf("open calls: %v", s.Calls)
	}
	if err := o.Ack(3); err != nil {
		t.Fatal(err)
	}
	o.Close()
	o = open(t, dir)
	put(t, o, ended("b"))
	if o.Last() != 4 || o.Pending() != 1 || len(o.State().Calls) != 0 {
		t.Fatalf("last %d pending %d calls %v", o.Last(), o.Pending(), o.State().Calls)
	}
	if err := o.Ack(5); !errors.Is(err, ErrAhead) {
		t.Fatalf("acknowledging what does not exist: %v", err)
	}
	if err := o.Ack(4); err != nil {
		t.Fatal(err)
	}
	o.Close()
	for range 3 { // nothing left but the head of an empty segment
		o = open(t, dir)
		o.Close()
	}
	o = open(t, dir)
	put(t, o, ring("c"))
	if got := numbers(since(t, o, 4)); got != "5" {
		t.Fatalf("number used again: %s", got)
	}
}

func TestOpenCallsOutliveCompaction(t *testing.T) {
	dir := t.TempDir()
	o := open(t, dir)
	put(t, o, ring("long"))
	padding := ring("x")
	padding.Box = strings.Repeat("x", 1000)
	for range 3 * segmentSize / 1000 {
		o.Append(padding)
		put(t, o, ended("x"))
	}
	if err := o.Ack(o.Last()); err != nil {
		t.Fatal(err)
	}
	if n := len(o.segments); n != 1 {
		t.Fatalf("%d segments after everything was acknowledged", n)
	}
	last := o.Last()
	o.Close()
	o = open(t, dir)
	if s := o.State(); len(s.Calls) != 1 || s.Calls["long"].Call != "long" {
		t.Fatalf("open calls: %v", s.Calls)
	}
	if o.Last() != last {
		t.Fatalf("last is %d, was %d", o.Last(), last)
	}
}

func TestFollowersSeeEverythingInOrder(t *testing.T) {
	o := open(t, t.TempDir())
	const events, followers = 6000, 4
	var wg sync.WaitGroup
	for range followers {
		wg.Go(func() {
			c, want := o.Follow(0), uint64(1)
			for want <= events {
				got, err := c.Next(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				for _, e := range got {
					if e.Seq != want {
						t.Errorf("event %d, want %d", e.Seq, want)
						return
					}
					want++
				}
			}
		})
	}
	for i := range events {
		tk := o.Append(ring(strconv.Itoa(i)))
		if i%97 == 0 {
			tk.Wait()
		}
	}
	wg.Wait()
	if got := since(t, o, 10); len(got) != events-10 || got[0].Seq != 11 { // from the segments
		t.Fatalf("%d events from disk", len(got))
	}
}

func TestFollowEndsWithClose(t *testing.T) {
	o := open(t, t.TempDir())
	put(t, o, ring("a"))
	c := o.Follow(1)
	ended := make(chan error)
	go func() { _, err := c.Next(t.Context()); ended <- err }()
	o.Close()
	if err := <-ended; !errors.Is(err, ErrClosed) {
		t.Fatal(err)
	}
	if err := o.Append(ring("b")).Wait(); !errors.Is(err, ErrClosed) {
		t.Fatal(err)
	}
}

func TestFollowFromAnotherLifeStartsOver(t *testing.T) {
	o := open(t, t.TempDir())
	put(t, o, ring("a"), ring("b"))
	got, err := o.Follow(500).Next(t.Context())
	if err != nil || got[0].Seq != 1 {
		t.Fatalf("%v %v", got, err)
	}
}

// Cut anywhere, a segment keeps each whole record before the cut, and the outbox goes
// on with the next number.
func TestTornTail(t *testing.T) {
	dir := t.TempDir()
	o := open(t, dir)
	var ends []int64
	for i := range 3 {
		put(t, o, ring(strconv.Itoa(i)))
		ends = append(ends, o.active.size)
	}
	o.Close()
	whole, err := os.ReadFile(segmentPath(dir, 1))
	if err != nil {
		t.Fatal(err)
	}
	for cut := 0; cut < len(whole); cut += 5 {
		torn := t.TempDir()
		if err := os.WriteFile(segmentPath(torn, 1), whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		want := uint64(0)
		for _, end := range ends {
			if int64(cut) >= end {
				want++
			}
		}
		o, err := Open(torn, quiet)
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		if o.Last() != want {
			t.Fatalf("cut at %d: last is %d, want %d", cut, o.Last(), want)
		}
		put(t, o, ring("next"))
		if o.Last() != want+1 {
			t.Fatalf("cut at %d: next number is %d, want %d", cut, o.Last(), want+1)
		}
		o.Close()
	}
}

func TestDamageCostsOnlyWhatItTouches(t *testing.T) {
	dir := t.TempDir()
	o := open(t, dir)
	put(t, o, ring("a"))
	at := o.active.size + recordHeader + 5
	put(t, o, ring("b"))
	put(t, o, ring("c"))
	o.Close()
	b, _ := os.ReadFile(segmentPath(dir, 1))
	b[at] ^= 0x40
	if err := os.WriteFile(segmentPath(dir, 1), b, 0o600); err != nil {
		t.Fatal(err)
	}
	o = open(t, dir)
	if got := numbers(since(t, o, 0)); got != "1 3" {
		t.Fatalf("read %s", got)
	}
}

// The disk refuses for a while: nothing is lost, nothing renumbered.
func TestDiskRefuses(t *testing.T) {
	dir := t.TempDir()
	o := open(t, dir)
	put(t, o, ring("a"))
	o.active.file.Close() // every write fails from here, until a fresh segment is begun
	put(t, o, ring("b"), ring("c"))
	put(t, o, ring("d"))
	if got := numbers(since(t, o, 0)); got != "1 2 3 4" {
		t.Fatal(got)
	}
	o.Close()
	if got := numbers(since(t, open(t, dir), 0)); got != "1 2 3 4" {
		t.Fatal(got)
	}
}

// TestKill kills a real process in the middle of writing, again and again: what it was
// told is on disk must be there, under its number, once.
func TestKill(t *testing.T) {
	if dir := os.Getenv("OUTBOX_CHILD"); dir != "" {
		killedChild(dir)
		return
	}
	const seed = 20261122
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	dir := t.TempDir()
	known := map[uint64]string{} // by number: the call acknowledged to the producer
	for round := range 25 {
		child := exec.Command(os.Args[0], "-test.run=^TestKill$")
		child.Env = append(os.Environ(), "OUTBOX_CHILD="+dir, "OUTBOX_ROUND="+strconv.Itoa(round))
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines, limit := bufio.NewScanner(out), 1+rng.IntN(300)
		for n := 0; lines.Scan(); n++ {
			if n == limit {
				child.Process.Kill() // what it still says until it is dead counts too
			}
			var seq uint64
			var call string
			if _, err := fmt.Sscanf(lines.Text(), "put %d %s", &seq, &call); err == nil {
				known[seq] = call
			}
		}
		child.Wait()
	}
	if len(known) < 100 {
		t.Fatalf("only %d events were put", len(known))
	}
	o := open(t, dir)
	seen := map[uint64]string{}
	for _, e := range since(t, o, 0) {
		if e.CallStarted == nil || seen[e.Seq] != "" {
			t.Fatalf("event %d twice or empty", e.Seq)
		}
		seen[e.Seq] = e.CallStarted.Call
	}
	for seq, call := range known {
		if seen[seq] != call && seq > o.Acked() {
			t.Errorf("event %d is %q, was acknowledged as %q", seq, seen[seq], call)
		}
	}
	if uint64(len(seen)) != o.Last() && o.Acked() == 0 {
		t.Errorf("%d events, last number %d", len(seen), o.Last())
	}
	t.Logf("%d events acknowledged, %d on disk", len(known), len(seen))
}

func killedChild(dir string) {
	o, err := Open(dir, quiet)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	round := os.Getenv("OUTBOX_ROUND")
	for i := 0; ; i++ {
		call := round + "-" + strconv.Itoa(i)
		ticket := o.Append(ring(call))
		seq := ticket.b.entries[len(ticket.b.entries)-1].Seq
		if ticket.Wait() == nil {
			fmt.Println("put", seq, call)
		}
	}
}

func FuzzParse(f *testing.F) {
	event, _ := json.Marshal(boxapi.Event{Seq: 7, CallStarted: &boxapi.CallStarted{Call: "c"}})
	good := appendRecord(appendRecord(nil, kindState, []byte(`{"calls":{"a":{}}}`)), kindEvent, event)
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Add(append([]byte{9, 0, 0, 0, 1}, good...))
	f.Add(appendRecord(nil, kindState, []byte(`{"calls":null,"alerts":null}`)))
	f.Fuzz(func(t *testing.T, b []byte) {
		last := uint64(0)
		c := parse(b)
		for i, e := range c.events {
			if e.Seq <= last || c.entries[i].Seq != e.Seq {
				t.Fatalf("numbers do not rise: %d after %d", e.Seq, last)
			}
			last = e.Seq
			c.state.apply(e)
		}
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "00000000000000000001.seg"), b, 0o600); err != nil {
			t.Fatal(err)
		}
		if last > 1<<62 {
			return
		}
		o, err := Open(dir, quiet)
		if err != nil {
			t.Fatal(err)
		}
		defer o.Close()
		before := o.Last()
		if err := o.Append(ring("next")).Wait(); err != nil || o.Last() != before+1 || before < last {
			t.Fatalf("after damage: last was %d, then %d: %v", before, o.Last(), err)
		}
	})
}
