// Package exchange takes records into the office and out of it: files of many kinds
// are read by a plan the user agreed to, row by row through hub/records, and can be
// taken back; lists leave as workbooks and text. What a file is made of, hub/exchange/table
// knows; what is allowed, hub/rights.
package exchange

import (
	"context"
	"embed"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"bellhop/hub/audit"
	"bellhop/hub/crm"
	"bellhop/hub/exchange/table"
	"bellhop/hub/field"
	"bellhop/hub/live"
	"bellhop/hub/records"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// Labels are this package's texts.
//
//go:embed labels/*.json
var Labels embed.FS

// Parts are what the service works with. Live may be nil.
type Parts struct {
	Store   *store.Store
	Records *records.Records
	Audit   *audit.Audit
	Live    *live.Hub
	Dir     string // for files on their way in
	Log     *slog.Logger
	// AddOption adds a choice to a field's list and returns its ID; nil where the office
	// can't, and then a choice that isn't there is a fault of its row.
	AddOption func(ctx context.Context, who *rights.Rights, entity string, f *field.Field, label string) (string, error)
}

// Service is the office's exchange. Its methods may be called from any goroutine.
type Service struct {
	Parts
	limits table.Limits
	files  int64 // bytes a file may have

	ctx    context.Context
	cancel context.CancelFunc
	runs   sync.WaitGroup

	mu      sync.Mutex
	running map[crm.ID]context.CancelFunc
	queue   chan struct{} // one import at a time: two would only take turns with each other
	writing map[crm.ID]*sync.Mutex
	exports map[string]*pendingExport
}

// MaxFile is how large a file may be.
const MaxFile = 200 << 20

// New makes the service; Start takes up what a restart cut off.
func New(parts Parts) *Service {
	if parts.Log == nil {
		parts.Log = slog.Default()
	}
	x := &Service{Parts: parts, limits: table.Standard, files: MaxFile, running: map[crm.ID]context.CancelFunc{},
		queue: make(chan struct{}, 1), writing: map[crm.ID]*sync.Mutex{}, exports: map[string]*pendingExport{}}
	x.ctx, x.cancel = context.WithCancel(context.Background())
	return x
}

// keptFiles is how long a file waits for its plan, and a finished import keeps its own.
const (
	keptFiles = 7 * 24 * time.Hour
	keptRows  = 90 * 24 * time.Hour
)

// Start goes on with imports that were running when the hub ended, and clears away old files.
func (x *Service) Start(ctx context.Context) error {
	if err := os.MkdirAll(x.Dir, 0o700); err != nil {
		return err
	}
	for _, state := range []string{store.ImportRunning, store.ImportUndoing} {
		jobs, err := x.Store.Imports(ctx, 0, "", state, 100)
		if err != nil {
			return err
		}
		for _, job := range jobs {
			if state == store.ImportRunning {
				x.begin(job, x.runRows)
			} else {
				x.begin(job, x.undoRows)
			}
		}
	}
	x.runs.Add(1)
	go func() {
		defer x.runs.Done()
		for {
			x.sweep(x.ctx)
			select {
			case <-x.ctx.Done():
				return
			case <-time.After(6 * time.Hour):
			}
		}
	}()
	return nil
}

// Close stops what is running; Start of the next hub goes on with it.
func (x *Service) Close() {
	x.cancel()
	x.runs.Wait()
}

// sweep removes files nobody needs any more, and old imports with their rows.
func (x *Service) sweep(ctx context.Context) {
	entries, _ := os.ReadDir(x.Dir)
	for _, entry := range entries {
		info, err := entry.Info()
		if err == nil && time.Since(info.ModTime()) > keptFiles && entry.Name() != keyFile {
			os.Remove(filepath.Join(x.Dir, entry.Name()))
		}
	}
	jobs, err := x.Store.Imports(ctx, 0, "", "", 1000)
	if err != nil {
		return
	}
	now := time.Now()
	for _, job := range jobs {
		age := now.Sub(time.UnixMilli(job.MadeAt))
		if age > keptRows || job.State == store.ImportNew && age > keptFiles {
			if err := x.Store.DropImport(ctx, job.ID); err != nil {
				x.Log.Error("old import not removed", "import", job.ID, "err", err)
			}
		}
	}
}

func (x *Service) file(id crm.ID) string { return filepath.Join(x.Dir, id.String()) }

// begin runs fn for a job in its own time, one job after the other.
func (x *Service) begin(job *store.ImportJob, fn func(ctx context.Context, job *store.ImportJob) error) {
	ctx, cancel := context.WithCancel(x.ctx)
	x.mu.Lock()
	x.running[job.ID] = cancel
	x.mu.Unlock()
	x.runs.Add(1)
	go func() {
		defer x.runs.Done()
		defer cancel()
		defer x.ended(job.ID)
		select {
		case x.queue <- struct{}{}:
			defer func() { <-x.queue }()
		case <-ctx.Done():
		}
		x.settle(ctx, job, fn(ctx, job))
	}()
}

func (x *Service) ended(id crm.ID) {
	x.mu.Lock()
	delete(x.running, id)
	x.mu.Unlock()
}

// tell says to the user's pages how far an import is.
func (x *Service) tell(job *store.ImportJob) {
	if x.Live == nil {
		return
	}
	owner := job.User
	data := []byte(`{"id":"` + job.ID.String() + `","state":"` + job.State + `"}`)
	x.Live.Publish("import", job.ID.String(), func(user crm.ID) []byte {
		if user != owner {
			return nil
		}
		return data
	})
}
