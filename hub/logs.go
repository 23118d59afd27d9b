package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"bellhop/hub/audit"
	"bellhop/hub/audit/trail"
	"bellhop/hub/store"
)

// logCommands are what the program does with the logs instead of serving. Both may run
// beside a hub at work.
var logCommands = map[string]func(ctx context.Context, db *store.Store, archive string, before time.Time, out io.Writer) error{
	"verify-logs": verifyLogs, "archive-logs": archiveLogs,
}

var errNotSound = errors.New("the logs are not as they were written")

// runLogs runs one of logCommands by its arguments.
func runLogs(ctx context.Context, name string, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("bellhop-hub "+name, flag.ContinueOnError)
	flags.SetOutput(out)
	data := flags.String("data", "var/hub", "folder of the database")
	database := flags.String("database", "", "URL of a PostgreSQL database; empty for SQLite in the data folder")
	archive := flags.String("archive", "", "folder of the archive files (default: archive in the data folder)")
	var day *string
	if name == "archive-logs" {
		day = flags.String("before", time.Now().AddDate(-2, 0, 0).Format(time.DateOnly), "close what is older than this day")
	}
	if err := flags.Parse(args); err != nil {
		return err
	}
	var before time.Time
	if day != nil {
		var err error
		if before, err = time.ParseInLocation(time.DateOnly, *day, time.Local); err != nil {
			return fmt.Errorf("-before %q: write a day as 2024-12-31", *day)
		}
	}
	source := *database
	if source == "" {
		source = filepath.Join(*data, "hub.db")
		if _, err := os.Stat(source); err != nil {
			return fmt.Errorf("%w: name the hub's folder with -data", err)
		}
	}
	if *archive == "" {
		*archive = filepath.Join(*data, "archive")
	}
	db, err := store.Open(ctx, source)
	if err != nil {
		return err
	}
	defer db.Close()
	return logCommands[name](ctx, db, *archive, before, out)
}

// verifyLogs tells whether every entry of every log is as it was written, in the
// database and in the archive files, and where one is not.
func verifyLogs(ctx context.Context, db *store.Store, archive string, _ time.Time, out io.Writer) error {
	sound := true
	for _, log := range trail.Logs {
		report, err := db.VerifyLog(ctx, log)
		if err != nil {
			return err
		}
		closed, err := audit.VerifyArchives(ctx, db, log, archive)
		if err != nil {
			return err
		}
		state := "sound"
		if len(report.Faults) > 0 || len(closed) > 0 {
			sound, state = false, "NOT SOUND"
		}
		fmt.Fprintf(out, "%-7s %8d entries, last %d %.16s  %s\n", log, report.Entries+report.Closed, report.Head, report.Hash, state)
		for _, f := range report.Faults {
			where := fmt.Sprint("entry ", f.Seq)
			if f.To != 0 {
				where = fmt.Sprintf("entries %d to %d", f.Seq, f.To)
			}
			fmt.Fprintf(out, "        %s: %s\n", where, f.What)
		}
		for _, fault := range closed {
			fmt.Fprintf(out, "        %s\n", fault)
		}
	}
	if !sound {
		return errNotSound
	}
	return nil
}

// archiveLogs closes old entries into sealed files.
func archiveLogs(ctx context.Context, db *store.Store, archive string, before time.Time, out io.Writer) error {
	for _, log := range trail.Logs {
		seal, err := audit.Archive(ctx, db, log, before, archive)
		if err != nil {
			return err
		}
		if seal == nil {
			fmt.Fprintf(out, "%-7s nothing is older\n", log)
			continue
		}
		fmt.Fprintf(out, "%-7s entries %d to %d closed into %s\n", log, seal.First, seal.Last, filepath.Join(archive, seal.File))
	}
	return nil
}
