package console

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"bellhop/drivers/pty"
	"bellhop/firmware/boxapi"

	"golang.org/x/crypto/argon2"
)

// fakeBox is what the menu shows and does in tests.
type fakeBox struct {
	mu        sync.Mutex
	events    []boxapi.Event
	full      bool
	restarted chan struct{}
	machine   Machine
	heard     chan string
}

func newBox() *fakeBox {
	return &fakeBox{restarted: make(chan struct{}, 1), heard: make(chan string)}
}

func (b *fakeBox) config() Config {
	return Config{
		Status: func() boxapi.Status {
			return boxapi.Status{
				Version: "0.1", Board: "sim", StartedAt: time.Now().Add(-90 * time.Minute).UnixMilli(),
				Lines: []boxapi.LineStatus{
					{Line: boxapi.Line{ID: 1, Label: "Front desk", State: boxapi.LineTalking}, LevelDBm0: -23},
					{Line: boxapi.Line{ID: 2, State: boxapi.LineFault}, LevelDBm0: -99},
				},
				Modems:    []boxapi.ModemChanged{{Modem: "1", State: boxapi.ModemReady, Model: "Quectel EC25", Operator: "CHINA MOBILE", SignalDB: -101, Why: "none"}},
				FreeBytes: 5 << 30, Pending: 7, Recording: boxapi.SetRecording{Incoming: true},
			}
		},
		Addresses: func() []string { return []string{"http://127.0.0.1:8080"} },
		Listen:    func(context.Context, int) <-chan string { return b.heard },
		Emit: func(e boxapi.Event) error {
			b.mu.Lock()
			defer b.mu.Unlock()
			if b.full {
				return errors.New("no space left on device")
			}
			b.events = append(b.events, e)
			return nil
		},
		Restart: func() { b.restarted <- struct{}{} },
		Machine: b.machine,
		Support: func(w io.Writer) error { _, err := io.WriteString(w, "bundle"); return err },
	}
}

// user is at a console served on a real pty.
type user struct {
	t    *testing.T
	line *os.File
	mu   sync.Mutex
	cond *sync.Cond
	text strings.Builder
	seen int // how much of text was waited for
	done bool
}

func runBox(t *testing.T, b *fakeBox) (link string) {
	t.Helper()
	link = filepath.Join(t.TempDir(), "console")
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- Run(ctx, link, b.config()) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	for {
		if _, err := os.Stat(link); err == nil {
			return link
		}
		time.Sleep(time.Millisecond)
	}
}

func sitDown(t *testing.T, link string) *user {
	t.Helper()
	u := open(t, link)
	u.typed("\r") // as Attach does
	u.expect("Choose a number and press Enter: ")
	return u
}

