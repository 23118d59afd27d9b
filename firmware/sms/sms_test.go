package sms

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bellhop/drivers/modem"
	"bellhop/drivers/modem/all"
	"bellhop/drivers/modem/modemtest"
	"bellhop/firmware/boxapi"
)

// quickModem are waits for a modem that answers at once, on a computer that may be
// busy.
var quickModem = modem.Timing{
	Guard: 10 * time.Millisecond, Wake: 300 * time.Millisecond, Command: 5 * time.Second,
	Slow: 10 * time.Second, Prompt: 10 * time.Second, Submit: 10 * time.Second, Drain: 50 * time.Millisecond,
	Stuck: time.Second, Reopen: 20 * time.Millisecond, Settle: 50 * time.Millisecond,
	Check: time.Minute, Sweep: time.Minute, Verify: time.Minute,
}

// quick retries at once and shows gaps only when a test waits for it.
var quick = Timing{
	Retry: []time.Duration{time.Millisecond, 2 * time.Millisecond, 3 * time.Millisecond},
	Hold:  []time.Duration{time.Millisecond}, Barred: time.Millisecond,
	Incomplete: time.Hour, Absent: time.Hour, Tick: 20 * time.Millisecond,
}

// hub collects the events and lets a test wait for them.
type hub struct {
	mu      sync.Mutex
	changed *sync.Cond
	events  []boxapi.Event
	refuse  bool // the outbox is full
}

func newHub() *hub {
	h := &hub{}
	h.changed = sync.NewCond(&h.mu)
	return h
}

func (h *hub) emit(e boxapi.Event) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.refuse {
		return errors.New("no space left on device")
	}
	h.events = append(h.events, e)
	h.changed.Broadcast()
	return nil
}

func (h *hub) wait(t *testing.T, what string, ok func() bool) {
	t.Helper()
	late := false
	timer := time.AfterFunc(60*time.Second, func() {
		h.mu.Lock()
		late = true
		h.mu.Unlock()
		h.changed.Broadcast()
	})
	defer timer.Stop()
	h.mu.Lock()
	defer h.mu.Unlock()
	for !ok() {
		if late {
			t.Fatalf("never came to: %s\n%s", what, h.dump())
		}
		h.changed.Wait()
	}
}

func (h *hub) dump() string {
	var out strings.Builder
	for _, e := range h.events {
		switch {
		case e.SMSChanged != nil:
			fmt.Fprintf(&out, "%+v\n", *e.SMSChanged)
		case e.SMSReceived != nil:
			fmt.Fprintf(&out, "%+v\n", *e.SMSReceived)
		case e.ModemChanged != nil:
			fmt.Fprintf(&out, "%+v\n", *e.ModemChanged)
		case e.AlertChanged != nil:
			fmt.Fprintf(&out, "%+v\n", *e.AlertChanged)
		}
	}
	return out.String()
}

// fate is the last state told of a text; mu is held.
func (h *hub) fate(id string) boxapi.SMSChanged {
	for _, e := range slices.Backward(h.events) {
		if e.SMSChanged != nil && e.SMSChanged.ID == id {
			return *e.SMSChanged
		}
	}
	return boxapi.SMSChanged{}
}

// states are all states told of a text.
func (h *hub) states(id string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []string
	for _, e := range h.events {
		if c := e.SMSChanged; c != nil && c.ID == id {
			out = append(out, string(c.State))
		}
	}
	return strings.Join(out, " ")
}

func (h *hub) waitFate(t *testing.T, id string, state boxapi.SMSState) boxapi.SMSChanged {
	t.Helper()
	h.wait(t, id+" "+string(state), func() bool { return h.fate(id).State == state })
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.fate(id)
}

// received are the texts told; mu is held.
func (h *hub) received() []boxapi.SMSReceived {
	var out []boxapi.SMSReceived
	for _, e := range h.events {
		if e.SMSReceived != nil {
			out = append(out, *e.SMSReceived)
		}
	}
	return out
}

func (h *hub) alert(kind string, raised bool) func() bool {
	return func() bool {
		for _, e := range slices.Backward(h.events) {
			if e.AlertChanged != nil && e.AlertChanged.Kind == kind {
				return e.AlertChanged.Raised == raised
			}
		}
		return false
	}
}

// box is a modem, its driver and the Service on them.
type box struct {
	t   *testing.T
	far *modemtest.Modem
	dir string
	hub *hub

	answer time.Duration // how long the modem has to answer a PDU
	*Service
	stop func()
}

