package boxserver

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"bellhop/drivers/audio/wav"
	"bellhop/firmware/boxapi"
)

// Scope lets people watch lines. Both methods return an error for a line there is
// not, before anything else.
type Scope interface {
	// Watch calls see with every frame until ctx ends or see returns an error.
	Watch(ctx context.Context, line int, see func(boxapi.ScopeFrame) error) error
	// Capture is the last d of sound, or as much as there is.
	Capture(line int, d time.Duration) ([]int16, error)
}

// watch streams a line's frames.
func (s *server) watch(w http.ResponseWriter, r *http.Request) {
	line, ok := s.lineOf(w, r)
	if !ok {
		return
	}
	out := http.NewResponseController(w)
	began := false
	err := s.Scope.Watch(r.Context(), line, func(f boxapi.ScopeFrame) error {
		if !began {
			began = true
			w.Header().Set("Content-Type", "application/x-ndjson")
			w.Header().Set("Cache-Control", "no-store")
		}
		b, err := json.Marshal(f)
		if err != nil {
			return err
		}
		if err := out.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return err
		}
		if _, err := w.Write(append(b, '\n')); err != nil {
			return err
		}
		return out.Flush()
	})
	if err != nil && !began && r.Context().Err() == nil {
		http.Error(w, "no such line", http.StatusNotFound)
	}
}

// captureNow sends the last seconds of a line as a sound file.
func (s *server) captureNow(w http.ResponseWriter, r *http.Request) {
	line, ok := s.lineOf(w, r)
	if !ok {
		return
	}
	seconds, err := strconv.ParseFloat(r.FormValue("seconds"), 64)
	if err != nil || !(seconds > 0 && seconds <= boxapi.ScopeSeconds) {
		http.Error(w, fmt.Sprintf("seconds is between 0 and %d", boxapi.ScopeSeconds), http.StatusBadRequest)
		return
	}
	p, err := s.Scope.Capture(line, time.Duration(seconds*float64(time.Second)))
	if err != nil {
		http.Error(w, "no such line", http.StatusNotFound)
		return
	}
	b := wav.Header(uint32(2 * len(p)))
	for _, v := range p {
		b = binary.LittleEndian.AppendUint16(b, uint16(v))
	}
	w.Header().Set("Content-Type", "audio/wav")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="line%d-%s.wav"`, line, time.Now().Format("20060102-150405")))
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	w.Write(b)
}

// lineOf is the line asked for, or answers why not.
func (s *server) lineOf(w http.ResponseWriter, r *http.Request) (int, bool) {
	line, err := strconv.Atoi(r.FormValue("line"))
	if err != nil {
		http.Error(w, "line is a number, 1 for the first", http.StatusBadRequest)
		return 0, false
	}
	if s.Scope == nil {
		http.Error(w, "no such line", http.StatusNotFound)
		return 0, false
	}
	return line, true
}
