package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bellhop/drivers/audio"
	"bellhop/drivers/audio/mp3"
	"bellhop/drivers/audio/wav"
	"bellhop/drivers/callerid"
	"bellhop/drivers/callerid/all"
	"bellhop/drivers/dsp"
	"bellhop/drivers/simline"
	"bellhop/firmware/boxapi"
	"bellhop/firmware/config"
)

// patience is how long a test waits for an event; only a defect takes it all.
const patience = 90 * time.Second

// testBox is a whole firmware in this process, followed over HTTP.
type testBox struct {
	*box
	t      *testing.T
	client *client
	events chan boxapi.Event
	log    *bytes.Buffer
	n      int // commands sent
	stop   func()
}

func testConfig(t *testing.T, dir string) config.Config {
	t.Helper()
	var cfg config.Config
	if err := config.Parse(cfg.Flags("test"), nil); err != nil {
		t.Fatal(err)
	}
	cfg.Data, cfg.TokenFile, cfg.Console = filepath.Join(dir, "box"), filepath.Join(dir, "token"), filepath.Join(dir, "console")
	cfg.Listen = "127.0.0.1:0"
	cfg.SimSpeed = 25 // a machine that can't keep up plays slower, and nothing else changes
	return cfg
}

// startBox runs the firmware until the test ends or stop is called.
func startBox(t *testing.T, cfg config.Config) *testBox {
	t.Helper()
	b := &testBox{t: t, events: make(chan boxapi.Event, 10000), log: &bytes.Buffer{}}
	ctx, cancel := context.WithCancelCause(context.Background())
	b.box = &box{cfg: cfg, log: slog.New(slog.NewTextHandler(b.log, nil)), startedAt: time.Now(), restart: cancel}
	if err := b.open(); err != nil {
		b.close()
		t.Fatal(err)
	}
	cfg.Listen = b.listener.Addr().String()
	served := make(chan struct{})
	go func() { defer close(served); b.serve(ctx) }()
	var err error
	if b.client, err = newClient(cfg); err != nil {
		t.Fatal(err)
	}
	res, err := b.client.open("GET", "/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	followed := make(chan struct{})
	go b.follow(res.Body, followed)
	stopped := false
	b.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel(nil)
		<-served
		if err := b.close(); err != nil {
			t.Error(err)
		}
		<-followed
		res.Body.Close()
		if t.Failed() {
			t.Logf("log:\n%s", b.log)
		}
	}
	t.Cleanup(b.stop)
	return b
}

func (b *testBox) follow(r io.Reader, done chan struct{}) {
	defer close(done)
	defer close(b.events)
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		var e boxapi.Event
		if len(lines.Bytes()) > 0 && json.Unmarshal(lines.Bytes(), &e) == nil {
			b.events <- e
		}
	}
}

// until returns the events up to the one that ends the wait.
func (b *testBox) until(what string, last func(boxapi.Event) bool) []boxapi.Event {
	b.t.Helper()
	var got []boxapi.Event
	deadline := time.After(patience)
	for {
		select {
		case e, ok := <-b.events:
			if !ok {
				b.t.Fatalf("the events ended before %s; there were:\n%s", what, words(got))
			}
			got = append(got, e)
			if last(e) {
				return got
			}
		case <-deadline:
			b.t.Fatalf("waited in vain for %s; there were:\n%s", what, words(got))
		}
	}
}

func words(events []boxapi.Event) string {
	var s strings.Builder
	for _, e := range events {
		text, _ := json.Marshal(e)
		s.Write(text)
		s.WriteByte('\n')
	}
	return s.String()
}

func (b *testBox) do(c boxapi.Command) boxapi.Result {
	b.t.Helper()
	b.n++
	c.ID = fmt.Sprint("test-", b.n)
	var r boxapi.Result
	if err := b.client.call("POST", "/v1/commands", c, &r); err != nil {
		b.t.Fatal(err)
	}
	return r
}

func (b *testBox) ring(r boxapi.SimulateRing) {
	b.t.Helper()
	if got := b.do(boxapi.Command{Simulate: &boxapi.Simulate{Ring: &r}}); got.Error != "" {
		b.t.Fatalf("ring: %+v", got)
	}
}

// call is one call as its events tell it.
type call struct {
	started     *boxapi.CallStarted
	callers     []*boxapi.CallerIdentified
	unreadable  []*boxapi.CallerUnreadable
	dialled     string
	answered    bool
	ended       *boxapi.CallEnded
	recorded    *boxapi.RecordingFinished
	notRecorded *boxapi.RecordingFailed
	at          map[string]int64 // "started", "caller", "answered", "ended"
	all         []boxapi.Event
}

