package api

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"bellhop/firmware/boxapi"
	"bellhop/hub/auth"
	"bellhop/hub/backup"
	"bellhop/hub/boxclient"
	"bellhop/hub/boxclient/boxclienttest"
	"bellhop/hub/crm"
	"bellhop/hub/exchange"
	"bellhop/hub/live"
	"bellhop/hub/modules/all"
	"bellhop/hub/print"
	"bellhop/hub/records"
	"bellhop/hub/rights"
	"bellhop/hub/store"
	"bellhop/hub/store/storetest"
	"bellhop/hub/telephony"
)

// switchboard is an office with a telephone: a hub on loopback that follows a box of the
// test.
type switchboard struct {
	*office
	box     *boxclienttest.Box
	calls   *telephony.Service
	streams *live.Hub
	url     string
	source  string
	stop    func()
	rung    int
}

func newExchange(t *testing.T) *switchboard {
	t.Helper()
	x := &switchboard{box: boxclienttest.Start(t), source: storetest.Source(t)}
	x.open(t)
	if err := x.store.SetOffice(context.Background(), map[string]string{"company": "铃客测试", "area_code": "0571"}, nil); err != nil {
		t.Fatal(err)
	}
	x.calls.ChangedSettings(context.Background())
	x.waitFor("the box to be followed", x.calls.Connected)
	return x
}

// open starts the hub on the exchange's database, as after a restart.
func (x *switchboard) open(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	schema, err := crm.Compile(append(all.Modules[:len(all.Modules):len(all.Modules)],
		crm.Module{Name: "hub", Labels: Labels}, crm.Module{Name: "telephony", Labels: telephony.Labels}, crm.Module{Name: "rights", Labels: rights.Labels}, crm.Module{Name: "exchange", Labels: exchange.Labels}, crm.Module{Name: "print", Labels: print.Labels},
		crm.Module{Name: "backup", Labels: backup.Labels}))
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(ctx, x.source)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Prepare(ctx, schema); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	office_ := records.New(s, schema)
	guard := auth.New(s)
	x.streams = live.New()
	x.calls = telephony.New(s, office_, x.streams, log)
	told := TellChanges(office_, x.streams, log)
	office_.AddSource(x.calls)
	guard.OnEnd(func(e auth.Ended) {
		if e.Session != "" {
			x.streams.EndSession(e.Session, e.Reason)
		} else {
			x.streams.EndUser(e.User, e.Kept, e.Reason)
		}
	})
	x.office = &office{t: t, store: s, auth: guard}
	x.server = New(Parts{Store: s, Records: office_, Auth: guard, Log: log, ChangedSettings: x.calls.ChangedSettings,
		Telephony: Telephony{Service: x.calls, Live: x.streams}})
	if err := x.calls.Start(ctx, boxclient.New(x.box.URL, boxclienttest.Token, log)); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	x.url = "http://" + l.Addr().String()
	served := make(chan error, 1)
	go func() { served <- x.server.Serve(l) }()
	stop := sync.OnceFunc(func() {
		x.streams.Close()
		x.server.Shutdown(ctx)
		x.calls.Close()
		told()
		<-served
		s.Close()
	})
	x.stop = stop
	t.Cleanup(stop)
}

func (x *switchboard) waitFor(what string, ok func() bool) {
	x.t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if ok() {
			return
		}
	}
	x.t.Fatalf("waited in vain for %s", what)
}

// settled waits until the hub has taken everything the box said.
func (x *switchboard) settled(seq uint64) {
	x.t.Helper()
	x.waitFor("the hub to take the event", func() bool { return x.box.Acked() >= seq })
}

// ring starts an incoming call on line 1 and tells its number; "" sends none.
func (x *switchboard) ring(from string) string { return x.ringOn(1, from) }

func (x *switchboard) ringOn(line int, from string) string {
	x.t.Helper()
	x.rung++
	call := fmt.Sprintf("box-call-%d", x.rung)
	seq := x.box.Emit(boxapi.Event{CallStarted: &boxapi.CallStarted{Call: call, Line: line, Direction: boxapi.Incoming}})
	x.box.Emit(boxapi.Event{LineChanged: &boxapi.LineChanged{Line: line, State: boxapi.LineRinging, Call: call}})
	if from != "" {
		seq = x.box.Emit(boxapi.Event{CallerIdentified: &boxapi.CallerIdentified{
			Call: call, Line: line, Number: from, Standard: "bell202", Confidence: 1, BurstEnd: time.Now().UnixMilli()}})
	}
	x.settled(seq)
	return call
}

