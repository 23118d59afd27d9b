// Package live carries what happens to every open page: numbered events, made for
// each user by whoever publishes them, kept for a while so that a page whose
// connection broke gets what it missed. It knows no HTTP; hub/api writes the streams.
package live

import (
	"encoding/json"
	"strconv"
	"sync"
	"time"

	"bellhop/hub/crm"
)

const (
	// Kept is how many events can be replayed; a page that missed more reloads.
	Kept = 500
	// streamBuffer is how far a stream may fall behind before it is cut off. It comes
	// back by itself and gets the rest replayed.
	streamBuffer = 64
)

// Render gives an event's data (JSON) as user may see it, nil for a user whom it does
// not concern. It is called once for a user with open streams, and again for a replay,
// so it should tell how things are now. Users who may see the same should get the same
// slice: it is framed once.
type Render func(user crm.ID) []byte

// Hub spreads events to streams. Its methods may be called from any goroutine.
type Hub struct {
	publishing sync.Mutex // keeps events in order while they are rendered

	mu      sync.Mutex
	next    uint64
	kept    []event // the newest Kept, oldest first
	streams map[*Stream]struct{}
	closed  bool
}

type event struct {
	id     uint64
	name   string
	key    string
	render Render
}

// New returns a Hub without streams. Its event numbers are greater than those of any
// Hub made before it, so that a page notices that the hub was started anew.
func New() *Hub {
	return &Hub{next: uint64(time.Now().UnixMilli()) * 1000, streams: map[*Stream]struct{}{}}
}

// Stream is one page's connection.
type Stream struct {
	User    crm.ID
	Session string
	// C delivers frames of the event stream format, ready to send; it is closed when
	// the stream is over.
	C <-chan []byte

	frames chan []byte
	hub    *Hub
}

// Subscribe opens a stream for user. lastID is the number of the last event the page
// saw, 0 for none; what it missed since comes first: the newest event of each key, or
// "reload" when too much was missed.
func (h *Hub) Subscribe(user crm.ID, session string, lastID uint64) *Stream {
	// No event may fall between the replay and the first live one.
	h.publishing.Lock()
	defer h.publishing.Unlock()
	missed, gap := h.missed(lastID)
	frames := make(chan []byte, streamBuffer+len(missed)+2)
	s := &Stream{User: user, Session: session, C: frames, frames: frames, hub: h}
	h.mu.Lock()
	last, closed := h.next, h.closed
	h.mu.Unlock()
	if lastID == 0 {
		frames <- frame(last, "hello", hello(last, user))
	} else {
		// Without a number of its own: what is replayed behind it has smaller ones.
		frames <- frame(0, "hello", hello(last, user))
	}
	if gap {
		frames <- frame(last, "reload", []byte("{}"))
	}
	for _, e := range missed {
		if data := e.render(user); data != nil {
			frames <- frame(e.id, e.name, data)
		}
	}
	if closed {
		close(frames)
		return s
	}
	h.mu.Lock()
	h.streams[s] = struct{}{}
	h.mu.Unlock()
	return s
}

func hello(last uint64, user crm.ID) []byte {
	data, _ := json.Marshal(struct {
		LastID string `json:"lastId"`
		Me     crm.ID `json:"me"`
		Now    int64  `json:"now"` // the page's timers run by the hub's clock
	}{strconv.FormatUint(last, 10), user, time.Now().UnixMilli()})
	return data
}

// missed gives the events after lastID, of each key only the newest, and whether some
// are lost.
func (h *Hub) missed(lastID uint64) (events []event, gap bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if lastID == 0 || lastID == h.next {
		return nil, false
	}
	first := h.next + 1 - uint64(len(h.kept))
	if lastID > h.next || lastID+1 < first {
		return nil, true
	}
	since := h.kept[lastID+1-first:]
	newest := map[string]uint64{}
	for _, e := range since {
		newest[e.name+" "+e.key] = e.id
	}
	for _, e := range since {
		if e.key == "" || newest[e.name+" "+e.key] == e.id {
			events = append(events, e)
		}
	}
	return events, false
}

