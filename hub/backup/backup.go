// Package backup keeps the office safe from the loss of its box: it copies database, files
// and recordings, encrypted, to a place elsewhere, proves each copy by restoring it, and
// brings one back. It drives restic and rclone; it knows no HTTP and no SQL.
//
// Everything of its own lies in the folder backup below the data: plan.json (with the
// logins of targets) and key (the password of the repository), which only the hub's user
// reads; history.json; before/, the states that restores have replaced.
package backup

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/live"
	"bellhop/hub/store"
)

// Labels are the texts of this package.
//
//go:embed labels/*.json
var Labels embed.FS

// Sounds is the box, or the boxes, where recordings lie.
type Sounds interface {
	OpenSound(ctx context.Context, box, file string) (io.ReadCloser, error)
	HasSound(ctx context.Context, box, file string) (bool, error)
	PutSound(ctx context.Context, box, file string, content io.Reader) error
	DeleteSound(ctx context.Context, box, file string) error
}

// Parts are what a Service works with.
type Parts struct {
	Store   *store.Store
	Source  string // of Store, as store.Open takes it
	Data    string // the hub's folder
	Version string
	Sounds  Sounds    // nil: there is no box
	Live    *live.Hub // nil: nobody looks
	Log     *slog.Logger
	Restart func() // ends the hub and begins it anew, so that what was restored is put in place
	Now     func() time.Time
	Changed func(ctx context.Context) // told when recording is to pause or may go on; may be nil
	Warned  func(failed bool)         // told how backups stand, for the box's lamps; may be nil
}

// Service backs up one hub. Its methods may be called from any goroutine.
type Service struct {
	Parts
	dir string

	life context.Context
	end  context.CancelFunc
	wg   sync.WaitGroup

	mu       sync.Mutex
	progress *Progress
	stop     context.CancelFunc // of what is under way
	tried    time.Time          // when the timetable was last followed
	told     map[string]bool    // alerts that stand
	full     bool               // recordings have used up their space
}

// Progress is what is under way.
type Progress struct {
	What  string  `json:"what"` // a Did… word
	Step  string  `json:"step"`
	Part  float64 `json:"part"` // of this step, 0 to 1
	Since int64   `json:"since"`
}

// New returns the backup of a hub; Start makes it follow its timetable.
func New(p Parts) *Service {
	if p.Log == nil {
		p.Log = slog.Default()
	}
	if p.Now == nil {
		p.Now = time.Now
	}
	if p.Restart == nil {
		p.Restart = func() {}
	}
	if whole, err := filepath.Abs(p.Data); err == nil {
		p.Data = whole // restic is run in other folders than ours
	}
	s := &Service{Parts: p, dir: Dir(p.Data), told: map[string]bool{}}
	s.life, s.end = context.WithCancel(context.Background())
	return s
}

// Dir is where the backup keeps what is its own.
func Dir(data string) string { return filepath.Join(data, "backup") }

// Start follows the timetable until Close.
func (s *Service) Start() error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	s.wg.Go(func() { s.follow(s.life) })
	return nil
}

// Close stops what is under way and waits for it.
func (s *Service) Close() {
	s.end()
	s.wg.Wait()
}

const lookEvery = 20 * time.Second

