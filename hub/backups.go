package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"bellhop/hub/audit/trail"
	"bellhop/hub/backup"
	"bellhop/hub/boxclient"
	"bellhop/hub/config"
	"bellhop/hub/crm"
	"bellhop/hub/label"
	"bellhop/hub/store"
	"bellhop/hub/telephony"
)

// soundsOf is where the recordings are, nil without a box.
func soundsOf(cfg config.Config, calls *telephony.Service) backup.Sounds {
	if cfg.Box == "" {
		return nil
	}
	return calls
}

// restored takes note of a restore in the history and in the system log, and logs out
// everybody: sessions of another time may belong to people who have left since.
func restored(ctx context.Context, db *store.Store, data string, run *backup.Run, log *slog.Logger) error {
	if err := db.EndAllSessions(ctx); err != nil {
		return err
	}
	detail, err := json.Marshal(map[string]any{"what": run.What, "from": run.Target, "madeAt": run.MadeAt, "saved": run.Stamp})
	if err != nil {
		return err
	}
	err = db.Write(ctx, func(tx *store.Tx) error {
		tx.Note(trail.System, trail.Entry{Kind: "database." + run.What, Name: run.By, Detail: string(detail)})
		return nil
	})
	if err != nil {
		return err
	}
	log.Info("a restored state is in place", "what", run.What, "made", time.UnixMilli(run.MadeAt), "rows", run.Rows)
	return nil
}

// backupFlags are what the commands of the backup are told.
type backupFlags struct {
	data, database, box, boxTokenFile string

	list                      bool
	sheet, secretFile, hostOK string
	snapshot                  string
	undo                      bool
}

// backupCommands are what the program does with backups instead of serving: for the
// technician's console. "backup" and "restore" may run beside a hub at work, which then
// puts a restored state in place by itself.
var backupCommands = map[string]func(ctx context.Context, f *backupFlags, out io.Writer) error{
	"backup": takeBackup, "restore": restoreBackup,
}

func runBackup(ctx context.Context, name string, args []string, out io.Writer) error {
	f := &backupFlags{}
	flags := flag.NewFlagSet("bellhop-hub "+name, flag.ContinueOnError)
	flags.SetOutput(out)
	flags.StringVar(&f.data, "data", "var/hub", "folder of the database")
	flags.StringVar(&f.database, "database", "", "URL of a PostgreSQL database; empty for SQLite in the data folder")
	flags.StringVar(&f.box, "box", "http://127.0.0.1:8091", "address of the box; empty for none")
	flags.StringVar(&f.boxTokenFile, "box-token-file", "var/box.token", "file with the box's token")
	if name == "restore" {
		flags.BoolVar(&f.list, "list", false, "only list the backups there are")
		flags.StringVar(&f.sheet, "sheet", "", "the code of the recovery sheet (bellhop:restore?...); empty for the target that is set up")
		flags.StringVar(&f.secretFile, "secret-file", "", "file with the login's password at the target; - reads it from the terminal")
		flags.StringVar(&f.hostOK, "host-key", "", "fingerprint an SSH server must have (SHA256:...)")
		flags.StringVar(&f.snapshot, "snapshot", "latest", "which backup")
		flags.BoolVar(&f.undo, "undo", false, "take the last restore back")
	}
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%q is not a flag; -h lists them", flags.Arg(0))
	}
	return inWords(backupCommands[name](ctx, f, out))
}

// inWords gives an error of the backup as a sentence.
func inWords(err error) error {
	var own *crm.Error
	if !errors.As(err, &own) {
		return err
	}
	schema, made := crm.Compile([]crm.Module{{Name: "backup", Labels: backup.Labels}})
	if made != nil {
		return err
	}
	return errors.New(schema.Labels.Text(label.Match("en"), own.Key, own.Args))
}

// openBackup opens the backup of a data folder beside, or instead of, its hub.
func (f *backupFlags) open(ctx context.Context) (s *backup.Service, done func(), err error) {
	if err := os.MkdirAll(f.data, 0o750); err != nil {
		return nil, nil, err
	}
	db, err := store.Open(ctx, f.source())
	if err != nil {
		return nil, nil, err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	p := backup.Parts{Store: db, Source: f.source(), Data: f.data, Version: version, Log: log}
	if f.box != "" {
		p.Sounds = backup.OneBox(boxclient.New(f.box, "", log).TokenFrom(f.boxTokenFile))
	}
	s = backup.New(p)
	return s, func() { s.Close(); db.Close() }, nil
}

func (f *backupFlags) source() string {
	if f.database != "" {
		return f.database
	}
	return filepath.Join(f.data, "hub.db")
}

func takeBackup(ctx context.Context, f *backupFlags, out io.Writer) error {
	s, done, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer done()
	run, err := s.NowAndWait("console")
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "backup %.8s: %d rows, %d files, %d recordings new, %d MB sent to %s\n", run.Snapshot, run.Rows, run.Files, run.Recordings, run.Added>>20, run.Target)
	st, err := s.Status(ctx)
	if err != nil {
		return err
	}
	if st.Proven == nil || st.Proven.Snapshot != run.Snapshot {
		return errors.New("the backup was made, but its trial restore failed; the page of backups says why")
	}
	fmt.Fprintln(out, "the trial restore was good")
	return nil
}

