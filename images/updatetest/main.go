// Command updatetest tries updates in an emulated machine: good ones, bad ones, and the
// power cut in the middle. It prints a table, and fails unless every case ends on a
// working system with its data.
package main

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"bellhop/firmware/update"
	"bellhop/images/blank"
	"bellhop/images/card"
	"bellhop/images/qemu"
)

func main() {
	kernel := flag.String("kernel", "", "folder of the kernel")
	seed := flag.Uint64("seed", uint64(time.Now().UnixNano()), "of the moments at which the power is cut")
	cuts := flag.Int("cuts", 10, "how many times")
	verbose := flag.Bool("v", false, "show the console")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	began := time.Now()
	fmt.Printf("seed %d\n", *seed)
	if err := run(ctx, *kernel, *seed, *cuts, *verbose); err != nil {
		fmt.Fprintln(os.Stderr, "✗", err)
		os.Exit(1)
	}
	fmt.Printf("all passed in %.0f s\n", time.Since(began).Seconds())
}

// patience is far more than any step takes, on a machine that is busy too.
const patience = 4 * time.Minute

func run(ctx context.Context, kernel string, seed uint64, cuts int, verbose bool) error {
	dir, err := os.MkdirTemp("", "updatetest")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	t := &trial{ctx: ctx, dir: dir, random: rand.New(rand.NewPCG(seed, 0))}
	t.machine = &qemu.Machine{Card: filepath.Join(dir, "card"), Dir: dir, MB: 256}
	if verbose {
		t.machine.Log = os.Stdout
	}
	if err := t.prepare(kernel); err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	for _, c := range []struct {
		name string
		do   func() (string, error)
	}{
		{"first start", t.firstStart},
		{"good update", func() (string, error) { return t.good(v2) }},
		{"bad signature", func() (string, error) { return t.refused("forged") }},
		{"damaged file", func() (string, error) { return t.refused("damaged") }},
		{"older release", func() (string, error) { return t.refused("v1") }},
		{"broken program", func() (string, error) { return t.goesBack("broken", update.WhyUnhealthy) }},
		{"zeroed root", func() (string, error) { return t.goesBack("zeroed", update.WhyReset) }},
		{"watchdog bites", func() (string, error) { return t.goesBack("hang", update.WhyReset) }},
		{fmt.Sprintf("%d power cuts", cuts), func() (string, error) { return t.powerCuts(cuts) }},
	} {
		began := time.Now()
		result, err := c.do()
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		fmt.Printf("  %-16s %5.0f s  %s\n", c.name, time.Since(began).Seconds(), result)
	}
	return nil
}

const compatible = "bellhop-test"

var (
	v1 = update.Release{Version: "1", Sequence: 10, Compatible: compatible}
	v2 = update.Release{Version: "2", Sequence: 20, Compatible: compatible}
	v3 = update.Release{Version: "3", Sequence: 30, Compatible: compatible}
)

// trial is a box under test.
type trial struct {
	ctx     context.Context
	dir     string
	random  *rand.Rand
	machine *qemu.Machine

	works update.Release // what must run now
	slot  update.Slot
	acked int // lines of the log that the guest said are safe
}

func (t *trial) path(name string) string { return filepath.Join(t.dir, name) }

