package api

import (
	"bufio"
	"context"
	"net"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/crm"
	"bellhop/hub/live"
)

const (
	heartbeat = 15 * time.Second
	// A browser that takes nothing for so long is cut off; it comes back by itself.
	patience = 10 * time.Second
)

// beat is an event, not a comment, so that the page can notice a dead connection too.
var beat = []byte("event: beat\ndata: {}\n\n")

func (s *Server) eventRoutes(api fiber.Router) { api.Get("/events", s.events) }

// events is the one stream of a browser. Whatever it needs of the request is taken
// before the stream starts: Fiber uses the request again for others.
func (s *Server) events(c *fiber.Ctx) error {
	lastID := lastEventID(c)
	session := Session(c).Hash
	if err := s.Auth.Alive(c.UserContext(), session); err != nil {
		return err
	}
	stream := s.Telephony.Live.Subscribe(User(c).ID, Session(c).Hash, lastID)
	conn := c.Context().Conn()
	c.Set(fiber.HeaderContentType, "text/event-stream")
	c.Set(fiber.HeaderCacheControl, "no-cache, no-transform")
	c.Set("X-Accel-Buffering", "no")
	c.Context().SetConnectionClose() // the watch reads what would be the next request
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		done := make(chan struct{})
		go s.keepSeat(session, done)
		defer close(done)
		defer stream.Close()
		feed(w, conn, stream)
	})
	return nil
}

// lastEventID is what the browser saw last. A page that makes its own reconnect cannot
// set the header.
func lastEventID(c *fiber.Ctx) uint64 {
	text := c.Get("Last-Event-ID")
	if text == "" {
		text = c.Query("last")
	}
	id, _ := strconv.ParseUint(text, 10, 64)
	return id
}

// feed writes the stream's frames until it ends or the browser has gone.
func feed(w *bufio.Writer, conn net.Conn, stream *live.Stream) {
	gone := watch(conn)
	quiet := time.NewTicker(heartbeat)
	defer quiet.Stop()
	w.WriteString("retry: 2000\n\n")
	for {
		select {
		case frame, open := <-stream.C:
			if !open {
				w.Flush()
				return
			}
			w.Write(frame)
			if len(stream.C) > 0 {
				continue // what came together is sent together
			}
		case <-quiet.C:
			w.Write(beat)
		case <-gone:
			return
		}
		conn.SetWriteDeadline(time.Now().Add(patience))
		if w.Flush() != nil {
			return
		}
	}
}

// watch tells at once when the browser closes the connection: it never sends anything
// on it, so reading ends only then.
func watch(conn net.Conn) <-chan struct{} {
	gone := make(chan struct{})
	conn.SetReadDeadline(time.Time{})
	go func() {
		defer close(gone)
		var b [1]byte
		conn.Read(b[:])
	}()
	return gone
}

const (
	seatBeat  = time.Minute      // how often an open stream says that its page is there
	seatGrace = 15 * time.Second // in which a page that reloads is back
)

// keepSeat holds the seat of a session while its stream is open, and frees it soon
// after the last one closed.
func (s *Server) keepSeat(session string, done <-chan struct{}) {
	beat := time.NewTicker(seatBeat)
	defer beat.Stop()
	for {
		select {
		case <-beat.C:
			if err := s.Auth.Alive(context.Background(), session); err != nil && !crm.IsCode(err, crm.Unauthorized) {
				s.Log.Warn("seat not noted", "err", err)
			}
			continue
		case <-done:
		}
		break
	}
	time.AfterFunc(seatGrace, func() {
		if !s.Telephony.Live.Open(session) {
			if err := s.Auth.Gone(context.Background(), session); err != nil {
				s.Log.Warn("seat not freed", "err", err)
			}
		}
	})
}
