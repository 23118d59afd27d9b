package modem

import (
	"strings"
	"time"
)

// Model is one make of modem: how to know it and what is peculiar to it.
type Model struct {
	Name string

	// Matches tells this model by what the modem says of itself.
	Matches func(Identity) bool

	// Setup commands are given once the SIM is ready, without "AT". A refusal is
	// logged and passed over.
	Setup []string

	// NewMessage holds the values of +CNMI to try, best first; nil means the usual
	// ones. Those the modem does not list in +CNMI=? are skipped.
	NewMessage []string

	// Submit is how long the network may take to answer; 0 means a minute.
	Submit time.Duration
}

// Identity is what the modem says of itself.
type Identity struct {
	Manufacturer string // +CGMI
	Model        string // +CGMM
	Revision     string // +CGMR
	Info         string // ATI, lines joined by blanks
}

// Says reports whether any part of the identity contains word, in any case.
func (id Identity) Says(word string) bool {
	all := strings.Join([]string{id.Manufacturer, id.Model, id.Revision, id.Info}, " ")
	return strings.Contains(strings.ToUpper(all), strings.ToUpper(word))
}

// Name is how people call the modem: "Quectel EC25", "SIMCOM_SIM800C".
func (id Identity) Name() string {
	switch {
	case id.Model == "":
		return id.Info
	case id.Manufacturer == "" || strings.HasPrefix(strings.ToUpper(id.Model), strings.ToUpper(id.Manufacturer)):
		return id.Model
	}
	return id.Manufacturer + " " + id.Model
}

// newMessage are the usual values of +CNMI (3GPP TS 27.005, clause 3.4.1), best
// first. All store a text and announce it (mt 1); they differ in whether the modem
// buffers announcements (mode, bfr) and reports delivery directly (ds 1), by storing
// the report (ds 2) or not at all.
var newMessage = []string{
	"2,1,0,1,0", "2,1,0,2,0", "2,1,0,0,0", "1,1,0,1,0", "1,1,0,1,1", "3,1,0,1,0",
}

var fallbackModel = Model{Name: "unknown", Matches: func(Identity) bool { return true }}

func identify(models []Model, id Identity) Model {
	for _, model := range models {
		if model.Matches(id) {
			return model
		}
	}
	return fallbackModel
}
