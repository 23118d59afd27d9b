// Package console is the technician's menu: numbers and plain sentences for a serial
// terminal of 80 columns, no colours, no cursor keys, the same words every time, so
// that a script can use it too. The box serves it on a pseudo-terminal (Run) or on a
// real serial port (RunSerial); Attach joins a terminal to the former.
//
//	go console.Run(ctx, "var/console", console.Config{
//		Status: …, Addresses: …, Listen: …, Emit: …, Restart: …, Log: log,
//	})
//	err := console.Attach("var/console", os.Stdin, os.Stdout) // bellhop-firmware console
package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"bellhop/drivers/pty"
	"bellhop/firmware/boxapi"

	"go.bug.st/serial"
)

// Config says what the menu shows and does. Status and Emit are required; an item
// whose function is missing says that this box can't do it.
type Config struct {
	Status    func() boxapi.Status
	Addresses func() []string // where a browser finds the system
	// Listen tells what a line's ears hear, a line of text each, until ctx ends.
	Listen  func(ctx context.Context, line int) <-chan string
	Emit    func(boxapi.Event) error // returns once the event is on disk
	Restart func()                   // must not wait for the console
	Machine Machine
	Ring    func(line int) error  // plays a call into a simulated line; nil on a real one
	Support func(io.Writer) error // writes the support bundle
	From    string                // where the technician sits, for the log: "serial", "ssh 192.168.1.7"
	OnLeave func()                // the user pressed Ctrl-D; nil where the line stays open for the next
	Log     *slog.Logger
}

// Machine changes the box's system: see boxapi's system requests. A box without one says
// so.
type Machine interface {
	Ask(ctx context.Context, op string, in, out any) error
	Shell(ctx context.Context, pin string) (io.ReadWriteCloser, error)
}

const retryEvery = 2 * time.Second

// Run serves the menu on a pseudo-terminal to which link points, until ctx ends.
func Run(ctx context.Context, link string, cfg Config) error {
	p, err := pty.Open()
	if err != nil {
		return err
	}
	defer p.Close()
	if err := p.Link(link); err != nil {
		return fmt.Errorf("link console: %w", err)
	}
	defer os.Remove(link)
	stop := context.AfterFunc(ctx, func() { p.Close() })
	defer stop()
	for {
		if err := p.Wait(ctx); err != nil {
			return ended(ctx, err)
		}
		if err := serve(ctx, p, cfg, false); err != nil { // Attach asks for the menu
			return ended(ctx, err)
		}
	}
}

// RunSerial serves the menu on a serial device, opening it again when it was
// unplugged, until ctx ends.
func RunSerial(ctx context.Context, device string, baud int, cfg Config) error {
	for ctx.Err() == nil {
		p, err := serial.Open(device, &serial.Mode{BaudRate: baud})
		if err == nil {
			stop := context.AfterFunc(ctx, func() { p.Close() })
			err = Serve(ctx, p, cfg)
			stop()
			p.Close()
		}
		if cfg.Log != nil && ctx.Err() == nil {
			cfg.Log.Warn("serial console", "port", device, "error", err)
		}
		t := time.NewTimer(retryEvery)
		select {
		case <-ctx.Done():
		case <-t.C:
		}
		t.Stop()
	}
	return ctx.Err()
}

func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// Serve runs the menu for one user of rw; nil when that user has gone. It reads rw to
// its end, which is up to whoever closes it.
func Serve(ctx context.Context, rw io.ReadWriter, cfg Config) error {
	return serve(ctx, rw, cfg, true)
}

// serve shows the menu at once if greet, else when Enter is pressed.
func serve(ctx context.Context, rw io.ReadWriter, cfg Config, greet bool) error {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	m := &menu{cfg: cfg, t: newTerminal(ctx, rw)}
	m.t.onLeave = cfg.OnLeave
	err := m.run(ctx, greet)
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return err
}

// menu is one user's dialogue.
type menu struct {
	cfg Config
	t   *terminal
}

// item is one line of the menu.
type item struct {
	key, label string
	do         func(*menu, context.Context) error
}

// items is the menu. The texts are stable: scripts look for them.
func items() []item {
	return []item{
		{"1", "Status", (*menu).status},
		{"2", "Network", (*menu).network},
		{"3", "Wi-Fi", (*menu).wifi},
		{"4", "Date and time", (*menu).clock},
		{"5", "Line level and live decode", (*menu).live},
		{"6", "Line and modem test", (*menu).test},
		{"7", "Reset administrator password", (*menu).resetPassword},
		{"8", "Backup and restore", (*menu).backup},
		{"9", "Update and roll back", (*menu).update},
		{"10", "Logs", (*menu).logs},
		{"11", "Support bundle", (*menu).support},
		{"12", "Factory reset", (*menu).factoryReset},
		{"13", "Shell (asks for the PIN of this box)", (*menu).shell},
		{"14", "Restart or switch off", (*menu).power},
		{"0", "Show this menu again (Ctrl-] leaves)", (*menu).draw},
	}
}

const prompt = "\nChoose a number and press Enter: "

func (m *menu) run(ctx context.Context, greet bool) error {
	question := ""
	if greet {
		if err := m.draw(ctx); err != nil {
			return err
		}
		question = prompt
	}
	for ; ; question = prompt {
		choice, err := m.t.ask(question)
		if errors.Is(err, errCancelled) {
			continue
		}
		if err != nil {
			return err
		}
		if err := m.choose(ctx, strings.TrimSpace(choice)); err != nil && !errors.Is(err, errCancelled) {
			return err
		}
	}
}

func (m *menu) choose(ctx context.Context, choice string) error {
	if choice == "" {
		return m.draw(ctx)
	}
	for _, i := range items() {
		if i.key == choice {
			return i.do(m, ctx)
		}
	}
	return m.t.print("%q is not in the menu.\nType one of the numbers 0 to %d, then Enter.\n", short(choice), len(items())-1)
}

func (m *menu) draw(context.Context) error {
	s := m.cfg.Status()
	var b strings.Builder
	fmt.Fprintf(&b, "\nBELLHOP technician's console, version %s, board %s\n", s.Version, s.Board)
	b.WriteString(strings.Repeat("-", 78) + "\n")
	for _, i := range items() {
		fmt.Fprintf(&b, "  %2s  %s\n", i.key, i.label)
	}
	return m.t.print("%s", b.String())
}

// short keeps what is shown of a user's input to one line.
func short(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
