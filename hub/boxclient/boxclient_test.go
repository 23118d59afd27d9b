package boxclient_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"bellhop/firmware/boxapi"
	"bellhop/hub/boxclient"
	"bellhop/hub/boxclient/boxclienttest"
)

// keeper keeps events as a database would.
type keeper struct {
	mu        sync.Mutex
	kept      []string
	seen      map[string]uint64
	fail      int // so many times Handle says "not now"
	connected int
	lost      int
}

func (k *keeper) Seen(_ context.Context, box string) (uint64, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.seen[box], nil
}

func (k *keeper) Handle(_ context.Context, ev *boxapi.Event) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.fail > 0 {
		k.fail--
		return errors.New("disk full")
	}
	if ev.Seq <= k.seen[ev.Box] {
		return nil
	}
	k.seen[ev.Box] = ev.Seq
	k.kept = append(k.kept, ev.AlertChanged.Detail)
	return nil
}

func (k *keeper) Connected(context.Context, *boxapi.Status) {
	k.mu.Lock()
	k.connected++
	k.mu.Unlock()
}
func (k *keeper) Lost(error) { k.mu.Lock(); k.lost++; k.mu.Unlock() }

func (k *keeper) got() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return strings.Join(k.kept, " ")
}

func (k *keeper) connections() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.connected
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("waited in vain: %s", what)
}

func alert(detail string) boxapi.Event {
	return boxapi.Event{AlertChanged: &boxapi.AlertChanged{Kind: "k", Detail: detail}}
}

func follow(t *testing.T, b *boxclienttest.Box, k *keeper) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		boxclient.New(b.URL, boxclienttest.Token, slog.New(slog.DiscardHandler)).Follow(ctx, k)
	}()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return stop
}

func TestEventsComeInOrderAndOnceThroughEverything(t *testing.T) {
	b := boxclienttest.Start(t)
	k := &keeper{seen: map[string]uint64{}, fail: 2}
	b.Emit(alert("a"))
	stop := follow(t, b, k)
	b.Emit(alert("b"))
	eventually(t, "two events", func() bool { return k.got() == "a b" })
	eventually(t, "acknowledged", func() bool { return b.Acked() == 2 })

	b.Repeat(true)
	b.Emit(alert("c"))
	b.Cut()
	b.Emit(alert("d"))
	eventually(t, "after the cut", func() bool { return k.got() == "a b c d" && k.connections() == 2 })

	stop() // the hub is started again
	b.Emit(alert("e"))
	follow(t, b, k)
	eventually(t, "after the restart", func() bool { return k.got() == "a b c d e" && b.Acked() == 5 })
	if k.lost != 1 {
		t.Errorf("told of %d losses", k.lost)
	}
}

func TestCommandIsTriedUntilAnsweredAndTakenOnce(t *testing.T) {
	b := boxclienttest.Start(t)
	calls := 0
	flaky := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		request, _ := http.NewRequest(r.Method, b.URL+r.URL.Path, r.Body)
		request.Header = r.Header
		response, err := http.DefaultClient.Do(request)
		if err != nil || calls < 3 {
			panic(http.ErrAbortHandler) // taken, but the answer is lost
		}
		io.Copy(w, response.Body)
	}), ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
	l := listen(t)
	go flaky.Serve(l)
	defer flaky.Close()
	c := boxclient.New("http://"+l.Addr().String(), boxclienttest.Token, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	result, err := c.Do(ctx, boxapi.Command{ID: "7", SendSMS: &boxapi.SendSMS{To: "10086", Text: "YE"}})
	if err != nil || result.ID != "7" || result.Error != "" {
		t.Errorf("got %+v, %v", result, err)
	}
	if n := len(b.Commands()); n != 1 || calls != 3 {
		t.Errorf("the box took %d commands in %d requests", n, calls)
	}
}

func TestWrongTokenIsNotTriedForEver(t *testing.T) {
	b := boxclienttest.Start(t)
	c := boxclient.New(b.URL, "wrong", slog.New(slog.DiscardHandler))
	var refused *boxclient.RefusedError
	if _, err := c.Do(context.Background(), boxapi.Command{ID: "1"}); !errors.As(err, &refused) || refused.Status != 401 {
		t.Errorf("got %v", err)
	}
}

func TestRecordingByRange(t *testing.T) {
	b := boxclienttest.Start(t)
	b.SetFile("2026/11/a b.mp3", []byte("0123456789"))
	c := boxclient.New(b.URL, boxclienttest.Token, slog.New(slog.DiscardHandler))
	response, err := c.Recording(context.Background(), "2026/11/a b.mp3", http.Header{"Range": {"bytes=2-4"}})
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, _ := io.ReadAll(response.Body)
	if response.StatusCode != 206 || string(body) != "234" {
		t.Errorf("got %d %q", response.StatusCode, body)
	}
	for _, file := range []string{"../secret", "a//b", ""} {
		if _, err := c.Recording(context.Background(), file, nil); err == nil {
			t.Errorf("%q was asked for", file)
		}
	}
}

func listen(t *testing.T) net.Listener {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}
