package backup

import (
	"errors"
	"os"
	"path/filepath"
	"time"

	"bellhop/hub/crm"
)

// Run is one backup, trial or restore, done or failed.
type Run struct {
	What       string `json:"what"` // one of the Did… words
	At         int64  `json:"at"`   // Unix ms
	EndedAt    int64  `json:"endedAt"`
	By         string `json:"by,omitempty"` // the user's name; "" for the timetable
	Snapshot   string `json:"snapshot,omitempty"`
	MadeAt     int64  `json:"madeAt,omitempty"`     // of a trial or restore: when the backup was made
	Bytes      int64  `json:"bytes,omitempty"`      // in the backup, recordings not counted
	Added      int64  `json:"added,omitempty"`      // what went over the wire, recordings included
	Rows       int64  `json:"rows,omitempty"`       // in all tables
	Files      int    `json:"files,omitempty"`      // uploaded ones
	Recordings int    `json:"recordings,omitempty"` // copied, tried or put back
	Tries      int    `json:"tries,omitempty"`
	Stamp      string `json:"stamp,omitempty"` // of the state that was saved

	Error   string            `json:"error,omitempty"` // key of a text
	Args    map[string]string `json:"args,omitempty"`
	Message string            `json:"message,omitempty"` // Error in the reader's language; not kept
	Lost    []string          `json:"lost,omitempty"`    // of a trial: files that were not as written, by name
	Target  string            `json:"target,omitempty"`
}

// What a Run was.
const (
	DidBackup   = "backup"
	DidTrial    = "trial"
	DidRestore  = "restore"
	DidUndo     = "undo"
	DidClear    = "clear"
	DidRestock  = "restock" // recordings put back on the box
	DidFileTest = "files"   // the daily check of what is stored
)

const (
	historyFile = "history.json"
	historyMax  = 300
)

// failed puts an error into a run.
func (r *Run) failed(err error) {
	var own *crm.Error
	if err == nil {
		return
	}
	if errors.As(err, &own) {
		r.Error, r.Args = own.Key, own.Args
		return
	}
	r.Error, r.Args = "backup.failed", map[string]string{"detail": err.Error()}
}

// readHistory reads what was done, the newest first.
func readHistory(dir string) ([]Run, error) {
	var list []Run
	err := readJSON(filepath.Join(dir, historyFile), &list)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return list, err
}

// addRun keeps a run. A history that can't be read is begun anew rather than keep a backup
// from being made.
func addRun(dir string, r Run) error {
	if r.EndedAt == 0 {
		r.EndedAt = time.Now().UnixMilli()
	}
	list, _ := readHistory(dir)
	list = append([]Run{r}, list...)
	return writeJSON(filepath.Join(dir, historyFile), list[:min(len(list), historyMax)])
}

// last finds the newest run of a kind that fits.
func last(list []Run, fits func(*Run) bool) *Run {
	for i := range list {
		if fits(&list[i]) {
			return &list[i]
		}
	}
	return nil
}
