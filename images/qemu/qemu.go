// Package qemu starts a box's card in an emulated machine and stands in for the
// firmware of a Raspberry Pi: it reads the same files of the card by which that chooses
// slot, kernel and parameters, one boot at a time. The system in the guest is the box's
// own. What is not proven by it is the Pi's firmware itself.
package qemu

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"bellhop/firmware/update"
)

// Machine is a box without power. Its card and the firmware's one-shot flag stay from
// one boot to the next.
type Machine struct {
	Card  string // image
	Disk  string // a second disk, "" for none
	Dir   string // for files of a boot
	Extra string // parameters for the kernel, after those on the card
	MB    int    // memory
	Ports string // QEMU's hostfwd rules, "" for no network
	Shell string // socket of a second console, for a shell of the test's own; "" for none
	Log   io.Writer

	try bool // the guest asked for "tryboot"
}

// ErrNothing is a slot that no firmware could start.
var ErrNothing = errors.New("qemu: nothing to start in the boot partition")

// Boot switches the power on.
func (m *Machine) Boot(ctx context.Context) (*Run, error) {
	try := m.try
	m.try = false // whatever comes of it
	partition, err := m.choose(try)
	if err != nil {
		return nil, err
	}
	kernel := filepath.Join(m.Dir, "kernel")
	config, err := m.file(partition, "CONFIG.TXT")
	if err != nil {
		return nil, err
	}
	image, err := m.file(partition, setting(config, "kernel"))
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(kernel, image, 0o600); err != nil {
		return nil, err
	}
	parameters, err := m.file(partition, "CMDLINE.TXT")
	if err != nil {
		return nil, err
	}
	// The firmware puts the console's name for this board in place of serial0.
	line := strings.ReplaceAll(strings.TrimSpace(string(parameters)), "serial0", "ttyAMA0") + " " + m.Extra
	args := m.arguments()
	tree, err := m.tree(ctx, args, partition, try)
	if err != nil {
		return nil, err
	}
	return m.start(ctx, append(args, "-kernel", kernel, "-dtb", tree, "-append", line))
}

func (m *Machine) choose(try bool) (int, error) {
	text, err := m.file(update.PartitionSelect, "AUTOBOOT.TXT")
	if err != nil {
		return 0, err
	}
	a, err := update.ParseAutoboot(text)
	if try {
		return a.Try, err
	}
	return a.Normal, err
}

// file reads one by mtools, which know nothing of our own reader of FAT.
func (m *Machine) file(partition int, name string) ([]byte, error) {
	f, err := os.Open(m.Card)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	table, err := update.ReadTable(f)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	c := exec.Command("mcopy", "-n", "-i", fmt.Sprintf("%s@@%d", m.Card, table[partition].Start), "::"+name, "-")
	c.Stdout = &out
	if c.Run() != nil {
		return nil, fmt.Errorf("%w: partition %d has no %s", ErrNothing, partition, name)
	}
	return out.Bytes(), nil
}

func setting(text []byte, key string) string {
	for line := range strings.Lines(string(text)) {
		if k, v, ok := strings.Cut(strings.TrimSpace(line), "="); ok && k == key {
			return v
		}
	}
	return ""
}

func (m *Machine) arguments() []string {
	args := []string{
		"-M", "virt", "-cpu", "cortex-a72", "-smp", "2", "-m", fmt.Sprint(m.MB), "-display", "none", "-monitor", "none",
		"-serial", "stdio", "-no-reboot", "-device", "i6300esb", "-action", "watchdog=reset",
		"-drive", "if=none,id=card,format=raw,file=" + m.Card, "-device", "virtio-blk-pci,drive=card",
	}
	if m.Disk != "" {
		args = append(args, "-drive", "if=none,id=disk,format=raw,readonly=on,file="+m.Disk, "-device", "virtio-blk-pci,drive=disk")
	}
	if m.Shell != "" {
		args = append(args, "-chardev", "socket,id=shell,server=on,wait=off,path="+m.Shell, "-device", "pci-serial,chardev=shell")
	}
	if m.Ports != "" {
		return append(args, "-netdev", "user,id=net,"+m.Ports, "-device", "virtio-net-pci,netdev=net,romfile=")
	}
	return append(args, "-nic", "none")
}

// tree is the device tree with what the Pi's firmware adds to it.
func (m *Machine) tree(ctx context.Context, args []string, partition int, try bool) (string, error) {
	path := filepath.Join(m.Dir, "machine.dtb")
	dump := append([]string{}, args...)
	dump[1] = "virt,dumpdtb=" + path
	if out, err := exec.CommandContext(ctx, "qemu-system-aarch64", dump...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("device tree: %w: %s", err, out)
	}
	flag := "0"
	if try {
		flag = "1"
	}
	for _, p := range [][]string{{"tryboot", flag}, {"partition", fmt.Sprint(partition)}} {
		put := exec.CommandContext(ctx, "fdtput", "-p", "-t", "u", path, "/chosen/bootloader", p[0], p[1])
		if out, err := put.CombinedOutput(); err != nil {
			return "", fmt.Errorf("fdtput: %w: %s", err, out)
		}
	}
	return path, nil
}

