package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"bellhop/drivers/audio"
	"bellhop/drivers/audio/mp3"
	"bellhop/firmware/boxapi"
	"bellhop/firmware/config"
)

const (
	fastKills = 28 // at twenty times real time, anywhere in a ring or a talk
	slowKills = 5  // in real time, in the middle of a talk: what a cut costs
)

// victim is a firmware of its own process, and all that was ever heard of it.
type victim struct {
	t       *testing.T
	dir     string
	cfg     config.Config
	client  *client
	process *exec.Cmd
	log     bytes.Buffer
	n       int // commands

	mu     sync.Mutex
	events map[uint64][]byte // by number, as first seen
	gone   chan struct{}     // closed when the follower has ended
}

// start runs the firmware and follows its events from the first.
func (v *victim) start(speed string) {
	v.t.Helper()
	v.process = exec.Command(os.Args[0], "-data", v.cfg.Data, "-listen", v.cfg.Listen, "-token-file", v.cfg.TokenFile,
		"-console", v.cfg.Console, "-sim-speed", speed, "-log-level", "warn")
	v.process.Env = append(os.Environ(), "BELLHOP_RUN_AS_FIRMWARE=1")
	v.process.Stderr = &v.log
	if err := v.process.Start(); err != nil {
		v.t.Fatal(err)
	}
	v.waitFor("the firmware to start", func() bool {
		c, err := newClient(v.cfg)
		if err != nil {
			return false
		}
		v.client = c
		var s boxapi.Status
		return c.call("GET", "/v1/status", nil, &s) == nil
	})
	res, err := v.client.open("GET", "/v1/events", nil)
	if err != nil {
		v.t.Fatal(err)
	}
	v.gone = make(chan struct{})
	go func() {
		defer close(v.gone)
		defer res.Body.Close()
		lines := bufio.NewScanner(res.Body)
		for lines.Scan() {
			v.see(lines.Bytes())
		}
	}()
}

// see takes a line of the event stream. A number always means the same event.
func (v *victim) see(line []byte) {
	var e boxapi.Event
	if len(line) == 0 || json.Unmarshal(line, &e) != nil {
		return // cut off in mid-line by the kill
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if before, ok := v.events[e.Seq]; ok {
		if !bytes.Equal(before, line) {
			v.t.Errorf("event %d was\n%s\nand is now\n%s", e.Seq, before, line)
		}
		return
	}
	v.events[e.Seq] = bytes.Clone(line)
}

func (v *victim) kill() {
	v.t.Helper()
	if err := v.process.Process.Kill(); err != nil {
		v.t.Fatal(err)
	}
	v.process.Wait()
	<-v.gone
}

func (v *victim) waitFor(what string, ok func() bool) {
	v.t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			v.t.Fatalf("waited in vain for %s; log:\n%s", what, &v.log)
		}
	}
}

// all returns the events known, in order, and fails where a number is missing.
func (v *victim) all() []boxapi.Event {
	v.mu.Lock()
	defer v.mu.Unlock()
	var events []boxapi.Event
	for seq := uint64(1); len(events) < len(v.events); seq++ {
		line, ok := v.events[seq]
		if !ok {
			v.t.Fatalf("event %d of %d is lost", seq, len(v.events))
		}
		var e boxapi.Event
		if err := json.Unmarshal(line, &e); err != nil {
			v.t.Fatal(err)
		}
		events = append(events, e)
	}
	return events
}

func (v *victim) ring(talk time.Duration) {
	v.t.Helper()
	v.n++
	c := boxapi.Command{ID: fmt.Sprint("kill-", v.n), Simulate: &boxapi.Simulate{Ring: &boxapi.SimulateRing{
		From: fmt.Sprintf("138%08d", v.n), Line: 1 + v.n%2, Quick: true, TalkMS: talk.Milliseconds(),
	}}}
	var r boxapi.Result
	if err := v.client.call("POST", "/v1/commands", c, &r); err != nil || r.Error != "" {
		v.t.Fatalf("ring: %v %+v", err, r)
	}
}

