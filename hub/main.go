// Command bellhop-hub is the office's customer system: it keeps the records, shows
// the card of whoever is calling, and serves the page. It touches no hardware; the box
// does, and reports to it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"

	"bellhop/hub/api"
	"bellhop/hub/audit"
	"bellhop/hub/auth"
	"bellhop/hub/backup"
	"bellhop/hub/boxclient"
	"bellhop/hub/config"
	"bellhop/hub/crm"
	"bellhop/hub/customize"
	"bellhop/hub/demo"
	"bellhop/hub/exchange"
	"bellhop/hub/files"
	"bellhop/hub/live"
	"bellhop/hub/modules/all"
	"bellhop/hub/print"
	"bellhop/hub/records"
	"bellhop/hub/rights"
	"bellhop/hub/store"
	"bellhop/hub/telephony"
	"bellhop/web"
)

var version = "dev" // set by the linker

func main() {
	if len(os.Args) > 1 && backupCommands[os.Args[1]] != nil {
		if err := runBackup(context.Background(), os.Args[1], os.Args[2:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
			fail(err)
		}
		return
	}
	if len(os.Args) > 1 && logCommands[os.Args[1]] != nil {
		if err := runLogs(context.Background(), os.Args[1], os.Args[2:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
			fail(err)
		}
		return
	}
	cfg, err := config.Read(os.Args[1:], os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fail(err)
	}
	if cfg.Version {
		fmt.Println(version)
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err = run(ctx, cfg)
	for errors.Is(err, errAgain) && ctx.Err() == nil {
		cfg.Demo = false // an office that was restored is filled
		err = run(ctx, cfg)
	}
	if err != nil && !errors.Is(err, errAgain) {
		fail(err)
	}
}

// errAgain ends run when the hub is to begin anew, on a state that was restored.
var errAgain = errors.New("begin again")

func fail(err error) {
	fmt.Fprintln(os.Stderr, "bellhop-hub:", err)
	os.Exit(1)
}

// run builds the hub's parts in order and serves until ctx ends.
func run(ctx context.Context, cfg config.Config) (err error) {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	log, err := newLog(cfg.Log)
	if err != nil {
		return err
	}
	listener, err := listen(cfg.Listen)
	if err != nil {
		return err
	}
	defer listener.Close()
	var encrypted net.Listener
	if cfg.HTTPS != "" {
		if encrypted, err = listen(cfg.HTTPS); err != nil {
			return err
		}
		defer encrypted.Close()
	}

	schema, err := crm.Compile(append(all.Modules,
		crm.Module{Name: "hub", Labels: api.Labels},
		crm.Module{Name: "telephony", Labels: telephony.Labels}, crm.Module{Name: "rights", Labels: rights.Labels}, crm.Module{Name: "exchange", Labels: exchange.Labels}, crm.Module{Name: "print", Labels: print.Labels},
		crm.Module{Name: "backup", Labels: backup.Labels},
	))
	if err != nil {
		return err
	}
	held, err := lock(cfg.Data)
	if err != nil {
		return err
	}
	defer held.Close()
	source := cfg.Database
	if source == "" {
		source = filepath.Join(cfg.Data, "hub.db")
	}
	settled, err := backup.Settle(ctx, cfg.Data, source, log)
	if err != nil {
		return err
	}
	if cfg.Demo {
		if err := demo.Make(ctx, os.Stdout, source, schema); err != nil {
			return fmt.Errorf("demo office: %w", err)
		}
	}
	db, err := store.Open(ctx, source)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.Prepare(ctx, schema); err != nil {
		return err
	}
	if err := db.Upkeep(ctx); err != nil {
		return err
	}
	if settled != nil {
		if err := restored(ctx, db, cfg.Data, settled, log); err != nil {
			return err
		}
	}
	office := records.New(db, schema)
	custom := customize.New(db, office, log)
	if err := custom.Load(ctx); err != nil {
		return err
	}
	defer custom.Wait()
	guard := auth.New(db)

	streams := live.New()
	calls := telephony.New(db, office, streams, log)
	office.AddSource(calls)
	defer api.TellChanges(office, streams, log)()
	custom.OnChange(func(rev int64) { streams.PublishAll("changed", "meta", changedMeta{"meta", "0", rev}) })
	guard.OnEnd(ended(streams))

	uploads, err := files.New(filepath.Join(cfg.Data, "files"), db, office)
	if err != nil {
		return err
	}
	office.SetOffice(records.Office{Files: uploads.Attachable, FindFiles: uploads.Find})

	saver := backup.New(backup.Parts{Store: db, Source: source, Data: cfg.Data, Version: version, Sounds: soundsOf(cfg, calls), Live: streams, Log: log,
		Restart: func() { end(errAgain) }, Changed: calls.ChangedSettings, Warned: calls.ShowBackup})
	watch := audit.New(db, office, streams, log)
	traffic := exchange.New(exchange.Parts{Store: db, Records: office, Audit: watch, Live: streams, Dir: filepath.Join(cfg.Data, "imports"), Log: log})
	server := api.New(api.Parts{
		Store: db, Records: office, Auth: guard, Customize: custom, Page: web.Page(), Log: log, Audit: watch, Files: uploads,
		Exchange:  traffic,
		Print:     print.New(print.Parts{Store: db, Records: office, Font: cfg.Font, Log: log}),
		Backup:    saver,
		Telephony: api.Telephony{Service: calls, Live: streams}, ChangedSettings: calls.ChangedSettings,
	})
	if err := calls.Start(ctx, boxes(cfg, log)...); err != nil {
		return err
	}
	defer calls.Close()
	if err := traffic.Start(ctx); err != nil {
		return err
	}
	defer traffic.Close()
	if err := saver.Start(); err != nil {
		return err
	}
	defer saver.Close()
	go sweep(ctx, guard, log)
	reading := make(chan struct{})
	go func() { uploads.Run(ctx, log); close(reading) }()
	defer func() { <-reading }()
	watching, stopWatching := context.WithCancel(ctx)
	watched := make(chan struct{})
	go func() { watch.Run(watching); close(watched) }()
	defer func() { stopWatching(); <-watched }()

	thrifty()
	log.Info("hub started", "version", version, "address", listener.Addr(), "data", cfg.Data)
	if encrypted != nil {
		log.Info("pages are encrypted", "address", encrypted.Addr())
		if listener, err = encrypt(ctx, cfg, db, listener, encrypted); err != nil {
			return err
		}
	}
	if err := serve(ctx, server, streams, listener); err != nil {
		return err
	}
	if errors.Is(context.Cause(ctx), errAgain) {
		return errAgain
	}
	return nil
}

// memoryLimit is where the collector begins to work harder: the box has one gigabyte for
// everything, and the database's own cache comes on top. GOMEMLIMIT overrules it.
const memoryLimit = 96 << 20

// thrifty gives back what only the start needed.
func thrifty() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	debug.FreeOSMemory()
}

// serve answers until ctx ends. Streams are closed first: requests under way are
// waited for, and a stream never ends by itself.
func serve(ctx context.Context, server *api.Server, streams *live.Hub, listener net.Listener) error {
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	streams.Close()
	patience, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := server.Shutdown(patience); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

// listen says in one sentence what to do when the port is taken.
func listen(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s is already in use: stop the other program or choose another address with -listen", address)
	}
	return l, err
}

func newLog(level string) (*slog.Logger, error) {
	var least slog.Level
	if err := least.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("log level %q: choose debug, info, warn or error", level)
	}
	return slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{Level: least})), nil
}

func boxes(cfg config.Config, log *slog.Logger) []*boxclient.Client {
	if cfg.Box == "" {
		return nil
	}
	return []*boxclient.Client{boxclient.New(cfg.Box, "", log).TokenFrom(cfg.BoxTokenFile)}
}

// changedMeta tells open pages that the definitions are others now; they fetch them anew.
type changedMeta struct {
	Entity string `json:"entity"`
	ID     string `json:"id"`
	Rev    int64  `json:"rev"`
}

// ended sends "bye" to the pages of sessions that are over.
func ended(streams *live.Hub) func(auth.Ended) {
	return func(e auth.Ended) {
		if e.Session != "" {
			streams.EndSession(e.Session, e.Reason)
			return
		}
		streams.EndUser(e.User, e.Kept, e.Reason)
	}
}

// sweep removes old sessions now and then.
func sweep(ctx context.Context, guard *auth.Auth, log *slog.Logger) {
	tick := time.NewTicker(30 * time.Second) // login hours end on time
	defer tick.Stop()
	for {
		if err := guard.Sweep(ctx); err != nil && ctx.Err() == nil {
			log.Error("old sessions not removed", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
