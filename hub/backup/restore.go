package backup

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/store"
)

// A restore has two halves. While the hub works, the backup is brought to a folder beside
// the data and proven. Then the hub ends, Settle moves the present database aside and the
// restored one in its place, and the hub begins anew. The first half may fail without
// harm; the second is a few renames, which a power cut only delays.
const (
	incomingDir = "incoming"
	beforeDir   = "before"
	pendingFile = "pending.json"
	restockFile = "restock.json"
	keptBefore  = 2 // states replaced
)

// pending is what Settle is to do.
type pending struct {
	From  string `json:"from"`  // folder below ours that holds a shotDir
	Stamp string `json:"stamp"` // what the present state will be called
	Run   Run    `json:"run"`
}

func readPending(dir string) (*pending, error) {
	p := &pending{}
	return p, readJSON(filepath.Join(dir, pendingFile), p)
}

const stampLayout = "20060102-150405.000"

// stamp names a state by its moment, UTC.
func stamp(t time.Time) string { return t.UTC().Format(stampLayout) }

// Source of a restore: a target given for it, or nil for the plan's own.
type Source struct {
	Target *Target
	Key    string // of the repository at Target
}

// open makes the repository to restore from. That of another box is spoken to from a
// folder of its own, so that its password never stands in for ours.
func (s *Service) open(from Source) (r *repository, plan *Plan, done func(), err error) {
	if plan, err = readPlan(s.dir); err != nil {
		return nil, nil, nil, err
	}
	if from.Target == nil {
		if plan.Target == nil {
			return nil, nil, nil, errNoTarget
		}
		return s.at(plan, plan.Target), plan, func() {}, nil
	}
	if err := from.Target.Check(); err != nil {
		return nil, nil, nil, err
	}
	if from.Key == "" {
		return nil, nil, nil, invalid("key", "key_needed")
	}
	dir := filepath.Join(s.dir, "other")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, nil, err
	}
	if err := writeFile(filepath.Join(dir, keyFile), []byte(TidyKey(from.Key)+"\n")); err != nil {
		return nil, nil, nil, err
	}
	if from.Target.Kind == SFTP && from.Target.HostKey == "" {
		return nil, nil, nil, invalid("hostKey", "host_key_needed")
	}
	r = &repository{target: from.Target, dir: dir, keyFile: filepath.Join(dir, keyFile), sshKey: plan.SSHKey}
	return r, plan, func() { os.RemoveAll(dir) }, nil
}

// Point is a backup one can go back to.
type Point struct {
	ID string `json:"id"`
	At int64  `json:"at"`
}

// Points lists the backups of a source, the newest first.
func (s *Service) Points(ctx context.Context, from Source) ([]Point, error) {
	r, _, done, err := s.open(from)
	if err != nil {
		return nil, err
	}
	defer done()
	list, err := r.snapshots(ctx, dataTag)
	if err != nil {
		return nil, err
	}
	points := []Point{}
	for _, shot := range list {
		points = append(points, Point{shot.ID, shot.Time.UnixMilli()})
	}
	return points, nil
}

// Look tells what one backup holds.
func (s *Service) Look(ctx context.Context, from Source, snapshot string) (*Manifest, error) {
	if !snapshotID(snapshot) {
		return nil, crm.ErrNotFound
	}
	r, _, done, err := s.open(from)
	if err != nil {
		return nil, err
	}
	defer done()
	return manifestOf(ctx, r, snapshot)
}

// snapshotID keeps a name from being read as an option.
func snapshotID(id string) bool {
	return len(id) >= 8 && len(id) <= 64 && !slices.ContainsFunc([]byte(id), func(c byte) bool { return (c < '0' || c > '9') && (c < 'a' || c > 'f') })
}

// Restore brings a backup and puts it in place of the present state, which is kept (SYS-07).
// It answers when it is under way.
func (s *Service) Restore(from Source, snapshot, by string) error {
	return s.background(DidRestore, by, func(ctx context.Context, run *Run) error {
		if err := s.fetchBackup(ctx, run, from, snapshot); err != nil {
			return err
		}
		s.step("swap", 1)
		s.Restart()
		return nil
	})
}

// RestoreAndWait does the first half and leaves the second to Settle: for the command line.
func (s *Service) RestoreAndWait(from Source, snapshot, by string) (*Run, error) {
	return s.do(DidRestore, by, func(ctx context.Context, run *Run) error { return s.fetchBackup(ctx, run, from, snapshot) })
}

