package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"bellhop/firmware/boxapi"
	"bellhop/firmware/config"
	"bellhop/firmware/console"
	"bellhop/firmware/support"
	"bellhop/firmware/system"
)

// serveSystem is the service with the administrator's rights.
func serveSystem(args []string) error {
	f := flag.NewFlagSet("bellhop-firmware system", flag.ContinueOnError)
	f.String("config", "", "file of `lines` key = value; the keys are these flags")
	socket := f.String("socket", config.SystemSocket, "where requests are taken")
	group := f.String("group", "bellhop", "`group` that may ask; empty for the administrator alone")
	c := system.Config{Built: builtAt()}
	f.StringVar(&c.Keep, "keep", "/data/system", "folder of what is set")
	f.StringVar(&c.Data, "data", "/data", "folder that a factory reset erases")
	f.StringVar(&c.PINFile, "pin-file", "/data/box/pin", "file with the PIN of the box")
	f.StringVar(&c.Hub.User, "hub-user", "bellhop-hub", "`user` whose the hub's data are; empty for the service's own")
	f.StringVar(&c.Hub.Data, "hub-data", "/data/hub", "folder of the hub's data")
	f.StringVar(&c.Hub.TokenFile, "box-token-file", "/data/box.token", "file with the box's token")
	if err := config.Parse(f, args); err != nil {
		return err
	}
	c.Group = *group
	log, err := logger(os.Stderr, "info")
	if err != nil {
		return err
	}
	c.Log = log
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s := system.New(c)
	if err := s.Apply(ctx); err != nil {
		log.Error("not all settings of the machine took effect", "err", err)
	}
	return s.Serve(ctx, *socket)
}

// eraseIfAsked is run at each start before the others.
func eraseIfAsked(args []string) error {
	f := flag.NewFlagSet("bellhop-firmware erase", flag.ContinueOnError)
	f.String("config", "", "file of `lines` key = value; the keys are these flags")
	data := f.String("data", "/data", "folder that a factory reset erases")
	if err := config.Parse(f, args); err != nil {
		return err
	}
	done, err := system.EraseIfAsked(*data)
	if done {
		fmt.Println("everything in", *data, "is erased")
	}
	return err
}

// pin is the secret of this unit, kept beside the box's other data.
func (b *box) pin() (string, error) { return system.PIN(filepath.Join(b.cfg.Data, "pin")) }

// addresses are where a browser finds the system.
func (b *box) addresses() []string {
	port := ""
	if b.cfg.PagePort != 80 {
		port = ":" + strconv.Itoa(b.cfg.PagePort)
	}
	var out []string
	if host, err := os.Hostname(); err == nil {
		out = append(out, "http://"+strings.TrimSuffix(host, ".local")+".local"+port)
	}
	all, _ := net.InterfaceAddrs()
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && !n.IP.IsLoopback() {
			out = append(out, "http://"+n.IP.String()+port)
		}
	}
	return out
}

// consoleConfig is what the technician's menu shows and does, wherever he sits.
func (b *box) consoleConfig(from string) console.Config {
	c := console.Config{
		Status: b.Status, Addresses: b.addresses, Listen: b.listen, Log: b.log, From: from, Support: b.support,
		Emit:    func(e boxapi.Event) error { return b.report(e).Wait() },
		Restart: func() { b.restart(errRestart) },
		Machine: b.machine,
	}
	if b.board.Name == "sim" {
		c.Ring = func(line int) error {
			r := b.simulate(boxapi.Simulate{Ring: &boxapi.SimulateRing{Line: line, From: "13800138000", NoAnswer: true}})
			if r.Error != "" {
				return errors.New(r.Error)
			}
			return nil
		}
	}
	return c
}

// serveSSH lets a technician in over the network, where the box is told to.
func (b *box) serveSSH(ctx context.Context) {
	if b.cfg.SSH == "" {
		return
	}
	l, err := net.Listen("tcp", b.cfg.SSH)
	if err != nil {
		b.log.Error("no console over SSH", "err", err)
		return
	}
	s := console.SSH{HostKey: filepath.Join(b.cfg.Data, "ssh-host-key"), PIN: b.pin, Config: b.consoleConfig("ssh")}
	b.consoleEnded(ctx, s.Serve(ctx, l))
}

// machineBelow passes requests to the service below; see firmware/system.
type machineBelow struct{ *system.Client }

// Pass implements boxserver.Machine.
func (m machineBelow) Pass(op string, body json.RawMessage) (json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	return m.Client.Pass(ctx, op, body)
}

// support writes logs and state, without anything of customers.
func (b *box) support(w io.Writer) error {
	state, err := json.MarshalIndent(b.Status(), "", "  ")
	if err != nil {
		return err
	}
	parts := support.Parts{
		"box.json": string(state) + "\n", "version.txt": version + "\n", "firmware.log": b.kept.Text(),
		"load.txt": support.File("/proc/loadavg"), "memory.txt": support.File("/proc/meminfo"), "uptime.txt": support.File("/proc/uptime"),
		"mounts.txt": support.File("/proc/mounts"), "kernel.txt": support.File("/proc/version"), "disks.txt": support.File("/proc/diskstats"),
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for name, ask := range map[string]struct {
		op string
		in any
	}{
		"network.json": {"network", struct{}{}}, "clock.json": {"clock", struct{}{}}, "slots.json": {"update", struct{}{}},
		"journal.json": {"logs", map[string]any{"unit": "all", "lines": 3000}}, "kernel.json": {"logs", map[string]any{"unit": "kernel", "lines": 1000}},
	} {
		var answer json.RawMessage
		if err := b.machine.Ask(ctx, ask.op, ask.in, &answer); err != nil {
			answer = json.RawMessage(strconv.Quote(err.Error()))
		}
		parts[name] = strings.ReplaceAll(string(answer), `\n`, "\n") + "\n"
	}
	return support.Write(w, parts)
}

// keepLog keeps the last lines of the log for the support bundle.
func keepLog(next io.Writer, level string) (*support.Log, *slog.Logger, error) {
	kept := &support.Log{Next: next}
	log, err := logger(kept, level)
	return kept, log, err
}