// prepare makes the systems, the card with the first of them, and the bundles.
func (t *trial) prepare(kernel string) error {
	for _, program := range []string{"./images/testroot", "./firmware/update/bellhop-update"} {
		c := exec.CommandContext(t.ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", t.path("bin")+"/", program)
		c.Env = append(os.Environ(), "GOOS=linux", "GOARCH=arm64", "CGO_ENABLED=0")
		if err := quietly(c); err != nil {
			return err
		}
	}
	for _, key := range []string{"key", "strange"} {
		if err := update.NewKey(t.path(key)); err != nil {
			return err
		}
	}
	if err := t.makeBoot(kernel); err != nil {
		return err
	}
	for name, r := range map[string]update.Release{
		"v1": v1, "v2": v2, "v3": v3, "broken": odd("broken", 40), "zeroed": odd("zeroed", 40), "hang": odd("hang", 40),
	} {
		if err := t.makeRoot(name, r); err != nil {
			return err
		}
		if err := t.makeBundle(name, name, r, "key"); err != nil {
			return err
		}
	}
	if err := errors.Join(t.makeBundle("forged", "v3", v3, "strange"), t.damage("v3", "damaged")); err != nil {
		return err
	}
	data := t.path("data")
	if err := quietly(exec.CommandContext(t.ctx, "mke2fs", "-q", "-t", "ext4", "-L", "data", data, "32M")); err != nil {
		return err
	}
	return card.Make(t.machine.Card, card.Layout{
		Signature: 0xbe11be11, Sizes: blank.Sizes{Select: 16 << 20, Boot: 32 << 20, Root: 16 << 20, Data: 32 << 20},
		BootA: t.path("boot"), RootA: t.path("v1.root"), Data: data,
	})
}

// odd is a release that misbehaves.
func odd(how string, sequence int64) update.Release {
	return update.Release{Version: how, Sequence: sequence, Compatible: compatible, Notes: map[string][]string{"test": {how}}}
}

func quietly(c *exec.Cmd) error {
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(c.Args, " "), err, out)
	}
	return nil
}

// makeBoot makes the boot partition all of them share. The kernel lies packed in it, as
// on the box's card.
func (t *trial) makeBoot(kernel string) error {
	in, err := os.Open(filepath.Join(kernel, "vmlinuz"))
	if err != nil {
		return err
	}
	defer in.Close()
	var packed strings.Builder
	z := gzip.NewWriter(&packed)
	if _, err := io.Copy(z, in); err != nil {
		return err
	}
	z.Close()
	out, err := os.Create(t.path("boot"))
	if err != nil {
		return err
	}
	const parameters = "console=serial0,115200 root=PARTUUID=00000000-00 rootwait ro init=/bin/testroot panic=3 oops=panic quiet"
	return errors.Join(blank.FormatFAT(out, 28<<20, "BOOT", []blank.File{
		{Name: "VMLINUZ", Content: []byte(packed.String())},
		{Name: "CONFIG.TXT", Content: []byte("arm_64bit=1\nkernel=VMLINUZ\n")},
		{Name: update.CommandLine, Content: []byte(parameters)},
	}), out.Close())
}

func (t *trial) makeRoot(name string, r update.Release) error {
	if name == "zeroed" {
		return os.WriteFile(t.path("zeroed.root"), make([]byte, 8<<20), 0o600)
	}
	tree := t.path(name + ".tree")
	for _, d := range []string{"proc", "sys", "dev", "tmp", "data", "bin", filepath.Dir(update.ReleaseFile), update.KeysDir} {
		if err := os.MkdirAll(filepath.Join(tree, d), 0o755); err != nil {
			return err
		}
	}
	text, _ := json.Marshal(r)
	err := os.WriteFile(filepath.Join(tree, update.ReleaseFile), text, 0o644)
	for from, to := range map[string]string{
		"bin/testroot": "bin/testroot", "bin/bellhop-update": "bin/bellhop-update", "key.pub": update.KeysDir + "/key.pub",
	} {
		err = errors.Join(err, os.Link(t.path(from), filepath.Join(tree, to)))
	}
	if err != nil {
		return err
	}
	return quietly(exec.CommandContext(t.ctx, "mksquashfs", tree, t.path(name+".root"), "-quiet", "-no-progress", "-comp", "gzip", "-no-xattrs", "-all-root"))
}

func (t *trial) makeBundle(name, root string, r update.Release, key string) error {
	private, err := update.ReadPrivateKey(t.path(key))
	if err != nil {
		return err
	}
	out, err := os.Create(t.path(name + ".bundle"))
	if err != nil {
		return err
	}
	err = update.Write(out, r, t.path("boot"), t.path(root+".root"), private)
	size, _ := out.Seek(0, io.SeekEnd)
	// A disk has whole sectors.
	return errors.Join(err, out.Truncate((size+511)/512*512), out.Close())
}

// damage changes a bit far inside a bundle.
func (t *trial) damage(from, to string) error {
	b, err := os.ReadFile(t.path(from + ".bundle"))
	if err != nil {
		return err
	}
	b[len(b)*9/10] ^= 4
	return os.WriteFile(t.path(to+".bundle"), b, 0o600)
}

