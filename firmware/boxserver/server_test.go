package boxserver

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"bellhop/firmware/boxapi"
	"bellhop/firmware/outbox"
)

type handler struct {
	mu   sync.Mutex
	done map[string]int
}

func (h *handler) Do(_ context.Context, c boxapi.Command) boxapi.Result {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.done[c.ID]++
	if c.Simulate != nil {
		return boxapi.Result{Error: "not-simulated"}
	}
	return boxapi.Result{}
}

func (h *handler) Status() boxapi.Status { return boxapi.Status{Box: "b", Version: "v"} }

type box struct {
	*httptest.Server
	t       *testing.T
	dir     string
	outbox  *outbox.Outbox
	handler *handler
}

func start(t *testing.T) *box {
	t.Helper()
	b := &box{t: t, dir: t.TempDir(), handler: &handler{done: map[string]int{}}}
	var err error
	if b.outbox, err = outbox.Open(filepath.Join(b.dir, "outbox"), slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	results, err := OpenResults(filepath.Join(b.dir, "results"))
	if err != nil {
		t.Fatal(err)
	}
	b.Server = httptest.NewServer(New(Config{
		Token: "secret", Outbox: b.outbox, Results: results, Handler: b.handler,
		Recordings: b.dir, Captures: b.dir, Log: slog.New(slog.DiscardHandler),
	}))
	t.Cleanup(func() { b.outbox.Close(); b.CloseClientConnections(); b.Close(); results.Close() })
	return b
}

func (b *box) do(method, path string, body any, header ...string) *http.Response {
	b.t.Helper()
	var r bytes.Buffer
	if body != nil {
		json.NewEncoder(&r).Encode(body)
	}
	req, err := http.NewRequest(method, b.URL+path, &r)
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer secret")
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { res.Body.Close() })
	return res
}

func (b *box) put(call string) {
	b.t.Helper()
	if err := b.outbox.Append(boxapi.Event{CallAnswered: &boxapi.CallAnswered{Call: call}}).Wait(); err != nil {
		b.t.Fatal(err)
	}
}

func TestTokenIsAsked(t *testing.T) {
	b := start(t)
	for _, token := range []string{"", "Bearer ", "Bearer wrong", "secret"} {
		if res := b.do("GET", "/v1/status", nil, "Authorization", token); res.StatusCode != http.StatusUnauthorized {
			t.Errorf("token %q: %d", token, res.StatusCode)
		}
	}
	if res := b.do("GET", "/v1/status", nil); res.StatusCode != http.StatusOK {
		t.Errorf("right token: %d", res.StatusCode)
	}
}

func TestTokenFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "token")
	first, err := Token(path)
	if err != nil || len(first) < 32 {
		t.Fatal(first, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatal(info.Mode(), err)
	}
	if again, err := Token(path); err != nil || again != first {
		t.Fatal(again, err)
	}
}

func TestEventsOldThenNew(t *testing.T) {
	b := start(t)
	b.put("1")
	b.put("2")
	res := b.do("GET", "/v1/events?after=1", nil)
	if got := res.Header.Get("Content-Type"); got != "application/x-ndjson" {
		t.Fatal(got)
	}
	lines := bufio.NewScanner(res.Body)
	next := func() boxapi.Event {
		t.Helper()
		for lines.Scan() {
			if len(lines.Bytes()) == 0 {
				continue
			}
			var e boxapi.Event
			if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
				t.Fatal(err)
			}
			return e
		}
		t.Fatal("the stream ended")
		return boxapi.Event{}
	}
	if e := next(); e.Seq != 2 || e.CallAnswered.Call != "2" {
		t.Fatalf("%+v", e)
	}
	for i := 3; i < 50; i++ {
		b.put(strconv.Itoa(i))
		if e := next(); e.Seq != uint64(i) {
			t.Fatalf("event %d, want %d", e.Seq, i)
		}
	}
	if res := b.do("GET", "/v1/events?after=x", nil); res.StatusCode != http.StatusBadRequest {
		t.Fatal(res.StatusCode)
	}
}

