package boxserver

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
)

// fileName is what the recorder and the lines name their files: it has no path in it
// and no unfinished file (".part").
var fileName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*\.(mp3|mp3\.peaks|wav)$`)

func (s *server) recording(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	switch {
	case strings.HasSuffix(name, ".mp3"):
		w.Header().Set("Content-Type", "audio/mpeg")
	case strings.HasSuffix(name, ".mp3.peaks"):
		w.Header().Set("Content-Type", "application/octet-stream")
	default:
		name = ""
	}
	serve(w, r, s.Recordings, name)
}

func (s *server) capture(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	if !strings.HasSuffix(name, ".wav") {
		name = ""
	}
	w.Header().Set("Content-Type", "audio/wav")
	serve(w, r, s.Captures, name)
}

// serve sends a file, all of it or the Range asked for.
func serve(w http.ResponseWriter, r *http.Request, dir, name string) {
	f, err := openFile(dir, name)
	if err != nil {
		w.Header().Del("Content-Type")
		http.NotFound(w, r)
		return
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		http.Error(w, "unreadable", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Cache-Control", "private, no-cache")
	http.ServeContent(w, r, name, info.ModTime(), f)
}

func openFile(dir, name string) (*os.File, error) {
	if !fileName.MatchString(name) {
		return nil, os.ErrNotExist
	}
	return os.Open(filepath.Join(dir, name))
}

// maxRecording is a day of sound at 64 kbit/s.
const maxRecording = 700 << 20

// putRecording takes back a recording, or its peaks, from a backup. A file of that name
// that is there stays as it is: what was recorded never changes.
func (s *server) putRecording(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	if !fileName.MatchString(name) || strings.HasSuffix(name, ".wav") {
		http.NotFound(w, r)
		return
	}
	path := filepath.Join(s.Recordings, name)
	if _, err := os.Stat(path); err == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if err := keep(path, http.MaxBytesReader(w, r.Body, maxRecording)); err != nil {
		s.Log.Error("take back recording", "file", name, "err", err)
		status := http.StatusInternalServerError
		if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
			status = http.StatusInsufficientStorage
		}
		http.Error(w, "not kept", status)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// keep writes a file whole or not at all.
func keep(path string, content io.Reader) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".taking-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = io.Copy(f, content)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// deleteRecording removes the sound and its peaks. What is gone already counts as
// deleted: the hub may ask twice.
func (s *server) deleteRecording(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimSuffix(r.PathValue("file"), ".peaks")
	if !fileName.MatchString(name) || !strings.HasSuffix(name, ".mp3") {
		http.NotFound(w, r)
		return
	}
	path := filepath.Join(s.Recordings, name)
	for _, p := range []string{path, path + ".peaks"} {
		if err := os.Remove(p); err != nil && !errors.Is(err, os.ErrNotExist) {
			s.Log.Error("delete recording", "file", name, "err", err)
			http.Error(w, "not deleted", http.StatusInternalServerError)
			return
		}
	}
	w.WriteHeader(http.StatusNoContent)
}
