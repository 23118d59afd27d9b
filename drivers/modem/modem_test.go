package modem_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"bellhop/drivers/modem"
	"bellhop/drivers/modem/all"
	"bellhop/drivers/modem/modemtest"
)

// quick are waits for a modem that answers at once, on a computer that may be busy.
var quick = modem.Timing{
	Guard: 10 * time.Millisecond, Wake: 300 * time.Millisecond, Command: 5 * time.Second,
	Slow: 10 * time.Second, Prompt: 10 * time.Second, Submit: 10 * time.Second, Drain: 50 * time.Millisecond,
	Stuck: time.Second, Reopen: 20 * time.Millisecond, Settle: 50 * time.Millisecond,
	Check: 200 * time.Millisecond, Sweep: time.Minute, Verify: time.Minute,
}

// office keeps what the driver hands over.
type office struct {
	mu       sync.Mutex
	changed  *sync.Cond
	statuses []modem.Status
	received []modem.Deliver
	reports  []modem.Report
	refuse   int // this many texts are not committed
	waited   int // how many of statuses an earlier waitState went past
}

func newOffice() *office {
	o := &office{}
	o.changed = sync.NewCond(&o.mu)
	return o
}

func (o *office) Changed(s modem.Status) {
	o.do(func() { o.statuses = append(o.statuses, s) })
}

func (o *office) Received(d modem.Deliver) (err error) {
	o.do(func() {
		if o.refuse > 0 {
			o.refuse--
			err = errors.New("disk full")
			return
		}
		o.received = append(o.received, d)
	})
	return err
}

func (o *office) Reported(r modem.Report) error {
	o.do(func() { o.reports = append(o.reports, r) })
	return nil
}

func (o *office) do(f func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	f()
	o.changed.Broadcast()
}

// wait waits until ok; a test that waits for ever is ended by the test's time-out.
func (o *office) wait(t *testing.T, what string, ok func() bool) {
	t.Helper()
	late := false
	timer := time.AfterFunc(60*time.Second, func() { o.do(func() { late = true }) })
	defer timer.Stop()
	o.mu.Lock()
	defer o.mu.Unlock()
	for !ok() {
		if late {
			t.Fatalf("never came to: %s\nstatuses %+v\nreceived %d", what, o.statuses, len(o.received))
		}
		o.changed.Wait()
	}
}

// last is the newest status; mu is held.
func (o *office) last() modem.Status {
	if len(o.statuses) == 0 {
		return modem.Status{}
	}
	return o.statuses[len(o.statuses)-1]
}

// waitState waits for a state that came since the last waitState, even if it passed at
// once, or is there now.
func (o *office) waitState(t *testing.T, state modem.State) modem.Status {
	t.Helper()
	var s modem.Status
	o.wait(t, "state "+string(state), func() bool {
		for i, status := range o.statuses[o.waited:] {
			if status.State == state {
				s, o.waited = status, o.waited+i+1
				return true
			}
		}
		s = o.last()
		return s.State == state
	})
	return s
}

// plug starts a simulated modem and the driver on it.
func plug(t *testing.T, cfg modemtest.Config, timing modem.Timing, with ...func(*modem.Config)) (*modemtest.Modem, *modem.Modem, *office) {
	t.Helper()
	far, err := modemtest.Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	near, o, stop := drive(t, far, timing, with...)
	t.Cleanup(func() {
		stop()
		far.Close()
		if t.Failed() {
			t.Log(strings.Join(near.Trace(), "\n"))
		}
	})
	return far, near, o
}

// drive runs a driver until stop.
func drive(t *testing.T, far *modemtest.Modem, timing modem.Timing, with ...func(*modem.Config)) (*modem.Modem, *office, func()) {
	c := modem.Config{
		Open:   func() (modem.Port, error) { return modem.OpenSerial(far.Path(), 115200) },
		Models: all.Models, Timing: timing,
		Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
	for _, f := range with {
		f(&c)
	}
	near, o := modem.New(c), newOffice()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		near.Run(ctx, o)
	}()
	return near, o, func() { cancel(); <-done }
}

// send submits a text, all its parts.
func send(t *testing.T, m *modem.Modem, to, text string) ([]int, error) {
	t.Helper()
	tpdus, err := modem.Encode(to, text, 7)
	if err != nil {
		t.Fatal(err)
	}
	var references []int
	for _, p := range tpdus {
		r, err := m.Submit(t.Context(), p)
		if err != nil {
			return references, err
		}
		references = append(references, r)
	}
	return references, nil
}