func start(t *testing.T, cfg modemtest.Config, timing Timing) *box {
	t.Helper()
	return startWith(t, cfg, timing, quickModem.Submit)
}

// soon is for tests that wait for an answer not to come.
const soon = 1500 * time.Millisecond

func startWith(t *testing.T, cfg modemtest.Config, timing Timing, answer time.Duration) *box {
	t.Helper()
	far, err := modemtest.Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	b := &box{t: t, far: far, dir: t.TempDir(), answer: answer}
	b.run(timing)
	t.Cleanup(func() {
		b.stop()
		far.Close()
	})
	return b
}

// run starts the Service, again after stop.
func (b *box) run(timing Timing) {
	b.t.Helper()
	b.hub = newHub()
	waits := quickModem
	if b.answer > 0 {
		waits.Submit = b.answer
	}
	driver := modem.New(modem.Config{
		Open:   func() (modem.Port, error) { return modem.OpenSerial(b.far.Path(), 115200) },
		Models: all.Models, Timing: waits,
	})
	s, err := New(Config{
		Dir: b.dir, Modem: driver, Emit: b.hub.emit, Timing: timing,
		Log: slog.New(slog.NewTextHandler(b.t.Output(), nil)),
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.Service = s
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Run(ctx)
	}()
	b.stop = sync.OnceFunc(func() {
		cancel()
		<-done
		if err := s.Close(); err != nil {
			b.t.Error(err)
		}
	})
}

func (b *box) submit(id, to, text string) {
	b.t.Helper()
	if err := b.Submit(id, to, text); err != nil {
		b.t.Fatal(err)
	}
}

// chinese is a text of n characters, no two stretches of it alike.
func chinese(n int) string {
	r := make([]rune, n)
	for i := range r {
		r[i] = rune(0x4e00 + i*7)
	}
	return string(r)
}

func TestSend(t *testing.T) {
	t.Run("SMS-01 a text leaves by the modem and its state is told", func(t *testing.T) {
		b := start(t, modemtest.Config{}, quick)
		b.submit("c1", "13800138000", "您好,明天上午十点见。")
		b.submit("c1", "13800138000", "您好,明天上午十点见。") // the hub asks again
		b.hub.waitFate(t, "c1", boxapi.SMSDelivered)
		if got := b.hub.states("c1"); got != "queued sending sent delivered" {
			t.Errorf("states %q", got)
		}
		if sent := b.far.Sent(); len(sent) != 1 || sent[0].To != "13800138000" || sent[0].Text != "您好,明天上午十点见。" {
			t.Errorf("sent %+v", sent)
		}
		if m := b.Modem(); m.State != boxapi.ModemReady || m.Operator != "CHINA MOBILE" || m.Modem != "1" {
			t.Errorf("modem %+v", m)
		}
	})
	t.Run("SMS-06 150 Chinese characters leave as one message", func(t *testing.T) {
		b := start(t, modemtest.Config{}, quick)
		text := chinese(150)
		b.submit("long", "+8613800138000", text)
		b.submit("long2", "+8613800138000", text+"。")
		if f := b.hub.waitFate(t, "long", boxapi.SMSDelivered); f.Parts != 3 {
			t.Errorf("told %+v", f)
		}
		b.hub.waitFate(t, "long2", boxapi.SMSDelivered)
		sent := b.far.Sent()
		if len(sent) != 2 || !sent[0].Complete() || sent[0].Text != text || sent[0].Parts != 3 {
			t.Fatalf("sent %+v", sent)
		}
		if sent[0].Reference == sent[1].Reference {
			t.Error("two long texts to one telephone share a reference")
		}
	})
}

func TestReceive(t *testing.T) {
	t.Run("SMS-05 a text that comes in is told with its sender", func(t *testing.T) {
		b := start(t, modemtest.Config{}, quick)
		b.far.Deliver("+8613900139000", "请给我回电")
		b.hub.wait(t, "the text", func() bool { return len(b.hub.received()) == 1 })
		if r := b.hub.received()[0]; r.From != "+8613900139000" || r.Text != "请给我回电" || !r.Complete || r.ID == "" || r.SentAt == 0 {
			t.Errorf("told %+v", r)
		}
	})
	t.Run("SMS-06 150 Chinese characters arrive as one message", func(t *testing.T) {
		b := start(t, modemtest.Config{}, quick)
		text := chinese(150)
		b.far.Deliver("+8613900139000", text)
		b.hub.wait(t, "the text", func() bool { return len(b.hub.received()) == 1 })
		if r := b.hub.received()[0]; r.Text != text || !r.Complete {
			t.Errorf("told %+v", r)
		}
	})
	t.Run("SMS-06 parts in any order, twice, with another text between and a restart", func(t *testing.T) {
		b := start(t, modemtest.Config{}, quick)
		text := chinese(66) + "😀" + chinese(120) // the pair falls on the seam
		p, err := b.far.Split("+8613900139000", text)
		if err != nil || len(p) != 3 {
			t.Fatal(len(p), err)
		}
		b.far.DeliverParts(p[2], p[0], p[2])
		b.far.Deliver("10086", "between")
		b.hub.wait(t, "the short text", func() bool { return len(b.hub.received()) == 1 })
		b.stop()
		b.run(quick)
		b.far.DeliverParts(p[0], p[1], p[1])
		b.hub.wait(t, "the long text", func() bool { return len(b.hub.received()) == 1 })
		if r := b.hub.received()[0]; r.Text != text || !r.Complete {
			t.Errorf("told %+v", r)
		}
	})
}

func TestIncompleteIsShownAndCompletedLater(t *testing.T) {
	timing := quick
	timing.Incomplete = 100 * time.Millisecond
	b := start(t, modemtest.Config{}, timing)
	p, err := b.far.Split("+8613900139000", chinese(150))
	if err != nil {
		t.Fatal(err)
	}
	b.far.DeliverParts(p[0], p[2])
	b.hub.wait(t, "the text with a gap", func() bool {
		r := b.hub.received()
		return len(r) > 0 && strings.Count(r[len(r)-1].Text, modem.Missing) == 1
	})
	b.far.DeliverParts(p[1])
	b.hub.wait(t, "the whole text", func() bool {
		r := b.hub.received()
		return r[len(r)-1].Complete
	})
	all := b.hub.received()
	first, last := all[0], all[len(all)-1]
	if first.Complete || first.ID != last.ID || last.Text != chinese(150) {
		t.Errorf("told %+v", all)
	}
}

func TestUnknownIsNeverSentAgain(t *testing.T) {
	for name, behave := range map[string]func(*modemtest.Behaviour){
		"no answer":     func(b *modemtest.Behaviour) { b.Swallow = 1 },
		"late answer":   func(b *modemtest.Behaviour) { b.LateAnswer = 1 },
		"unplugged now": func(b *modemtest.Behaviour) { b.UnplugAfterPDU = true },
	} {
		t.Run(name, func(t *testing.T) {
			b := startWith(t, modemtest.Config{Report: -1}, quick, soon)
			b.hub.wait(t, "ready", func() bool { return b.hub.modem() == boxapi.ModemReady })
			b.far.Set(behave)
			b.submit("c1", "13800138000", "once")
			f := b.hub.waitFate(t, "c1", boxapi.SMSUnknown)
			if f.Why == "" {
				t.Error("nobody is told why")
			}
			if err := b.far.Replug(); err != nil {
				t.Fatal(err)
			}
			b.submit("c2", "13800138000", "next") // the queue goes on
			b.hub.waitFate(t, "c2", boxapi.SMSSent)
			b.stop()
			b.run(quick)
			b.submit("c1", "13800138000", "once")
			b.submit("c3", "13800138000", "after a restart")
			b.hub.waitFate(t, "c3", boxapi.SMSSent)
			count := map[string]int{}
			for _, m := range b.far.Sent() {
				count[m.Text]++
			}
			if count["once"] != 1 || count["next"] != 1 || len(count) != 3 {
				t.Errorf("sent %v", count)
			}
		})
	}
}

// modem is the modem's last state told; mu is held.
func (h *hub) modem() boxapi.ModemState {
	for _, e := range slices.Backward(h.events) {
		if e.ModemChanged != nil {
			return e.ModemChanged.State
		}
	}
	return ""
}

func TestReportSettlesUnknown(t *testing.T) {
	b := startWith(t, modemtest.Config{Report: 2 * soon}, quick, soon)
	b.hub.wait(t, "ready", func() bool { return b.hub.modem() == boxapi.ModemReady })
	b.far.Set(func(f *modemtest.Behaviour) { f.Swallow = 1 })
	b.submit("c1", "+8613800138000", "x")
	b.hub.waitFate(t, "c1", boxapi.SMSUnknown)
	b.hub.waitFate(t, "c1", boxapi.SMSDelivered)
}

func TestNotHandedOverIsSentOnce(t *testing.T) {
	b := start(t, modemtest.Config{}, quick)
	b.hub.wait(t, "ready", func() bool { return b.hub.modem() == boxapi.ModemReady })
	b.far.Set(func(f *modemtest.Behaviour) { f.UnplugAtPrompt = true })
	b.submit("c1", "10086", "YE")
	b.hub.wait(t, "absent", func() bool { return b.hub.modem() == boxapi.ModemAbsent })
	if err := b.far.Replug(); err != nil {
		t.Fatal(err)
	}
	b.hub.waitFate(t, "c1", boxapi.SMSDelivered)
	if n := len(b.far.Sent()); n != 1 {
		t.Errorf("sent %d times", n)
	}
}

func TestRefusals(t *testing.T) {
	b := start(t, modemtest.Config{}, quick)
	b.hub.wait(t, "ready", func() bool { return b.hub.modem() == boxapi.ModemReady })
	b.far.Set(func(f *modemtest.Behaviour) {
		f.RefuseTo = map[string]int{"13800000001": 28, "13800000038": 38, "13800000077": 77, "13800000008": 8}
	})
	b.submit("never", "13800000001", "x")
	b.submit("later", "13800000038", "x")
	b.submit("unlisted", "13800000077", "x")
	b.submit("good", "13800138000", "x") // none of the others holds it up
	b.hub.waitFate(t, "good", boxapi.SMSDelivered)
	if f := b.hub.waitFate(t, "never", boxapi.SMSFailed); !strings.Contains(f.Why, "28") {
		t.Errorf("told %+v", f)
	}
	b.hub.waitFate(t, "later", boxapi.SMSFailed)
	b.hub.waitFate(t, "unlisted", boxapi.SMSFailed)
	b.submit("barred", "13800000008", "x")
	b.hub.waitFate(t, "barred", boxapi.SMSFailed)
	b.hub.wait(t, "the alert", b.hub.alert(alertBarred, true))
	b.submit("good2", "13800138000", "y")
	b.hub.waitFate(t, "good2", boxapi.SMSDelivered)
	b.hub.wait(t, "its end", b.hub.alert(alertBarred, false))

	b.far.Set(func(f *modemtest.Behaviour) { f.Refuse = []int{38, 42, 314} })
	b.submit("retried", "13800138000", chinese(100)) // its first part is refused
	b.hub.waitFate(t, "retried", boxapi.SMSDelivered)
	sent := b.far.Sent()
	if last := sent[len(sent)-1]; len(sent) != 3 || last.Text != chinese(100) || last.Parts != 2 {
		t.Errorf("sent %+v", sent)
	}
}

func TestPartRefusedForGoodEndsTheText(t *testing.T) {
	b := start(t, modemtest.Config{Report: -1}, quick)
	b.hub.wait(t, "ready", func() bool { return b.hub.modem() == boxapi.ModemReady })
	b.far.Set(func(f *modemtest.Behaviour) { f.Refuse = []int{0, 304} })
	b.submit("c1", "13800138000", chinese(150))
	b.hub.waitFate(t, "c1", boxapi.SMSFailed)
	b.submit("c2", "13800138000", "x")
	b.hub.waitFate(t, "c2", boxapi.SMSSent)
	if n := len(b.far.Submitted()); n != 2 {
		t.Errorf("%d PDUs taken, want part 1 and the next text", n)
	}
}

func TestDeliveryFailed(t *testing.T) {
	b := start(t, modemtest.Config{}, quick)
	b.far.Set(func(f *modemtest.Behaviour) { f.ReportStatus = 0x46 })
	b.submit("c1", "13800138000", "x")
	if f := b.hub.waitFate(t, "c1", boxapi.SMSFailed); !strings.Contains(f.Why, "0x46") {
		t.Errorf("told %+v", f)
	}
}

func TestWaitsWithoutModem(t *testing.T) {
	timing := quick
	timing.Absent = 50 * time.Millisecond
	b := start(t, modemtest.Config{}, timing)
	b.hub.wait(t, "ready", func() bool { return b.hub.modem() == boxapi.ModemReady })
	b.far.Unplug()
	b.hub.wait(t, "absent", func() bool { return b.hub.modem() == boxapi.ModemAbsent })
	b.submit("c1", "13800138000", "x")
	b.hub.wait(t, "the alert", b.hub.alert(alertAbsent, true))
	b.stop()
	b.run(timing) // and over a restart
	b.hub.wait(t, "the alert again", b.hub.alert(alertAbsent, true))
	if err := b.far.Replug(); err != nil {
		t.Fatal(err)
	}
	b.hub.waitFate(t, "c1", boxapi.SMSDelivered)
	b.hub.wait(t, "the end of the alert", b.hub.alert(alertAbsent, false))
}

func TestOutboxFull(t *testing.T) {
	b := start(t, modemtest.Config{Report: -1}, quick)
	b.hub.wait(t, "ready", func() bool { return b.hub.modem() == boxapi.ModemReady })
	b.hub.mu.Lock()
	b.hub.refuse = true
	b.hub.mu.Unlock()
	b.submit("c1", "13800138000", "x")
	b.far.Deliver("10086", "y")
	for len(b.far.Sent()) == 0 || b.far.Stored() > 0 {
		time.Sleep(5 * time.Millisecond)
	}
	b.hub.mu.Lock()
	b.hub.refuse = false
	b.hub.mu.Unlock()
	b.hub.waitFate(t, "c1", boxapi.SMSSent)
	b.hub.wait(t, "the text", func() bool { return len(b.hub.received()) == 1 })
}

func TestBadTexts(t *testing.T) {
	b := start(t, modemtest.Config{}, quick)
	b.submit("used", "10086", "x")
	for name, tt := range map[string]struct{ id, to, text, key string }{
		"letters":   {"a", "call me", "x", "bad-number"},
		"no number": {"a", "", "x", "bad-number"},
		"no text":   {"a", "10086", "", "no-text"},
		"too long":  {"a", "10086", strings.Repeat("长", 67*maxParts+1), "text-too-long"},
		"used ID":   {"used", "10010", "x", "id-used"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Key(b.Submit(tt.id, tt.to, tt.text)); got != tt.key {
				t.Errorf("got %q, want %q", got, tt.key)
			}
		})
	}
	if Key(nil) != "" || Key(os.ErrClosed) != "not-kept" {
		t.Error("keys of no and of other errors")
	}
}

