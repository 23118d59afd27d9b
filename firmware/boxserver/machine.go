package boxserver

import (
	"encoding/json"
	"errors"
	"net/http"

	"bellhop/firmware/boxapi"
)

// Machine passes on requests to the service that sets up the machine.
type Machine interface {
	Pass(op string, body json.RawMessage) (json.RawMessage, error)
}

// machine answers 422 with the reason when the machine refuses, 501 without a service.
func (s *server) machine(w http.ResponseWriter, r *http.Request) {
	var body json.RawMessage
	if !read(w, r, &body) {
		return
	}
	err := error(&boxapi.SystemError{Key: boxapi.NoSystem})
	var answer json.RawMessage
	if s.Machine != nil {
		answer, err = s.Machine.Pass(r.PathValue("op"), body)
	}
	if err == nil {
		write(w, answer)
		return
	}
	var known *boxapi.SystemError
	if !errors.As(err, &known) {
		known = &boxapi.SystemError{Key: boxapi.SystemFailed, Detail: err.Error()}
	}
	w.Header().Set("Content-Type", "application/json")
	status := http.StatusUnprocessableEntity
	if known.Key == boxapi.NoSystem {
		status = http.StatusNotImplemented
	}
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(known)
}

// support sends the support bundle.
func (s *server) support(w http.ResponseWriter, _ *http.Request) {
	if s.Support == nil {
		http.Error(w, "this box makes no support bundle", http.StatusNotImplemented)
		return
	}
	w.Header().Set("Content-Type", "application/gzip")
	if err := s.Support(w); err != nil {
		s.Log.Error("support bundle", "err", err)
		panic(http.ErrAbortHandler) // so that half a file is not taken for one
	}
}

// pin tells the secret of the unit, which the administrator may read.
func (s *server) pin(w http.ResponseWriter, _ *http.Request) {
	pin, err := "", errors.New("no PIN")
	if s.PIN != nil {
		pin, err = s.PIN()
	}
	if err != nil {
		s.Log.Error("PIN", "err", err)
		http.Error(w, "this box has no PIN", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	write(w, map[string]string{"pin": pin})
}
