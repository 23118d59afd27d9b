// Package config reads how the hub is to run: flags, and a file of "key = value" lines
// whose keys are the flags' names. A flag wins over the file. bellhop-hub.conf beside
// this file explains every key.
package config

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

// Config is how the hub runs. Packages get the values they need, never all of it.
type Config struct {
	Listen       string // address of the web page
	HTTPS        string // address of the encrypted page; "" for none, else Listen only leads there
	Data         string // folder of the database
	Database     string // URL of a PostgreSQL database; "" for the file hub.db in Data
	Box          string // address of the box; "" for none
	BoxTokenFile string // what the box wants to hear; it may appear after the start
	Font         string // TrueType file to print with; "" for the first of pdf.Places
	Demo         bool   // fill an empty office with a believable one
	Log          string // "debug", "info", "warn", "error"
	Version      bool   // print the version and end
}

// Read takes the arguments after the program's name. It answers -h itself, on out,
// and returns flag.ErrHelp.
func Read(args []string, out io.Writer) (Config, error) {
	var c Config
	var file string
	flags := flag.NewFlagSet("bellhop-hub", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.StringVar(&file, "config", "", "read settings from this file first")
	flags.StringVar(&c.Listen, "listen", ":8080", "address of the web page")
	flags.StringVar(&c.HTTPS, "https", "", "address of the encrypted page, such as :443; then -listen only leads there. Empty: no encryption")
	flags.StringVar(&c.Data, "data", "var/hub", "folder of the database")
	flags.StringVar(&c.Database, "database", "", "URL of a PostgreSQL database; empty for SQLite in the data folder")
	flags.StringVar(&c.Box, "box", "http://127.0.0.1:8091", "address of the box; empty for none")
	flags.StringVar(&c.BoxTokenFile, "box-token-file", "var/box.token", "file with the box's token")
	flags.StringVar(&c.Font, "font", "", "TrueType font file with Chinese characters to print with; empty for an installed one")
	flags.BoolVar(&c.Demo, "demo", false, "fill an empty office with a believable one")
	flags.StringVar(&c.Log, "log", "info", "least level logged: debug, info, warn, error")
	flags.BoolVar(&c.Version, "version", false, "print the version and end")
	if err := flags.Parse(args); err != nil {
		return c, err
	}
	if flags.NArg() > 0 {
		return c, fmt.Errorf("%q is not a flag; -h lists them", flags.Arg(0))
	}
	if file == "" {
		return c, nil
	}
	given := map[string]bool{}
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	return c, readFile(flags, file, given)
}

func readFile(flags *flag.FlagSet, name string, given map[string]bool) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		if err := setLine(flags, lines.Text(), given); err != nil {
			return fmt.Errorf("%s line %d: %w", name, n, err)
		}
	}
	return lines.Err()
}

// setLine takes "key = value"; empty lines and those that start with # say nothing.
func setLine(flags *flag.FlagSet, line string, given map[string]bool) error {
	line = strings.TrimSpace(line)
	if line == "" || strings.HasPrefix(line, "#") {
		return nil
	}
	key, value, ok := strings.Cut(line, "=")
	if !ok {
		return errors.New(`write "key = value"`)
	}
	key, value = strings.TrimSpace(key), strings.TrimSpace(value)
	if flags.Lookup(key) == nil || key == "config" {
		return fmt.Errorf("there is no setting %q", key)
	}
	if given[key] {
		return nil
	}
	return flags.Set(key, value)
}
