// Package boxserver serves firmware/boxapi over HTTP: events out, commands in,
// recordings and captures to read. It knows no line and no modem; what a command does
// is the Handler's business.
package boxserver

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"bellhop/firmware/boxapi"
	"bellhop/firmware/outbox"
)

// Handler does what commands ask and tells how the box stands.
type Handler interface {
	// Do carries out a command. It is called once for each ID, unless the firmware
	// died before the result was kept.
	Do(ctx context.Context, c boxapi.Command) boxapi.Result
	Status() boxapi.Status
}

// Config is what a Server serves.
type Config struct {
	Token      string // every request carries it
	Outbox     *outbox.Outbox
	Results    *Results
	Handler    Handler
	Recordings string // folder of MP3 and peaks files
	Captures   string // folder of WAV files
	Scope      Scope  // nil: lines can't be watched
	Machine    Machine
	Support    func(io.Writer) error // writes the support bundle
	PIN        func() (string, error)
	Log        *slog.Logger
}

// keepAlive is how often a quiet event stream sends an empty line.
const keepAlive = 5 * time.Second

// writeTimeout ends the stream of a follower that does not read.
const writeTimeout = 30 * time.Second

// maxBody allows a simulated ring with a WAV of a few minutes.
const maxBody = 32 << 20

// New returns the handler of all of boxapi's paths.
func New(c Config) http.Handler {
	s := &server{c, sha256.Sum256([]byte(c.Token))}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/events", s.events)
	mux.HandleFunc("POST /v1/ack", s.ack)
	mux.HandleFunc("POST /v1/commands", s.command)
	mux.HandleFunc("GET /v1/status", s.status)
	mux.HandleFunc("GET /v1/recordings/{file}", s.recording)
	mux.HandleFunc("PUT /v1/recordings/{file}", s.putRecording)
	mux.HandleFunc("DELETE /v1/recordings/{file}", s.deleteRecording)
	mux.HandleFunc("GET /v1/captures/{file}", s.capture)
	mux.HandleFunc("GET /v1/scope", s.watch)
	mux.HandleFunc("GET /v1/scope/capture", s.captureNow)
	mux.HandleFunc("POST /v1/system/{op}", s.machine)
	mux.HandleFunc("GET /v1/support", s.support)
	mux.HandleFunc("GET /v1/pin", s.pin)
	return s.authorized(mux)
}

type server struct {
	Config
	token [sha256.Size]byte
}

func (s *server) authorized(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		sum := sha256.Sum256([]byte(token))
		if !ok || subtle.ConstantTimeCompare(sum[:], s.token[:]) != 1 {
			http.Error(w, "the token is missing or not this box's; it stands in the box's token file", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *server) ack(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Seq uint64 `json:"seq"`
	}
	if !read(w, r, &body) {
		return
	}
	switch err := s.Outbox.Ack(body.Seq); {
	case errors.Is(err, outbox.ErrAhead):
		http.Error(w, "no such event yet", http.StatusConflict)
	case err != nil:
		s.Log.Error("acknowledge", "seq", body.Seq, "err", err)
		http.Error(w, "acknowledgement not kept; send it again", http.StatusInternalServerError)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

func (s *server) command(w http.ResponseWriter, r *http.Request) {
	var c boxapi.Command
	if !read(w, r, &c) {
		return
	}
	if c.ID == "" {
		http.Error(w, "a command needs an id", http.StatusBadRequest)
		return
	}
	// Not the request's context: a hub that hangs up does not half-stop a command.
	result, err := s.Results.Once(c.ID, func() boxapi.Result {
		return s.Handler.Do(context.WithoutCancel(r.Context()), c)
	})
	if err != nil {
		s.Log.Error("keep result of command", "id", c.ID, "err", err)
	}
	write(w, result)
}

func (s *server) status(w http.ResponseWriter, _ *http.Request) { write(w, s.Handler.Status()) }

// read decodes the body into v, or answers 400.
func read(w http.ResponseWriter, r *http.Request, v any) bool {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	if err := d.Decode(v); err != nil {
		http.Error(w, "body: "+err.Error(), http.StatusBadRequest)
		return false
	}
	return true
}

func write(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(v)
}
