package exchange

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"bellhop/hub/crm"
	"bellhop/hub/exchange/table"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// NewImport is what a user wants to bring in.
type NewImport struct {
	Entity string
	Name   string // of the file
	Size   int64  // bytes that will come
	Paste  bool   // cells copied from a sheet
	Server crm.ID // a connection instead of a file
}

const maxFileName = 200 // characters

// maxWaiting is how many files of one user may wait for their plans.
const maxWaiting = 20

var errForbidden = &crm.Error{Code: crm.Forbidden, Key: "import.forbidden"}

// mayImport tells whether the user may bring records of the entity in.
func mayImport(who *rights.Rights, entity string) error {
	if !who.May(entity, rights.Read) {
		return crm.ErrNotFound
	}
	if !who.May(entity, rights.Import) {
		return errForbidden
	}
	return nil
}

// Add begins an import.
func (x *Service) Add(ctx context.Context, who *rights.Rights, in NewImport) (*store.ImportJob, error) {
	if err := mayImport(who, in.Entity); err != nil {
		return nil, err
	}
	if in.Size > x.files || in.Size < 0 {
		return nil, &crm.Error{Code: crm.Invalid, Key: "import.file_too_large", Args: map[string]string{"max": strconv.FormatInt(x.files>>20, 10)}}
	}
	if in.Server == 0 && in.Size == 0 {
		return nil, &crm.Error{Code: crm.Invalid, Key: "import.file_empty"}
	}
	waiting, err := x.Store.Imports(ctx, who.User.ID, "", store.ImportNew, maxWaiting)
	if err != nil {
		return nil, err
	}
	if len(waiting) == maxWaiting {
		if err := x.drop(ctx, waiting[maxWaiting-1]); err != nil {
			return nil, err
		}
	}
	name := filepath.Base(strings.ToValidUTF8(strings.ReplaceAll(in.Name, `\`, "/"), ""))
	if r := []rune(name); len(r) > maxFileName {
		name = string(r[len(r)-maxFileName:])
	}
	job := &store.ImportJob{ID: crm.NewID(), User: who.User.ID, Entity: in.Entity, Name: name, State: store.ImportNew, Size: in.Size, MadeAt: x.now()}
	switch {
	case in.Server != 0:
		if !who.Administrates() {
			return nil, errForbidden
		}
		server, err := x.Store.ImportServer(ctx, in.Server)
		if err != nil {
			return nil, err
		}
		job.Server, job.Source, job.Name = server.ID, "server", server.Name
	case in.Paste:
		job.Source = "paste"
	}
	return job, x.Store.AddImport(ctx, job)
}

// Job returns an import of the user; an administrator sees everybody's.
func (x *Service) Job(ctx context.Context, who *rights.Rights, id crm.ID) (*store.ImportJob, error) {
	job, err := x.Store.Import(ctx, id)
	if err != nil {
		return nil, err
	}
	if job.User != who.User.ID && !who.Administrates() || !who.May(job.Entity, rights.Import) {
		return nil, crm.ErrNotFound
	}
	return job, nil
}

// own is Job for changing it: what a file brings is done in the name of who sent it.
func (x *Service) own(ctx context.Context, who *rights.Rights, id crm.ID) (*store.ImportJob, error) {
	job, err := x.Job(ctx, who, id)
	if err == nil && job.User != who.User.ID {
		return nil, errForbidden
	}
	return job, err
}

// Jobs lists the user's imports, an administrator's everybody's.
func (x *Service) Jobs(ctx context.Context, who *rights.Rights, entity string) ([]*store.ImportJob, error) {
	user := who.User.ID
	if who.Administrates() {
		user = 0
	}
	all, err := x.Store.Imports(ctx, user, entity, "", 100)
	list := []*store.ImportJob{}
	for _, job := range all {
		if who.May(job.Entity, rights.Import) && (job.State != store.ImportNew || job.User == who.User.ID) {
			list = append(list, job)
		}
	}
	return list, err
}

// Put writes a piece of the file where it belongs and returns how much there is. A
// piece that came already is left out, so that a page may send again.
func (x *Service) Put(ctx context.Context, who *rights.Rights, id crm.ID, at int64, piece []byte) (int64, error) {
	job, err := x.own(ctx, who, id)
	if err != nil {
		return 0, err
	}
	if job.State != store.ImportNew || job.Server != 0 {
		return 0, &crm.Error{Code: crm.Conflict, Key: "import.not_waiting"}
	}
	defer x.lock(id)()
	if err := os.MkdirAll(x.Dir, 0o700); err != nil {
		return 0, err
	}
	file, err := os.OpenFile(x.file(id), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	have, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return 0, err
	}
	if at > have || at < 0 || at+int64(len(piece)) > job.Size {
		return have, &crm.Error{Code: crm.Conflict, Key: "import.piece_missing"}
	}
	if at+int64(len(piece)) <= have {
		return have, nil
	}
	n, err := file.Write(piece[have-at:])
	return have + int64(n), err
}

// lock keeps two pieces of one file apart.
func (x *Service) lock(id crm.ID) (unlock func()) {
	x.mu.Lock()
	m := x.writing[id]
	if m == nil {
		m = &sync.Mutex{}
		x.writing[id] = m
	}
	x.mu.Unlock()
	m.Lock()
	return m.Unlock
}

// Drop throws an import away that was not begun.
func (x *Service) Drop(ctx context.Context, who *rights.Rights, id crm.ID) error {
	job, err := x.own(ctx, who, id)
	if err != nil {
		return err
	}
	if job.State != store.ImportNew {
		return &crm.Error{Code: crm.Conflict, Key: "import.not_waiting"}
	}
	return x.drop(ctx, job)
}

func (x *Service) drop(ctx context.Context, job *store.ImportJob) error {
	os.Remove(x.file(job.ID))
	return x.Store.DropImport(ctx, job.ID)
}

// open opens what an import reads.
func (x *Service) open(ctx context.Context, job *store.ImportJob, options table.Options) (table.Source, error) {
	if job.Server != 0 {
		server, err := x.Store.ImportServer(ctx, job.Server)
		if err != nil {
			return nil, err
		}
		return x.connect(server)
	}
	info, err := os.Stat(x.file(job.ID))
	if os.IsNotExist(err) {
		return nil, &crm.Error{Code: crm.NotFound, Key: "import.file_gone"}
	}
	if err != nil {
		return nil, err
	}
	if info.Size() < job.Size {
		return nil, &crm.Error{Code: crm.Conflict, Key: "import.file_incomplete"}
	}
	if job.Source == "paste" {
		if options.Delimiter == 0 {
			options.Delimiter = '\t'
		}
		return table.OpenCSV(x.file(job.ID), "utf-8", options.Delimiter, x.limits)
	}
	source, kind, err := table.Open(x.file(job.ID), job.Name, options, x.limits)
	if err == nil && job.Source == "" {
		job.Source = string(kind)
		err = x.Store.Write(ctx, func(tx *store.Tx) error { return x.Store.SetImport(ctx, tx, job) })
		if err != nil {
			source.Close()
			return nil, err
		}
	}
	return source, err
}

func optionsOf(encoding, delimiter string) table.Options {
	o := table.Options{Encoding: encoding}
	if delimiter != "" {
		o.Delimiter = delimiter[0]
	}
	return o
}
