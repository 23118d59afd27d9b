package backup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/store"
)

// A trial is a backup restored to a folder of its own and looked at as a restore would:
// the database is checked from end to end and its rows are counted against the manifest,
// the uploaded files and some recordings are hashed. Each backup is tried (SYS-06); once a
// week the repository itself is checked too, and more recordings are heard back.
const (
	trialSounds  = 5
	weeklySounds = 20
	weeklyPart   = "2%" // of the repository is read through, another part each time
	week         = 7 * 24 * time.Hour
)

// proveAfter tries the backup just made. It is a run of its own: the backup was made.
func (s *Service) proveAfter(ctx context.Context, r *repository, snapshot string, m *Manifest, by string, scheduled bool) {
	history, _ := readHistory(s.dir)
	weekly := last(history, func(t *Run) bool { return t.What == DidTrial && t.Error == "" && t.Tries >= weeklySounds })
	thorough := scheduled && (weekly == nil || s.Now().Sub(time.UnixMilli(weekly.At)) >= week-time.Hour)
	s.mu.Lock()
	if s.progress != nil {
		s.progress.What = DidTrial
	}
	s.mu.Unlock()
	s.carryOut(ctx, DidTrial, by, func(ctx context.Context, run *Run) error { return s.prove(ctx, run, r, snapshot, m, thorough) })
}

// Prove tries the newest backup thoroughly, now.
func (s *Service) Prove(by string) error {
	plan, err := readPlan(s.dir)
	if err != nil {
		return err
	}
	if plan.Target == nil {
		return errNoTarget
	}
	return s.background(DidTrial, by, func(ctx context.Context, run *Run) error {
		return s.proveNewest(ctx, run, plan)
	})
}

func (s *Service) proveNewest(ctx context.Context, run *Run, plan *Plan) error {
	r := s.at(plan, plan.Target)
	s.step("connect", 0)
	if err := s.connect(ctx, r, plan.Repository); err != nil {
		return err
	}
	list, err := r.snapshots(ctx, dataTag)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return &crm.Error{Code: crm.NotFound, Key: "backup.none"}
	}
	return s.prove(ctx, run, r, list[0].ID, nil, true)
}

func (s *Service) prove(ctx context.Context, run *Run, r *repository, snapshot string, m *Manifest, thorough bool) error {
	run.Snapshot, run.Target = snapshot, r.target.Words()
	dir := filepath.Join(s.dir, "trial")
	defer os.RemoveAll(dir)
	m, err := s.bring(ctx, r, snapshot, dir, m)
	if err != nil {
		return err
	}
	run.MadeAt = m.At
	counts, err := s.lookAt(ctx, dir, m)
	if err != nil {
		return err
	}
	run.Rows, run.Files = total(counts), m.Files
	if run.Lost = spoiltFiles(filepath.Join(dir, "files")); len(run.Lost) > 0 {
		return &crm.Error{Code: crm.Unavailable, Key: "backup.files_spoilt", Args: map[string]string{"n": fmt.Sprint(len(run.Lost))}}
	}
	os.RemoveAll(dir)
	n := trialSounds
	if thorough {
		n = weeklySounds
		s.step("check", 0)
		if err := r.check(ctx, weeklyPart); err != nil {
			return err
		}
	}
	run.Tries = n
	return s.proveSounds(ctx, run, n)
}

// bring restores a snapshot of the data below dir, which is made anew. m is its manifest
// where that is known.
func (s *Service) bring(ctx context.Context, r *repository, snapshot, dir string, m *Manifest) (*Manifest, error) {
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	s.step("look", 0)
	if m == nil {
		var err error
		if m, err = manifestOf(ctx, r, snapshot); err != nil {
			return nil, err
		}
	}
	if err := roomFor(s.dir, m.Size+m.Size/10); err != nil {
		return nil, err
	}
	s.step("bring", 0)
	watched, stop := context.WithCancel(ctx)
	go s.watchSize(watched, filepath.Join(dir, shotDir, m.Database), m.Size)
	err := r.restore(ctx, snapshot, dir)
	stop()
	return m, err
}

// watchSize tells progress by how much of the database is there: restic says nothing.
func (s *Service) watchSize(ctx context.Context, path string, size int64) {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			var st syscall.Stat_t
			if syscall.Stat(path, &st) == nil && size > 0 {
				s.step("bring", min(1, float64(st.Blocks*512)/float64(size)))
			}
		}
	}
}

