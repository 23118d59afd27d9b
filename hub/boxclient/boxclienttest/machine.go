package boxclienttest

import (
	"encoding/json"
	"net/http"

	"bellhop/firmware/boxapi"
)

// Machine answers for the system below the box; nil is a box without one.
type Machine func(op string, body json.RawMessage) (any, error)

// PIN is the unit's secret.
const PIN = "12345678"

// SetMachine gives the box a system, and what its support bundle holds.
func (b *Box) SetMachine(m Machine, bundle []byte) {
	b.mu.Lock()
	b.machine, b.bundle = m, bundle
	b.mu.Unlock()
}

func (b *Box) serveMachine(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	m := b.machine
	b.mu.Unlock()
	var body json.RawMessage
	var answer any
	err := json.NewDecoder(r.Body).Decode(&body)
	if err == nil {
		err = &boxapi.SystemError{Key: boxapi.NoSystem}
		if m != nil {
			answer, err = m(r.PathValue("op"), body)
		}
	}
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		w.WriteHeader(http.StatusUnprocessableEntity)
		answer = err
	}
	json.NewEncoder(w).Encode(answer)
}

func (b *Box) servePIN(w http.ResponseWriter, _ *http.Request) {
	json.NewEncoder(w).Encode(map[string]string{"pin": PIN})
}

func (b *Box) serveSupport(w http.ResponseWriter, _ *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	w.Write(b.bundle)
}
