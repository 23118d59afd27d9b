// Package boxclienttest has a box for tests of the hub: it speaks boxapi over HTTP on
// loopback and does what a test tells it.
package boxclienttest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"bellhop/firmware/boxapi"
)

// Token is what the box asks for.
const Token = "box-token"

// Box is a box without lines or modem. It starts connected.
type Box struct {
	URL string

	mu       sync.Mutex
	events   []boxapi.Event
	seq      uint64
	acked    uint64
	more     chan struct{} // closed when there is more to send or the connection must go
	cut      int           // counts cuts of the connection
	commands []boxapi.Command
	results  map[string]boxapi.Result
	refuse   string
	status   boxapi.Status
	files    map[string][]byte
	scope    []boxapi.ScopeFrame // of line 1; nil: the line can't be watched
	machine  Machine
	bundle   []byte
	name     string
	boot     string
	repeat   bool
	server   *httptest.Server
}

// Start runs a box until the test ends.
func Start(t testing.TB) *Box {
	b := &Box{
		name: "test-box", boot: "1", more: make(chan struct{}),
		results: map[string]boxapi.Result{}, files: map[string][]byte{},
		status: boxapi.Status{Version: "test", Board: "sim", Lines: []boxapi.LineStatus{
			{Line: boxapi.Line{ID: 1, State: boxapi.LineIdle}},
			{Line: boxapi.Line{ID: 2, State: boxapi.LineIdle}},
		}},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/events", b.serveEvents)
	mux.HandleFunc("POST /v1/ack", b.serveAck)
	mux.HandleFunc("POST /v1/commands", b.serveCommand)
	mux.HandleFunc("GET /v1/status", b.serveStatus)
	mux.HandleFunc("GET /v1/recordings/", b.serveRecording)
	mux.HandleFunc("PUT /v1/recordings/", b.takeRecording)
	mux.HandleFunc("DELETE /v1/recordings/", b.dropRecording)
	mux.HandleFunc("GET /v1/scope", b.serveScope)
	mux.HandleFunc("GET /v1/scope/capture", b.serveCapture)
	mux.HandleFunc("POST /v1/system/{op}", b.serveMachine)
	mux.HandleFunc("GET /v1/pin", b.servePIN)
	mux.HandleFunc("GET /v1/support", b.serveSupport)
	b.server = httptest.NewServer(withToken(mux))
	b.URL = b.server.URL
	t.Cleanup(func() {
		b.Cut()
		b.server.CloseClientConnections()
		b.server.Close()
	})
	return b
}

func withToken(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+Token {
			http.Error(w, "wrong token", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Emit reports an event; Seq, Box, Boot and, when it is 0, At are filled in.
func (b *Box) Emit(ev boxapi.Event) uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.seq++
	ev.Seq, ev.Box, ev.Boot = b.seq, b.name, b.boot
	if ev.At == 0 {
		ev.At = time.Now().UnixMilli()
	}
	b.events = append(b.events, ev)
	b.wake()
	return ev.Seq
}

func (b *Box) wake() {
	close(b.more)
	b.more = make(chan struct{})
}

// Cut breaks every event connection, as a network does.
func (b *Box) Cut() {
	b.mu.Lock()
	b.cut++
	b.wake()
	b.mu.Unlock()
}

// SetName makes it another box, from its next event on.
func (b *Box) SetName(name string) {
	b.mu.Lock()
	b.name = name
	b.mu.Unlock()
}

// Repeat makes the box send every event it still has to each new connection, also
// those the hub said it has.
func (b *Box) Repeat(on bool) {
	b.mu.Lock()
	b.repeat = on
	b.mu.Unlock()
}

// Acked is the number up to which the hub has acknowledged.
func (b *Box) Acked() uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.acked
}

// Refuse makes the next commands fail with a Result.Error; "" takes them again.
func (b *Box) Refuse(key string) {
	b.mu.Lock()
	b.refuse = key
	b.mu.Unlock()
}

// Commands are the distinct commands taken.
func (b *Box) Commands() []boxapi.Command {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]boxapi.Command{}, b.commands...)
}

