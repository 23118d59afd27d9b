package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"bellhop/board"
	"bellhop/board/all"
	"bellhop/firmware/boxapi"
	"bellhop/firmware/boxserver"
	"bellhop/firmware/config"
	"bellhop/firmware/console"
	"bellhop/firmware/line"
	"bellhop/firmware/outbox"
	"bellhop/firmware/recorder"
	"bellhop/firmware/scope"
	"bellhop/firmware/sms"
	"bellhop/firmware/support"
	"bellhop/firmware/system"
)

// errRestart ends run when somebody asked for a new start.
var errRestart = errors.New("restart")

// box is the firmware at work: its parts, in the order they are made.
type box struct {
	cfg       config.Config
	log       *slog.Logger
	board     board.Board
	startedAt time.Time
	id, boot  string

	clock    clock
	machine  machineBelow
	kept     *support.Log // the last lines of the log
	lock     *os.File
	outbox   *outbox.Outbox
	recorder *recorder.Recorder
	captures *line.Captures
	lines    []*boxLine
	lamps    lamps
	panel    panel
	// backupFailed is what the hub last said of the backups it makes.
	backupFailed atomic.Bool
	scope        *scope.Taps
	texts        *texts
	results      *boxserver.Results
	listener     net.Listener
	server       *http.Server

	restart context.CancelCauseFunc
}

// run builds the parts and keeps them running until ctx ends.
func run(ctx context.Context, cfg config.Config, kept *support.Log, log *slog.Logger) (err error) {
	ctx, restart := context.WithCancelCause(ctx)
	defer restart(nil)
	b := &box{cfg: cfg, log: log, kept: kept, startedAt: time.Now(), restart: restart}
	defer func() { err = errors.Join(err, b.close()) }()
	if err := b.open(); err != nil {
		return err
	}
	b.serve(ctx)
	if errors.Is(context.Cause(ctx), errRestart) {
		return errRestart
	}
	return nil
}

// open makes the parts, each of which may use those before it.
func (b *box) open() error {
	for _, part := range []func() error{
		b.openBoard, b.openListener, b.openData, b.openOutbox, b.openRecorder,
		b.openLines, b.openLamps, b.openTexts, b.openServer, b.reportStart, b.openClock,
	} {
		if err := part(); err != nil {
			return err
		}
	}
	b.log.Info("box started", "board", b.board.Name, "lines", len(b.lines), "box", b.id, "version", version, "listen", b.listener.Addr().String())
	return nil
}

// serve runs the parts until ctx ends; then the lines first, so that their last
// events still reach the disk.
func (b *box) serve(ctx context.Context) {
	var lines, others sync.WaitGroup
	for _, l := range b.lines {
		lines.Go(func() { l.Run(ctx) })
	}
	others.Go(func() { b.recorder.Run(ctx) })
	others.Go(func() { b.serveTexts(ctx) })
	others.Go(func() { b.serveConsole(ctx) })
	others.Go(func() { b.serveLamps(ctx) })
	others.Go(func() { b.serveSSH(ctx) })
	others.Go(func() { b.watchClock(ctx) })
	others.Go(func() { b.serveButton(ctx) })
	others.Go(func() { b.serveDisplay(ctx) })
	go b.server.Serve(b.listener)
	<-ctx.Done()
	b.log.Info("stopping", "why", context.Cause(ctx))
	lines.Wait()
	others.Wait()
	b.captures.Wait()
	b.recorder.Wait()
}

// close gives back what was opened, in reverse.
func (b *box) close() error {
	var errs []error
	if b.texts != nil {
		errs = append(errs, b.texts.close())
	}
	if b.outbox != nil {
		errs = append(errs, b.outbox.Close()) // ends the followers, who have everything then
	}
	if b.server != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		b.server.Shutdown(ctx)
		cancel()
		b.server.Close()
	}
	if b.results != nil {
		errs = append(errs, b.results.Close())
	}
	if b.listener != nil {
		b.listener.Close()
	}
	if b.lock != nil {
		errs = append(errs, b.lock.Close())
	}
	return errors.Join(errs...)
}