// start boots what must run now and waits until it is at work, data checked.
func (t *trial) start(bundle string) (*qemu.Run, error) {
	t.machine.Disk, t.machine.Extra = t.path("v1.bundle"), "test=none"
	if bundle != "" {
		t.machine.Disk, t.machine.Extra = t.path(bundle+".bundle"), "test=install"
	}
	r, err := t.machine.Boot(t.ctx)
	if err != nil {
		return nil, err
	}
	if err := t.comesUp(r, false); err != nil {
		r.Cut()
		return nil, err
	}
	return r, nil
}

// comesUp waits for what must run now: its version and slot, and a log with every line
// that was acknowledged.
func (t *trial) comesUp(r *qemu.Run, trying bool) error {
	_, what, err := r.Expect(patience, "START ")
	if err != nil {
		return err
	}
	if want := fmt.Sprintf("version=%s slot=%s trying=%v", t.works.Version, t.slot, trying); what != want {
		return fmt.Errorf("started %q, want %q", what, want)
	}
	return t.dataIsThere(r)
}

func (t *trial) dataIsThere(r *qemu.Run) error {
	which, rest, err := r.Expect(patience, "DATA ", "FAILED ")
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(rest)
	if which != 0 || err != nil {
		return fmt.Errorf("the data: %s", rest)
	}
	if n < t.acked {
		return fmt.Errorf("%d lines of data, %d were acknowledged", n, t.acked)
	}
	t.acked = n
	return nil
}

// ready waits until the system is at work and has written some data.
func (t *trial) ready(r *qemu.Run) error {
	if _, _, err := r.Expect(patience, "READY"); err != nil {
		return err
	}
	_, _, err := r.Expect(patience, "ACK ")
	return err
}

// cut takes the power away and notes what the guest had acknowledged until then.
func (t *trial) cut(r *qemu.Run) {
	r.Cut()
	t.note(r)
}

func (t *trial) note(r *qemu.Run) {
	for line := range strings.Lines(r.Console()) {
		if n, ok := strings.CutPrefix(line, "ACK "); ok && strings.HasSuffix(line, "\n") {
			if n, err := strconv.Atoi(strings.TrimSpace(n)); err == nil {
				t.acked = max(t.acked, n)
			}
		}
	}
}

func (t *trial) firstStart() (string, error) {
	t.works, t.slot = v1, update.SlotA
	r, err := t.start("")
	if err != nil {
		return "", err
	}
	defer t.cut(r)
	age := r.Age()
	_, chip, err := r.Expect(patience, "PINS ")
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("A runs 1, up in %.1f s; a lamp lit on %s", age.Seconds(), chip), t.ready(r)
}

// good updates to release and checks that it stays.
func (t *trial) good(to update.Release) (string, error) {
	r, err := t.start("v" + to.Version)
	if err != nil {
		return "", err
	}
	if _, _, err := r.Expect(patience, "is written"); err != nil {
		return "", err
	}
	if err := r.Ended(patience); err != nil {
		return "", err
	}
	t.note(r)
	t.works, t.slot = to, t.slot.Other()
	t.machine.Extra = "test=none"
	if r, err = t.machine.Boot(t.ctx); err != nil {
		return "", err
	}
	if err := t.comesUp(r, true); err != nil {
		return "", err
	}
	if err := t.ready(r); err != nil {
		return "", err
	}
	t.cut(r)
	return t.stays("kept")
}

// stays starts once more without anything special.
func (t *trial) stays(how string) (string, error) {
	r, err := t.start("")
	if err != nil {
		return "", err
	}
	defer t.cut(r)
	return fmt.Sprintf("%s; %s runs %s, %d lines of data", how, t.slot, t.works.Version, t.acked), t.ready(r)
}

func (t *trial) refused(bundle string) (string, error) {
	r, err := t.start(bundle)
	if err != nil {
		return "", err
	}
	defer t.cut(r)
	_, why, err := r.Expect(patience, "✗ ")
	if err != nil {
		return "", err
	}
	if _, _, err := r.Expect(patience, "REFUSED"); err != nil {
		return "", err
	}
	return fmt.Sprintf("refused (%s); %s runs %s", why, t.slot, t.works.Version), nil
}