func (s *Service) fetchBackup(ctx context.Context, run *Run, from Source, snapshot string) error {
	r, plan, done, err := s.open(from)
	if err != nil {
		return err
	}
	defer done()
	run.Target = r.target.Words()
	s.step("connect", 0)
	id, err := r.id(ctx)
	if err != nil {
		return err
	}
	if snapshot == "" || snapshot == "latest" {
		list, err := r.snapshots(ctx, dataTag)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return &crm.Error{Code: crm.NotFound, Key: "backup.none"}
		}
		snapshot = list[0].ID
	}
	if !snapshotID(snapshot) {
		return crm.ErrNotFound
	}
	dir := filepath.Join(s.dir, incomingDir)
	m, err := s.bring(ctx, r, snapshot, dir, nil)
	if err != nil {
		return err
	}
	counts, err := s.lookAt(ctx, dir, m)
	if err != nil {
		return err
	}
	run.Snapshot, run.MadeAt, run.Rows, run.Files, run.Recordings = snapshot, m.At, total(counts), m.Files, m.Recordings
	run.Stamp = stamp(s.Now())
	if from.Target != nil {
		if err := s.adopt(dir, plan, from, id); err != nil {
			return err
		}
	}
	if err := writeJSON(filepath.Join(s.dir, restockFile), struct{}{}); err != nil {
		return err
	}
	return writeJSON(filepath.Join(s.dir, pendingFile), &pending{From: incomingDir, Stamp: run.Stamp, Run: *run})
}

// adopt makes a new box go on with the old one's plan at the place it was restored from.
func (s *Service) adopt(dir string, present *Plan, from Source, id string) error {
	if present.Target != nil {
		return nil // it has a plan of its own
	}
	plan := DefaultPlan()
	if err := readJSON(filepath.Join(dir, shotDir, planFile), plan); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	target := *from.Target
	plan.Target, plan.Repository, plan.Since = &target, id, s.Now().UnixMilli()
	if present.SSHKey != "" { // by which it was let in
		plan.SSHKey, plan.SSHPublic = present.SSHKey, present.SSHPublic
	}
	if err := writeFile(filepath.Join(s.dir, keyFile), []byte(TidyKey(from.Key)+"\n")); err != nil {
		return err
	}
	return writePlan(s.dir, plan)
}

// Undo takes a restore back: the state before it comes again, and the present one is kept.
func (s *Service) Undo(stampOf, by string) error {
	if !slices.Contains(s.Saved(), stampOf) {
		return crm.ErrNotFound
	}
	return s.background(DidUndo, by, func(_ context.Context, run *Run) error {
		if err := s.prepareUndo(run, stampOf); err != nil {
			return err
		}
		s.step("swap", 1)
		s.Restart()
		return nil
	})
}

// UndoAndWait leaves the second half to Settle: for the command line.
func (s *Service) UndoAndWait(stampOf, by string) error {
	_, err := s.do(DidUndo, by, func(_ context.Context, run *Run) error { return s.prepareUndo(run, stampOf) })
	return err
}

func (s *Service) prepareUndo(run *Run, stampOf string) error {
	run.Stamp = stamp(s.Now())
	if at, err := time.Parse(stampLayout, stampOf); err == nil {
		run.MadeAt = at.UnixMilli()
	}
	return writeJSON(filepath.Join(s.dir, pendingFile), &pending{From: filepath.Join(beforeDir, stampOf), Stamp: run.Stamp, Run: *run})
}

// Saved are the states that restores have replaced and that can come back, newest first.
func (s *Service) Saved() []string {
	list, _ := os.ReadDir(filepath.Join(s.dir, beforeDir))
	var stamps []string
	for _, e := range list {
		if exists(filepath.Join(s.dir, beforeDir, e.Name(), shotDir, store.CopyName(s.Source))) {
			stamps = append(stamps, e.Name())
		}
	}
	slices.Sort(stamps)
	slices.Reverse(stamps)
	return stamps
}

// Save keeps the present state aside, before something that may be regretted; it can come
// back as a restore's can.
func (s *Service) Save(ctx context.Context) (string, error) {
	name := stamp(s.Now())
	dir := filepath.Join(s.dir, beforeDir, name, shotDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	_, err := s.Store.CopyTo(ctx, filepath.Join(dir, store.CopyName(s.Source)), nil)
	if err != nil {
		os.RemoveAll(filepath.Dir(dir))
		return "", explained(err, err.Error())
	}
	dropOldStates(s.dir)
	return name, nil
}

// KeepFirst keeps the present state before something that can't be taken back otherwise:
// here, and at the backup's place where one is set up. It answers the state's name.
func (s *Service) KeepFirst(by string) (state string, err error) {
	plan, err := readPlan(s.dir)
	if err != nil {
		return "", err
	}
	_, err = s.do(DidClear, by, func(ctx context.Context, run *Run) error {
		if state, err = s.Save(ctx); err != nil {
			return err
		}
		run.Stamp = state
		if plan.Target == nil {
			return nil
		}
		return s.backup(ctx, run, plan, false)
	})
	return state, err
}