func TestAck(t *testing.T) {
	b := start(t)
	b.put("1")
	for body, want := range map[string]int{`{"seq":1}`: 204, `{"seq":9}`: 409, `[`: 400} {
		if res := b.do("POST", "/v1/ack", json.RawMessage(body)); body != "[" && res.StatusCode != want {
			t.Errorf("%s: %d, want %d", body, res.StatusCode, want)
		}
	}
	if b.outbox.Acked() != 1 {
		t.Fatal(b.outbox.Acked())
	}
}

func TestCommandsOnce(t *testing.T) {
	b := start(t)
	command := boxapi.Command{ID: "a", Simulate: &boxapi.Simulate{}}
	var wg sync.WaitGroup
	var right atomic.Int32
	for range 8 {
		wg.Go(func() {
			var result boxapi.Result
			res := b.do("POST", "/v1/commands", command)
			if json.NewDecoder(res.Body).Decode(&result) == nil && result == (boxapi.Result{ID: "a", Error: "not-simulated"}) {
				right.Add(1)
			}
		})
	}
	wg.Wait()
	if right.Load() != 8 || b.handler.done["a"] != 1 {
		t.Fatalf("%d right answers, done %d times", right.Load(), b.handler.done["a"])
	}
	if res := b.do("POST", "/v1/commands", boxapi.Command{}); res.StatusCode != http.StatusBadRequest {
		t.Fatal(res.StatusCode)
	}
}

func TestResultsOutliveRestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results")
	r, err := OpenResults(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2*keepResults + 50 { // through a rewrite
		if _, err := r.Once(strconv.Itoa(i), func() boxapi.Result { return boxapi.Result{Detail: "n" + strconv.Itoa(i)} }); err != nil {
			t.Fatal(err)
		}
	}
	r.Close()
	f, _ := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	io.WriteString(f, `{"id":"torn`)
	f.Close()
	if r, err = OpenResults(path); err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	last := strconv.Itoa(2*keepResults + 49)
	got, _ := r.Once(last, func() boxapi.Result { t.Error("carried out again"); return boxapi.Result{} })
	if got.Detail != "n"+last {
		t.Fatalf("%+v", got)
	}
}

func TestRecordings(t *testing.T) {
	b := start(t)
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(b.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("call-1.mp3", "0123456789")
	write("call-1.mp3.peaks", "pp")
	write("call-2.mp3.part", "unfinished")
	write("burst.wav", "RIFF")
	write("token", "secret")

	for path, want := range map[string]int{
		"/v1/recordings/call-1.mp3": 200, "/v1/recordings/call-1.mp3.peaks": 200, "/v1/captures/burst.wav": 200,
		"/v1/recordings/call-2.mp3.part": 404, "/v1/recordings/token": 404, "/v1/recordings/burst.wav": 404,
		"/v1/recordings/..%2Ftoken": 404, "/v1/captures/call-1.mp3": 404, "/v1/recordings/none.mp3": 404,
	} {
		if res := b.do("GET", path, nil); res.StatusCode != want {
			t.Errorf("GET %s: %d, want %d", path, res.StatusCode, want)
		}
	}
	res := b.do("GET", "/v1/recordings/call-1.mp3", nil, "Range", "bytes=2-4")
	if part, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusPartialContent || string(part) != "234" || res.Header.Get("Content-Type") != "audio/mpeg" {
		t.Errorf("range: %d %q %s", res.StatusCode, part, res.Header.Get("Content-Type"))
	}
	for range 2 {
		if res := b.do("DELETE", "/v1/recordings/call-1.mp3", nil); res.StatusCode != http.StatusNoContent {
			t.Errorf("delete: %d", res.StatusCode)
		}
	}
	for _, name := range []string{"call-1.mp3", "call-1.mp3.peaks"} {
		if _, err := os.Stat(filepath.Join(b.dir, name)); err == nil {
			t.Errorf("%s is still there", name)
		}
	}
}