func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("kills for a minute")
	}
	const seed = 8113
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	v := &victim{t: t, dir: t.TempDir(), events: map[uint64][]byte{}}
	v.cfg = testConfig(t, v.dir)
	v.cfg.Listen = l.Addr().String()
	l.Close()
	t.Cleanup(func() {
		if v.process.ProcessState == nil {
			v.process.Process.Kill()
			v.process.Wait()
		}
		if t.Failed() {
			t.Logf("log:\n%s", &v.log)
		}
	})
	for range fastKills {
		v.start("20")
		v.ring(8 * time.Second)
		// Two rings and the talk take some twelve seconds on the line's clock.
		time.Sleep(time.Duration(rng.IntN(700)) * time.Millisecond)
		v.kill()
	}
	lost := time.Duration(0)
	for range slowKills {
		lost = max(lost, v.killInTalk(rng))
	}
	v.start("20")
	v.waitFor("everything to be closed", func() bool { return len(open(v.all())) == 0 })
	v.check()
	v.kill()
	t.Logf("%d kills, %d events, at most %v of sound lost", fastKills+slowKills, len(v.events), lost)
}

// killInTalk kills in real time, in mid-talk, and returns how much sound that cost.
func (v *victim) killInTalk(rng *rand.Rand) time.Duration {
	v.t.Helper()
	v.start("1")
	before := len(v.all())
	v.ring(time.Hour)
	var call string
	var answeredAt int64
	v.waitFor("an answer", func() bool {
		for _, e := range v.all()[before:] {
			if e.CallAnswered != nil {
				call, answeredAt = e.CallAnswered.Call, e.At
			}
		}
		return call != ""
	})
	time.Sleep(time.Duration(1500+rng.IntN(2000)) * time.Millisecond)
	killedAt := time.Now()
	v.kill()
	v.start("20")
	var recorded *boxapi.RecordingFinished
	v.waitFor("the recording", func() bool {
		for _, e := range v.all()[before:] {
			if r := e.RecordingFinished; r != nil && r.Call == call {
				recorded = r
			}
		}
		return recorded != nil
	})
	v.kill()
	const preRoll = 2 * time.Second
	talked := killedAt.Sub(time.UnixMilli(answeredAt))
	lost := preRoll + talked - time.Duration(recorded.DurationMS)*time.Millisecond
	if lost > 2*time.Second || recorded.Complete {
		v.t.Errorf("%v of %v lost, complete %v", lost, preRoll+talked, recorded.Complete)
	}
	return lost
}

// open are the calls and recordings without an end.
func open(events []boxapi.Event) map[string]bool {
	o := map[string]bool{}
	for _, e := range events {
		switch {
		case e.CallStarted != nil:
			o["call "+e.CallStarted.Call] = true
		case e.CallEnded != nil:
			delete(o, "call "+e.CallEnded.Call)
		case e.RecordingStarted != nil:
			o["recording "+e.RecordingStarted.Call] = true
		case e.RecordingFinished != nil:
			delete(o, "recording "+e.RecordingFinished.Call)
		case e.RecordingFailed != nil:
			delete(o, "recording "+e.RecordingFailed.Call)
		}
	}
	return o
}

// check holds that every call ended once and every recording plays.
func (v *victim) check() {
	v.t.Helper()
	started, ended, interrupted, cut := map[string]int{}, map[string]int{}, 0, 0
	for _, e := range v.all() {
		switch {
		case e.CallStarted != nil:
			started[e.CallStarted.Call]++
		case e.CallEnded != nil:
			ended[e.CallEnded.Call]++
			if e.CallEnded.Outcome == boxapi.OutcomeInterrupted {
				interrupted++
			}
		case e.RecordingFinished != nil:
			v.plays(e.RecordingFinished)
			if !e.RecordingFinished.Complete {
				cut++
			}
		}
	}
	for call, n := range started {
		if n != 1 || ended[call] != 1 {
			v.t.Errorf("call %s began %d times and ended %d times", call, n, ended[call])
		}
	}
	if len(ended) != len(started) {
		v.t.Errorf("%d calls began, %d ended", len(started), len(ended))
	}
	if interrupted < slowKills || cut < slowKills {
		v.t.Errorf("only %d calls and %d recordings were interrupted: the kills missed", interrupted, cut)
	}
	v.t.Logf("%d calls, %d interrupted, %d recordings cut", len(started), interrupted, cut)
}

func (v *victim) plays(r *boxapi.RecordingFinished) {
	v.t.Helper()
	f, err := os.Open(filepath.Join(v.cfg.Data, "recordings", r.File))
	if err != nil {
		v.t.Error(err)
		return
	}
	defer f.Close()
	p, err := mp3.ReadAll(f)
	if err != nil {
		v.t.Errorf("%s does not play: %v", r.File, err)
	}
	if d := int64(len(p))*1000/audio.Rate - r.DurationMS; d < -100 || d > 100 {
		v.t.Errorf("%s plays %d ms more than the %d said", r.File, d, r.DurationMS)
	}
}