func TestSMS01SendAndReport(t *testing.T) {
	t.Run("SMS-01 a text leaves by the modem and its delivery is told", func(t *testing.T) {
		far, near, o := plug(t, modemtest.Config{}, quick)
		if s := o.waitState(t, modem.Ready); s.Operator != "CHINA MOBILE" || s.SignalDBm != -73 || s.StorageTotal != 50 {
			t.Errorf("status %+v", s)
		}
		references, err := send(t, near, "+8613800138000", "您好,明天上午十点见。")
		if err != nil {
			t.Fatal(err)
		}
		if got := far.Sent(); len(got) != 1 || got[0].Text != "您好,明天上午十点见。" || got[0].To != "+8613800138000" || !got[0].ReportWanted {
			t.Errorf("sent %+v", got)
		}
		o.wait(t, "the report", func() bool { return len(o.reports) == 1 })
		if r := o.reports[0]; r.Reference != references[0] || r.To != "+8613800138000" || !r.Delivered() {
			t.Errorf("report %+v, reference %v", r, references)
		}
	})
}

func TestReceive(t *testing.T) {
	for name, personality := range map[string]modemtest.Personality{
		"plain": modemtest.Plain, "SIM800": modemtest.SIM800, "EC25": modemtest.EC25, "poor": modemtest.Poor,
	} {
		t.Run(name, func(t *testing.T) {
			timing := quick
			if personality.Model == modemtest.Poor.Model {
				timing.Sweep = 50 * time.Millisecond // it announces nothing
			}
			far, _, o := plug(t, modemtest.Config{Personality: personality}, timing)
			far.Deliver("+8613800138000", "came before the driver was ready")
			o.waitState(t, modem.Ready)
			far.Deliver("10086", "您的余额为12.50元。")
			far.Deliver("CMCC", "Welcome")
			o.wait(t, "three texts", func() bool { return len(o.received) == 3 })
			var got []string
			for _, d := range o.received {
				got = append(got, d.From+": "+modem.Join([]*modem.Deliver{&d}))
				if d.SentAt.IsZero() || d.Total != 1 {
					t.Errorf("%+v", d)
				}
			}
			for _, want := range []string{"+8613800138000: came before the driver was ready", "10086: 您的余额为12.50元。", "CMCC: Welcome"} {
				if !strings.Contains(strings.Join(got, "\n"), want) {
					t.Errorf("%q is not in %q", want, got)
				}
			}
			for far.Stored() > 0 { // deleted once committed; the test's time-out bounds it
				time.Sleep(10 * time.Millisecond)
			}
		})
	}
}

func TestLeftInModemUntilCommitted(t *testing.T) {
	timing := quick
	timing.Sweep = 100 * time.Millisecond
	far, _, o := plug(t, modemtest.Config{}, timing)
	o.waitState(t, modem.Ready)
	o.do(func() { o.refuse = 2 })
	far.Deliver("10086", "kept")
	o.wait(t, "the text at a later sweep", func() bool { return len(o.received) == 1 })
	if o.refuse != 0 {
		t.Errorf("not offered again: %d refusals left", o.refuse)
	}
}

func TestFullMemoryIsSwept(t *testing.T) {
	far, err := modemtest.Start(modemtest.Config{Slots: 3})
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	for i := range 8 {
		far.Deliver("+8613800138000", fmt.Sprintf("text %d", i))
	}
	if far.Waiting() != 5 {
		t.Fatalf("%d wait in the network, want 5", far.Waiting())
	}
	_, o, stop := drive(t, far, quick)
	defer stop()
	o.wait(t, "all texts", func() bool { return len(o.received) == 8 })
	if n := far.Waiting(); n != 0 {
		t.Errorf("%d still wait", n)
	}
}

func TestRefusals(t *testing.T) {
	far, near, o := plug(t, modemtest.Config{}, quick)
	o.waitState(t, modem.Ready)
	far.Set(func(b *modemtest.Behaviour) { b.RefuseTo = map[string]int{"10010": 28}; b.Refuse = []int{38} })
	if _, err := send(t, near, "10010", "x"); !errors.Is(err, modem.CMSError(28)) {
		t.Errorf("got %v", err)
	}
	if _, err := send(t, near, "10086", "x"); !errors.Is(err, modem.CMSError(38)) {
		t.Errorf("got %v", err)
	}
	if _, err := send(t, near, "10086", "x"); err != nil {
		t.Errorf("after the refusals: %v", err)
	}
	if n := len(far.Sent()); n != 1 {
		t.Errorf("%d sent", n)
	}
}

