package config

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for name, tt := range map[string]struct {
		args []string
		file string
		want func(Config) bool
		err  string
	}{
		"defaults":             {want: func(c Config) bool { return c.Board == "sim" && c.Listen == "127.0.0.1:8091" && c.SimSensor }},
		"flags":                {args: []string{"-board", "usb", "-lines", "3"}, want: func(c Config) bool { return c.Board == "usb" && c.Lines == 3 }},
		"file":                 {file: "# note\n\nboard = rpi\n sim-sensor=false \n", want: func(c Config) bool { return c.Board == "rpi" && !c.SimSensor }},
		"a flag wins":          {args: []string{"-board", "usb"}, file: "board = rpi\nlines = 2", want: func(c Config) bool { return c.Board == "usb" && c.Lines == 2 }},
		"unknown key":          {file: "board = rpi\nbord = sim", err: `line 2: key "bord" not known`},
		"not a pair":           {file: "board", err: "line 1: not of the form"},
		"not a number":         {file: "lines = two", err: "line 1: lines:"},
		"a file within a file": {file: "config = x", err: "not known"},
		"a word too many":      {args: []string{"sim"}, err: "flags begin with a dash"},
		"file missing":         {args: []string{"-config", "/nonexistent"}, err: "no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.file != "" {
				path := filepath.Join(t.TempDir(), "conf")
				if err := os.WriteFile(path, []byte(tt.file), 0o600); err != nil {
					t.Fatal(err)
				}
				tt.args = append(tt.args, "-config", path)
			}
			var c Config
			err := Parse(c.Flags("test"), tt.args)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Fatalf("%v, want %q", err, tt.err)
				}
				return
			}
			if err != nil || !tt.want(c) {
				t.Fatalf("%+v %v", c, err)
			}
		})
	}
}

// The services beside the box have flags and no file.
func TestParseWithoutAFile(t *testing.T) {
	f := flag.NewFlagSet("system", flag.ContinueOnError)
	socket := f.String("socket", "", "")
	if err := Parse(f, []string{"-socket", "here"}); err != nil || *socket != "here" {
		t.Fatal(*socket, err)
	}
}

func TestCountryOfALine(t *testing.T) {
	for countries, want := range map[string][3]string{
		"CN":          {"CN", "CN", "CN"},
		"CN, US":      {"CN", "US", "US"},
		"auto,UK, TW": {"auto", "UK", "TW"},
		"":            {"", "", ""},
	} {
		for i, want := range want {
			if got := (Config{Country: countries}).CountryOf(i + 1); got != want {
				t.Errorf("line %d of %q is in %q, want %q", i+1, countries, got, want)
			}
		}
	}
}

// The sample names every key, at its default.
func TestSample(t *testing.T) {
	var c, plain Config
	f := c.Flags("sample")
	if err := apply(f, Sample); err != nil {
		t.Fatal(err)
	}
	plain.Flags("plain")
	if c != plain {
		t.Errorf("the sample says %+v, the defaults are %+v", c, plain)
	}
	set := map[string]bool{"config": true}
	f.Visit(func(fl *flag.Flag) { set[fl.Name] = true })
	f.VisitAll(func(fl *flag.Flag) {
		if !set[fl.Name] {
			t.Errorf("the sample leaves out %s", fl.Name)
		}
	})
}

func FuzzApply(f *testing.F) {
	f.Add(Sample)
	f.Add("board")
	f.Add("lines = 1\nlines = x")
	f.Fuzz(func(t *testing.T, text string) {
		var c Config
		if err := apply(c.Flags("fuzz"), text); errors.Is(err, errLine) && !strings.Contains(text, "\n") && strings.Contains(text, "=") {
			t.Fatal(err)
		}
	})
}
