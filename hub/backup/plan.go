package backup

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// Where recordings are kept a second time (REC-09).
const (
	RecordingsSame  = "same"  // with the data
	RecordingsOther = "other" // at a target of their own
	RecordingsNone  = "none"
)

// Plan is what is backed up, where to and when. It holds logins: it is kept in a file only
// the hub's user reads, and in the encrypted backups themselves.
type Plan struct {
	Target     *Target `json:"target,omitempty"` // nil: nothing is set up yet
	Repository string  `json:"repository"`       // what Target holds
	Since      int64   `json:"since"`            // when it was set up, Unix ms
	SSHKey     string  `json:"sshKey,omitempty"` // PEM; the box's own key to servers
	SSHPublic  string  `json:"sshPublic,omitempty"`
	SheetSeen  int64   `json:"sheetSeen"` // when somebody confirmed that he keeps the recovery sheet

	On   bool   `json:"on"`   // by the timetable
	At   string `json:"at"`   // "02:30", local time
	Keep int    `json:"keep"` // backups; older ones go

	Recordings      string  `json:"recordings"`
	Other           *Target `json:"other,omitempty"`
	OtherRepository string  `json:"otherRepository,omitempty"`
}

// DefaultPlan backs up every night once there is a target.
func DefaultPlan() *Plan {
	return &Plan{On: true, At: "02:30", Keep: 30, Recordings: RecordingsSame}
}

var clockTime = regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d$`)

// Check says what of the timetable can't be.
func (p *Plan) Check() error {
	switch {
	case !clockTime.MatchString(p.At):
		return invalid("at", "bad_time")
	case p.Keep < 2 || p.Keep > 1000:
		return invalid("keep", "bad_keep")
	case p.Recordings != RecordingsSame && p.Recordings != RecordingsOther && p.Recordings != RecordingsNone:
		return invalid("recordings", "bad_recordings")
	case p.Recordings == RecordingsOther && p.Other == nil:
		return invalid("recordings", "other_needed")
	}
	return nil
}

// due is when the last backup of the timetable should have been made.
func (p *Plan) due(now time.Time) time.Time {
	at, err := time.ParseInLocation("15:04", p.At, now.Location())
	if err != nil {
		at = time.Date(0, 1, 1, 2, 30, 0, 0, now.Location())
	}
	due := time.Date(now.Year(), now.Month(), now.Day(), at.Hour(), at.Minute(), 0, 0, now.Location())
	if due.After(now) {
		due = time.Date(now.Year(), now.Month(), now.Day()-1, at.Hour(), at.Minute(), 0, 0, now.Location())
	}
	return due
}

// next is when the timetable makes the next one.
func (p *Plan) next(now time.Time) time.Time {
	due := p.due(now)
	return time.Date(due.Year(), due.Month(), due.Day()+1, due.Hour(), due.Minute(), 0, 0, due.Location())
}

const (
	planFile = "plan.json"
	keyFile  = "key"
)

func readPlan(dir string) (*Plan, error) {
	p := DefaultPlan()
	err := readJSON(filepath.Join(dir, planFile), p)
	if errors.Is(err, os.ErrNotExist) {
		return p, nil
	}
	return p, err
}

func writePlan(dir string, p *Plan) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return writeJSON(filepath.Join(dir, planFile), p)
}

func readJSON(path string, v any) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, v)
}

// writeJSON replaces the file whole or not at all, readable by the hub's user alone.
func writeJSON(path string, v any) error {
	b, err := json.MarshalIndent(v, "", "\t")
	if err != nil {
		return err
	}
	return writeFile(path, append(b, '\n'))
}

func writeFile(path string, b []byte) error {
	f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// alphabet leaves out what is easily misread from paper.
var alphabet = base32.NewEncoding("ABCDEFGHJKLMNPQRSTUVWXYZ23456789").WithPadding(base32.NoPadding)

// newKey makes the password of a repository: 160 random bits in groups of four.
func newKey() string {
	var b [20]byte
	rand.Read(b[:])
	return groups(alphabet.EncodeToString(b[:]))
}

func groups(s string) string {
	var parts []string
	for len(s) > 4 {
		parts, s = append(parts, s[:4]), s[4:]
	}
	return strings.Join(append(parts, s), "-")
}

// TidyKey reads a key as people type it off the sheet: in any case, with any blanks.
func TidyKey(typed string) string {
	plain := strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '-' || r == '\u3000' || r == '\t' || r == '\n' || r == '\r':
			return -1
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r >= 'Ａ' && r <= 'Ｚ':
			return r - 'Ａ' + 'A'
		}
		return r
	}, typed)
	if b, err := alphabet.DecodeString(plain); err == nil && len(b) == 20 {
		return groups(plain)
	}
	return strings.TrimSpace(typed) // a repository that somebody made otherwise
}

func readKey(dir string) (string, error) {
	b, err := os.ReadFile(filepath.Join(dir, keyFile))
	return strings.TrimSpace(string(b)), err
}
