package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is asked wrongly is told in a sentence, before any line rings.
func TestSimulateRefuses(t *testing.T) {
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty.wav")
	token := filepath.Join(dir, "token")
	os.WriteFile(empty, nil, 0o600)
	os.WriteFile(token, []byte("secret"), 0o600)
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("<!doctype html>")) }))
	defer page.Close()
	at := strings.TrimPrefix(page.URL, "http://")
	for name, tt := range map[string]struct {
		command, want string
		args          []string
	}{
		"a file without sound":  {"ring", "16-bit samples is wanted", []string{"-wav", empty}},
		"talk before it begins": {"ring", "from 0 to 3600", []string{"-talk", "-5"}},
		"endless talk":          {"dial", "from 0 to 3600", []string{"-to", "10086", "-talk", "1e9"}},
		"nobody to dial":        {"dial", "dial whom?", nil},
		"a text without words":  {"sms", "words", []string{"-from", "13800138000"}},
		"the hub's port":        {"ring", "not a Bellhop firmware", []string{"-from", "1", "-token-file", token, "-listen", at}},
	} {
		t.Run(name, func(t *testing.T) {
			err := simulate(tt.command, tt.args, os.Stderr)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v; want …%s…", err, tt.want)
			}
		})
	}
}