// oneCall follows the next call to its end, recording included.
func (b *testBox) oneCall() call {
	b.t.Helper()
	c := call{at: map[string]int64{}}
	recording := false
	c.all = b.until("the end of a call", func(e boxapi.Event) bool {
		switch {
		case e.CallStarted != nil && c.started == nil:
			c.started, c.at["started"] = e.CallStarted, e.At
		case e.CallStarted != nil:
			b.t.Errorf("a second call began: %+v", e.CallStarted)
		case e.CallerIdentified != nil:
			c.callers, c.at["caller"] = append(c.callers, e.CallerIdentified), e.At
		case e.CallerUnreadable != nil:
			c.unreadable = append(c.unreadable, e.CallerUnreadable)
		case e.NumberDialled != nil:
			c.dialled = e.NumberDialled.Number
		case e.CallAnswered != nil:
			c.answered, c.at["answered"] = true, e.At
		case e.CallEnded != nil:
			c.ended, c.at["ended"] = e.CallEnded, e.At
		case e.RecordingStarted != nil:
			recording = true
		case e.RecordingFinished != nil:
			c.recorded, recording = e.RecordingFinished, false
		case e.RecordingFailed != nil:
			c.notRecorded, recording = e.RecordingFailed, false
		}
		return c.ended != nil && !recording
	})
	return c
}

