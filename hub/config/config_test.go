package config

import (
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func TestSampleIsTheDefaults(t *testing.T) {
	plain, err := Read(nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	sample, err := Read([]string{"-config", "bellhop-hub.conf"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if sample != plain {
		t.Errorf("the sample gives %+v, the defaults are %+v", sample, plain)
	}
}

func TestFlagWinsOverFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "conf")
	os.WriteFile(file, []byte("listen = :1\n\n# a remark\ndata=here\n"), 0o600)
	c, err := Read([]string{"-listen", ":2", "-config", file}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != ":2" || c.Data != "here" {
		t.Errorf("got %+v", c)
	}
}

func TestBadConfig(t *testing.T) {
	file := filepath.Join(t.TempDir(), "conf")
	for name, text := range map[string]string{
		"unknown key": "colour = red", "no value": "listen", "not a yes or no": "demo = perhaps",
	} {
		os.WriteFile(file, []byte(text), 0o600)
		if _, err := Read([]string{"-config", file}, io.Discard); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := Read([]string{"-config", "nowhere"}, io.Discard); err == nil {
		t.Error("missing file: no error")
	}
	if _, err := Read([]string{"extra"}, io.Discard); err == nil {
		t.Error("stray argument: no error")
	}
	if _, err := Read([]string{"-h"}, io.Discard); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("-h: %v", err)
	}
}
