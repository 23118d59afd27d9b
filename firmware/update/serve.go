package update

import (
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"
)

// Handler serves updates to the programs of the box over a socket of its own, because
// writing to the card is for root alone and they are not:
//
//	GET  /v1/status    Status
//	POST /v1/update    a bundle → application/x-ndjson: Step while it is written, the
//	                   last with Done or Error
//	POST /v1/try       start into what was written; Answer
//	POST /v1/back      make the version in the other slot the one to try; Answer
//
// One thing at a time: a second one is told "busy".
type Handler struct {
	Box Box

	busy sync.Mutex
}

// Step is how far an update is.
type Step struct {
	Phase string `json:"phase,omitempty"` // "write", "verify"
	Part  string `json:"part,omitempty"`
	At    int64  `json:"at,omitempty"` // octets
	Of    int64  `json:"of,omitempty"`

	Release *Release `json:"release,omitempty"` // once the signature is known to be good
	Done    bool     `json:"done,omitempty"`
	Answer
}

// Answer is empty for a success.
type Answer struct {
	Error  string `json:"error,omitempty"`  // a stable key: see Key
	Detail string `json:"detail,omitempty"` // for the log
}

// Key is err as a word that texts are kept under; "failed" for all that has no own.
func Key(err error) string {
	for _, k := range []struct {
		err error
		key string
	}{
		{ErrNotBundle, "not-bundle"}, {ErrSignature, "signature"}, {ErrDamaged, "damaged"}, {ErrOlder, "older"},
		{ErrOtherBox, "other-box"}, {ErrTooLarge, "too-large"}, {ErrNotWritten, "not-written"},
		{ErrNotCommitted, "on-trial"}, {ErrNothingToTry, "nothing-to-try"}, {ErrNoWayBack, "no-way-back"},
	} {
		if errors.Is(err, k.err) {
			return k.key
		}
	}
	return "failed"
}

func answer(err error) Answer {
	if err == nil {
		return Answer{}
	}
	return Answer{Error: Key(err), Detail: err.Error()}
}

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method + " " + r.URL.Path {
	case "GET /v1/status":
		s, err := h.Box.Status()
		if err != nil {
			write(w, http.StatusInternalServerError, answer(err))
			return
		}
		write(w, http.StatusOK, s)
	case "POST /v1/update":
		h.alone(w, func() { h.update(w, r) })
	case "POST /v1/try":
		h.alone(w, func() { write(w, http.StatusOK, answer(h.Box.Try())) })
	case "POST /v1/back":
		h.alone(w, func() {
			_, err := h.Box.Back()
			write(w, http.StatusOK, answer(err))
		})
	default:
		http.NotFound(w, r)
	}
}

func (h *Handler) alone(w http.ResponseWriter, do func()) {
	if !h.busy.TryLock() {
		write(w, http.StatusConflict, Answer{Error: "busy"})
		return
	}
	defer h.busy.Unlock()
	do()
}

func write(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

// stepEvery is how often somebody who waits is told.
const stepEvery = 250 * time.Millisecond

func (h *Handler) update(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/x-ndjson")
	out, control := json.NewEncoder(w), http.NewResponseController(w)
	control.EnableFullDuplex() // steps go out while the bundle comes in
	tell := func(s Step) { out.Encode(s); control.Flush() }
	var told time.Time
	box := h.Box
	box.Progress = func(phase, part string, done, of int64) {
		if now := time.Now(); now.Sub(told) >= stepEvery || done == of {
			told = now
			tell(Step{Phase: phase, Part: part, At: done, Of: of})
		}
	}
	m, err := box.Install(r.Body)
	s := Step{Done: err == nil, Answer: answer(err)}
	if m.Version != "" {
		s.Release = &m.Release
	}
	tell(s)
}
