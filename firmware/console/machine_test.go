package console

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"bellhop/firmware/boxapi"

	"golang.org/x/crypto/ssh"
)

// fakeMachine remembers what it was asked.
type fakeMachine struct {
	mu      sync.Mutex
	asked   []string
	refuse  map[string]string
	answers map[string]any
	shell   net.Conn // far end of the shell
}

func (f *fakeMachine) Ask(_ context.Context, op string, in, out any) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	body, _ := json.Marshal(in)
	f.asked = append(f.asked, op+" "+string(body))
	if key := f.refuse[op]; key != "" {
		return &boxapi.SystemError{Key: key}
	}
	answer, _ := json.Marshal(f.answers[op])
	return json.Unmarshal(answer, out)
}

func (f *fakeMachine) Shell(_ context.Context, pin string) (io.ReadWriteCloser, error) {
	if pin != "12345678" {
		return nil, &boxapi.SystemError{Key: boxapi.BadPIN}
	}
	near, far := net.Pipe()
	f.mu.Lock()
	f.shell = far
	f.mu.Unlock()
	return near, nil
}

// was tells whether the machine was asked exactly this.
func (f *fakeMachine) was(t *testing.T, want string) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, asked := range f.asked {
		if asked == want {
			return
		}
	}
	t.Errorf("%s was not asked, but %q", want, f.asked)
}

func withMachine(t *testing.T) (*fakeBox, *fakeMachine, *user) {
	b := newBox()
	f := &fakeMachine{refuse: map[string]string{}, answers: map[string]any{
		"network": boxapi.Network{Host: "bellhop", Wired: boxapi.Wired{DHCP: true}, Gateway: "192.168.1.1", DNS: []string{"192.168.1.1"},
			Interfaces: []boxapi.Interface{{Name: "eth0", MAC: "02:00:00:00:00:01", Up: true, Addresses: []string{"192.168.1.20/24"}}}},
		"wifi.scan": []boxapi.WifiNetwork{{Name: "办公室", Secured: true, Signal: -55}, {Name: "cafe", Signal: -80}},
		"clock":     boxapi.Clock{At: 1795000000000, Zone: "Asia/Shanghai", Synced: true},
		"update":    map[string]any{"running": map[string]string{"version": "1.2"}, "slot": "A"},
		"backup":    boxapi.BackupAnswer{Text: "backup 1a2b3c4d: 512 rows"},
		"logs":      map[string]string{"text": strings.Repeat("a line of the log\n", 30) + "\x1b[31mred\x07"},
	}}
	b.machine = f
	return b, f, sitDown(t, runBox(t, b))
}

// back waits for the prompt.
func (u *user) back() { u.t.Helper(); u.expect("Choose a number") }

