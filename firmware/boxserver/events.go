package boxserver

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"bellhop/firmware/outbox"
)

// events streams what the outbox holds behind "after", then what comes.
func (s *server) events(w http.ResponseWriter, r *http.Request) {
	after, err := strconv.ParseUint(r.FormValue("after"), 10, 64)
	if err != nil && r.FormValue("after") != "" {
		http.Error(w, "after is the number of the last event known", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("Cache-Control", "no-store")
	out := stream{w, http.NewResponseController(w)}
	if out.send(nil) != nil {
		return
	}
	cursor := s.Outbox.Follow(after)
	for {
		entries, err := s.next(r.Context(), cursor)
		if err != nil {
			return
		}
		if out.send(entries) != nil {
			return
		}
	}
}

// next waits for events, at most until it is time for a sign of life: then there are
// none.
func (s *server) next(ctx context.Context, cursor *outbox.Cursor) ([]outbox.Entry, error) {
	wait, cancel := context.WithTimeout(ctx, keepAlive)
	defer cancel()
	entries, err := cursor.Next(wait)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return nil, nil
	}
	return entries, err
}

type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// send writes entries a line each, or an empty line where there are none.
func (s stream) send(entries []outbox.Entry) error {
	if err := s.control.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	var b []byte
	for _, e := range entries {
		b = append(append(b, e.JSON...), '\n')
	}
	if len(entries) == 0 {
		b = []byte{'\n'}
	}
	if _, err := s.w.Write(b); err != nil {
		return err
	}
	return s.control.Flush()
}