// goesBack installs a bundle that is well signed and does not work.
func (t *trial) goesBack(bundle, why string) (string, error) {
	r, err := t.start(bundle)
	if err != nil {
		return "", err
	}
	if err := r.Ended(patience); err != nil {
		return "", err
	}
	t.note(r)
	if r, err = t.machine.Boot(t.ctx); err != nil {
		return "", err
	}
	if err := r.Ended(patience); err != nil {
		return "", fmt.Errorf("the trial: %w", err)
	}
	t.note(r)
	tried := r.Age()
	if r, err = t.start(""); err != nil {
		return "", err
	}
	defer t.cut(r)
	if err := t.ready(r); err != nil {
		return "", err
	}
	if want := fmt.Sprintf("%q: %q", "why", why); !strings.Contains(r.Console(), want) {
		return "", fmt.Errorf("its outcome is not told: want %s", want)
	}
	return fmt.Sprintf("back after %.0f s (%s); %s runs %s, %d lines of data", tried.Seconds(), why, t.slot, t.works.Version, t.acked), nil
}

// powerCuts updates to v3 and cuts the power on the way, again and again, two of the
// times during its trial.
func (t *trial) powerCuts(n int) (string, error) {
	var at []string
	for i := range n {
		cut := t.cutWriting
		if i >= n-2 {
			cut = t.cutTrial
		}
		where, err := cut(i)
		if err != nil {
			return "", fmt.Errorf("cut %d of %d, %s: %w", i+1, n, strings.Join(at, ", "), err)
		}
		at = append(at, where)
	}
	if t.works.Version != v3.Version {
		if _, err := t.good(v3); err != nil {
			return "", err
		}
	}
	result, err := t.stays("each time whole")
	return result + "; cut at " + strings.Join(at, ", "), err
}

// cutWriting cuts at some moment of writing and reading back.
func (t *trial) cutWriting(i int) (string, error) {
	r, err := t.start("v3")
	if err != nil {
		return "", err
	}
	steps := []string{"write boot", "verify boot", "write root", "verify root"}
	step, least := steps[i%len(steps)], 100*t.random.Float64()
	where := ""
	for percent := -1.0; percent < least-10; { // told in tenths, small parts in larger steps
		_, rest, err := r.Expect(patience, step+" ")
		if err != nil {
			return "", err
		}
		if percent, err = strconv.ParseFloat(strings.TrimSuffix(rest, " %"), 64); err != nil {
			return "", err
		}
		where = step + " " + rest
	}
	time.Sleep(time.Duration(t.random.IntN(60)) * time.Millisecond)
	t.cut(r)
	// What was running is what must come up.
	if r, err = t.start(""); err != nil {
		return "", err
	}
	defer t.cut(r)
	return where, t.ready(r)
}

// cutTrial cuts while the new system shows what it can, which takes it some five
// seconds. Before it was kept the old one comes up, after it the new one.
func (t *trial) cutTrial(int) (string, error) {
	if t.works.Version == v3.Version {
		return "-", nil // kept by the trial before
	}
	r, err := t.start("v3")
	if err != nil {
		return "", err
	}
	if err := r.Ended(patience); err != nil {
		return "", err
	}
	t.note(r)
	old, oldSlot := t.works, t.slot
	t.works, t.slot = v3, t.slot.Other()
	t.machine.Extra = "test=none"
	if r, err = t.machine.Boot(t.ctx); err != nil {
		return "", err
	}
	if err := t.comesUp(r, true); err != nil {
		return "", err
	}
	after := time.Duration(t.random.IntN(6000)) * time.Millisecond
	time.Sleep(after)
	t.cut(r)
	kept, err := update.Selection(update.Image{Path: t.machine.Card})
	if err != nil {
		return "", err
	}
	where := fmt.Sprintf("trial %.1f s (kept)", after.Seconds())
	if kept == oldSlot {
		t.works, t.slot = old, oldSlot
		where = fmt.Sprintf("trial %.1f s (not kept)", after.Seconds())
	}
	if r, err = t.start(""); err != nil {
		return "", err
	}
	defer t.cut(r)
	return where, t.ready(r)
}
