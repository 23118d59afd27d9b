package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"bellhop/hub/audit/trail"
	"bellhop/hub/store"
)

// verifyLogs checks the logs of an office, also while its hub runs: every entry is as it
// was written, none is missing, none was added or moved. It tells where one is not.
func verifyLogs(ctx context.Context, args []string, out io.Writer) (sound bool, err error) {
	flags := flag.NewFlagSet("bellhop-hub verify-logs", flag.ContinueOnError)
	flags.SetOutput(out)
	data := flags.String("data", "var/hub", "folder of the database")
	database := flags.String("database", "", "PostgreSQL's address, where the office is kept there")
	if err := flags.Parse(args); err != nil {
		return false, err
	}
	source := *database
	if source == "" {
		source = filepath.Join(*data, "hub.db")
		if _, err := os.Stat(source); err != nil {
			return false, fmt.Errorf("%w: name the hub's folder with -data", err)
		}
	}
	db, err := store.Open(ctx, source)
	if err != nil {
		return false, err
	}
	defer db.Close()
	sound = true
	for _, log := range trail.Logs {
		report, err := db.VerifyLog(ctx, log)
		if err != nil {
			return false, err
		}
		fmt.Fprintf(out, "%-7s %8d entries, last %d %.16s", log, report.Entries, report.Head, report.Hash)
		if len(report.Faults) == 0 {
			fmt.Fprintln(out, "  sound")
			continue
		}
		sound = false
		fmt.Fprintln(out)
		for _, f := range report.Faults {
			where := fmt.Sprint("entry ", f.Seq)
			if f.To != 0 {
				where = fmt.Sprintf("entries %d to %d", f.Seq, f.To)
			}
			fmt.Fprintf(out, "        %s: %s\n", where, f.What)
		}
	}
	return sound, nil
}
