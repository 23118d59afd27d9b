package backup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"bellhop/hub/crm"
	"bellhop/hub/store"
)

// Manifest stands beside the database in each backup and says what must be in it.
type Manifest struct {
	Version    string       `json:"version"` // of the hub
	At         int64        `json:"at"`      // Unix ms, of the copy
	Company    string       `json:"company"`
	Database   string       `json:"database"` // file
	Size       int64        `json:"size"`     // of it
	Rows       store.Counts `json:"rows"`
	Files      int          `json:"files"` // uploaded ones
	Recordings int          `json:"recordings"`
	Repository string       `json:"recordingsRepository,omitempty"`
}

const (
	shotDir      = "snapshot" // below the data folder while a backup is made; in each backup
	manifestFile = "manifest.json"
	dataTag      = "data"
	soundTag     = "recordings"
)

// left out of a backup: what it is made from, what others make anew, and its own.
var leftOut = []string{"hub.db", "hub.db-wal", "hub.db-shm", "lock", "backup", "imports", shotDir}

// BackUp makes a backup at once, proves it, and answers when it is under way.
func (s *Service) BackUp(by string) error {
	plan, err := readPlan(s.dir)
	if err != nil {
		return err
	}
	if plan.Target == nil {
		return errNoTarget
	}
	return s.background(DidBackup, by, func(ctx context.Context, run *Run) error { return s.backup(ctx, run, plan, false) })
}

// NowAndWait does so and waits: for the command line.
func (s *Service) NowAndWait(by string) (*Run, error) {
	plan, err := readPlan(s.dir)
	if err != nil {
		return nil, err
	}
	if plan.Target == nil {
		return nil, errNoTarget
	}
	return s.do(DidBackup, by, func(ctx context.Context, run *Run) error { return s.backup(ctx, run, plan, false) })
}

// backup is one backup from the recordings to its proof. scheduled also tidies the target.
func (s *Service) backup(ctx context.Context, run *Run, plan *Plan, scheduled bool) error {
	run.Target = plan.Target.Words()
	r := s.at(plan, plan.Target)
	s.step("connect", 0)
	if err := s.connect(ctx, r, plan.Repository); err != nil {
		return err
	}
	soundsFailed := s.backupSounds(ctx, run, plan)
	if errors.Is(soundsFailed, context.Canceled) {
		return soundsFailed
	}
	manifest, err := s.shoot(ctx, plan)
	defer os.RemoveAll(filepath.Join(s.Data, shotDir))
	if err != nil {
		return err
	}
	what, err := s.entries()
	if err != nil {
		return err
	}
	s.step("store", 0)
	made, err := r.backup(ctx, s.Data, dataTag, func(part float64) { s.step("store", part) }, what...)
	if err != nil {
		return err
	}
	run.Snapshot, run.Bytes, run.MadeAt = made.Snapshot, made.Bytes, manifest.At
	run.Added += made.Added
	run.Rows, run.Files = total(manifest.Rows), manifest.Files
	os.RemoveAll(filepath.Join(s.Data, shotDir)) // before it is tried: there must be room for both
	if soundsFailed != nil {
		return soundsFailed
	}
	if err := s.tidy(ctx, r, plan); err != nil {
		return err
	}
	s.proveAfter(ctx, r, made.Snapshot, manifest, run.By, scheduled)
	return nil
}

// connect looks whether the target is there and is the one that was set up.
func (s *Service) connect(ctx context.Context, r *repository, repository string) error {
	id, err := r.id(ctx)
	if Is(err, "no_repository") && r.target.Kind == Disk {
		return invalid("folder", "disk_missing")
	}
	if err != nil {
		return err
	}
	if id != repository {
		return invalid("folder", "other_repository")
	}
	return nil
}

func total(rows store.Counts) (n int64) {
	for _, count := range rows {
		n += count
	}
	return n
}

// shoot copies the database and says in the manifest what is in it.
func (s *Service) shoot(ctx context.Context, plan *Plan) (*Manifest, error) {
	dir := filepath.Join(s.Data, shotDir)
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	m := &Manifest{Version: s.Version, At: s.Now().UnixMilli(), Database: store.CopyName(s.Source)}
	s.step("copy", 0)
	var err error
	path := filepath.Join(dir, m.Database)
	if m.Rows, err = s.Store.CopyTo(ctx, path, func(part float64) { s.step("copy", part) }); err != nil {
		return nil, explained(err, err.Error())
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	m.Size = info.Size()
	if m.Company, err = s.Store.Setting(ctx, "company"); err != nil {
		return nil, err
	}
	if m.Files, err = countFiles(filepath.Join(s.Data, "files")); err != nil {
		return nil, err
	}
	if m.Repository = plan.soundsRepository(); m.Repository != "" {
		if m.Recordings, err = s.Store.CountCopies(ctx, m.Repository); err != nil {
			return nil, err
		}
	}
	// With it a restored box goes on as it did.
	if err := writeJSON(filepath.Join(dir, planFile), plan); err != nil {
		return nil, err
	}
	return m, writeJSON(filepath.Join(dir, manifestFile), m)
}

func countFiles(dir string) (n int, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil && d.Type().IsRegular() && !strings.HasSuffix(path, ".part") {
			n++
		}
		return err
	})
	return n, err
}