func TestFateOfAMessage(t *testing.T) {
	for name, tt := range map[string]struct {
		behave func(*modemtest.Behaviour)
		want   error
		taken  int
	}{
		"PDU taken, no answer":  {func(b *modemtest.Behaviour) { b.Swallow = 1 }, modem.ErrUnanswered, 1},
		"answer after the ESC":  {func(b *modemtest.Behaviour) { b.LateAnswer = 1 }, modem.ErrUnanswered, 1},
		"unplugged after PDU":   {func(b *modemtest.Behaviour) { b.UnplugAfterPDU = true }, modem.ErrUnanswered, 1},
		"no prompt":             {func(b *modemtest.Behaviour) { b.NoPrompt = 1 }, modem.ErrNotTaken, 0},
		"unplugged at prompt":   {func(b *modemtest.Behaviour) { b.UnplugAtPrompt = true }, modem.ErrNotTaken, 0},
		"noise in the answer":   {func(b *modemtest.Behaviour) { b.Noise = []string{"RING", "+CREG: 1", "^RSSI:19"} }, nil, 1},
		"registration was lost": {func(b *modemtest.Behaviour) { b.Registration = 0 }, modem.CMSError(331), 0},
	} {
		t.Run(name, func(t *testing.T) {
			timing := quick
			timing.Prompt, timing.Submit = 1500*time.Millisecond, time.Second
			timing.Check = time.Minute
			far, near, o := plug(t, modemtest.Config{Report: -1}, timing)
			o.waitState(t, modem.Ready)
			far.Set(tt.behave)
			_, err := send(t, near, "10086", "x")
			if !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			if n := len(far.Sent()); n != tt.taken {
				t.Errorf("%d taken, want %d", n, tt.taken)
			}
			// And the modem is usable again, in step.
			far.Set(func(b *modemtest.Behaviour) { b.Registration, b.Noise = 1, nil })
			if err := far.Replug(); err != nil {
				t.Fatal(err)
			}
			o.waitState(t, modem.Ready)
			if _, err := send(t, near, "95588", "again"); err != nil {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

func TestLateAnswersDoNotShift(t *testing.T) {
	timing := quick
	timing.Command = 200 * time.Millisecond
	far, _, o := plug(t, modemtest.Config{}, timing)
	o.waitState(t, modem.Ready)
	far.Set(func(b *modemtest.Behaviour) { b.Late = []string{"+CSQ"}; b.Signal = 31 })
	o.waitState(t, modem.Suspect)
	o.wait(t, "the new signal", func() bool {
		s := o.last()
		return s.State == modem.Ready && s.SignalDBm == -51 && s.Operator == "CHINA MOBILE"
	})
}

func TestStates(t *testing.T) {
	far, near, o := plug(t, modemtest.Config{}, quick, func(c *modem.Config) { c.PIN = "1234" })
	o.waitState(t, modem.Ready)
	set := func(f func(*modemtest.Behaviour)) { far.Set(f) }

	set(func(b *modemtest.Behaviour) { b.Registration = 2 })
	o.waitState(t, modem.NoNetwork)
	if _, err := send(t, near, "10086", "x"); !errors.Is(err, modem.ErrNotReady) {
		t.Errorf("without network: %v", err)
	}
	set(func(b *modemtest.Behaviour) { b.Registration = 6 }) // SMS only
	o.waitState(t, modem.Ready)

	set(func(b *modemtest.Behaviour) { b.SIM = "" })
	o.waitState(t, modem.NoSIM)
	set(func(b *modemtest.Behaviour) { b.SIM, b.PIN, b.Registration = "SIM PIN", "1234", 1 })
	o.waitState(t, modem.Ready) // unlocked with the configured PIN

	set(func(b *modemtest.Behaviour) { b.SIM, b.PIN = "SIM PIN", "1234" })
	o.waitState(t, modem.Starting) // unlocked again
	o.waitState(t, modem.Ready)
	set(func(b *modemtest.Behaviour) { b.SIM = "SIM PUK" })
	o.wait(t, "PUK", func() bool { return strings.Contains(o.last().Why, "PUK") })
	set(func(b *modemtest.Behaviour) { b.SIM = "READY" })
	o.waitState(t, modem.Ready)

	far.Unplug()
	o.waitState(t, modem.Absent)
	if _, err := send(t, near, "10086", "x"); !errors.Is(err, modem.ErrNotReady) {
		t.Errorf("unplugged: %v", err)
	}
	if err := far.Replug(); err != nil {
		t.Fatal(err)
	}
	o.waitState(t, modem.Ready)

	near.Reset()
	o.waitState(t, modem.Suspect)
	o.waitState(t, modem.Ready)
}

func TestWrongPINIsTriedOnce(t *testing.T) {
	far, err := modemtest.Start(modemtest.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	far.Set(func(b *modemtest.Behaviour) { b.SIM, b.PIN = "SIM PIN", "9999" })
	tries := func(pin string) int {
		n := 0
		for _, c := range far.Commands() {
			if c == `AT+CPIN="`+pin+`"` {
				n++
			}
		}
		return n
	}
	asked := func() int { return strings.Count(strings.Join(far.Commands(), "\n"), "AT+CPIN?") }
	note := filepath.Join(t.TempDir(), "pin")
	run := func(pin string, state modem.State) {
		_, o, stop := drive(t, far, quick, func(c *modem.Config) { c.PIN, c.PINTried = pin, note })
		defer stop()
		o.waitState(t, state)
		for more := asked() + 3; state == modem.PIN && asked() < more; { // it had the chance to try again
			time.Sleep(time.Millisecond)
		}
	}
	run("1234", modem.PIN)
	run("1234", modem.PIN)
	if n := tries("1234"); n != 1 {
		t.Errorf("wrong PIN tried %d times in two runs", n)
	}
	run("9999", modem.Ready) // somebody corrected it
	far.Set(func(b *modemtest.Behaviour) { b.SIM = "SIM PIN" })
	run("9999", modem.Ready)
	if n := tries("9999"); n != 2 {
		t.Errorf("right PIN tried %d times in two runs", n)
	}
}

func TestWakesADeafModem(t *testing.T) {
	far, err := modemtest.Start(modemtest.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	far.Set(func(b *modemtest.Behaviour) { b.Deaf = 4 })
	_, o, stop := drive(t, far, quick)
	defer stop()
	o.waitState(t, modem.Ready)
}

func TestAnnouncementsAreSetAgain(t *testing.T) {
	timing := quick
	timing.Verify = 50 * time.Millisecond
	far, _, o := plug(t, modemtest.Config{}, timing)
	o.waitState(t, modem.Ready)
	far.ForgetAnnouncing()
	want := func() int {
		n := 0
		for _, c := range far.Commands() {
			if c == "AT+CNMI=2,1,0,1,0" {
				n++
			}
		}
		return n
	}
	for want() < 2 { // bounded by the test's time-out
		time.Sleep(10 * time.Millisecond)
	}
}

func TestModels(t *testing.T) {
	for name, tt := range map[string]struct {
		personality modemtest.Personality
		model, cnmi string
	}{
		"plain":  {modemtest.Plain, "Bellhop Simulated modem", "AT+CNMI=2,1,0,1,0"},
		"SIM800": {modemtest.SIM800, "SIMCOM_Ltd SIMCOM_SIM800C", "AT+CNMI=2,1,0,1,0"},
		"EC25":   {modemtest.EC25, "Quectel EC25", `AT+QURCCFG="urcport","usbat"`},
	} {
		t.Run(name, func(t *testing.T) {
			far, near, o := plug(t, modemtest.Config{Personality: tt.personality}, quick)
			if s := o.waitState(t, modem.Ready); s.Model != tt.model {
				t.Errorf("model %q", s.Model)
			}
			if all := strings.Join(far.Commands(), "\n"); !strings.Contains(all, tt.cnmi) || strings.Contains(all, ",2,0\n") {
				t.Errorf("commands %s", all)
			}
			if _, err := send(t, near, "10086", "YE"); err != nil {
				t.Fatal(err)
			}
			o.wait(t, "the report", func() bool { return len(o.reports) == 1 })
		})
	}
}

func TestTraceHidesNumbers(t *testing.T) {
	far, near, o := plug(t, modemtest.Config{}, quick)
	o.waitState(t, modem.Ready)
	far.Deliver("+8613800138000", "secret")
	if _, err := send(t, near, "13912345678", "secret"); err != nil {
		t.Fatal(err)
	}
	o.wait(t, "the text", func() bool { return len(o.received) == 1 })
	all := strings.Join(near.Trace(), "\n")
	for _, hidden := range []string{"13800100500", "31933254", "683108"} {
		if strings.Contains(all, hidden) {
			t.Errorf("%q in the trace", hidden)
		}
	}
	if !strings.Contains(all, "> AT+CMGS=") || !strings.Contains(all, "< OK") {
		t.Errorf("trace %s", all)
	}
}
