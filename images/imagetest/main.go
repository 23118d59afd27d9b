// Command imagetest starts the box's card in an emulated machine and checks what a
// person would: the page answers, the technician's menu answers on the serial line, the
// root can't be written, no unit has failed, data are there after a restart.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"bellhop/images/qemu"
)

func main() {
	card := flag.String("card", "var/image/bellhop.img", "image of the card; it is copied")
	bundle := flag.String("update", "var/image/bellhop.update", "update to install then; empty for none")
	port := flag.Int("port", 18080, "on this machine, for the page")
	verbose := flag.Bool("v", false, "show the console")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *card, *bundle, *port, *verbose); err != nil {
		fmt.Fprintln(os.Stderr, "✗", err)
		os.Exit(1)
	}
}

// patience is far more than a start takes, on a machine that is busy too.
const patience = 10 * time.Minute

type test struct {
	ctx     context.Context
	machine *qemu.Machine
	url     string
	browser http.Client
}

func run(ctx context.Context, image, bundle string, port int, verbose bool) error {
	dir, err := os.MkdirTemp("", "imagetest")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	card := filepath.Join(dir, "card")
	if out, err := exec.CommandContext(ctx, "cp", "--sparse=always", image, card).CombinedOutput(); err != nil {
		return fmt.Errorf("copy: %w: %s", err, out)
	}
	const cardSize = 4 << 30 // larger than the image, as a real one
	if err := os.Truncate(card, cardSize); err != nil {
		return err
	}
	jar, _ := cookiejar.New(nil)
	t := &test{ctx: ctx, url: fmt.Sprintf("http://127.0.0.1:%d", port), browser: http.Client{Timeout: 10 * time.Second, Jar: jar}}
	t.machine = &qemu.Machine{
		Card: card, Dir: dir, MB: 1024, Ports: fmt.Sprintf("hostfwd=tcp:127.0.0.1:%d-:80", port),
		// On a busy machine the emulated one is late for its watchdog, which the box's own
		// is not. A root shell on the second serial port, for the test alone: the card itself
		// offers none.
		Extra: "systemd.watchdog_sec=600 systemd.mask=getty@tty1.service systemd.debug_shell=ttyS0", Shell: filepath.Join(dir, "shell"),
	}
	if verbose {
		t.machine.Log = os.Stdout
	}
	if err := t.firstStart(); err != nil {
		return err
	}
	t.machine.Disk = bundle
	if err := t.secondStart(); err != nil || bundle == "" {
		return err
	}
	return t.trial()
}

func (t *test) firstStart() error {
	r, err := t.machine.Boot(t.ctx)
	if err != nil {
		return err
	}
	defer r.Cut()
	if err := t.pageAnswers(r); err != nil {
		return err
	}
	fmt.Printf("  BOX-01 the page answers %.0f s after power-on\n", r.Age().Seconds())
	if err := menu(r); err != nil {
		return err
	}
	fmt.Printf("  BOX-04 the technician's menu answers on the serial line (%.0f s)\n", r.Age().Seconds())
	for _, c := range []struct{ about, command, want string }{
		{"BOX-11 the root can't be written", "touch /x 2>&1; touch /usr/bin/x 2>&1", "Read-only file system"},
		{"BOX-01 no unit has failed", "systemctl is-system-running --wait", "running"},
		{"BOX-01 the data partition has grown to the card's end", "[ $(df --output=size -BM /data | tail -1 | tr -d M) -gt 3000 ] && echo lar''ge", "large"},
		{"BOX-13 the release is known, slot A runs", "bellhop-update status", `"slot": "A"`},
		{"BOX-06 the service that switches off and resets is there", "systemctl is-active bellhop-system", "active"},
	} {
		out, err := r.Shell(patience, c.command)
		if err != nil {
			return fmt.Errorf("%s: %w", c.about, err)
		}
		if !strings.Contains(out, c.want) {
			more, _ := r.Shell(patience, "systemctl --failed --no-legend; journalctl -p warning -b --no-pager | tail -40")
			return fmt.Errorf("%s: %q, want %q\n%s", c.about, out, c.want, more)
		}
		fmt.Println(" ", c.about)
	}
	used, err := r.Shell(patience, "free -m; systemd-analyze; date > /data/kept; sync /data/kept; sha256sum /data/box.token /data/hub/hub.db /data/kept; lsblk -o NAME,SIZE,MOUNTPOINTS")
	if err != nil {
		return err
	}
	fmt.Println(indent(used))
	if out, err := r.Shell(patience, "sha256sum /data/box.token /data/kept > /data/sums; sync; echo kept"); err != nil || !strings.Contains(out, "kept") {
		return errors.Join(err, errors.New(out))
	}
	if err := r.ShellOnly("systemctl reboot"); err != nil {
		return err
	}
	if err := r.Ended(patience); err != nil {
		return fmt.Errorf("restart: %w", err)
	}
	return nil
}

