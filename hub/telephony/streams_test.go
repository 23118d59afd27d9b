package telephony_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"bellhop/firmware/boxapi"
	"bellhop/firmware/boxserver"
	"bellhop/firmware/outbox"
	"bellhop/hub/api"
	"bellhop/hub/auth"
	"bellhop/hub/boxclient"
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

// BenchmarkStreams prints how many box events a second go from the outbox on the box's
// disk through the hub's database to the pages of 1, 50 and 500 users, and how long
// one takes on a quiet line to the page that gets it last. Every event changes a call
// of a known customer: it makes a card and a line of the log for each user.
func BenchmarkStreams(b *testing.B) {
	for _, n := range []struct{ streams, events int }{{1, 2000}, {50, 2000}, {500, 400}} {
		b.Run(fmt.Sprint(n.streams), func(b *testing.B) {
			o := openOffice(b, n.streams)
			for b.Loop() {
				o.flood(b, n.events)
				o.quiet(b, 200)
			}
			b.ReportMetric(0, "ns/op") // says nothing here
		})
	}
}

const benchToken = "token"

// office is a box's outbox and a hub with open pages.
type office struct {
	box   *outbox.Outbox
	pages int
	got   atomic.Int64 // lines of the log that reached a page
	sent  int64        // events that make one
	talks int
}

func openOffice(b *testing.B, pages int) *office {
	ctx := context.Background()
	log := slog.New(slog.DiscardHandler)
	dir := b.TempDir()
	box, err := outbox.Open(filepath.Join(dir, "box"), log)
	must(b, err)
	results, err := boxserver.OpenResults(filepath.Join(dir, "results"))
	must(b, err)
	boxHTTP := httptest.NewServer(boxserver.New(boxserver.Config{Token: benchToken, Outbox: box, Results: results, Handler: silent{}, Log: log}))

	schema, err := crm.Compile(append(all.Modules[:len(all.Modules):len(all.Modules)],
		crm.Module{Name: "hub", Labels: api.Labels}, crm.Module{Name: "telephony", Labels: telephony.Labels}, crm.Module{Name: "rights", Labels: rights.Labels}, crm.Module{Name: "exchange", Labels: exchange.Labels}, crm.Module{Name: "print", Labels: print.Labels}))
	must(b, err)
	db, err := store.Open(ctx, storetest.Source(b))
	must(b, err)
	must(b, db.Prepare(ctx, schema))
	guard, office_, streams := auth.New(db), records.New(db, schema), live.New()
	calls := telephony.New(db, office_, streams, log)
	server := api.New(api.Parts{Store: db, Records: office_, Auth: guard, Log: log,
		Telephony: api.Telephony{Service: calls, Live: streams}})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(b, err)
	go server.Serve(l)
	b.Cleanup(func() {
		streams.Close()
		server.Shutdown(ctx)
		calls.Close()
		boxHTTP.CloseClientConnections()
		boxHTTP.Close()
		box.Close()
		results.Close()
		db.Close()
	})

	o := &office{box: box, pages: pages}
	hash := auth.Hash("correct horse 42")
	for i := range pages {
		u := auth.NewUser(fmt.Sprint("user", i), fmt.Sprint("User ", i), crm.Sales)
		must(b, db.CreateUser(ctx, u, hash))
		if i == 0 {
			_, err := office_.Create(ctx, rights.For(u, schema), "customer", map[string]any{"name": "西湖机电",
				"phones": []any{map[string]any{"label": "mobile", "number": "13800138000"}}}, "")
			must(b, err)
		}
		_, token, err := guard.Open(ctx, u, "bench", "bench")
		must(b, err)
		o.open(b, "http://"+l.Addr().String()+"/api/events", token)
	}
	must(b, calls.Start(ctx, boxclient.New(boxHTTP.URL, benchToken, log)))
	o.call()
	o.wait(b) // the way is warm
	return o
}

// open reads one page's stream and counts.
func (o *office) open(b *testing.B, url, token string) {
	request, _ := http.NewRequest("GET", url, nil)
	request.AddCookie(&http.Cookie{Name: "bellhop_session", Value: token})
	response, err := (&http.Client{Transport: &http.Transport{}}).Do(request)
	must(b, err)
	if response.StatusCode != http.StatusOK {
		b.Fatal(response.Status)
	}
	b.Cleanup(func() { response.Body.Close() })
	lines := bufio.NewReaderSize(response.Body, 16<<10)
	if _, err := lines.ReadSlice('\n'); err != nil {
		b.Fatal(err)
	}
	go func() {
		for {
			line, err := lines.ReadSlice('\n')
			if err != nil && err != bufio.ErrBufferFull {
				return
			}
			if bytes.Equal(line, []byte("event: call\n")) {
				o.got.Add(1)
			}
		}
	}()
}

// call is a whole call: four events.
func (o *office) call() {
	o.talks++
	name := fmt.Sprint("call-", o.talks)
	for _, ev := range []boxapi.Event{
		{CallStarted: &boxapi.CallStarted{Call: name, Line: 1, Direction: boxapi.Incoming}},
		{CallerIdentified: &boxapi.CallerIdentified{Call: name, Line: 1, Number: "13800138000", BurstEnd: time.Now().UnixMilli()}},
		{CallAnswered: &boxapi.CallAnswered{Call: name}},
		{CallEnded: &boxapi.CallEnded{Call: name, Outcome: boxapi.OutcomeAnswered, TalkMS: 1000}},
	} {
		o.append(ev)
	}
}

func (o *office) append(ev boxapi.Event) {
	ev.Box, ev.At = "bench", time.Now().UnixMilli()
	o.box.Append(ev)
	o.sent++
}

// behind is how many events the pages have not got yet, on average.
func (o *office) behind() int64 { return o.sent - o.got.Load()/int64(o.pages) }

func (o *office) wait(b *testing.B) {
	for end := time.Now().Add(2 * time.Minute); o.got.Load() < o.sent*int64(o.pages); time.Sleep(50 * time.Microsecond) {
		if time.Now().After(end) {
			b.Fatalf("pages got %d of %d", o.got.Load(), o.sent*int64(o.pages))
		}
	}
}

// window bounds the events under way, as a page that can't follow is cut off.
const window = 24

func (o *office) flood(b *testing.B, events int) {
	start, before := time.Now(), o.sent
	for o.sent-before < int64(events) {
		for o.behind() > window {
			time.Sleep(50 * time.Microsecond)
		}
		o.call()
	}
	o.wait(b)
	perSecond := float64(o.sent-before) / time.Since(start).Seconds()
	b.ReportMetric(perSecond, "events/s")
	b.ReportMetric(perSecond*float64(o.pages)*2, "frames/s") // card and line
}

// quiet sends one event at a time, as an office does.
func (o *office) quiet(b *testing.B, events int) {
	took := make([]time.Duration, 0, events)
	for len(took) < events {
		o.talks++
		start := time.Now()
		o.append(boxapi.Event{CallStarted: &boxapi.CallStarted{Call: fmt.Sprint("quiet-", o.talks), Line: 1, Direction: boxapi.Incoming}})
		o.wait(b)
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(ms(took[len(took)/2]), "p50-ms")
	b.ReportMetric(ms(took[len(took)*99/100]), "p99-ms")
}

// silent is a box without lines or modem.
type silent struct{}

func (silent) Do(context.Context, boxapi.Command) boxapi.Result { return boxapi.Result{} }
func (silent) Status() boxapi.Status                            { return boxapi.Status{Box: "bench"} }

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