// Publish sends an event to every stream whose user render concerns, and keeps it for
// replay. Of several events with one name and key (not empty) a replay gives only the
// newest.
func (h *Hub) Publish(name, key string, render Render) {
	h.publishing.Lock()
	defer h.publishing.Unlock()
	streams := h.open()
	h.mu.Lock()
	h.next++
	id := h.next
	h.keep(event{id: id, name: name, key: key, render: render})
	h.mu.Unlock()

	rendered := map[crm.ID][]byte{}
	framed := map[*byte][]byte{}
	for _, s := range streams {
		data, ok := rendered[s.User]
		if !ok {
			data = render(s.User)
			rendered[s.User] = data
		}
		if len(data) == 0 {
			continue
		}
		f := framed[&data[0]]
		if f == nil {
			f = frame(id, name, data)
			framed[&data[0]] = f
		}
		h.send(s, f)
	}
}

// PublishAll publishes the same data to everybody.
func (h *Hub) PublishAll(name, key string, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		return
	}
	h.Publish(name, key, func(crm.ID) []byte { return data })
}

func (h *Hub) keep(e event) {
	if len(h.kept) == Kept {
		copy(h.kept, h.kept[1:])
		h.kept = h.kept[:Kept-1]
	}
	h.kept = append(h.kept, e)
}

func (h *Hub) open() []*Stream {
	h.mu.Lock()
	defer h.mu.Unlock()
	streams := make([]*Stream, 0, len(h.streams))
	for s := range h.streams {
		streams = append(streams, s)
	}
	return streams
}

// send never waits: a stream that is full is cut off.
func (h *Hub) send(s *Stream, f []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, open := h.streams[s]; !open {
		return
	}
	select {
	case s.frames <- f:
	default:
		h.drop(s)
	}
}

func (h *Hub) drop(s *Stream) {
	delete(h.streams, s)
	close(s.frames)
}

// Close ends the stream; it may be called more than once.
func (s *Stream) Close() {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	if _, open := s.hub.streams[s]; open {
		s.hub.drop(s)
	}
}

// EndSession tells the pages of one session that it is over, and closes their streams.
func (h *Hub) EndSession(session, reason string) {
	h.end(func(s *Stream) bool { return s.Session == session }, reason)
}

// EndUser does so for every session of a user but the one kept ("" keeps none).
func (h *Hub) EndUser(user crm.ID, kept, reason string) {
	h.end(func(s *Stream) bool { return s.User == user && (kept == "" || s.Session != kept) }, reason)
}

func (h *Hub) end(concerns func(*Stream) bool, reason string) {
	data, _ := json.Marshal(map[string]string{"reason": reason})
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.streams {
		if !concerns(s) {
			continue
		}
		select {
		case s.frames <- frame(0, "bye", data):
		default:
		}
		h.drop(s)
	}
}

// Close ends all streams, without "bye": the pages come back when the hub does.
func (h *Hub) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for s := range h.streams {
		h.drop(s)
	}
}

// Open tells whether a session has a stream.
func (h *Hub) Open(session string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.streams {
		if s.Session == session {
			return true
		}
	}
	return false
}

// Streams counts the open streams.
func (h *Hub) Streams() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.streams)
}

// frame writes an event in the text/event-stream format; data holds no line breaks,
// as JSON never does. id 0 leaves the page's last event number as it is.
func frame(id uint64, name string, data []byte) []byte {
	f := make([]byte, 0, len(data)+len(name)+48)
	if id != 0 {
		f = append(f, "id: "...)
		f = strconv.AppendUint(f, id, 10)
		f = append(f, '\n')
	}
	f = append(f, "event: "...)
	f = append(f, name...)
	f = append(f, "\ndata: "...)
	f = append(f, data...)
	return append(f, "\n\n"...)
}
