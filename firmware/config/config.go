// Package config reads what the firmware is told: flags, and a file whose keys are
// the flags' names. A flag on the command line wins over the file.
package config

import (
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

// Sample is an annotated file with every key at its default.
//
//go:embed firmware.conf
var Sample string

// SystemSocket is where the service that sets up the machine takes requests.
const SystemSocket = "/run/bellhop/system.sock"

// Config is all the firmware can be told.
type Config struct {
	Board   string // see board/all
	Lines   int    // 0: as many as the board has
	Sound   string // ALSA devices of the lines, separated by commas
	Country string // of each line, separated by commas; see CountryOf

	Data      string
	Listen    string
	TokenFile string

	Console       string // link to the technician's console
	SerialConsole string // serial device of it, if any
	SSH           string // address of it over the network, if any
	System        string // socket of the service that sets up the machine
	PagePort      int    // of the hub's page, to tell people
	Modem         string // serial device of the GSM modem
	ModemPIN      string

	VoiceModem      string // serial devices of analogue modems, one a line, separated by commas
	VoiceModemSetup string // commands for them, separated by blanks

	RecordIncoming bool
	RecordOutgoing bool
	DiskFloorMB    int64
	Encoder        string

	SimSensor bool
	SimSpeed  float64
	LogLevel  string
}

// Flags binds c to a new flag set.
func (c *Config) Flags(name string) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.String("config", "", "file of `lines` key = value; the keys are these flags")
	f.StringVar(&c.Board, "board", "sim", "kind of box: sim, usb or rpi")
	f.IntVar(&c.Lines, "lines", 0, "number of telephone lines; 0 is what the board has")
	f.StringVar(&c.Sound, "sound", "", "ALSA `devices` of the lines, separated by commas")
	f.StringVar(&c.Country, "country", "CN", "network of the lines, its caller ID, tones and ringing: CN, US, UK, …, or auto; several `codes`, separated by commas, are one a line")
	f.StringVar(&c.Data, "data", "var/box", "folder of events, recordings and texts")
	f.StringVar(&c.Listen, "listen", "127.0.0.1:8091", "address at which the hub finds the box")
	f.StringVar(&c.TokenFile, "token-file", "var/box.token", "file of the token the hub shows; made at the first start")
	f.StringVar(&c.Console, "console", "var/console", "link to the technician's console; empty is none")
	f.StringVar(&c.SerialConsole, "serial-console", "", "serial `device` of the technician's console")
	f.StringVar(&c.SSH, "ssh", "", "`address` of the technician's console over SSH, such as :22; empty is none")
	f.StringVar(&c.System, "system", SystemSocket, "`socket` of the service that sets up the machine")
	f.IntVar(&c.PagePort, "page-port", 8080, "port of the hub's page, to show people its address")
	f.StringVar(&c.Modem, "modem", "", "serial `device` of the GSM modem; board sim has its own")
	f.StringVar(&c.ModemPIN, "modem-pin", "", "PIN of the SIM")
	f.StringVar(&c.VoiceModem, "voice-modem", "", "serial `devices` of analogue voice modems that tell ringing and caller ID of the lines, separated by commas")
	f.StringVar(&c.VoiceModemSetup, "voice-modem-setup", "", "extra `commands` for them, without AT, separated by blanks")
	f.BoolVar(&c.RecordIncoming, "record-incoming", true, "record incoming calls, until the hub says otherwise")
	f.BoolVar(&c.RecordOutgoing, "record-outgoing", true, "record outgoing calls, until the hub says otherwise")
	f.Int64Var(&c.DiskFloorMB, "disk-floor-mb", 200, "space in `MB` that recordings leave free on the disk")
	f.StringVar(&c.Encoder, "encoder", "lame", "the program that makes MP3")
	f.BoolVar(&c.SimSensor, "sim-sensor", true, "board sim has a hook sensor; false: the hook is judged by sound")
	f.Float64Var(&c.SimSpeed, "sim-speed", 1, "how many times faster than real time board sim plays")
	f.StringVar(&c.LogLevel, "log-level", "info", "debug, info, warn or error")
	return f
}

// CountryOf returns the country of line id, 1 and up. The last that is named stands for
// the lines after it too.
func (c Config) CountryOf(id int) string {
	codes := strings.Split(c.Country, ",")
	return strings.TrimSpace(codes[min(max(id, 1), len(codes))-1])
}

// Parse reads args, and the file they name, into the flags of f.
func Parse(f *flag.FlagSet, args []string) error {
	f.SetOutput(io.Discard) // whoever called prints the error, once
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() > 0 {
		return fmt.Errorf("%q is not understood; flags begin with a dash", f.Arg(0))
	}
	file := f.Lookup("config")
	if file == nil || file.Value.String() == "" { // commands of one flag or two have no file
		return nil
	}
	path := file.Value.String()
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := apply(f, string(b)); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

var errLine = errors.New("not of the form key = value")

// apply sets what text says and the command line did not.
func apply(f *flag.FlagSet, text string) error {
	given := map[string]bool{}
	f.Visit(func(fl *flag.Flag) { given[fl.Name] = true })
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		switch {
		case !ok:
			return fmt.Errorf("line %d: %w", i+1, errLine)
		case f.Lookup(key) == nil || key == "config":
			return fmt.Errorf("line %d: key %q not known", i+1, key)
		case given[key]:
			continue
		}
		if err := f.Set(key, value); err != nil {
			return fmt.Errorf("line %d: %s: %q is not %s", i+1, key, value, wanted(f.Lookup(key)))
		}
	}
	return nil
}

// wanted says what a flag takes.
func wanted(f *flag.Flag) string {
	switch f.Value.(flag.Getter).Get().(type) {
	case bool:
		return "true or false"
	case int, int64:
		return "a whole number"
	case float64:
		return "a number"
	}
	return "a value it takes"
}