func open(t *testing.T, link string) *user {
	t.Helper()
	line, err := os.OpenFile(link, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	u := &user{t: t, line: line}
	u.cond = sync.NewCond(&u.mu)
	go func() {
		buf := make([]byte, 1024)
		for {
			n, err := line.Read(buf)
			u.mu.Lock()
			u.text.Write(buf[:n])
			u.done = err != nil
			u.cond.Broadcast()
			u.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() { line.Close() })
	return u
}

func (u *user) typed(keys string) {
	u.t.Helper()
	if _, err := io.WriteString(u.line, keys); err != nil {
		u.t.Fatal(err)
	}
}

// expect waits for text in what came since the last expect and returns all of that up
// to it.
func (u *user) expect(text string) string {
	u.t.Helper()
	timer := time.AfterFunc(60*time.Second, func() {
		u.mu.Lock()
		u.done = true
		u.mu.Unlock()
		u.cond.Broadcast()
	})
	defer timer.Stop()
	u.mu.Lock()
	defer u.mu.Unlock()
	for {
		news := u.text.String()[u.seen:]
		if i := strings.Index(news, text); i >= 0 {
			u.seen += i + len(text)
			return news[:i+len(text)]
		}
		if u.done {
			u.t.Fatalf("%q did not come; got %q", text, news)
		}
		u.cond.Wait()
	}
}

func TestMenu(t *testing.T) {
	b := newBox()
	u := sitDown(t, runBox(t, b))
	t.Run("status", func(t *testing.T) {
		u.typed("1\r")
		got := u.expect("Choose a number")
		for _, want := range []string{
			"Version     0.1, board sim\r\n", "Running     1 h 30 min", "Address     http://127.0.0.1:8080",
			"Line 1      in use (off-hook), Front desk\r\n", "Line 2      FAULT", "Modem 1     ready",
			"incoming calls on, outgoing calls off", "5.0 GB free", "7 waiting for the hub",
		} {
			if !strings.Contains(got, want) {
				t.Errorf("%q is not in\n%s", want, got)
			}
		}
		narrow(t, got)
	})
	t.Run("modem", func(t *testing.T) {
		u.typed("6\n2\n")
		got := u.expect("Choose a number")
		for _, want := range []string{"ready", "Quectel EC25", "CHINA MOBILE", "-101 dBm, WEAK", "none"} {
			if !strings.Contains(got, want) {
				t.Errorf("%q is not in\n%s", want, got)
			}
		}
		narrow(t, got)
	})
	t.Run("bad input", func(t *testing.T) {
		for _, keys := range []string{"99\r", "status\r\n", strings.Repeat("7", 500) + "\r", "\x1b[A\x1bOP#\r", "客\r", "\xff\xfe\r"} {
			u.typed(keys)
			narrow(t, u.expect("is not in the menu.\r\nType one of the numbers 0 to 14, then Enter."))
		}
		u.typed("8\x7f\x08\x086\r2\r") // rubbed out
		u.expect("Quectel EC25")
		u.typed("99\x156\r2\r") // wiped
		u.expect("Quectel EC25")
		u.typed("7\x03") // cancelled
		u.expect("^C")
		u.typed("\r")
		u.expect("BELLHOP technician's console")
		u.typed("0\r")
		u.expect("BELLHOP technician's console")
	})
}

// narrow checks that text fits a terminal of 80 columns.
func narrow(t *testing.T, text string) {
	t.Helper()
	for _, line := range strings.FieldsFunc(text, func(r rune) bool { return r == '\r' || r == '\n' }) {
		if len([]rune(line)) > 80 {
			t.Errorf("wider than the screen: %q", line)
		}
	}
}

func TestBOX09Live(t *testing.T) {
	t.Run("BOX-09 the level meter moves and what is heard shows", func(t *testing.T) {
		b := newBox()
		u := sitDown(t, runBox(t, b))
		u.typed("5\r\n")
		got := u.expect("-23 talking")
		if !strings.Contains(got, "1 [##########") {
			t.Errorf("no bar in %q", got)
		}
		u.expect("-99 silence")
		b.heard <- "caller 13800138000 (bell202)"
		u.expect("caller 13800138000 (bell202)")
		u.typed(" ")
		u.expect("Stopped.")
		u.expect("Choose a number")
	})
}

func TestLevels(t *testing.T) {
	lines := func(n int) (out []boxapi.LineStatus) {
		for i := range n {
			out = append(out, boxapi.LineStatus{Line: boxapi.Line{ID: i + 1, State: boxapi.LineRinging}, LevelDBm0: -30, Clipping: i == 1})
		}
		return out
	}
	for n := range 9 {
		if got := levels(lines(n)); len(got) > width {
			t.Errorf("%d lines: %d columns: %q", n, len(got), got)
		}
	}
	if got := levels(lines(2)); !strings.Contains(got, "CLIPPING") {
		t.Errorf("clipping does not warn: %q", got)
	}
	for level, want := range map[float64]string{-99: "[----]", -60: "[----]", -30: "[##--]", 0: "[####]", 6: "[####]"} {
		if got := meter(level, 4); got != want {
			t.Errorf("%v dBm0: %s, want %s", level, got, want)
		}
	}
}

func TestResetPassword(t *testing.T) {
	b := newBox()
	u := sitDown(t, runBox(t, b))
	u.typed("7\r")
	u.expect("Type yes")
	u.typed("no\r")
	u.expect("Nothing was changed.")
	if len(b.events) > 0 {
		t.Fatal("reset without a yes")
	}
	b.mu.Lock()
	b.full = true
	b.mu.Unlock()
	u.typed("7\ryes\r")
	if got := u.expect("try again."); strings.Contains(got, "Temporary password:") {
		t.Error("shows a password that was not stored")
	}
	b.mu.Lock()
	b.full = false
	b.mu.Unlock()
	u.typed("7\rYES\r")
	got := u.expect("not shown again")
	narrow(t, got)
	m := regexp.MustCompile(`Temporary password: (([a-z]{4}-){3}\d{4})\r`).FindStringSubmatch(got)
	if m == nil {
		t.Fatalf("no password in %q", got)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.events) != 2 || b.events[0].AdministratorReset == nil || b.events[1].Serviced == nil {
		t.Fatalf("events %+v", b.events)
	}
	if hash := b.events[0].AdministratorReset.PasswordHash; !verify(hash, m[1]) || verify(hash, m[1]+"x") {
		t.Errorf("hash %s is not that of %s", hash, m[1])
	}
}

// verify checks a password against a PHC string, written from its description.
func verify(hash, password string) bool {
	f := strings.Split(hash, "$")
	var memory, time uint32
	var threads uint8
	if len(f) != 6 || f[1] != "argon2id" || f[2] != "v=19" {
		return false
	}
	if _, err := fmt.Sscanf(f[3], "m=%d,t=%d,p=%d", &memory, &time, &threads); err != nil {
		return false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(f[4])
	want, err2 := base64.RawStdEncoding.DecodeString(f[5])
	got := argon2.IDKey([]byte(password), salt, time, memory, threads, uint32(len(want)))
	return err1 == nil && err2 == nil && len(salt) >= 16 && subtle.ConstantTimeCompare(got, want) == 1
}

func TestPasswordsDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		p, err := temporaryPassword()
		if err != nil || seen[p] {
			t.Fatal(p, err)
		}
		seen[p] = true
	}
}

func TestRestart(t *testing.T) {
	b := newBox()
	u := sitDown(t, runBox(t, b))
	u.typed("14\r1\rmaybe\r")
	u.expect("Nothing was changed.")
	u.typed("14\r1\ryes\r")
	u.expect("Restarting.")
	<-b.restarted
}

func TestNextUserFindsTheMenu(t *testing.T) {
	link := runBox(t, newBox())
	for range 3 {
		u := sitDown(t, link)
		u.typed("7\r") // and away, in the middle of a question
		u.expect("Type yes")
		u.line.Close()
	}
}

func TestAttach(t *testing.T) {
	b := newBox()
	link := runBox(t, b)
	t.Run("a script in a pipe", func(t *testing.T) {
		for range 3 {
			var out bytes.Buffer
			if err := Attach(link, strings.NewReader("1\n6\n2\nx\n5\n"), &out); err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{"Version     0.1", "Quectel EC25", `"x" is not in the menu`, "Level in dBm0", "Good-bye."} {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%q is not in\n%s", want, out.String())
				}
			}
			if strings.ContainsRune(out.String(), endOfText) {
				t.Error("control characters shown")
			}
		}
	})
	t.Run("a terminal, left with Ctrl-]", func(t *testing.T) {
		screen, err := pty.Open()
		if err != nil {
			t.Fatal(err)
		}
		defer screen.Close()
		tty, err := os.OpenFile(screen.Path(), os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer tty.Close()
		done := make(chan error, 1)
		go func() { done <- Attach(link, tty, tty) }()
		var shown bytes.Buffer
		buf := make([]byte, 256)
		read := func(until string) {
			for !strings.Contains(shown.String(), until) {
				n, err := screen.Read(buf)
				shown.Write(buf[:n])
				if err != nil {
					t.Fatal(err, shown.String())
				}
			}
		}
		read("Press Ctrl-] to leave.")
		read("Choose a number")
		io.WriteString(screen, "6\r2\r")
		read("Quectel EC25")
		io.WriteString(screen, "14\r\x1d")
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Run("no firmware", func(t *testing.T) {
		err := Attach(filepath.Join(t.TempDir(), "console"), strings.NewReader(""), io.Discard)
		if err == nil || !strings.Contains(err.Error(), "start bellhop-firmware first") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("the firmware goes", func(t *testing.T) {
		far, err := pty.Open()
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		in, keep := io.Pipe()
		defer keep.Close()
		go func() { done <- Attach(far.Path(), in, io.Discard) }()
		if err := far.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		far.Read(make([]byte, 8))
		far.Close()
		if err := <-done; !errors.Is(err, errGone) {
			t.Errorf("got %v", err)
		}
	})
}

func TestServeEndsWithItsUser(t *testing.T) {
	in := strings.NewReader("1\n")
	var out bytes.Buffer
	err := Serve(t.Context(), struct {
		io.Reader
		io.Writer
	}{in, &out}, newBox().config())
	if err != nil || !strings.Contains(out.String(), "Version     0.1") {
		t.Errorf("%v: %s", err, out.String())
	}
}

func FuzzServe(f *testing.F) {
	for _, keys := range []string{"1\n", "5\nx", "7\ryes\r", "14\r1\ryes\r", "2\r2\r1.2.3.4/24\r\r\r", "12\ryes\rERASE\r", "13\r12345678\r", "10\r1\r", "\x1b[1;5C\x1bO", "\x04", "\x03\x15\x7f", "客户\r\n0\n"} {
		f.Add(keys)
	}
	f.Fuzz(func(t *testing.T, keys string) {
		cfg := newBox().config()
		cfg.Listen = nil
		cfg.Restart = func() {}
		var out bytes.Buffer
		err := Serve(t.Context(), struct {
			io.Reader
			io.Writer
		}{strings.NewReader(keys), &out}, cfg)
		if err != nil {
			t.Error(err)
		}
	})
}