func (t *test) secondStart() error {
	r, err := t.machine.Boot(t.ctx)
	if err != nil {
		return err
	}
	defer r.Cut()
	if err := t.pageAnswers(r); err != nil {
		return err
	}
	fmt.Printf("  BOX-11 after a restart the page answers in %.0f s\n", r.Age().Seconds())
	out, err := r.Shell(patience, "sha256sum -c /data/sums; systemctl is-system-running --wait")
	if err != nil {
		return err
	}
	if strings.Count(out, ": OK") != 2 || !strings.Contains(out, "running") {
		return fmt.Errorf("data after a restart: %s", out)
	}
	fmt.Println("  BOX-11 what was written before is there")
	if t.machine.Disk == "" {
		return nil
	}
	began := time.Now()
	if out, err := r.Shell(3*patience, "bellhop-update install /dev/vdb 2>&1 | tail -1"); err != nil || !strings.Contains(out, "is written") {
		return fmt.Errorf("install: %w: %s", err, out)
	}
	fmt.Printf("  BOX-13 an update is written to slot B and read back in %.0f s\n", time.Since(began).Seconds())
	if err := r.ShellOnly("bellhop-update try"); err != nil {
		return err
	}
	return r.Ended(patience)
}

// trial starts into the update and waits until it is kept.
func (t *test) trial() error {
	t.machine.Disk = ""
	r, err := t.machine.Boot(t.ctx)
	if err != nil {
		return err
	}
	defer r.Cut()
	if err := t.pageAnswers(r); err != nil {
		return err
	}
	for r.Age() < patience {
		out, err := r.Shell(patience, "bellhop-update status; sha256sum -c /data/sums")
		if err != nil {
			return err
		}
		if strings.Contains(out, `"kept": true`) && strings.Contains(out, `"selected": "B"`) && strings.Count(out, ": OK") == 2 {
			fmt.Printf("  BOX-13 slot B runs, is healthy and kept after %.0f s, data intact\n", r.Age().Seconds())
			return nil
		}
		time.Sleep(2 * time.Second)
	}
	out, _ := r.Shell(patience, "bellhop-update status; journalctl -u bellhop-settle --no-pager | tail -5")
	return fmt.Errorf("the update was not kept: %s", out)
}

// pageAnswers waits until the hub serves.
func (t *test) pageAnswers(r *qemu.Run) error {
	for r.Age() < patience && !r.Over() {
		if body, err := t.get("/api/health"); err == nil && bytes.Contains(body, []byte(`"ok":true`)) {
			page, err := t.get("/")
			if err == nil && !bytes.Contains(page, []byte("<html")) {
				err = fmt.Errorf("the page is %q", page[:min(len(page), 80)])
			}
			return err
		}
		select {
		case <-t.ctx.Done():
			return t.ctx.Err()
		case <-time.After(300 * time.Millisecond):
		}
	}
	return fmt.Errorf("the page did not answer within %.0f s (ended: %v):\n%s", r.Age().Seconds(), r.Over(), tail(r.Console()))
}

func (t *test) get(path string) ([]byte, error) {
	a, err := t.browser.Get(t.url + path)
	if err != nil {
		return nil, err
	}
	defer a.Body.Close()
	if a.StatusCode != http.StatusOK {
		return nil, errors.New(a.Status)
	}
	return io.ReadAll(a.Body)
}

// menu asks for the state, as a technician does.
func menu(r *qemu.Run) error {
	var err error
	for range 60 { // Enter shows it, once it is there
		r.Type("\r")
		if err = r.Prompt(5*time.Second, "Status"); err == nil {
			break
		}
	}
	if err != nil {
		return err
	}
	r.Type("1\r")
	return r.Prompt(time.Minute, "rpi")
}

func tail(s string) string { return s[max(0, len(s)-3000):] }

func indent(s string) string {
	return "    " + strings.ReplaceAll(strings.TrimSpace(s), "\n", "\n    ")
}