func (x *switchboard) answer(call string) {
	x.t.Helper()
	x.settled(x.box.Emit(boxapi.Event{CallAnswered: &boxapi.CallAnswered{Call: call}}))
}

// hangUp ends a call, answered when it talked.
func (x *switchboard) hangUp(call string, talkMS int64) {
	x.t.Helper()
	outcome := boxapi.OutcomeMissed
	if talkMS > 0 {
		outcome = boxapi.OutcomeAnswered
	}
	x.settled(x.box.Emit(boxapi.Event{CallEnded: &boxapi.CallEnded{Call: call, Outcome: outcome, TalkMS: talkMS, Why: "on-hook"}}))
}

func (x *switchboard) record(call, file string, sound []byte) {
	x.t.Helper()
	x.box.SetFile(file, sound)
	x.box.SetFile(file+".peaks", []byte{0, 128, 255})
	x.box.Emit(boxapi.Event{RecordingStarted: &boxapi.RecordingStarted{Call: call}})
	x.settled(x.box.Emit(boxapi.Event{RecordingFinished: &boxapi.RecordingFinished{Call: call, File: file, DurationMS: 61_000, Bytes: int64(len(sound)), Complete: true}}))
}

// last is the newest call as p sees it.
func (p *person) last() *answer {
	p.o.t.Helper()
	page := p.get("/api/calls?limit=1").ok()
	return p.get("/api/calls/" + page.str("rows.0.id")).ok()
}

// card is the card of the newest call as p sees it.
func (p *person) card() *answer {
	p.o.t.Helper()
	return p.get("/api/calls/" + p.last().str("id") + "/card").ok()
}

// page is an open page: the stream of one person's browser.
type page struct {
	t      testing.TB
	cancel context.CancelFunc
	mu     sync.Mutex
	events []event
	over   bool
}

type event struct {
	id, name string
	data     map[string]any
	list     []byte // where data is no object
}

// watch opens the stream; last is the Last-Event-ID, "" for none.
func (x *switchboard) watch(p *person, last string) *page {
	x.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	request, _ := http.NewRequestWithContext(ctx, "GET", x.url+"/api/events", nil)
	request.Header.Set("Cookie", sessionCookie+"="+p.cookie)
	if last != "" {
		request.Header.Set("Last-Event-ID", last)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		x.t.Fatal(err)
	}
	if response.StatusCode != 200 || response.Header.Get("Content-Type") != "text/event-stream" {
		x.t.Fatalf("stream: %d %s", response.StatusCode, response.Header)
	}
	w := &page{t: x.t, cancel: cancel}
	go w.read(response)
	x.t.Cleanup(cancel)
	w.wait("hello", func(e event) bool { return e.name == "hello" })
	return w
}

func (w *page) read(response *http.Response) {
	defer response.Body.Close()
	var e event
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), ": ")
		switch key {
		case "id":
			e.id = value
		case "event":
			e.name = value
		case "data":
			if json.Unmarshal([]byte(value), &e.data) != nil {
				e.list = []byte(value)
			}
		case "":
			if e.name != "" {
				w.mu.Lock()
				w.events = append(w.events, e)
				w.mu.Unlock()
			}
			e = event{}
		}
	}
	w.mu.Lock()
	w.over = true
	w.mu.Unlock()
}

// has gives the newest event that fits.
func (w *page) has(ok func(event) bool) *answer {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := len(w.events) - 1; i >= 0; i-- {
		if e := w.events[i]; ok(e) {
			text, _ := json.Marshal(e.data)
			return &answer{t: w.t, body: e.data, text: string(text)}
		}
	}
	return nil
}

// wait gives the first event that fits, which may still have to come.
func (w *page) wait(what string, ok func(event) bool) *answer {
	w.t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if a := w.has(ok); a != nil {
			return a
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.t.Fatalf("page waited in vain for %s; it got %v", what, w.events)
	return nil
}

// shows waits for a card whose value at path is want.
func (w *page) shows(path string, want any) *answer {
	w.t.Helper()
	return w.wait(fmt.Sprintf("a card with %s = %v", path, want), func(e event) bool {
		return e.name == "card" && fmt.Sprint((&answer{t: w.t, body: e.data}).at(path)) == fmt.Sprint(want)
	})
}

// none tells that no event of that name has come; something later must have.
func (w *page) none(name string) {
	w.t.Helper()
	if a := w.has(func(e event) bool { return e.name == name }); a != nil {
		w.t.Errorf("the page got %s: %s", name, a.text)
	}
}

func (w *page) lastID() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := len(w.events) - 1; i >= 0; i-- {
		if w.events[i].id != "" {
			return w.events[i].id
		}
	}
	return ""
}