func (m *Machine) start(ctx context.Context, args []string) (*Run, error) {
	c := exec.CommandContext(ctx, "nice", append([]string{"-n", "10", "qemu-system-aarch64"}, args...)...)
	in, err := c.StdinPipe()
	if err != nil {
		return nil, err
	}
	r := &Run{machine: m, command: c, keys: in, began: time.Now(), ended: make(chan struct{})}
	r.more = sync.NewCond(&r.mu)
	c.Stdout, c.Stderr = r, r
	if err := c.Start(); err != nil {
		return nil, err
	}
	go func() {
		c.Wait()
		r.mu.Lock()
		m.try = strings.Contains(string(r.console), "Restarting system with command '"+update.TryArgument+"'") && !r.killed
		r.over = true
		r.more.Broadcast()
		r.mu.Unlock()
		close(r.ended)
	}()
	return r, nil
}

// Run is one boot, until the machine is reset, switched off or killed.
type Run struct {
	machine *Machine
	command *exec.Cmd
	keys    io.WriteCloser
	began   time.Time
	ended   chan struct{}

	mu      sync.Mutex
	more    *sync.Cond
	console []byte
	read    int // how far Expect has come
	over    bool
	killed  bool
}

// Write takes what the console says.
func (r *Run) Write(b []byte) (int, error) {
	if r.machine.Log != nil {
		r.machine.Log.Write(b)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.console = append(r.console, b...)
	r.more.Broadcast()
	return len(b), nil
}

// Expect waits until the console has said one of the texts, after what was expected
// before, and returns the rest of that line. The error shows the console's last lines.
func (r *Run) Expect(patience time.Duration, texts ...string) (which int, rest string, err error) {
	late := false
	timer := time.AfterFunc(patience, func() {
		r.mu.Lock()
		late = true
		r.more.Broadcast()
		r.mu.Unlock()
	})
	defer timer.Stop()
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		if i, at := first(r.console[r.read:], texts); at >= 0 {
			from := r.read + at + len(texts[i])
			end := bytes.IndexByte(r.console[from:], '\n')
			if end >= 0 {
				r.read = from + end
				return i, strings.TrimSpace(string(r.console[from : from+end])), nil
			}
			if late || r.over { // a prompt has no end of line
				r.read = len(r.console)
				return i, strings.TrimSpace(string(r.console[from:])), nil
			}
		}
		if late || r.over {
			return -1, "", fmt.Errorf("the console did not say %q within %v:\n%s", texts, patience, tail(r.console))
		}
		r.more.Wait()
	}
}

// Prompt waits for text, which no end of line need follow.
func (r *Run) Prompt(patience time.Duration, text string) error {
	late := false
	timer := time.AfterFunc(patience, func() {
		r.mu.Lock()
		late = true
		r.more.Broadcast()
		r.mu.Unlock()
	})
	defer timer.Stop()
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		if at := bytes.Index(r.console[r.read:], []byte(text)); at >= 0 {
			r.read += at + len(text)
			return nil
		}
		if late || r.over {
			return fmt.Errorf("the console did not say %q within %v:\n%s", text, patience, tail(r.console))
		}
		r.more.Wait()
	}
}

// first is which of the texts comes first in b, and where.
func first(b []byte, texts []string) (which, at int) {
	at = -1
	for i, t := range texts {
		if n := bytes.Index(b, []byte(t)); n >= 0 && (at < 0 || n < at) {
			which, at = i, n
		}
	}
	return which, at
}

func tail(b []byte) []byte { return b[max(0, len(b)-3000):] }

// Type sends keys to the console.
func (r *Run) Type(text string) error {
	_, err := io.WriteString(r.keys, text)
	return err
}

// Console is all that was said so far.
func (r *Run) Console() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return string(r.console)
}

// Over reports whether the machine has ended.
func (r *Run) Over() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.over
}

// Age is how long ago the power was switched on.
func (r *Run) Age() time.Duration { return time.Since(r.began) }

// Cut takes the power away. What the guest had not written is lost.
func (r *Run) Cut() {
	r.mu.Lock()
	r.killed = true
	r.mu.Unlock()
	r.command.Process.Kill() // nice has become QEMU
	<-r.ended
}

// Ended waits for the machine to be reset or switched off by itself.
func (r *Run) Ended(patience time.Duration) error {
	select {
	case <-r.ended:
		return nil
	case <-time.After(patience):
		r.Cut()
		return fmt.Errorf("still running after %v:\n%s", patience, tail(r.console))
	}
}
