package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// connecting bounds how long a target may take to answer a person who waits.
const connecting = 90 * time.Second

// View is the plan without its secrets.
type View struct {
	Target     *Target `json:"target,omitempty"`
	Words      string  `json:"words,omitempty"`
	SameDisk   bool    `json:"sameDisk"` // it would burn with the box
	SSHPublic  string  `json:"sshPublic,omitempty"`
	SheetSeen  int64   `json:"sheetSeen"`
	On         bool    `json:"on"`
	At         string  `json:"at"`
	Keep       int     `json:"keep"`
	Recordings string  `json:"recordings"`
	Other      *Target `json:"other,omitempty"`
	OtherWords string  `json:"otherWords,omitempty"`
}

// bare is a target without what must not leave the box.
func (t *Target) bare() *Target {
	if t == nil {
		return nil
	}
	b := *t
	b.Secret = ""
	return &b
}

// Plan tells what is set up.
func (s *Service) Plan() (*View, error) {
	p, err := readPlan(s.dir)
	if err != nil {
		return nil, err
	}
	v := &View{Target: p.Target.bare(), SSHPublic: p.SSHPublic, SheetSeen: p.SheetSeen, On: p.On, At: p.At, Keep: p.Keep,
		Recordings: p.Recordings, Other: p.Other.bare()}
	if p.Target != nil {
		v.Words, v.SameDisk = p.Target.Words(), p.Target.SameDisk(s.Data)
	}
	if p.Other != nil {
		v.OtherWords = p.Other.Words()
	}
	return v, nil
}

// Timetable changes when backups are made, how many are kept and where recordings go.
func (s *Service) Timetable(on bool, at string, keep int, recordings string) error {
	p, err := readPlan(s.dir)
	if err != nil {
		return err
	}
	p.On, p.At, p.Keep, p.Recordings = on, at, keep, recordings
	if err := p.Check(); err != nil {
		return err
	}
	return writePlan(s.dir, p)
}

// SSHKey is the public half of the box's own key, which is made at the first asking.
func (s *Service) SSHKey() (string, error) {
	p, err := readPlan(s.dir)
	if err != nil || p.SSHPublic != "" {
		return p.SSHPublic, err
	}
	if p.SSHKey, p.SSHPublic, err = makeSSHKey(); err != nil {
		return "", err
	}
	return p.SSHPublic, writePlan(s.dir, p)
}

// Connect makes t the target of the data, or for others that of the recordings alone: its
// repository is opened, or made where there is none. key is the password of a repository
// another box made there before, "" for one of our own. A secret left empty is the present one.
func (s *Service) Connect(ctx context.Context, t *Target, key string, others bool) error {
	_, done, err := s.begin("connect")
	if err != nil {
		return err
	}
	defer done()
	p, err := readPlan(s.dir)
	if err != nil {
		return err
	}
	old := p.Target
	if others {
		old = p.Other
	}
	if t.Secret == "" && old != nil && old.Kind == t.Kind && old.Host == t.Host && old.URL == t.URL && old.User == t.User {
		t.Secret = old.Secret
	}
	if err := t.Check(); err != nil {
		return err
	}
	if t.Kind == SFTP && t.HostKey == "" {
		return invalid("hostKey", "host_key_needed")
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	present, err := readKey(s.dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	use := present
	if key != "" {
		use = TidyKey(key)
	}
	if use == "" {
		use = newKey()
	}
	if use != present && present != "" && (others || p.Other != nil) {
		return invalid("key", "one_key")
	}
	ctx, cancel := context.WithTimeout(ctx, connecting)
	defer cancel()
	trying := filepath.Join(s.dir, "key.trying")
	defer os.Remove(trying)
	if err := writeFile(trying, []byte(use+"\n")); err != nil {
		return err
	}
	r := s.at(p, t)
	r.keyFile = trying
	s.step("connect", 0)
	id, err := r.open(ctx, true)
	if err != nil {
		return err
	}
	if use != present {
		if err := writeFile(filepath.Join(s.dir, keyFile), []byte(use+"\n")); err != nil {
			return err
		}
		p.SheetSeen = 0
	}
	if others {
		p.Other, p.OtherRepository, p.Recordings = t, id, RecordingsOther
	} else {
		if p.Repository != id {
			p.Since, p.SheetSeen = s.Now().UnixMilli(), 0
		}
		p.Target, p.Repository = t, id
	}
	return writePlan(s.dir, p)
}

// Disconnect forgets the target; what lies there stays.
func (s *Service) Disconnect(others bool) error {
	_, done, err := s.begin("connect")
	if err != nil {
		return err
	}
	defer done()
	p, err := readPlan(s.dir)
	if err != nil {
		return err
	}
	if others {
		p.Other, p.OtherRepository, p.Recordings = nil, "", RecordingsSame
	} else {
		p.Target, p.Repository, p.SheetSeen = nil, "", 0
	}
	return writePlan(s.dir, p)
}

// Sheet is what the office is to keep on paper.
func (s *Service) Sheet() (*Sheet, error) {
	p, err := readPlan(s.dir)
	if err != nil {
		return nil, err
	}
	if p.Target == nil {
		return nil, errNoTarget
	}
	key, err := readKey(s.dir)
	if err != nil {
		return nil, err
	}
	return &Sheet{Key: key, Target: p.Target.Words(), Code: Code(p.Target, key)}, nil
}

// KeepsSheet notes that somebody has the sheet: he typed the end of its key.
func (s *Service) KeepsSheet(end string) error {
	p, err := readPlan(s.dir)
	if err != nil {
		return err
	}
	key, err := readKey(s.dir)
	if err != nil {
		return err
	}
	if p.Target == nil {
		return errNoTarget
	}
	if len(key) < 4 || len(end) < 4 || strings.ToUpper(strings.TrimSpace(end)) != key[len(key)-4:] {
		return invalid("end", "sheet_wrong")
	}
	p.SheetSeen = s.Now().UnixMilli()
	return writePlan(s.dir, p)
}

func hashOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return sumOf(f)
}

func sumOf(in io.Reader) (string, error) {
	sum := sha256.New()
	if _, err := io.Copy(sum, in); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
