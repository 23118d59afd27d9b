// Command bellhop-firmware is the box: it listens on the telephone lines, records
// calls, sends and receives texts, and tells the hub what happened. It knows no
// customer.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"bellhop/firmware/config"
	"bellhop/firmware/console"
)

// version is set by the linker.
var version = "dev"

const usage = `usage: bellhop-firmware [flags]          run the box
       bellhop-firmware decode FILE.wav  print what is heard in a recording
       bellhop-firmware scope [FILE.wav] look at a line, or at a recording
       bellhop-firmware ring|dial|sms    make something happen on board sim
       bellhop-firmware console          the technician's menu (Ctrl-] leaves)
       bellhop-firmware system           the service that sets up the machine
       bellhop-firmware erase            finishes a factory reset at the start
       bellhop-firmware config           an annotated file of settings
       bellhop-firmware version
-h after any of them lists its flags.`

func main() {
	if err := command(os.Args[1:]); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "✗", err)
		}
		os.Exit(1)
	}
}

// command does what args ask.
func command(args []string) error {
	name := ""
	if len(args) > 0 && len(args[0]) > 0 && args[0][0] != '-' {
		name, args = args[0], args[1:]
	}
	switch name {
	case "":
		return runUntilSignal(args)
	case "decode":
		return decodeFiles(args)
	case "scope":
		return showScope(args)
	case "ring", "dial", "sms":
		return simulate(name, args, os.Stdout)
	case "console":
		return attach(args)
	case "system":
		return serveSystem(args)
	case "erase":
		return eraseIfAsked(args)
	case "config":
		_, err := fmt.Print(config.Sample)
		return err
	case "version":
		_, err := fmt.Println(version)
		return err
	}
	return fmt.Errorf("%q is no command\n%s", name, usage)
}

// parse reads cfg's flags and prints them where -h asks.
func parse(f *flag.FlagSet, args []string) error {
	err := config.Parse(f, args)
	if errors.Is(err, flag.ErrHelp) {
		if f.Name() == "bellhop-firmware" {
			fmt.Fprintln(os.Stderr, usage)
		}
		fmt.Fprintf(os.Stderr, "\nflags of %s:\n", f.Name())
		f.SetOutput(os.Stderr)
		f.PrintDefaults()
	}
	return err
}

func runUntilSignal(args []string) error {
	var cfg config.Config
	if err := parse(cfg.Flags("bellhop-firmware"), args); err != nil {
		return err
	}
	kept, log, err := keepLog(os.Stderr, cfg.LogLevel)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err = run(ctx, cfg, kept, log)
	stop()
	if errors.Is(err, errRestart) {
		log.Info("starting again")
		self, err := os.Executable()
		if err != nil {
			return err
		}
		return syscall.Exec(self, os.Args, os.Environ())
	}
	return err
}

func logger(w io.Writer, level string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("log-level: %w", err)
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: l})), nil
}

func attach(args []string) error {
	var cfg config.Config
	if err := parse(cfg.Flags("bellhop-firmware console"), args); err != nil {
		return err
	}
	if _, err := os.Stat(cfg.Console); err != nil {
		return fmt.Errorf("no console at %s: is the firmware running? Start it with \"make run\"", cfg.Console)
	}
	return console.Attach(cfg.Console, os.Stdin, os.Stdout)
}