// sound fetches a recording over HTTP and decodes it.
func (b *testBox) sound(file string) []int16 {
	b.t.Helper()
	res, err := b.client.open("GET", "/v1/recordings/"+file, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	p, err := mp3.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return p
}

func TestCallerID(t *testing.T) {
	b := startBox(t, testConfig(t, t.TempDir()))
	for name, tt := range map[string]struct {
		ring   boxapi.SimulateRing
		number string
		reason string
	}{
		"TEL-01 Bell 202 with a name":     {boxapi.SimulateRing{From: "13800138000", Name: "王建国"}, "13800138000", ""},
		"TEL-01 V.23":                     {boxapi.SimulateRing{From: "057187654321", Standard: "v23"}, "057187654321", ""},
		"TEL-01 the shortest ringing":     {boxapi.SimulateRing{From: "13900001111", Quick: true}, "13900001111", ""},
		"TEL-02 DTMF before the ring":     {boxapi.SimulateRing{From: "01085236699", Standard: "dtmf"}, "01085236699", ""},
		"TEL-03 withheld":                 {boxapi.SimulateRing{From: "P"}, "", "P"},
		"TEL-03 unavailable":              {boxapi.SimulateRing{From: "O"}, "", "O"},
		"TEL-03 withheld in DTMF":         {boxapi.SimulateRing{From: "P", Standard: "dtmf"}, "", "P"},
		"TEL-01 a call with no caller ID": {boxapi.SimulateRing{}, "none", ""},
	} {
		t.Run(name, func(t *testing.T) {
			b.t = t
			tt.ring.NoAnswer = true
			b.ring(tt.ring)
			c := b.oneCall()
			if c.started.Direction != boxapi.Incoming || c.answered || c.ended.Outcome != boxapi.OutcomeMissed {
				t.Errorf("started %+v answered %v ended %+v", c.started, c.answered, c.ended)
			}
			if tt.number == "none" {
				if len(c.callers)+len(c.unreadable) > 0 {
					t.Errorf("a caller ID nobody sent: %s", words(c.all))
				}
				return
			}
			if len(c.callers) != 1 {
				t.Fatalf("%d callers: %s", len(c.callers), words(c.all))
			}
			got := c.callers[0]
			if got.Number != tt.number || got.Reason != tt.reason || got.Name != tt.ring.Name || got.Call != c.started.Call {
				t.Errorf("%+v", got)
			}
			if tt.ring.Standard != "dtmf" {
				if now := time.Now().Format("0102"); !strings.HasPrefix(got.Time, now[:2]) || len(got.Time) != 8 {
					t.Errorf("the exchange's time is %q", got.Time)
				}
			}
			// Ring 1 and the pause take five seconds, ring 2 another one.
			if after := c.at["caller"] - c.at["started"]; after > 6000 || tt.ring.Standard == "dtmf" && after > 0 {
				t.Errorf("the caller is known %d ms after the call began", after)
			}
			if late := c.at["caller"] - got.BurstEnd; late < 0 || late > 1000 {
				t.Errorf("the caller is known %d ms after the burst", late)
			}
		})
	}
}

func TestTEL03BadChecksum(t *testing.T) {
	b := startBox(t, testConfig(t, t.TempDir()))
	b.ring(boxapi.SimulateRing{From: "13800138000", BadSum: true, NoAnswer: true})
	c := b.oneCall()
	if len(c.callers) != 0 || len(c.unreadable) != 1 {
		t.Fatalf("callers %v unreadable %v", c.callers, c.unreadable)
	}
	u := c.unreadable[0]
	if u.Call != c.started.Call || u.Why != "checksum" || !strings.Contains(u.Raw, "3133383030313338303030") {
		t.Errorf("%+v", u)
	}
	b.captures.Wait()
	res, err := b.client.open("GET", "/v1/captures/"+u.Capture, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	f, err := wav.NewReader(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	n, loud := 0, false
	p := make([]int16, 160)
	for {
		k, err := f.Read(p)
		n += k
		for _, s := range p[:k] {
			loud = loud || s > 1000
		}
		if err != nil {
			break
		}
	}
	if n < audio.Rate/2 || !loud {
		t.Errorf("the capture has %d samples, loud %v", n, loud)
	}
}

func TestTEL02KeysInTalk(t *testing.T) {
	b := startBox(t, testConfig(t, t.TempDir()))
	err := b.line(1).simulated.Ring(simline.Incoming{Talk: 8 * time.Second, Keys: "D13900139000C"})
	if err != nil {
		t.Fatal(err)
	}
	c := b.oneCall()
	if len(c.callers) != 0 || c.dialled != "" || c.ended.Outcome != boxapi.OutcomeAnswered {
		t.Errorf("keys in talk: %s", words(c.all))
	}
}

func TestRecording(t *testing.T) {
	b := startBox(t, testConfig(t, t.TempDir()))
	set := func(in, out bool) {
		t.Helper()
		if r := b.do(boxapi.Command{SetRecording: &boxapi.SetRecording{Incoming: in, Outgoing: out}}); r.Error != "" {
			t.Fatal(r)
		}
	}
	incoming := func(t *testing.T) call {
		t.Helper()
		b.t = t
		b.ring(boxapi.SimulateRing{From: "13800138000", TalkMS: 5000})
		c := b.oneCall()
		if c.started.Direction != boxapi.Incoming || c.ended.Outcome != boxapi.OutcomeAnswered {
			t.Fatalf("%s", words(c.all))
		}
		return c
	}
	outgoing := func(t *testing.T) call {
		t.Helper()
		b.t = t
		if r := b.do(boxapi.Command{Simulate: &boxapi.Simulate{Dial: &boxapi.SimulateDial{To: "057187654321", TalkMS: 5000}}}); r.Error != "" {
			t.Fatal(r)
		}
		c := b.oneCall()
		if c.started.Direction != boxapi.Outgoing || c.dialled != "057187654321" || len(c.callers) > 0 {
			t.Fatalf("%s", words(c.all))
		}
		if !c.answered || c.ended.Outcome != boxapi.OutcomeAnswered || c.ended.TalkMS < 3000 || c.ended.TalkMS > 9000 {
			t.Errorf("%+v of five seconds, answered %v", c.ended, c.answered)
		}
		return c
	}
	t.Run("REC-01 an incoming call is recorded", func(t *testing.T) {
		set(true, false)
		c := incoming(t)
		if c.recorded == nil || !c.recorded.Complete {
			t.Fatalf("%s", words(c.all))
		}
		if near := c.ended.TalkMS; near < 4500 || near > 8500 {
			t.Errorf("%d ms of talk, five seconds and some busy tone were played", near)
		}
		p := b.sound(c.recorded.File)
		playsMS := int64(len(p)) * 1000 / audio.Rate
		if d := playsMS - c.recorded.DurationMS; d < -100 || d > 100 {
			t.Errorf("plays %d ms, said to be %d ms", playsMS, c.recorded.DurationMS)
		}
		// From the end of the last ring, so that the first word is there and no ringing.
		if d := playsMS - (c.at["ended"] - c.at["answered"]); d < 0 || d > 2500 {
			t.Errorf("plays %d ms of a call of %d ms", playsMS, c.at["ended"]-c.at["answered"])
		}
		if got := loudest(p[2*audio.Rate : 4*audio.Rate]); got < -25 {
			t.Errorf("the talk is recorded at %.0f dBm0", got)
		}
	})
	t.Run("REC-02 an outgoing one is not with only the incoming option on", func(t *testing.T) {
		if c := outgoing(t); c.recorded != nil {
			t.Errorf("recorded: %+v", c.recorded)
		}
	})
	t.Run("REC-02 an outgoing one is with its own", func(t *testing.T) {
		set(false, true)
		c := outgoing(t)
		if c.recorded == nil || !c.recorded.Complete || len(b.sound(c.recorded.File)) < 10*audio.Rate {
			t.Errorf("%+v", c.recorded)
		}
	})
	t.Run("REC-01 an incoming one is not with the option off", func(t *testing.T) {
		if c := incoming(t); c.recorded != nil || c.notRecorded != nil {
			t.Errorf("recorded: %+v", c.recorded)
		}
	})
}

// loudest is the level of the loudest 20 ms of p.
func loudest(p []int16) float64 {
	var m dsp.Meter
	loud := -100.0
	for len(p) >= 160 {
		if m.Write(p[:160]) {
			loud = max(loud, m.Level().DBm0)
		}
		p = p[160:]
	}
	return loud
}

func TestBySoundAlone(t *testing.T) {
	cfg := testConfig(t, t.TempDir())
	cfg.SimSensor = false
	b := startBox(t, cfg)
	b.ring(boxapi.SimulateRing{From: "13800138000", TalkMS: 12000})
	c := b.oneCall()
	if len(c.callers) != 1 || c.callers[0].Number != "13800138000" || !c.answered || c.ended.Outcome != boxapi.OutcomeAnswered || c.ended.Why != "busy-tone" {
		t.Fatalf("%s", words(c.all))
	}
	if c.ended.TalkMS < 8000 || c.ended.TalkMS > 16000 {
		t.Errorf("%d ms of talk, twelve seconds were played", c.ended.TalkMS)
	}
	if c.recorded == nil || len(b.sound(c.recorded.File)) < 10*audio.Rate {
		t.Errorf("recorded %+v", c.recorded)
	}
	b.until("the line to be idle", func(e boxapi.Event) bool {
		return e.LineChanged != nil && e.LineChanged.State == boxapi.LineIdle
	})
	b.ring(boxapi.SimulateRing{From: "10086", NoAnswer: true})
	if c := b.oneCall(); len(c.callers) != 1 || c.answered {
		t.Errorf("the next call: %s", words(c.all))
	}
}

func TestBOX20TrialInputs(t *testing.T) {
	b := startBox(t, testConfig(t, t.TempDir()))
	t.Run("BOX-20 a recorded burst is fed to the decoder", func(t *testing.T) {
		burst, err := all.Encode("bell202", callerid.Message{Number: "02161234567", Time: "11221604"})
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "burst.wav")
		if err := wav.Write(path, burst); err != nil {
			t.Fatal(err)
		}
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		b.t = t
		b.ring(boxapi.SimulateRing{WAV: file, NoAnswer: true})
		if c := b.oneCall(); len(c.callers) != 1 || c.callers[0].Number != "02161234567" {
			t.Errorf("%s", words(c.all))
		}
	})
	t.Run("BOX-20 a text is fed to the modem", func(t *testing.T) {
		b.t = t
		if r := b.do(boxapi.Command{Simulate: &boxapi.Simulate{SMS: &boxapi.SimulateSMS{From: "13800138000", Text: "您好，明天见"}}}); r.Error != "" {
			t.Fatal(r)
		}
		got := b.until("the text", func(e boxapi.Event) bool { return e.SMSReceived != nil })
		if sms := got[len(got)-1].SMSReceived; sms.Text != "您好，明天见" || !strings.HasSuffix(sms.From, "13800138000") {
			t.Errorf("%+v", sms)
		}
	})
}

func TestTwoLinesAtOnce(t *testing.T) {
	b := startBox(t, testConfig(t, t.TempDir()))
	b.ring(boxapi.SimulateRing{Line: 1, From: "13800000001", TalkMS: 3000})
	b.ring(boxapi.SimulateRing{Line: 2, From: "13800000002", TalkMS: 3000, Standard: "dtmf"})
	if r := b.do(boxapi.Command{Simulate: &boxapi.Simulate{Ring: &boxapi.SimulateRing{Line: 1, From: "1"}}}); r.Error != "line-busy" {
		t.Errorf("a second call on line 1: %+v", r)
	}
	callers, recorded := map[int]string{}, 0
	b.until("both recordings", func(e boxapi.Event) bool {
		if c := e.CallerIdentified; c != nil {
			callers[c.Line] = c.Number
		}
		if e.RecordingFinished != nil {
			recorded++
		}
		return recorded == 2
	})
	if callers[1] != "13800000001" || callers[2] != "13800000002" {
		t.Errorf("callers %v", callers)
	}
}

func TestREC11DiskFullCallsStillLogged(t *testing.T) {
	dir := t.TempDir()
	cfg := testConfig(t, dir)
	cfg.DiskFloorMB = 1 << 30 // a petabyte
	b := startBox(t, cfg)
	b.until("the alert", func(e boxapi.Event) bool {
		return e.AlertChanged != nil && e.AlertChanged.Kind == "disk-full" && e.AlertChanged.Raised
	})
	b.ring(boxapi.SimulateRing{From: "13800138000", TalkMS: 2000})
	c := b.oneCall()
	if len(c.callers) != 1 || c.ended.Outcome != boxapi.OutcomeAnswered || c.recorded != nil || c.notRecorded == nil || c.notRecorded.Why != "disk-full" {
		t.Fatalf("%s", words(c.all))
	}
	b.stop()
	b = startBox(t, testConfig(t, dir)) // with space
	b.until("the end of the alert", func(e boxapi.Event) bool {
		return e.AlertChanged != nil && e.AlertChanged.Kind == "disk-full" && !e.AlertChanged.Raised
	})
}

func TestStoppedInMidCall(t *testing.T) {
	dir := t.TempDir()
	b := startBox(t, testConfig(t, dir))
	b.ring(boxapi.SimulateRing{From: "13800138000", TalkMS: 600000})
	b.until("an answer", func(e boxapi.Event) bool { return e.CallAnswered != nil })
	b.stop()
	b = startBox(t, testConfig(t, dir))
	started, ended, recorded := 0, 0, 0
	b.until("the second start", func(e boxapi.Event) bool {
		if e.CallEnded != nil && e.CallEnded.Outcome == boxapi.OutcomeInterrupted {
			ended++
		}
		if e.RecordingFinished != nil && !e.RecordingFinished.Complete {
			recorded++
			b.sound(e.RecordingFinished.File)
		}
		if e.BoxStarted != nil {
			started++
		}
		return started == 2
	})
	if ended != 1 || recorded != 1 {
		t.Errorf("interrupted %d times, %d recordings", ended, recorded)
	}
}

func TestDeadPartsDoNotTakeTheBoxDown(t *testing.T) {
	cfg := testConfig(t, t.TempDir())
	cfg.Board, cfg.Sound, cfg.Modem = "usb", "nonexistent", "/nonexistent/modem"
	b := startBox(t, cfg)
	fault := 0
	b.until("the line's fault and its alert", func(e boxapi.Event) bool {
		if e.LineChanged != nil && e.LineChanged.State == boxapi.LineFault && e.LineChanged.Why != "" {
			fault |= 1
		}
		if e.AlertChanged != nil && e.AlertChanged.Kind == "line-fault" && e.AlertChanged.Raised && e.AlertChanged.Line == 1 {
			fault |= 2
		}
		return fault == 3
	})
	var s boxapi.Status
	if err := b.client.call("GET", "/v1/status", nil, &s); err != nil {
		t.Fatal(err)
	}
	if len(s.Lines) != 1 || s.Lines[0].State != boxapi.LineFault || len(s.Modems) != 1 || s.Modems[0].State != boxapi.ModemAbsent {
		t.Errorf("%+v", s)
	}
	if r := b.do(boxapi.Command{Simulate: &boxapi.Simulate{Ring: &boxapi.SimulateRing{}}}); r.Error != "not-simulated" {
		t.Errorf("%+v", r)
	}
}

func TestTakenPort(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	cfg := testConfig(t, t.TempDir())
	cfg.Listen = l.Addr().String()
	err = run(t.Context(), cfg, nil, slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "already in use") || strings.Contains(err.Error(), "\n") {
		t.Fatal(err)
	}
}

func TestTakenFolder(t *testing.T) {
	cfg := testConfig(t, t.TempDir())
	startBox(t, cfg)
	err := run(t.Context(), cfg, nil, slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "in use by another firmware") {
		t.Fatal(err)
	}
}

func TestRestartCommand(t *testing.T) {
	cfg := testConfig(t, t.TempDir())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	cfg.Listen = l.Addr().String()
	l.Close()
	ended := make(chan error)
	go func() { ended <- run(t.Context(), cfg, nil, slog.New(slog.DiscardHandler)) }()
	deadline := time.Now().Add(patience)
	for {
		c, err := newClient(cfg)
		if err == nil {
			var r boxapi.Result
			if err = c.call(http.MethodPost, "/v1/commands", boxapi.Command{ID: "r", Restart: &boxapi.Restart{}}, &r); err == nil && r.Error == "" {
				break
			}
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond)
	}
	if err := <-ended; !errors.Is(err, errRestart) {
		t.Fatal(err)
	}
}