// stuckModem takes a message and never answers while the box runs.
type stuckModem struct {
	taken chan []byte
	end   chan struct{}
}

func (m stuckModem) Run(ctx context.Context, h modem.Handler) error {
	h.Changed(m.Status())
	<-ctx.Done()
	return ctx.Err()
}

func (m stuckModem) Submit(ctx context.Context, tpdu []byte) (int, error) {
	m.taken <- tpdu
	<-m.end
	return 0, modem.ErrUnanswered
}
func (m stuckModem) Status() modem.Status { return modem.Status{State: modem.Ready} }
func (m stuckModem) Reset()               {}
func (m stuckModem) Sweep()               {}

func TestPowerCutWhileSending(t *testing.T) {
	dir, after := t.TempDir(), t.TempDir()
	stuck := stuckModem{make(chan []byte, 1), make(chan struct{})}
	s, err := New(Config{Dir: dir, Modem: stuck, Emit: newHub().emit, Timing: quick})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); s.Run(ctx) }()
	for _, id := range []string{"c1", "c2"} {
		if err := s.Submit(id, "10086", id); err != nil {
			t.Fatal(err)
		}
	}
	<-stuck.taken
	// What is on disk at this moment is what a power cut leaves.
	b, err := os.ReadFile(filepath.Join(dir, "sms.journal"))
	if err == nil {
		err = os.WriteFile(filepath.Join(after, "sms.journal"), b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	close(stuck.end)
	cancel()
	<-done
	s.Close()

	far, err := modemtest.Start(modemtest.Config{})
	if err != nil {
		t.Fatal(err)
	}
	again := &box{t: t, far: far, dir: after}
	again.run(quick)
	t.Cleanup(func() { again.stop(); far.Close() })
	again.hub.waitFate(t, "c2", boxapi.SMSDelivered)
	if f := again.hub.waitFate(t, "c1", boxapi.SMSUnknown); !strings.Contains(f.Why, "stopped") {
		t.Errorf("told %+v", f)
	}
	if sent := far.Sent(); len(sent) != 1 || sent[0].Text != "c2" {
		t.Errorf("sent %+v", sent)
	}
}