// follow is the timetable: a look at the clock now and then, which also sees what the
// command line has left to do.
func (s *Service) follow(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		s.look(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Tick does what is due at this moment; follow does it by itself.
func (s *Service) Tick(ctx context.Context) error {
	s.look(ctx)
	return ctx.Err()
}

func (s *Service) look(ctx context.Context) {
	if _, err := readPending(s.dir); err == nil {
		s.Restart()
		return
	}
	if s.Running() == nil && hasRestock(s.dir) && s.Sounds != nil {
		s.background(DidRestock, "", s.restock)
	}
	plan, err := readPlan(s.dir)
	if err != nil {
		s.Log.Error("backup plan unreadable", "err", err)
		return
	}
	history, _ := readHistory(s.dir)
	now := s.Now()
	if plan.Target != nil && plan.On && s.isDue(plan, history, now) {
		s.background(DidBackup, "", func(ctx context.Context, run *Run) error { return s.backup(ctx, run, plan, true) })
	}
	s.care(ctx, now)
	s.warn(ctx, plan, history, now)
}

// retryAfter is how soon the timetable tries again after a failure.
const retryAfter = time.Hour

func (s *Service) isDue(plan *Plan, history []Run, now time.Time) bool {
	due := plan.due(now)
	if plan.Since > due.UnixMilli() {
		return false // set up since, and begun by hand
	}
	made := last(history, func(r *Run) bool { return r.What == DidBackup && r.Error == "" })
	if made != nil && made.At >= due.UnixMilli() {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.progress != nil || !s.tried.IsZero() && now.Sub(s.tried) < retryAfter {
		return false
	}
	s.tried = now
	return true
}

// Running tells what is under way, nil for nothing.
func (s *Service) Running() *Progress {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.progress == nil {
		return nil
	}
	p := *s.progress
	return &p
}

var errBusy = &crm.Error{Code: crm.Conflict, Key: "backup.under_way"}

// begin claims the one place there is for work, in this program and among those of the
// command line.
func (s *Service) begin(what string) (ctx context.Context, done func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.progress != nil {
		return nil, nil, errBusy
	}
	held, err := s.hold()
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithCancel(s.life)
	s.progress, s.stop = &Progress{What: what, Since: s.Now().UnixMilli()}, cancel
	return ctx, func() {
		cancel()
		held.Close()
		s.mu.Lock()
		s.progress, s.stop = nil, nil
		s.mu.Unlock()
		s.publish()
	}, nil
}

func (s *Service) hold() (*os.File, error) {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(s.dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, errBusy
	}
	return f, nil
}

// do carries out one piece of work and keeps what came of it.
func (s *Service) do(what, by string, work func(ctx context.Context, run *Run) error) (*Run, error) {
	ctx, done, err := s.begin(what)
	if err != nil {
		return nil, err
	}
	defer done()
	return s.carryOut(ctx, what, by, work)
}

func (s *Service) carryOut(ctx context.Context, what, by string, work func(ctx context.Context, run *Run) error) (*Run, error) {
	run := &Run{What: what, At: s.Now().UnixMilli(), By: by}
	err := s.guarded(ctx, run, work)
	run.failed(err)
	run.EndedAt = s.Now().UnixMilli()
	if err != nil {
		s.Log.Error("backup", "what", what, "err", err)
	} else {
		s.Log.Info("backup", "what", what, "snapshot", run.Snapshot, "added", run.Added, "recordings", run.Recordings)
	}
	if kept := addRun(s.dir, *run); kept != nil {
		s.Log.Error("backup history not kept", "err", kept)
	}
	return run, err
}

func (s *Service) guarded(ctx context.Context, run *Run, work func(ctx context.Context, run *Run) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return work(ctx, run)
}

// background does so beside everything else; the error says only that it can't begin.
func (s *Service) background(what, by string, work func(ctx context.Context, run *Run) error) error {
	ctx, done, err := s.begin(what)
	if err != nil {
		return err
	}
	s.publish()
	s.wg.Go(func() {
		defer done()
		s.carryOut(ctx, what, by, work)
	})
	return nil
}

// Stop ends what is under way.
func (s *Service) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stop != nil {
		s.stop()
	}
}

// step tells how far the work is.
func (s *Service) step(step string, part float64) {
	s.mu.Lock()
	if s.progress != nil {
		s.progress.Step, s.progress.Part = step, part
	}
	s.mu.Unlock()
}

func (s *Service) publish() {
	if s.Live != nil {
		s.Live.PublishAll("security", "backup", map[string]string{"what": "backup"})
	}
}

// at opens the repository of a target.
func (s *Service) at(plan *Plan, t *Target) *repository {
	return &repository{target: t, dir: s.dir, keyFile: filepath.Join(s.dir, keyFile), sshKey: plan.SSHKey}
}

var errNoTarget = &crm.Error{Code: crm.Conflict, Key: "backup.no_target"}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, os.ErrNotExist)
}
