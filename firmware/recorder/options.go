package recorder

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"bellhop/firmware/boxapi"
)

// CurrentOptions tells which calls are recorded.
func (r *Recorder) CurrentOptions() boxapi.SetRecording {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.options
}

// SetOptions says which calls are recorded from the next on, and keeps it.
func (r *Recorder) SetOptions(o boxapi.SetRecording) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := writeJSON(r.Options, o); err != nil {
		return fmt.Errorf("keep recording options: %w", err)
	}
	r.options = o
	return nil
}

func (r *Recorder) readOptions() error {
	err := readJSON(r.Options, &r.options)
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case errors.As(err, &syntax):
		r.Log.Warn("recording options unreadable, taking the default", "file", r.Options, "err", err)
		r.options = r.Default
		return nil
	}
	return err
}

func readJSON(path string, v any) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, v)
}

// writeJSON replaces the file at path whole or not at all.
func writeJSON(path string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return writeFile(path, b)
}

func writeFile(path string, b []byte) error {
	f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
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
	defer d.Close()
	return d.Sync()
}
