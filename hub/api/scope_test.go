package api

import (
	"context"
	"net/http"
	"testing"

	"bellhop/firmware/boxapi"
	"bellhop/hub/boxclient/boxclienttest"
	"bellhop/hub/crm"
)

// look opens the scope of a line as p.
func (x *switchboard) look(p *person, path string) (*page, *http.Response) {
	x.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	x.t.Cleanup(cancel)
	request, _ := http.NewRequestWithContext(ctx, "GET", x.url+path, nil)
	request.Header.Set("Cookie", sessionCookie+"="+p.cookie)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		x.t.Fatal(err)
	}
	w := &page{t: x.t, cancel: cancel}
	if response.StatusCode == http.StatusOK {
		go w.read(response)
	} else {
		response.Body.Close()
	}
	return w, response
}

// ended tells whether the stream is over.
func (w *page) ended() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.over
}

var scopeFrames = []boxapi.ScopeFrame{
	{At: 1, Line: 1, State: boxapi.LineRinging, Ringing: true, LevelDBm0: -2},
	{At: 2, Line: 1, State: boxapi.LineRinging, LevelDBm0: -15.5, Bursts: []boxapi.ScopeBurst{
		{ID: 1, Standard: "bellcore", Modem: "bell202", Number: "13800138000", Confidence: 1, LevelDBm0: -15.2, Raw: "8001"},
		{ID: 2, Modem: "v23", Why: "checksum", Raw: "80ff"},
	}},
	{At: 3, Line: 1, OffHook: true, LevelDBm0: -3, Warning: boxapi.WarnClipping},
}

func TestScope(t *testing.T) {
	x := newExchange(t)
	x.box.SetScope(scopeFrames...)
	admin := x.user("admin", crm.Admin)
	t.Run("BOX-07 a test call shows ring, caller ID, level and standard", func(t *testing.T) {
		test := admin.post("/api/box/lines/1/test", obj{"from": "13800138000", "standard": "bell202"}).ok()
		if test.body["started"] != true || test.str("board") != "sim" {
			t.Errorf("%s", test.text)
		}
		commands := x.box.Commands()
		ring := commands[len(commands)-1].Simulate.Ring
		if ring.Line != 1 || ring.From != "13800138000" || ring.Standard != "bell202" || ring.TalkMS == 0 {
			t.Errorf("%+v", ring)
		}
		w, response := x.look(admin, "/api/box/lines/1/scope")
		if response.Header.Get("Content-Type") != "text/event-stream" {
			t.Error(response.Header)
		}
		w.wait("ringing", func(e event) bool { return e.name == "frame" && e.data["ringing"] == true })
		got := w.wait("the caller", func(e event) bool { return e.name == "frame" && e.data["bursts"] != nil })
		if got.str("bursts.0.standard") != "bellcore" || got.str("bursts.0.number") != "13800138000" || got.str("bursts.1.why") != "checksum" || got.body["levelDbm0"] != -15.5 {
			t.Errorf("%s", got.text)
		}
		t.Run("BOX-09 a warning is told", func(t *testing.T) {
			w.wait("clipping", func(e event) bool { return e.name == "frame" && e.data["warning"] == "clipping" })
		})
		x.box.Cut()
		w.wait("the end", func(e event) bool { return e.name == "lost" })
	})
	x.waitFor("the box to be back", x.calls.Connected)
	t.Run("BOX-07 a real line has to be called", func(t *testing.T) {
		x.box.Refuse("not-simulated")
		defer x.box.Refuse("")
		if test := admin.post("/api/box/lines/1/test", obj{"from": "P"}).ok(); test.body["started"] != false {
			t.Error(test.text)
		}
	})
	t.Run("refusals", func(t *testing.T) {
		x.box.Refuse("line-busy")
		admin.post("/api/box/lines/1/test", obj{"from": "138"}).refused(t, 409, "scope.line_busy")
		x.box.Refuse("")
		admin.post("/api/box/lines/1/test", obj{"from": "hello"}).refused(t, 422, "scope.bad_number")
		admin.post("/api/box/lines/9/test", obj{"from": "138"}).refused(t, 404, "scope.no_line")
		admin.get("/api/box/lines/9/scope").refused(t, 404, "scope.no_line")
		admin.get("/api/box/lines/2/scope").refused(t, 404, "scope.no_line")
		admin.get("/api/box/lines/x/scope").refused(t, 422, "error.bad_request")
		admin.get("/api/box/lines/1/capture?seconds=31").refused(t, 422, "scope.seconds")
	})
	t.Run("a capture", func(t *testing.T) {
		got := admin.get("/api/box/lines/1/capture?seconds=5")
		if got.status != 200 || got.text != string(boxclienttest.Capture) || got.header.Get("Content-Type") != "audio/wav" || got.header.Get("Content-Disposition") == "" {
			t.Errorf("%d %q %v", got.status, got.text, got.header)
		}
	})
	t.Run("only administrators", func(t *testing.T) {
		for _, p := range []*person{x.user("manager", crm.Manager), x.user("sales", crm.Sales)} {
			p.get("/api/box/lines/1/scope").refused(t, 403, "scope.forbidden")
			p.get("/api/box/lines/1/capture?seconds=5").refused(t, 403, "scope.forbidden")
			p.post("/api/box/lines/1/test", obj{"from": "138"}).refused(t, 403, "scope.forbidden")
		}
		if got := x.anonymous().get("/api/box/lines/1/scope"); got.status != 401 {
			t.Errorf("nobody: %d", got.status)
		}
	})
	t.Run("a logout ends it", func(t *testing.T) {
		w, _ := x.look(admin, "/api/box/lines/1/scope")
		w.wait("a frame", func(e event) bool { return e.name == "frame" })
		admin.post("/api/logout", obj{}).ok()
		x.waitFor("the stream to end", w.ended)
	})
}

func (a *answer) refused(t *testing.T, status int, key string) {
	t.Helper()
	if a.status != status || a.str("error.key") != key || a.str("error.message") == key {
		t.Errorf("%d %s, want %d %s", a.status, a.text, status, key)
	}
}