// entries are the names in the data folder that a backup holds.
func (s *Service) entries() ([]string, error) {
	list, err := os.ReadDir(s.Data)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range list {
		kept := e.IsDir() || e.Type().IsRegular()
		if kept && !slices.Contains(leftOut, e.Name()) {
			names = append(names, e.Name())
		}
	}
	return append(names, shotDir), nil
}

// tidy drops old backups, where the target lets us: one that is append-only must not.
func (s *Service) tidy(ctx context.Context, r *repository, plan *Plan) error {
	s.step("tidy", 0)
	err := r.forget(ctx, dataTag, strconv.Itoa(plan.Keep))
	if r.target.Kind == Box && err != nil {
		s.Log.Info("old backups stay: the target only takes", "err", err)
		return nil
	}
	return err
}

// soundsTarget is where recordings are kept a second time, nil for nowhere.
func (p *Plan) soundsTarget() *Target {
	switch p.Recordings {
	case RecordingsSame:
		return p.Target
	case RecordingsOther:
		return p.Other
	}
	return nil
}

func (p *Plan) soundsRepository() string {
	switch p.Recordings {
	case RecordingsSame:
		return p.Repository
	case RecordingsOther:
		return p.OtherRepository
	}
	return ""
}

// Recordings never change once they are finished, and there are many. Each is kept once, in
// a batch with others that were new; batches are never forgotten.
const (
	batchBytes = 256 << 20 // what waits on the disk at most
	batchFiles = 2000
)

// backupSounds keeps the recordings the repository doesn't have.
func (s *Service) backupSounds(ctx context.Context, run *Run, plan *Plan) error {
	target, id := plan.soundsTarget(), plan.soundsRepository()
	if target == nil || s.Sounds == nil {
		return nil
	}
	r := s.at(plan, target)
	if plan.Recordings == RecordingsOther {
		if err := s.connect(ctx, r, id); err != nil {
			return err
		}
	}
	dir := filepath.Join(s.dir, soundTag)
	defer os.RemoveAll(dir)
	for after, more := int64(0), true; more; {
		batch, missing, err := s.fetchBatch(ctx, id, &after, dir)
		if err != nil {
			return err
		}
		for _, file := range missing {
			run.Lost = append(run.Lost, file)
		}
		if more = len(batch) > 0; !more {
			break
		}
		made, err := r.backup(ctx, s.dir, soundTag, func(part float64) { s.step("recordings", part) }, soundTag)
		if err != nil {
			return err
		}
		for i := range batch {
			batch[i].Snapshot = made.Snapshot
		}
		if err := s.Store.AddCopies(ctx, batch); err != nil {
			return err
		}
		run.Recordings, run.Added = run.Recordings+len(batch), run.Added+made.Added
	}
	return nil
}

// fetchBatch brings recordings from the box into dir. Those that the box has lost are named.
func (s *Service) fetchBatch(ctx context.Context, repository string, after *int64, dir string) (batch []store.SoundCopy, missing []string, err error) {
	if err := os.RemoveAll(dir); err != nil {
		return nil, nil, err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, nil, err
	}
	var size int64
	for len(batch) < batchFiles && size < batchBytes {
		list, err := s.Store.UncopiedSounds(ctx, repository, crm.ID(*after), 100)
		if err != nil || len(list) == 0 {
			return batch, missing, err
		}
		for _, sound := range list {
			*after = int64(sound.Call)
			c, err := s.fetch(ctx, sound, dir)
			if errors.Is(err, fs.ErrNotExist) {
				missing = append(missing, sound.File)
				continue
			}
			if err != nil {
				return nil, missing, err
			}
			c.Repository, c.At = repository, s.Now().UnixMilli()
			batch, size = append(batch, c), size+c.Bytes
			if len(batch) >= batchFiles || size >= batchBytes {
				break
			}
		}
		s.step("fetch", min(1, float64(size)/batchBytes))
	}
	return batch, missing, nil
}

// fetch brings one recording and its peaks.
func (s *Service) fetch(ctx context.Context, sound store.Sound, dir string) (c store.SoundCopy, err error) {
	if c.Hash, c.Bytes, err = s.fetchFile(ctx, sound.Box, sound.File, dir); err != nil {
		return c, err
	}
	c.Call, c.File = sound.Call, sound.File
	if _, _, err := s.fetchFile(ctx, sound.Box, sound.File+".peaks", dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return c, err
	}
	return c, nil
}

func (s *Service) fetchFile(ctx context.Context, box, file, dir string) (hash string, size int64, err error) {
	in, err := s.Sounds.OpenSound(ctx, box, file)
	if err != nil {
		return "", 0, err
	}
	defer in.Close()
	out, err := os.OpenFile(filepath.Join(dir, filepath.Base(file)), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", 0, err
	}
	sum := sha256.New()
	size, err = io.Copy(io.MultiWriter(out, sum), in)
	return hex.EncodeToString(sum.Sum(nil)), size, errors.Join(err, out.Close())
}
