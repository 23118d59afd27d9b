package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"bellhop/hub/crm"
	"bellhop/hub/records"
	"bellhop/hub/store"
)

// Make puts the demo office where the database at path is to be, whole or not at all:
// it is filled beside that place and renamed when it is complete. An office that has
// begun, with users or with calls, is left alone.
func Make(ctx context.Context, out io.Writer, path string, schema *crm.Schema) error {
	if store.IsServer(path) {
		return errors.New("the demo office is made in a SQLite file only: leave the database empty, or demo off")
	}
	begun, err := hasBegun(ctx, path, schema)
	if err != nil || begun {
		return err
	}
	part := path + ".demo"
	if err := remove(part); err != nil { // what an interrupted start left
		return err
	}
	if err := fillFile(ctx, out, part, schema); err != nil {
		remove(part)
		if ctx.Err() != nil {
			return errors.New("stopped before it was complete; the next start begins anew")
		}
		return err
	}
	if err := remove(path); err != nil {
		return err
	}
	if err := os.Rename(part, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func hasBegun(ctx context.Context, path string, schema *crm.Schema) (bool, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	s, err := open(ctx, path, schema)
	if err != nil {
		return false, err
	}
	defer s.Close()
	n, err := s.CountUsers(ctx)
	if err != nil || n > 0 {
		return true, err
	}
	calls, _, err := s.Calls(ctx, store.CallQuery{Limit: 1})
	return len(calls) > 0, err
}

func fillFile(ctx context.Context, out io.Writer, path string, schema *crm.Schema) error {
	s, err := open(ctx, path, schema)
	if err != nil {
		return err
	}
	if err := Fill(ctx, out, s, records.New(s, schema)); err != nil {
		s.Close()
		return err
	}
	return s.Close() // moves everything from the journal into the file
}

func open(ctx context.Context, path string, schema *crm.Schema) (*store.Store, error) {
	s, err := store.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	if err := s.Prepare(ctx, schema); err != nil {
		s.Close()
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return s, nil
}

// remove takes a database away with its journal: one of another database would be
// played into the next.
func remove(path string) error {
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// syncDir makes a rename outlast a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