func TestBOX04(t *testing.T) {
	t.Run("BOX-04 network: what is, DHCP, a fixed address, a wrong one", func(t *testing.T) {
		b, f, u := withMachine(t)
		u.typed("2\r")
		got := u.expect("Enter to go back")
		for _, want := range []string{"bellhop.local", "192.168.1.20/24", "02:00:00:00:00:01, up", "by DHCP"} {
			if !strings.Contains(got, want) {
				t.Errorf("%q is not in\n%s", want, got)
			}
		}
		narrow(t, got)
		u.typed("2\r192.168.1.30/24\r192.168.1.1\r114.114.114.114 8.8.8.8\r")
		u.expect("The network is set: fixed address 192.168.1.30/24.")
		f.was(t, `network.set {"dhcp":false,"address":"192.168.1.30/24","gateway":"192.168.1.1","dns":["114.114.114.114","8.8.8.8"]}`)
		f.was(t, `network.keep {}`)
		u.back()
		f.refuse["network.set"] = boxapi.BadAddress
		u.typed("2\r2\r999\r\r\r")
		u.expect("Write it like 192.168.1.20/24.")
		u.back()
		b.mu.Lock()
		defer b.mu.Unlock()
		if len(b.events) != 1 || b.events[0].Serviced == nil || b.events[0].Serviced.What != "network: fixed address 192.168.1.30/24" {
			t.Errorf("logged: %+v", b.events)
		}
	})
	t.Run("BOX-04 Wi-Fi: what is heard, a password with blanks", func(t *testing.T) {
		_, f, u := withMachine(t)
		u.typed("3\r1\r")
		u.expect("办公室")
		u.typed("1\rsecret pass word\r")
		u.expect("is kept; the box joins it")
		f.was(t, `wifi.join {"name":"办公室","password":"secret pass word"}`)
		f.refuse["wifi.scan"] = boxapi.NoWifi
		u.typed("3\r1\r")
		u.expect("This box has no radio.")
	})
	t.Run("BOX-04 time and zone", func(t *testing.T) {
		_, f, u := withMachine(t)
		u.typed("4\r")
		u.expect("follows the network's")
		u.typed("1\r2026-11-22 08:00:00\r")
		u.expect("Power off")
		u.back()
		f.was(t, `clock.set {"at":1795305600000}`)
		u.typed("4\r1\rnoon\r")
		u.expect("That is no time.")
		u.back()
		f.refuse["clock.zone"] = boxapi.BadZone
		u.typed("4\r2\rMars/Base\r")
		u.expect("There is no such time zone.")
	})
	t.Run("BOX-04 a test call says what was recognised", func(t *testing.T) {
		b, _, u := withMachine(t)
		u.typed("6\r1\r1\r")
		u.expect("Call this line now")
		b.heard <- "ring on"
		b.heard <- "caller 13800138000 (bell202)"
		got := u.expect("Level")
		if !strings.Contains(got, "Ringing     yes") || !strings.Contains(got, "Caller ID   yes, by bell202") {
			t.Error(got)
		}
	})
	t.Run("BOX-04 logs come by the page, and move no cursor", func(t *testing.T) {
		_, _, u := withMachine(t)
		u.typed("10\r1\r")
		narrow(t, u.expect("-- more: Enter, or q to stop -- "))
		u.typed("\r")
		u.expect(".[31mred.")
		u.back()
	})
	t.Run("BOX-04 the support bundle goes where it is told", func(t *testing.T) {
		_, _, u := withMachine(t)
		dir := t.TempDir()
		u.typed("11\r" + dir + "\r")
		u.expect("no customer's data")
		files, _ := filepath.Glob(filepath.Join(dir, "bellhop-support-*.tar.gz"))
		if len(files) != 1 {
			t.Fatal(files)
		}
		if text, err := os.ReadFile(files[0]); err != nil || string(text) != "bundle" {
			t.Error(string(text), err)
		}
		u.back()
		u.typed("11\r/nowhere/at/all\r")
		u.expect("Could not write the support bundle")
	})
	t.Run("BOX-19 a factory reset wants to be told twice", func(t *testing.T) {
		_, f, u := withMachine(t)
		u.typed("12\ryes\rerase\r")
		u.expect("Nothing was changed.")
		f.mu.Lock()
		if len(f.asked) > 0 {
			t.Error(f.asked)
		}
		f.mu.Unlock()
		u.typed("12\ryes\rERASE\r")
		u.expect("The first page is back")
		f.was(t, `reset {"confirm":"ERASE"}`)
	})
	t.Run("BOX-04 a shell behind the PIN, which is not shown", func(t *testing.T) {
		_, f, u := withMachine(t)
		u.typed("13\r1234\r")
		u.expect("The PIN is wrong.")
		u.back()
		u.typed("13\r12345678\r")
		if got := u.expect("Type exit"); strings.Contains(got, "1234") {
			t.Error("the PIN is shown")
		}
		f.mu.Lock()
		far := f.shell
		f.mu.Unlock()
		io.WriteString(far, "root# ")
		u.expect("root# ")
		u.typed("ls\x04\r")
		buf := make([]byte, 4)
		if _, err := io.ReadFull(far, buf); err != nil || string(buf) != "ls\x04\r" {
			t.Errorf("%q %v", buf, err)
		}
		far.Close()
		u.expect("The shell is closed.")
		u.back()
	})
	t.Run("BOX-04 backup and restore", func(t *testing.T) {
		_, f, u := withMachine(t)
		u.typed("8\r1\r")
		u.expect("512 rows")
		f.was(t, `backup {"do":"now"}`)
		u.back()
		u.typed("8\r3\rbellhop:restore?x\r1a2b\r\rno\r")
		u.expect("Nothing was changed.")
		u.back()
		u.typed("8\r3\rbellhop:restore?x\r1a2b\r\ryes\r")
		u.expect("512 rows")
		f.was(t, `backup {"do":"restore","snapshot":"1a2b","sheet":"bellhop:restore?x"}`)
	})
	t.Run("BOX-04 update and roll back", func(t *testing.T) {
		_, f, u := withMachine(t)
		u.typed("9\r1\r/media/usb/new.update\r")
		u.expect("It is written and checked.")
		f.was(t, `update {"file":"/media/usb/new.update"}`)
		u.back()
		u.typed("9\r3\ryes\ryes\r")
		u.expect("restarts into")
		u.back()
		f.was(t, `update {"back":true}`)
		f.was(t, `update {"try":true}`)
		f.refuse["update"] = boxapi.BadUpdate
		u.typed("9\r")
		u.expect("not an update of ours")
	})
	t.Run("BOX-04 restart and switch off", func(t *testing.T) {
		_, f, u := withMachine(t)
		u.typed("14\r3\ryes\r")
		u.expect("Good-bye.")
		f.was(t, `power {"do":"off"}`)
		u.typed("14\r2\rno\r")
		u.expect("Nothing was changed.")
	})
	t.Run("BOX-04 a machine without the service says so", func(t *testing.T) {
		u := sitDown(t, runBox(t, newBox()))
		u.typed("2\r")
		u.expect("use its own tools")
	})
}