// SetStatus changes what the box says about itself.
func (b *Box) SetStatus(change func(*boxapi.Status)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(&b.status)
}

// SetFile puts a recording or its peaks on the box.
func (b *Box) SetFile(name string, content []byte) {
	b.mu.Lock()
	b.files[name] = content
	b.mu.Unlock()
}

// File is a recording or its peaks on the box.
func (b *Box) File(name string) (content []byte, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	content, ok = b.files[name]
	return content, ok
}

func (b *Box) takeRecording(w http.ResponseWriter, r *http.Request) {
	content, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	b.SetFile(strings.TrimPrefix(r.URL.Path, "/v1/recordings/"), content)
	w.WriteHeader(http.StatusNoContent)
}

func (b *Box) dropRecording(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/v1/recordings/")
	b.mu.Lock()
	delete(b.files, name)
	delete(b.files, name+".peaks")
	b.mu.Unlock()
	w.WriteHeader(http.StatusNoContent)
}

func (b *Box) serveEvents(w http.ResponseWriter, r *http.Request) {
	after, err := strconv.ParseUint(r.URL.Query().Get("after"), 10, 64)
	if err != nil {
		http.Error(w, "after", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	flusher := w.(http.Flusher)
	flusher.Flush()
	b.mu.Lock()
	cut := b.cut
	if b.repeat {
		after = 0
	}
	b.mu.Unlock()
	for {
		b.mu.Lock()
		more, gone := b.more, b.cut != cut
		var batch bytes.Buffer
		for i := range b.events {
			if b.events[i].Seq > after {
				line, _ := json.Marshal(&b.events[i])
				fmt.Fprintf(&batch, "%s\n", line)
				after = b.events[i].Seq
			}
		}
		b.mu.Unlock()
		if gone {
			return
		}
		if batch.Len() > 0 {
			w.Write(batch.Bytes())
			flusher.Flush()
			continue
		}
		select {
		case <-more:
		case <-time.After(time.Second):
			w.Write([]byte("\n"))
			flusher.Flush()
		case <-r.Context().Done():
			return
		}
	}
}

func (b *Box) serveAck(w http.ResponseWriter, r *http.Request) {
	var v struct{ Seq uint64 }
	if err := json.NewDecoder(r.Body).Decode(&v); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	b.mu.Lock()
	b.acked = max(b.acked, v.Seq)
	if !b.repeat {
		for len(b.events) > 0 && b.events[0].Seq <= b.acked {
			b.events = b.events[1:]
		}
	}
	b.mu.Unlock()
	w.Write([]byte("{}"))
}

func (b *Box) serveCommand(w http.ResponseWriter, r *http.Request) {
	var c boxapi.Command
	if err := json.NewDecoder(r.Body).Decode(&c); err != nil || c.ID == "" {
		http.Error(w, "command", http.StatusBadRequest)
		return
	}
	b.mu.Lock()
	result, known := b.results[c.ID]
	if !known {
		result = boxapi.Result{ID: c.ID, Error: b.refuse}
		b.results[c.ID] = result
		b.commands = append(b.commands, c)
		if c.SetRecording != nil && b.refuse == "" {
			b.status.Recording = *c.SetRecording
		}
	}
	b.mu.Unlock()
	json.NewEncoder(w).Encode(result)
}

func (b *Box) serveStatus(w http.ResponseWriter, _ *http.Request) {
	b.mu.Lock()
	status := b.status
	status.Box, status.Pending = b.name, len(b.events)
	b.mu.Unlock()
	json.NewEncoder(w).Encode(status)
}

func (b *Box) serveRecording(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/v1/recordings/")
	b.mu.Lock()
	content, ok := b.files[name]
	b.mu.Unlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	if strings.HasSuffix(name, ".mp3") {
		w.Header().Set("Content-Type", "audio/mpeg")
	}
	http.ServeContent(w, r, "", time.Unix(1700000000, 0), bytes.NewReader(content))
}
