package api

import (
	"bufio"
	"context"
	"io"
	"net"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"bellhop/firmware/boxapi"
	"bellhop/hub/telephony"
)

// scopeRoutes let a technician look into a line; telephony refuses everybody else.
func (s *Server) scopeRoutes(api fiber.Router) {
	api.Get("/box/lines/:line/scope", s.scope)
	api.Get("/box/lines/:line/capture", s.lineCapture)
	api.Post("/box/lines/:line/test", s.testLine)
}

// maxScopeFrame bounds one frame: twenty bursts of 258 octets in hexadecimal.
const maxScopeFrame = 64 << 10

// scope streams a line's frames as events "frame". It ends with "lost" when the box
// goes away, and without a word when the session is over.
func (s *Server) scope(c *fiber.Ctx) error {
	line, err := c.ParamsInt("line")
	if err != nil {
		return errBadRequest
	}
	ctx, cancel := context.WithCancel(context.Background())
	frames, err := s.phone().WatchLine(ctx, Rights(c), line)
	if err != nil {
		cancel()
		return err
	}
	over := s.sessionOver(c, ctx)
	conn := c.Context().Conn()
	c.Set(fiber.HeaderContentType, "text/event-stream")
	c.Set(fiber.HeaderCacheControl, "no-cache, no-transform")
	c.Set("X-Accel-Buffering", "no")
	c.Context().SetConnectionClose() // the watch reads what would be the next request
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		defer frames.Close()
		defer cancel()
		feedScope(w, conn, linesOf(ctx, frames), over)
	})
	return nil
}

// sessionOver is closed when the session of the request is, or the hub stops.
func (s *Server) sessionOver(c *fiber.Ctx, ctx context.Context) <-chan struct{} {
	over := make(chan struct{})
	if s.Telephony.Live == nil {
		return over
	}
	stream := s.Telephony.Live.Subscribe(User(c).ID, Session(c).Hash, 0)
	go func() {
		defer close(over)
		defer stream.Close()
		for {
			select {
			case _, open := <-stream.C:
				if !open {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	return over
}

// linesOf reads lines until there are no more or ctx ends. Where nobody takes them the
// box notices, and leaves frames out.
func linesOf(ctx context.Context, r io.Reader) <-chan []byte {
	lines := make(chan []byte)
	go func() {
		defer close(lines)
		scanner := bufio.NewScanner(r)
		scanner.Buffer(nil, maxScopeFrame)
		for scanner.Scan() {
			if len(scanner.Bytes()) == 0 {
				continue
			}
			select {
			case lines <- append([]byte(nil), scanner.Bytes()...):
			case <-ctx.Done():
				return
			}
		}
	}()
	return lines
}

func feedScope(w *bufio.Writer, conn net.Conn, lines <-chan []byte, over <-chan struct{}) {
	gone := watch(conn)
	for {
		select {
		case line, open := <-lines:
			if !open {
				w.WriteString("event: lost\ndata: {}\n\n")
				w.Flush()
				return
			}
			w.WriteString("event: frame\ndata: ")
			w.Write(line)
			w.WriteString("\n\n")
		case <-over:
			return
		case <-gone:
			return
		}
		conn.SetWriteDeadline(time.Now().Add(patience))
		if w.Flush() != nil {
			return
		}
	}
}

// lineCapture sends the last seconds of a line as a sound file.
func (s *Server) lineCapture(c *fiber.Ctx) error {
	line, err := c.ParamsInt("line")
	if err != nil {
		return errBadRequest
	}
	response, err := s.phone().CaptureLine(c.UserContext(), Rights(c), line, c.QueryInt("seconds", boxapi.ScopeSeconds))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "audio/wav")
	c.Attachment("line" + strconv.Itoa(line) + "-" + time.Now().Format("20060102-150405") + ".wav")
	c.Context().SetBodyStream(response.Body, int(response.ContentLength))
	return nil
}

// testLine rings the line, or says that somebody has to.
func (s *Server) testLine(c *fiber.Ctx) error {
	line, err := c.ParamsInt("line")
	if err != nil {
		return errBadRequest
	}
	var call telephony.TestCall
	if err := body(c, &call); err != nil {
		return err
	}
	started, err := s.phone().TestLine(c.UserContext(), Rights(c), line, call)
	if err != nil {
		return err
	}
	return c.JSON(started)
}