func (b *box) openBoard() error {
	found, err := all.Lookup(b.cfg.Board)
	if err != nil {
		return err
	}
	var devices []string
	if b.cfg.Sound != "" {
		devices = strings.Split(b.cfg.Sound, ",")
	}
	b.board, err = found.WithLines(b.cfg.Lines, devices)
	return err
}

func (b *box) openListener() error {
	var err error
	b.listener, err = net.Listen("tcp", b.cfg.Listen)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("the address %s is already in use: another firmware runs, or another program; stop it or choose another with -listen", b.cfg.Listen)
	}
	return err
}

func (b *box) openData() error {
	if err := os.MkdirAll(b.cfg.Data, 0o700); err != nil {
		return err
	}
	var err error
	if b.lock, err = os.OpenFile(filepath.Join(b.cfg.Data, "lock"), os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return err
	}
	if err := syscall.Flock(int(b.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return fmt.Errorf("the folder %s is in use by another firmware; stop it or choose another with -data", b.cfg.Data)
	}
	b.boot = randomID()
	b.machine = machineBelow{system.Dial(b.cfg.System)}
	if b.kept == nil {
		b.kept = &support.Log{}
	}
	b.id, err = keptID(filepath.Join(b.cfg.Data, "box-id"))
	return err
}

func randomID() string {
	var b [8]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// keptID is the same for the life of the data folder.
func keptID(path string) (string, error) {
	b, err := os.ReadFile(path)
	if id := strings.TrimSpace(string(b)); err == nil && id != "" {
		return id, nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	id := randomID()
	if err := os.WriteFile(path+".new", []byte(id+"\n"), 0o600); err != nil {
		return "", err
	}
	return id, os.Rename(path+".new", path)
}

func (b *box) openOutbox() (err error) {
	b.outbox, err = outbox.Open(filepath.Join(b.cfg.Data, "outbox"), b.log)
	return err
}

// report is how every part tells what happened.
func (b *box) report(e boxapi.Event) outbox.Ticket {
	e.Box, e.Boot = b.id, b.boot
	if e.At == 0 {
		e.At = time.Now().UnixMilli()
	}
	return b.outbox.Append(e)
}

func (b *box) openRecorder() (err error) {
	b.recorder, err = recorder.New(recorder.Config{
		Dir:     filepath.Join(b.cfg.Data, "recordings"),
		Options: filepath.Join(b.cfg.Data, "recording.json"),
		Default: boxapi.SetRecording{Incoming: b.cfg.RecordIncoming, Outgoing: b.cfg.RecordOutgoing},
		Floor:   b.cfg.DiskFloorMB << 20, Encoder: b.cfg.Encoder, Append: b.report, Log: b.log,
	})
	return err
}

func (b *box) openServer() error {
	token, err := boxserver.Token(b.cfg.TokenFile)
	if err != nil {
		return fmt.Errorf("token: %w", err)
	}
	if b.results, err = boxserver.OpenResults(filepath.Join(b.cfg.Data, "results")); err != nil {
		return err
	}
	b.server = &http.Server{
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          slog.NewLogLogger(b.log.Handler(), slog.LevelDebug),
		Handler: boxserver.New(boxserver.Config{
			Token: token, Outbox: b.outbox, Results: b.results, Handler: b, Log: b.log,
			Recordings: filepath.Join(b.cfg.Data, "recordings"), Captures: filepath.Join(b.cfg.Data, "captures"),
			Scope: b.scope, Machine: b.machine, Support: b.support, PIN: b.pin,
		}),
	}
	return nil
}

// raisedAnew are the alerts that each run finds out for itself; the others' owners
// remember them over a restart.
var raisedAnew = map[string]bool{
	"clock": true, "line-fault": true, "disk-full": true, "disk-low": true, "encoder": true, alertResetAsked: true,
}

// reportStart tells that a new run begins and brings to an end what the last one left
// open.
func (b *box) reportStart() error {
	open := b.outbox.State()
	started := &boxapi.BoxStarted{Version: version, Board: b.board.Name}
	for _, l := range b.lines {
		started.Lines = append(started.Lines, l.Status().Line)
	}
	b.report(boxapi.Event{BoxStarted: started})
	for _, c := range open.Calls {
		b.report(b.interrupted(c))
	}
	for _, a := range open.Alerts {
		if !raisedAnew[a.Kind] {
			continue
		}
		a.Raised = false
		b.report(boxapi.Event{AlertChanged: &a})
	}
	return b.recorder.Salvage(open.Recordings)
}

// interrupted closes a call that was in progress when the firmware died. When that was
// is known, to the half second, where the call was recorded.
func (b *box) interrupted(c outbox.Call) boxapi.Event {
	e := boxapi.Event{CallEnded: &boxapi.CallEnded{Call: c.Call, Outcome: boxapi.OutcomeInterrupted, Why: "restart"}}
	if at, ok := b.recorder.LastSound(c.Call); ok && c.AnsweredAt > 0 && at > c.AnsweredAt {
		e.At, e.CallEnded.TalkMS = at, at-c.AnsweredAt
	}
	return e
}

func (b *box) serveConsole(ctx context.Context) {
	var parts sync.WaitGroup
	if b.cfg.Console != "" {
		parts.Go(func() { b.consoleEnded(ctx, console.Run(ctx, b.cfg.Console, b.consoleConfig("console"))) })
	}
	if b.cfg.SerialConsole != "" {
		const baud = 115200
		parts.Go(func() {
			b.consoleEnded(ctx, console.RunSerial(ctx, b.cfg.SerialConsole, baud, b.consoleConfig("serial")))
		})
	}
	parts.Wait()
}

func (b *box) consoleEnded(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil {
		b.log.Error("no technician's console", "err", err)
	}
}

// Status is the box as it is now.
func (b *box) Status() boxapi.Status {
	s := boxapi.Status{
		Box: b.id, Version: version, Board: b.board.Name, StartedAt: b.startedAt.UnixMilli(),
		FreeBytes: b.recorder.FreeBytes(), Pending: b.outbox.Pending(), Last: b.outbox.Last(),
		Recording: b.recorder.CurrentOptions(), Modems: []boxapi.ModemChanged{},
	}
	for _, l := range b.lines {
		s.Lines = append(s.Lines, l.Status())
	}
	if b.texts != nil {
		s.Modems = append(s.Modems, b.texts.service.Modem())
	}
	return s
}

// Do carries out a command.
func (b *box) Do(_ context.Context, c boxapi.Command) boxapi.Result {
	switch {
	case c.SendSMS != nil:
		return b.sendSMS(c.ID, *c.SendSMS)
	case c.SetRecording != nil:
		return result("disk", b.recorder.SetOptions(*c.SetRecording))
	case c.Record != nil:
		return b.record(*c.Record)
	case c.Simulate != nil:
		return b.simulate(*c.Simulate)
	case c.ShowBackup != nil:
		b.backupFailed.Store(c.ShowBackup.Failed)
		return boxapi.Result{}
	case c.ConfirmFactoryReset != nil:
		err := b.confirmReset()
		if errors.Is(err, errNotAsked) {
			return result("not-asked", err)
		}
		return result("machine", err)
	case c.Restart != nil:
		// After the answer has gone out.
		time.AfterFunc(100*time.Millisecond, func() { b.restart(errRestart) })
		return boxapi.Result{}
	}
	return boxapi.Result{Error: "unknown-command"}
}

func result(key string, err error) boxapi.Result {
	if err == nil {
		return boxapi.Result{}
	}
	return boxapi.Result{Error: key, Detail: err.Error()}
}

func (b *box) sendSMS(id string, s boxapi.SendSMS) boxapi.Result {
	if b.texts == nil {
		return boxapi.Result{Error: "no-modem", Detail: "this box has no GSM modem"}
	}
	err := b.texts.service.Submit(id, s.To, s.Text)
	return result(sms.Key(err), err)
}
