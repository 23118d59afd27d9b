package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/valyala/fasthttp"
)

// program is a server being measured.
type program struct {
	cmd *exec.Cmd
	url string
	log string
}

// start runs a server on a spare port of loopback and waits until it answers.
func start(ctx context.Context, health, log, name string, args func(address string) []string) (*program, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := l.Addr().String()
	l.Close()
	out, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	p := &program{cmd: exec.CommandContext(ctx, name, args(address)...), url: "http://" + address, log: log}
	p.cmd.Stdout, p.cmd.Stderr = out, out
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	for range 600 {
		if status, _, err := fasthttp.GetTimeout(nil, p.url+health, time.Second); err == nil && status == 200 {
			return p, nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	p.stop()
	return nil, fmt.Errorf("%s does not answer; %s says why", name, log)
}

func (p *program) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	_ = p.cmd.Wait()
}

// rss is the resident memory in bytes.
func (p *program) rss() (int64, error) { return p.memory("VmRSS:") }

// peak is the most that rss was since forgetPeak.
func (p *program) peak() (int64, error) { return p.memory("VmHWM:") }

func (p *program) forgetPeak() error {
	const peakOnly = "5" // proc(5), clear_refs
	return os.WriteFile(filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), "clear_refs"), []byte(peakOnly), 0)
}

func (p *program) memory(name string) (int64, error) {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), "status"))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name); ok {
			kB, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kB * 1024, err
		}
	}
	return 0, errors.New("no " + name)
}

// cpu is the processor time used so far. Where others use the machine too it tells more
// than the clock.
func (p *program) cpu() time.Duration {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), "stat"))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	var ticks int64
	for _, f := range fields[11:13] { // utime, stime
		n, _ := strconv.ParseInt(f, 10, 64)
		ticks += n
	}
	const perSecond = 100 // USER_HZ, on every Linux of today
	return time.Duration(ticks) * time.Second / perSecond
}
