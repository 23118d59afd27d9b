package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"

	"bellhop/hub/store"
)

// Settle puts in place what a restore has brought, if one has, and answers its run. The
// database must be closed. Each step may be cut off by the power and is done again, or
// seen to be done, at the next start.
func Settle(ctx context.Context, data, source string, log *slog.Logger) (*Run, error) {
	dir := Dir(data)
	p, err := readPending(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("restore: %s: %w", filepath.Join(dir, pendingFile), err)
	}
	from, before := filepath.Join(dir, p.From), filepath.Join(dir, beforeDir, p.Stamp)
	log.Info("putting a restored state in place", "what", p.Run.What, "from", from, "present state goes to", before)
	if err := os.MkdirAll(filepath.Join(before, shotDir), 0o700); err != nil {
		return nil, err
	}
	swap := swapFile
	if store.IsServer(source) {
		swap = swapServer
	}
	if err := swap(ctx, data, source, from, before); err != nil {
		return nil, fmt.Errorf("restore: %w", err)
	}
	if err := swapFolders(data, from, before); err != nil {
		return nil, fmt.Errorf("restore: %w", err)
	}
	if err := os.Remove(filepath.Join(dir, pendingFile)); err != nil {
		return nil, err
	}
	os.RemoveAll(from)
	dropOldStates(dir)
	return &p.Run, syncDir(dir)
}

// beside are the files of a SQLite database.
var beside = []string{"hub.db-wal", "hub.db-shm", "hub.db"}

// swapFile moves the present database aside and the restored one in its place.
func swapFile(_ context.Context, data, _, from, before string) error {
	restored := filepath.Join(from, shotDir, "hub.db")
	if !exists(restored) {
		return nil // done before the power went
	}
	saved := filepath.Join(before, shotDir)
	if !exists(filepath.Join(saved, "hub.db")) { // else the log in data is the restored one's
		if err := moveDatabase(data, saved); err != nil {
			return err
		}
	}
	return moveDatabase(filepath.Join(from, shotDir), data)
}

// moveDatabase moves a database with its log, which goes first: where the database is, all is.
func moveDatabase(from, to string) error {
	for _, name := range beside {
		err := os.Rename(filepath.Join(from, name), filepath.Join(to, name))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return syncDir(to)
}

// swapServer copies the present database aside and loads the restored one.
func swapServer(ctx context.Context, _, source, from, before string) error {
	saved := filepath.Join(before, shotDir, store.CopyName(source))
	if !exists(saved) {
		if err := store.Copy(ctx, source, saved+".part"); err != nil {
			return err
		}
		if err := os.Rename(saved+".part", saved); err != nil {
			return err
		}
	}
	return store.PutCopy(ctx, source, filepath.Join(from, shotDir, store.CopyName(source)))
}

// added are folders whose files are named by their content or never change: what is
// restored joins what is there, so that both states find theirs.
var added = []string{"files", "archive"}

func swapFolders(data, from, before string) error {
	list, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range list {
		name := e.Name()
		if name == shotDir || slices.Contains(leftOut, name) {
			continue
		}
		if slices.Contains(added, name) {
			if err := join(filepath.Join(from, name), filepath.Join(data, name)); err != nil {
				return err
			}
			continue
		}
		if exists(filepath.Join(data, name)) && !exists(filepath.Join(before, name)) {
			if err := os.Rename(filepath.Join(data, name), filepath.Join(before, name)); err != nil {
				return err
			}
		}
		if err := os.Rename(filepath.Join(from, name), filepath.Join(data, name)); err != nil {
			return err
		}
	}
	return syncDir(data)
}

// join moves the files of one folder that another lacks.
func join(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, name)
		if d.IsDir() {
			return os.MkdirAll(target, 0o750)
		}
		if exists(target) {
			return nil
		}
		return os.Rename(path, target)
	})
}

// dropOldStates keeps the newest states that were replaced.
func dropOldStates(dir string) {
	list, _ := os.ReadDir(filepath.Join(dir, beforeDir))
	for i := 0; i < len(list)-keptBefore; i++ { // by name, which is by time
		os.RemoveAll(filepath.Join(dir, beforeDir, list[i].Name()))
	}
}