func TestSSH(t *testing.T) {
	t.Run("BOX-04 the same menu over SSH, for whoever knows the PIN", func(t *testing.T) {
		dir := t.TempDir()
		serve := func() (string, func()) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(context.Background())
			s := SSH{HostKey: filepath.Join(dir, "key"), PIN: func() (string, error) { return "12345678", nil }, Config: newBox().config()}
			done := make(chan error, 1)
			go func() { done <- s.Serve(ctx, l) }()
			return l.Addr().String(), func() {
				cancel()
				if err := <-done; !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
			}
		}
		var keys []string
		dial := func(address, user, pin string) (*ssh.Client, error) {
			return ssh.Dial("tcp", address, &ssh.ClientConfig{User: user, Auth: []ssh.AuthMethod{ssh.Password(pin)}, Timeout: time.Minute,
				HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
					keys = append(keys, ssh.FingerprintSHA256(key))
					return nil
				}})
		}
		address, stop := serve()
		for user, pin := range map[string]string{"root": "12345678", sshUser: "00000000"} {
			if c, err := dial(address, user, pin); err == nil {
				c.Close()
				t.Errorf("%s got in with %s", user, pin)
			}
		}
		c, err := dial(address, sshUser, "12345678")
		if err != nil {
			t.Fatal(err)
		}
		if s, err := c.NewSession(); err != nil || s.Run("id") == nil {
			t.Error("a command ran", err)
		}
		if l, err := c.Listen("tcp", "127.0.0.1:0"); err == nil {
			l.Close()
			t.Error("ports are forwarded")
		}
		s, err := c.NewSession()
		if err != nil {
			t.Fatal(err)
		}
		s.Stdin = strings.NewReader("1\r\x04")
		out, err := s.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(s.RequestPty("vt100", 24, 80, nil), s.Shell()); err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(out)
		if err != nil || !strings.Contains(string(text), "Version     0.1") || !strings.Contains(string(text), "Good-bye.") {
			t.Errorf("%v %s", err, text)
		}
		c.Close()
		stop()
		address, stop = serve()
		defer stop()
		if c, err := dial(address, sshUser, "12345678"); err != nil {
			t.Error(err)
		} else {
			c.Close()
		}
		if keys[0] != keys[len(keys)-1] {
			t.Error("another host key after a restart")
		}
	})
}
