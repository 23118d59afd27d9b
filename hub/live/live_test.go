package live

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"bellhop/hub/crm"
)

func read(t *testing.T, s *Stream) (id, name, data string) {
	t.Helper()
	f, ok := <-s.C
	if !ok {
		t.Fatal("the stream is over")
	}
	for _, line := range strings.Split(strings.TrimSuffix(string(f), "\n\n"), "\n") {
		key, value, _ := strings.Cut(line, ": ")
		switch key {
		case "id":
			id = value
		case "event":
			name = value
		case "data":
			data = value
		}
	}
	return id, name, data
}

func (h *Hub) lastID(t *testing.T) uint64 {
	t.Helper()
	s := h.Subscribe(1, "probe", 0)
	defer s.Close()
	_, name, data := read(t, s)
	if name != "hello" {
		t.Fatalf("first event is %q", name)
	}
	var v struct {
		LastID string `json:"lastId"`
	}
	if err := json.Unmarshal([]byte(data), &v); err != nil {
		t.Fatal(err)
	}
	var id uint64
	fmt.Sscan(v.LastID, &id)
	return id
}

func TestEveryUserGetsHisOwn(t *testing.T) {
	h := New()
	a, b := h.Subscribe(1, "a", 0), h.Subscribe(2, "b", 0)
	read(t, a)
	read(t, b)
	h.Publish("card", "7", func(user crm.ID) []byte {
		if user == 1 {
			return []byte(`{"due":1}`)
		}
		return nil
	})
	h.PublishAll("call", "7", map[string]int{"n": 2})
	if _, name, data := read(t, a); name != "card" || data != `{"due":1}` {
		t.Errorf("user 1 got %s %s", name, data)
	}
	if _, name, _ := read(t, b); name != "call" {
		t.Errorf("user 2 got %s first", name)
	}
}

func TestReplay(t *testing.T) {
	h := New()
	seen := h.lastID(t)
	for i := range 3 {
		h.PublishAll("card", "7", i)
		h.PublishAll("call", "8", i)
	}
	h.PublishAll("sms", "", "a")
	h.PublishAll("sms", "", "b")
	s := h.Subscribe(1, "s", seen)
	var got []string
	read(t, s)
	for len(s.C) > 0 {
		_, name, data := read(t, s)
		got = append(got, name+data)
	}
	if want := `card2 call2 sms"a" sms"b"`; strings.Join(got, " ") != want {
		t.Errorf("replayed %q, want %q", got, want)
	}
}

func TestReplayShowsRightsOfToday(t *testing.T) {
	h := New()
	seen := h.lastID(t)
	allowed := true
	h.Publish("card", "7", func(crm.ID) []byte {
		if !allowed {
			return nil
		}
		return []byte("1")
	})
	allowed = false
	s := h.Subscribe(1, "s", seen)
	read(t, s)
	if len(s.C) > 0 {
		t.Error("what the user may no longer see was replayed")
	}
}

func TestGapTellsToReload(t *testing.T) {
	h := New()
	seen := h.lastID(t)
	for range Kept + 1 {
		h.PublishAll("sms", "", 1)
	}
	for name, last := range map[string]uint64{"too old": seen, "of another run": seen - 5000, "from the future": seen + 1e9} {
		s := h.Subscribe(1, "s", last)
		read(t, s)
		if _, event, _ := read(t, s); event != "reload" {
			t.Errorf("%s: got %q", name, event)
		}
		if len(s.C) > 0 {
			t.Errorf("%s: replayed all the same", name)
		}
	}
	s := h.Subscribe(1, "s", seen+1)
	read(t, s)
	for range Kept {
		if _, name, _ := read(t, s); name != "sms" {
			t.Fatalf("got %q", name)
		}
	}
}

func TestSlowStreamIsCutOffOthersAreNot(t *testing.T) {
	h := New()
	slow, quick := h.Subscribe(1, "slow", 0), h.Subscribe(1, "quick", 0)
	read(t, quick)
	for i := range 3 * streamBuffer {
		h.PublishAll("sms", "", i)
		if _, _, data := read(t, quick); data != fmt.Sprint(i) {
			t.Fatalf("got %s, want %d", data, i)
		}
	}
	got := 0
	for range slow.C {
		got++
	}
	if got == 0 || got > 2*streamBuffer {
		t.Errorf("the slow stream got %d", got)
	}
	if h.Streams() != 1 {
		t.Errorf("%d streams are open", h.Streams())
	}
	slow.Close()
}

func TestEnd(t *testing.T) {
	h := New()
	one, two, other := h.Subscribe(1, "one", 0), h.Subscribe(1, "two", 0), h.Subscribe(2, "x", 0)
	for _, s := range []*Stream{one, two, other} {
		read(t, s)
	}
	h.EndUser(1, "two", "disabled")
	if _, name, data := read(t, one); name != "bye" || data != `{"reason":"disabled"}` {
		t.Errorf("got %s %s", name, data)
	}
	if _, open := <-one.C; open {
		t.Error("the stream goes on after bye")
	}
	h.EndSession("two", "logout")
	if _, name, _ := read(t, two); name != "bye" {
		t.Errorf("got %s", name)
	}
	h.Close()
	if _, open := <-other.C; open {
		t.Error("a stream outlived the hub, or was told bye")
	}
	if _, _, data := read(t, h.Subscribe(3, "late", 0)); data == "" {
		t.Error("no hello")
	}
}

func TestManyStreamsWhilePublishing(t *testing.T) {
	h := New()
	start := h.lastID(t)
	const events = 200
	var wg sync.WaitGroup
	for u := range 50 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			last, got := start, 0
			for got < events {
				s := h.Subscribe(crm.ID(u), "s", last)
				for f := range s.C {
					var id uint64
					if n, _ := fmt.Sscanf(string(f), "id: %d\nevent: n", &id); n == 0 {
						continue
					}
					if strings.Contains(string(f), "event: n\n") {
						if id != last+1 {
							t.Errorf("user %d: %d after %d", u, id, last)
						}
						last = id
						got++
					}
					if got == events || got%17 == 16 {
						s.Close()
					}
				}
			}
		}()
	}
	for i := range events {
		h.PublishAll("n", "", i)
	}
	wg.Wait()
}
