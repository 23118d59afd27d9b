package update

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
)

// State is what a box remembers of its updates, on the data partition.
type State struct {
	Newest int64 `json:"newest"` // the highest sequence that was kept

	// Slots is what is known to work in each slot.
	Slots map[Slot]Release `json:"slots,omitempty"`

	// Trial is the update that waits for its trial or is in it; nil when there is none.
	Trial *Trial `json:"trial,omitempty"`
	// Last is what became of the last one.
	Last *Outcome `json:"last,omitempty"`
}

// Trial is an update between being written and being kept.
type Trial struct {
	Release
	Slot Slot   `json:"slot"`
	From string `json:"from"` // the version it replaces

	Tried bool `json:"tried"` // the box was started into it
}

// Outcome is what became of an update.
type Outcome struct {
	Release
	From   string `json:"from"`
	Kept   bool   `json:"kept"`
	Why    string `json:"why,omitempty"` // of going back: see the constants
	Detail string `json:"detail,omitempty"`
	At     int64  `json:"at"` // Unix milliseconds
}

// Why an update was not kept.
const (
	WhyUnhealthy = "unhealthy" // it started, and something in it did not work
	WhyReset     = "reset"     // it did not get as far as saying so: power, watchdog, kernel
)

// ReadState reads the file at path; none is a box that never was updated, and what
// can't be read is started anew rather than holding up updates that would mend it.
func ReadState(path string) (State, error) {
	var s State
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	if json.Unmarshal(b, &s) != nil {
		return State{}, nil
	}
	return s, nil
}

// holds notes that slot has r, "" for nothing to be relied on.
func (s *State) holds(slot Slot, r Release) {
	slots := maps.Clone(s.Slots)
	if slots == nil {
		slots = map[Slot]Release{}
	}
	delete(slots, slot)
	if r.Version != "" {
		r.Notes = nil
		slots[slot] = r
	}
	s.Slots = slots
}

// Write replaces the file at path and returns when it is on the card.
func (s State) Write(path string) error {
	b, err := json.MarshalIndent(s, "", "\t")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(append(b, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}
