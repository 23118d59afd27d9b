// Command testroot is the first and, but for bellhop-update, only program of a small
// system in which updates are tried: it stands in for hub and telephone part, keeps a
// log on the data partition, feeds the watchdog, and does what the kernel's parameter
// "test" asks. Its release file says in its notes how it misbehaves.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"bellhop/firmware/boxapi"
	"bellhop/firmware/update"

	"golang.org/x/sys/unix"
)

const logFile = "/data/log"

func main() {
	log.SetFlags(0)
	log.SetOutput(os.Stdout)
	if err := run(); err != nil {
		log.Print("FAILED ", err)
	}
	select {} // a first program never ends
}

func run() error {
	os.Setenv("PATH", "/bin")
	for _, m := range []struct{ kind, at string }{{"proc", "/proc"}, {"sysfs", "/sys"}, {"devtmpfs", "/dev"}, {"tmpfs", "/tmp"}, {"debugfs", "/sys/kernel/debug"}} {
		if err := unix.Mount(m.kind, m.at, m.kind, 0, ""); err != nil && err != unix.EBUSY {
			return fmt.Errorf("mount %s: %w", m.at, err)
		}
	}
	card, slot, err := update.FindCard()
	if err != nil {
		return err
	}
	release, err := update.ReadRelease(update.ReleaseFile)
	if err != nil {
		return err
	}
	log.Printf("START version=%s slot=%s trying=%v", release.Version, slot, update.TrialBoot())
	if err := unix.Mount(card.PartitionPath(update.PartitionData), "/data", "ext4", unix.MS_NOATIME, "errors=remount-ro"); err != nil {
		return fmt.Errorf("mount /data: %w", err)
	}
	if err := os.WriteFile("/written", nil, 0o600); err == nil {
		return fmt.Errorf("the root can be written")
	}
	n, err := checkLog()
	if err != nil {
		return fmt.Errorf("DATA %w", err)
	}
	log.Printf("DATA %d", n)
	if err := tryPins(); err != nil {
		return fmt.Errorf("pins: %w", err)
	}
	dog, err := openWatchdog()
	if err != nil {
		return err
	}
	if misbehaves(release, "hang") {
		log.Print("HANGS")
		return nil // nobody feeds the dog
	}
	go dog.feed()
	if err := serve(release.Version, misbehaves(release, "broken")); err != nil {
		return err
	}
	go appendLog(n)
	if err := updater("settle", "-patience", "12s"); err != nil {
		return err
	}
	updater("status")
	log.Print("READY")
	if strings.Contains(commandLine(), "test=install") {
		if err := updater("install", "/dev/vdb"); err != nil {
			log.Print("REFUSED")
			return nil
		}
		return updater("try")
	}
	return nil
}

func misbehaves(r update.Release, how string) bool {
	return len(r.Notes["test"]) > 0 && r.Notes["test"][0] == how
}

func commandLine() string {
	b, _ := os.ReadFile("/proc/cmdline")
	return string(b)
}

func updater(args ...string) error {
	c := exec.Command("/bin/bellhop-update", args...)
	c.Stdout, c.Stderr = os.Stdout, os.Stdout
	return c.Run()
}

// serve answers as hub and telephone part do, as far as an update asks them.
func serve(version string, broken bool) error {
	if err := raiseLoopback(); err != nil {
		return err
	}
	if err := os.WriteFile("/data/box.token", []byte("token\n"), 0o600); err != nil {
		return err
	}
	hub := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if broken {
			http.Error(w, "no such table", http.StatusInternalServerError)
		}
	})
	box := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode(boxapi.Status{Version: version, Last: 1})
	})
	for address, h := range map[string]http.Handler{"127.0.0.1:80": hub, "127.0.0.1:8091": box} {
		l, err := net.Listen("tcp", address)
		if err != nil {
			return err
		}
		go http.Serve(l, h)
	}
	return nil
}

func raiseLoopback() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	lo.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, lo)
}

// watchdog resets the machine when it was not fed for some seconds.
type watchdog struct{ f *os.File }

const hungry = 8 // seconds

func openWatchdog() (watchdog, error) {
	f, err := os.OpenFile("/dev/watchdog0", os.O_WRONLY, 0)
	if err != nil {
		return watchdog{}, err
	}
	return watchdog{f}, unix.IoctlSetPointerInt(int(f.Fd()), unix.WDIOC_SETTIMEOUT, hungry)
}

func (w watchdog) feed() {
	for range time.Tick(time.Second) {
		w.f.Write([]byte("."))
	}
}

// checkLog counts the lines "NUMBER SUM" of the log. A last line cut off was never
// acknowledged and is taken away.
func checkLog() (int, error) {
	b, err := os.ReadFile(logFile)
	if os.IsNotExist(err) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	whole := strings.LastIndexByte(string(b), '\n') + 1
	n := 0
	for line := range strings.Lines(string(b[:whole])) {
		n++
		if line != logLine(n) {
			return n, fmt.Errorf("line %d of the log is %q", n, line)
		}
	}
	return n, os.Truncate(logFile, int64(whole))
}

func logLine(n int) string {
	number := fmt.Sprint(n)
	return fmt.Sprintf("%s %08x\n", number, crc32.ChecksumIEEE([]byte(number)))
}

// appendLog writes a line and says so once it is on the card, again and again.
func appendLog(n int) {
	f, err := os.OpenFile(logFile, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		log.Print("FAILED ", err)
		return
	}
	out := bufio.NewWriter(os.Stdout)
	for {
		n++
		f.WriteString(logLine(n))
		if err := f.Sync(); err != nil {
			log.Print("FAILED ", err)
			return
		}
		fmt.Fprintf(out, "ACK %d\n", n)
		out.Flush()
		time.Sleep(200 * time.Millisecond)
	}
}