// manifestOf reads what a snapshot should hold.
func manifestOf(ctx context.Context, r *repository, snapshot string) (*Manifest, error) {
	b, err := r.dump(ctx, snapshot, "/"+shotDir+"/"+manifestFile)
	if err != nil {
		return nil, err
	}
	m := &Manifest{}
	if err := json.Unmarshal(b, m); err != nil || m.Database == "" || filepath.Base(m.Database) != m.Database {
		return nil, &crm.Error{Code: crm.Unavailable, Key: "backup.not_ours"}
	}
	return m, nil
}

// roomFor refuses what the disk has no space for, before it is begun.
func roomFor(dir string, bytes int64) error {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return err
	}
	if int64(s.Bavail)*s.Bsize < bytes {
		return &crm.Error{Code: crm.Unavailable, Key: "backup.no_room", Args: map[string]string{
			"needed": fmt.Sprint(bytes>>20 + 1), "free": fmt.Sprint(int64(s.Bavail) * s.Bsize >> 20)}}
	}
	return nil
}

// lookAt opens a restored database and compares it with its manifest.
func (s *Service) lookAt(ctx context.Context, dir string, m *Manifest) (store.Counts, error) {
	if m.Database != store.CopyName(s.Source) {
		return nil, &crm.Error{Code: crm.Invalid, Key: "backup.other_database"}
	}
	s.step("open", 0)
	counts, err := store.TryCopy(ctx, s.Source, filepath.Join(dir, shotDir, m.Database))
	if errors.Is(err, store.ErrDamaged) {
		return nil, &crm.Error{Code: crm.Unavailable, Key: "backup.damaged"}
	}
	if err != nil {
		return nil, err
	}
	for table, n := range m.Rows {
		if counts[table] != n {
			return counts, &crm.Error{Code: crm.Unavailable, Key: "backup.rows_differ",
				Args: map[string]string{"table": table, "want": fmt.Sprint(n), "got": fmt.Sprint(counts[table])}}
		}
	}
	return counts, nil
}

// spoiltFiles names the uploaded files whose content is not what their name, its hash, says.
func spoiltFiles(dir string) (spoilt []string) {
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || len(d.Name()) != 64 {
			return nil
		}
		if hash, err := hashOf(path); err != nil || hash != d.Name() {
			spoilt = append(spoilt, d.Name())
		}
		return nil
	})
	return spoilt
}

// proveSounds brings some recordings back and compares them with what was heard.
func (s *Service) proveSounds(ctx context.Context, run *Run, n int) error {
	plan, err := readPlan(s.dir)
	if err != nil || plan.soundsTarget() == nil {
		return err
	}
	r, id := s.at(plan, plan.soundsTarget()), plan.soundsRepository()
	least, most, err := s.Store.CallSpan(ctx, id)
	if err != nil || most == 0 {
		return err
	}
	sample, err := s.Store.SampleCopies(ctx, id, least-1+rand.Int64N(most-least+1), n)
	if err != nil {
		return err
	}
	bySnapshot := map[string][]store.SoundCopy{}
	for _, c := range sample {
		bySnapshot[c.Snapshot] = append(bySnapshot[c.Snapshot], c)
	}
	dir := filepath.Join(s.dir, "trial")
	defer os.RemoveAll(dir)
	for snapshot, copies := range bySnapshot {
		var paths []string
		for _, c := range copies {
			paths = append(paths, "/"+soundTag+"/"+c.File)
		}
		s.step("listen", float64(run.Recordings)/float64(len(sample)))
		if err := r.restore(ctx, snapshot, dir, paths...); err != nil {
			return err
		}
		for _, c := range copies {
			if hash, err := hashOf(filepath.Join(dir, soundTag, c.File)); err != nil || hash != c.Hash {
				run.Lost = append(run.Lost, c.File)
				continue
			}
			run.Recordings++
		}
		os.RemoveAll(dir)
	}
	if len(run.Lost) > 0 {
		return &crm.Error{Code: crm.Unavailable, Key: "backup.recordings_spoilt", Args: map[string]string{"n": fmt.Sprint(len(run.Lost))}}
	}
	return nil
}