func restoreBackup(ctx context.Context, f *backupFlags, out io.Writer) error {
	held, serving := lock(f.data)
	if held != nil {
		defer held.Close()
	}
	s, done, err := f.open(ctx)
	if err != nil {
		return err
	}
	closed := false
	defer func() {
		if !closed {
			done()
		}
	}()
	if f.undo {
		saved := s.Saved()
		if len(saved) == 0 {
			return errors.New("there is nothing to take back: no restore was made here")
		}
		if err := s.UndoAndWait(saved[0], "console"); err != nil {
			return err
		}
	} else {
		from, err := f.from(ctx, s, out)
		if err != nil {
			return err
		}
		if f.list {
			return listBackups(ctx, s, from, out)
		}
		run, err := s.RestoreAndWait(from, f.snapshot, "console")
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "backup of %s: %d rows, %d files, %d recordings; opened and counted: sound\n",
			time.UnixMilli(run.MadeAt).Format(time.DateTime), run.Rows, run.Files, run.Recordings)
	}
	if serving != nil {
		fmt.Fprintln(out, "the hub puts it in place within half a minute and begins anew")
		return nil
	}
	closed = true
	done()
	run, err := backup.Settle(ctx, f.data, f.source(), slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, f.source())
	if err != nil {
		return err
	}
	defer db.Close()
	if err := restored(ctx, db, f.data, run, slog.New(slog.DiscardHandler)); err != nil {
		return err
	}
	fmt.Fprintln(out, "in place. The state before is kept; restore -undo brings it back. Start the hub: it puts the recordings back on the box.")
	return nil
}

// from is where to restore from: what is set up, or what the recovery sheet says.
func (f *backupFlags) from(ctx context.Context, s *backup.Service, out io.Writer) (backup.Source, error) {
	if f.sheet == "" {
		return backup.Source{}, nil
	}
	target, key, ok := backup.ParseCode(f.sheet)
	if !ok {
		return backup.Source{}, errors.New("the code of the sheet is not whole; it begins with bellhop:restore? and ends with the key")
	}
	if f.secretFile != "" {
		secret, err := readSecret(f.secretFile)
		if err != nil {
			return backup.Source{}, err
		}
		target.Secret = secret
	}
	if target.Kind != backup.SFTP {
		return backup.Source{Target: target, Key: key}, nil
	}
	line, print, err := backup.ServerKey(ctx, target)
	if err != nil {
		return backup.Source{}, err
	}
	if f.hostOK == "" {
		return backup.Source{}, fmt.Errorf("the server says it is %s; if its keeper says so too, add -host-key %s", print, print)
	}
	if f.hostOK != print {
		return backup.Source{}, fmt.Errorf("the server is %s and not %s: it was set up anew, or somebody stands in between", print, f.hostOK)
	}
	target.HostKey, target.UseKey = line, target.Secret == ""
	if target.UseKey {
		public, err := s.SSHKey()
		if err != nil {
			return backup.Source{}, err
		}
		fmt.Fprintf(out, "this box logs in with the key\n  %s\n", public)
	}
	return backup.Source{Target: target, Key: key}, nil
}

func readSecret(file string) (string, error) {
	in := os.Stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return "", err
		}
		defer f.Close()
		in = f
	}
	b, err := io.ReadAll(io.LimitReader(in, 1000))
	line, _, _ := strings.Cut(string(b), "\n")
	return strings.TrimRight(line, "\r"), err
}

func listBackups(ctx context.Context, s *backup.Service, from backup.Source, out io.Writer) error {
	points, err := s.Points(ctx, from)
	for _, p := range points {
		fmt.Fprintf(out, "%.8s  %s\n", p.ID, time.UnixMilli(p.At).Format(time.DateTime))
	}
	if err == nil && len(points) == 0 {
		fmt.Fprintln(out, "there is no backup yet")
	}
	return err
}
