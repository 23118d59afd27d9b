package boxserver

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
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
