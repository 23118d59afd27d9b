package system

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"bellhop/firmware/boxapi"
)

// tools remembers which programs were run, and answers for them.
type tools struct {
	mu      sync.Mutex
	ran     []string
	answers map[string]string // by the beginning of the command
	fails   map[string]bool
}

func (r *tools) run(_ context.Context, name string, args ...string) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	line := strings.Join(append([]string{name}, args...), " ")
	r.ran = append(r.ran, line)
	for begin, answer := range r.answers {
		if strings.HasPrefix(line, begin) {
			return answer, nil
		}
	}
	if r.fails[name] {
		return "", &boxapi.SystemError{Key: boxapi.SystemFailed, Detail: line}
	}
	return "", nil
}

func (r *tools) was(t *testing.T, begin string) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, line := range r.ran {
		if strings.HasPrefix(line, begin) {
			return
		}
	}
	t.Errorf("%q did not run, but %q", begin, r.ran)
}

// service runs the real service on a socket, on folders of the test.
func service(t *testing.T) (*Client, *System, *tools) {
	t.Helper()
	dir := t.TempDir()
	r := &tools{answers: map[string]string{}, fails: map[string]bool{}}
	s := New(Config{Keep: filepath.Join(dir, "data/system"), Data: filepath.Join(dir, "data"), Run: filepath.Join(dir, "run"),
		Wifi: filepath.Join(dir, "iwd"), Sys: filepath.Join(dir, "sys"), PINFile: filepath.Join(dir, "data/box/pin"), Tool: r.run, Hub: Hub{User: "hub", Data: "/data/hub", TokenFile: "/data/box.token"}, Built: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)})
	socket := filepath.Join(dir, "s")
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, socket) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	c := Dial(socket)
	for key(c.Ask(ctx, "clock", struct{}{}, &boxapi.Clock{})) == boxapi.NoSystem {
		time.Sleep(time.Millisecond)
	}
	return c, s, r
}

// key is what a request was refused with.
func key(err error) string {
	var known *boxapi.SystemError
	if errors.As(err, &known) {
		return known.Key
	}
	return fmt.Sprint(err)
}

func TestWired(t *testing.T) {
	c, s, r := service(t)
	var n boxapi.Network
	unit := func() string {
		text, _ := os.ReadFile(filepath.Join(s.Run, "systemd/network", wiredUnit))
		return string(text)
	}
	t.Run("BOX-04 wrong addresses are refused and change nothing", func(t *testing.T) {
		for _, w := range []struct {
			boxapi.Wired
			want string
		}{
			{boxapi.Wired{Address: "192.168.1.20"}, boxapi.BadAddress},
			{boxapi.Wired{Address: "192.168.1.0/24"}, boxapi.BadAddress},
			{boxapi.Wired{Address: "192.168.1.255/24"}, boxapi.BadAddress},
			{boxapi.Wired{Address: "127.0.0.1/8"}, boxapi.BadAddress},
			{boxapi.Wired{Address: "1.2.3.4/24\n[Network]"}, boxapi.BadAddress},
			{boxapi.Wired{Address: "192.168.1.20/24", Gateway: "192.168.2.1"}, boxapi.BadGateway},
			{boxapi.Wired{Address: "192.168.1.20/24", Gateway: "192.168.1.20"}, boxapi.BadGateway},
			{boxapi.Wired{Address: "192.168.1.20/24", DNS: []string{"dns.example"}}, boxapi.BadNameServer},
			{boxapi.Wired{DHCP: true, DNS: []string{"0.0.0.0"}}, boxapi.BadNameServer},
		} {
			if err := c.Ask(t.Context(), "network.set", w.Wired, &n); key(err) != w.want {
				t.Errorf("%+v: %v", w.Wired, err)
			}
		}
		if unit() != "" {
			t.Error(unit())
		}
	})
	t.Run("BOX-04 a setting is tried, kept, and there again after a start", func(t *testing.T) {
		w := boxapi.Wired{Address: "192.168.1.20/24", Gateway: "192.168.1.1", DNS: []string{"114.114.114.114"}}
		if err := c.Ask(t.Context(), "network.set", w, &n); err != nil || n.Trial < 100 || n.Wired.Address != w.Address {
			t.Fatal(n, err)
		}
		for _, want := range []string{"DHCP=no\n", "Address=192.168.1.20/24\n", "Gateway=192.168.1.1\n", "DNS=114.114.114.114\n"} {
			if !strings.Contains(unit(), want) {
				t.Errorf("%q is not in\n%s", want, unit())
			}
		}
		r.was(t, "networkctl reload")
		if again := New(s.Config); again.wired().DHCP != true {
			t.Error("a trial outlives a power cut")
		}
		n = boxapi.Network{}
		if err := c.Ask(t.Context(), "network.keep", struct{}{}, &n); err != nil || n.Trial != 0 {
			t.Fatal(n, err)
		}
		os.Remove(filepath.Join(s.Run, "systemd/network", wiredUnit))
		if err := New(s.Config).Apply(t.Context()); err != nil || !strings.Contains(unit(), "Address=192.168.1.20/24") {
			t.Error(err, unit())
		}
	})
	t.Run("BOX-04 a trial nobody confirms is taken back", func(t *testing.T) {
		if err := c.Ask(t.Context(), "network.set", boxapi.Wired{Address: "10.9.8.7/8"}, &n); err != nil {
			t.Fatal(err)
		}
		s.takeBack() // what its timer does
		if !strings.Contains(unit(), "Address=192.168.1.20/24") {
			t.Error(unit())
		}
		if err := c.Ask(t.Context(), "network.keep", struct{}{}, &n); err != nil || n.Wired.Address != "192.168.1.20/24" {
			t.Error(n.Wired, err)
		}
	})
	t.Run("a daemon that fails brings the setting back", func(t *testing.T) {
		r.fails["networkctl"] = true
		defer delete(r.fails, "networkctl")
		if err := c.Ask(t.Context(), "network.set", boxapi.Wired{DHCP: true}, &n); err == nil {
			t.Error("no error")
		}
		if !strings.Contains(unit(), "Address=192.168.1.20/24") {
			t.Error(unit())
		}
	})
	t.Run("a damaged file is DHCP", func(t *testing.T) {
		os.WriteFile(s.wiredFile(), []byte("{"), 0o600)
		if w := s.wired(); !w.DHCP || w.Address != "" {
			t.Error(w)
		}
	})
}

// withRadio gives the machine's first network card a radio.
func withRadio(t *testing.T, s *System) string {
	t.Helper()
	for _, i := range s.interfaces() {
		if err := os.MkdirAll(filepath.Join(s.Sys, "class/net", i.Name, "wireless"), 0o755); err != nil {
			t.Fatal(err)
		}
		return i.Name
	}
	t.Skip("this machine has no network card")
	return ""
}

func TestWifi(t *testing.T) {
	c, s, r := service(t)
	var n boxapi.Network
	if err := c.Ask(t.Context(), "wifi.scan", struct{}{}, &[]boxapi.WifiNetwork{}); key(err) != boxapi.NoWifi {
		t.Error(err)
	}
	card := withRadio(t, s)
	t.Run("BOX-04 what the radio hears", func(t *testing.T) {
		r.answers["iwctl station "+card+" get-networks"] = "                               Available networks                             \n" +
			"--------------------------------------------------------------------------------\n" +
			"      Network name                      Security            Signal\n" +
			"--------------------------------------------------------------------------------\n" +
			"\x1b[0m  \x1b[1;90m> \x1b[0m  办公室 2.4G                       psk                 -5500   \x1b[0m\n" +
			"\x1b[0m      a  b                              open                -8100   \x1b[0m\n"
		var heard []boxapi.WifiNetwork
		if err := c.Ask(t.Context(), "wifi.scan", struct{}{}, &heard); err != nil {
			t.Fatal(err)
		}
		want := []boxapi.WifiNetwork{{Name: "办公室 2.4G", Secured: true, Signal: -55, Joined: true}, {Name: "a  b", Signal: -81}}
		if len(heard) != 2 || heard[0] != want[0] || heard[1] != want[1] {
			t.Errorf("%+v", heard)
		}
	})
	t.Run("BOX-04 joined networks are kept, in the radio's own files", func(t *testing.T) {
		if err := c.Ask(t.Context(), "wifi.join", boxapi.WifiJoin{Name: "办公室", Password: `pass\word`}, &n); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(s.Wifi, "=e58a9ee585ace5aea4.psk"))
		if err != nil || !strings.Contains(string(text), `Passphrase=pass\\word`) {
			t.Error(string(text), err)
		}
		r.was(t, "iwctl station "+card+" connect 办公室")
		if n.Wifi != "办公室" {
			t.Error(n)
		}
		for _, bad := range []boxapi.WifiJoin{{}, {Name: "x", Password: "short"}, {Name: "x\n[Settings]"}, {Name: strings.Repeat("x", 33)}, {Name: "x", Password: "12345678\n"}} {
			if err := c.Ask(t.Context(), "wifi.join", bad, &n); key(err) != boxapi.BadWifi {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		n = boxapi.Network{}
		if err := c.Ask(t.Context(), "wifi.forget", boxapi.WifiJoin{Name: "办公室"}, &n); err != nil || n.Wifi != "" {
			t.Error(n, err)
		}
		if files, _ := filepath.Glob(filepath.Join(s.Wifi, "*")); len(files) > 0 {
			t.Error(files)
		}
	})
	t.Run("BOX-01 a box without a cable opens a network of its own", func(t *testing.T) {
		var ap, again boxapi.AccessPoint
		if err := c.Ask(t.Context(), "wifi.open", struct{}{}, &ap); err != nil {
			t.Fatal(err)
		}
		if err := c.Ask(t.Context(), "wifi.open", struct{}{}, &again); err != nil || ap != again || len(ap.Password) != 8 {
			t.Error(ap, again, err)
		}
		r.was(t, "iwctl ap "+card+" start "+ap.Name+" "+ap.Password)
	})
}

func FuzzNetworksOf(f *testing.F) {
	f.Add("  >   Net   psk   -5500\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, n := range networksOf(text) {
			if n.Name == "" {
				t.Errorf("a network without a name in %q", text)
			}
		}
	})
}

func TestClock(t *testing.T) {
	c, s, r := service(t)
	var clock boxapi.Clock
	t.Run("BOX-14 the time is told with its source, and set", func(t *testing.T) {
		if err := c.Ask(t.Context(), "clock", struct{}{}, &clock); err != nil || clock.Kept {
			t.Fatal(clock, err)
		}
		os.MkdirAll(filepath.Join(s.Sys, "class/rtc/rtc0"), 0o755)
		at := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
		if err := c.Ask(t.Context(), "clock.set", map[string]int64{"at": at.UnixMilli()}, &clock); err != nil || !clock.Kept {
			t.Fatal(clock, err)
		}
		r.was(t, "timedatectl set-time 2026-11-22 08:00:00 UTC")
		for _, bad := range []int64{0, -5, time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli(), time.Date(2100, 1, 2, 0, 0, 0, 0, time.UTC).UnixMilli()} {
			if err := c.Ask(t.Context(), "clock.set", map[string]int64{"at": bad}, &clock); key(err) != boxapi.BadTime {
				t.Errorf("%d: %v", bad, err)
			}
		}
	})
	t.Run("BOX-14 the zone", func(t *testing.T) {
		if err := s.Apply(t.Context()); err != nil || s.zone() != "Asia/Shanghai" {
			t.Error(s.zone(), err)
		}
		if err := c.Ask(t.Context(), "clock.zone", map[string]string{"zone": "Asia/Taipei"}, &clock); err != nil || clock.Zone != "Asia/Taipei" {
			t.Error(clock, err)
		}
		for _, bad := range []string{"", "Local", "../../etc/passwd", "/etc/passwd", "Mars/Base"} {
			if err := c.Ask(t.Context(), "clock.zone", map[string]string{"zone": bad}, &clock); key(err) != boxapi.BadZone {
				t.Errorf("%q: %v", bad, err)
			}
		}
	})
}

func TestReset(t *testing.T) {
	t.Run("BOX-19 a factory reset erases everything at the next start, even over a power cut", func(t *testing.T) {
		c, s, r := service(t)
		keep := func(name string) {
			path := filepath.Join(s.Data, name)
			os.MkdirAll(filepath.Dir(path), 0o755)
			os.WriteFile(path, []byte("x"), 0o600)
		}
		keep("hub/hub.db")
		keep("box/recordings/1.mp3")
		keep("system/wired.json")
		keep("lost+found/x")
		var done struct{}
		if err := c.Ask(t.Context(), "reset", map[string]string{"confirm": "yes"}, &done); key(err) != boxapi.NotConfirmed {
			t.Error(err)
		}
		if did, err := EraseIfAsked(s.Data); did || err != nil {
			t.Fatal(did, err)
		}
		if err := c.Ask(t.Context(), "reset", map[string]string{"confirm": boxapi.ResetWord}, &done); err != nil {
			t.Fatal(err)
		}
		r.was(t, "systemctl --no-block reboot")
		os.RemoveAll(filepath.Join(s.Data, "hub")) // the power went in the middle
		if did, err := EraseIfAsked(s.Data); !did || err != nil {
			t.Fatal(did, err)
		}
		left, _ := os.ReadDir(s.Data)
		if len(left) != 1 || left[0].Name() != "lost+found" {
			t.Error(left)
		}
		if did, err := EraseIfAsked(s.Data); did || err != nil {
			t.Error("erased twice", err)
		}
	})
}

func TestShell(t *testing.T) {
	c, s, _ := service(t)
	pin, err := PIN(s.PINFile)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("BOX-04 a real shell behind the PIN", func(t *testing.T) {
		again, err := PIN(s.PINFile)
		if err != nil || again != pin || len(pin) != 8 {
			t.Fatal(pin, again, err)
		}
		conn, err := c.Shell(t.Context(), pin)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, "echo DO''NE; tty | cut -c1-8; exit\n"); err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(conn)
		if !strings.Contains(string(text), "DONE") || !strings.Contains(string(text), "/dev/pts") {
			t.Errorf("%q", text)
		}
	})
	t.Run("BOX-04 five wrong PINs a minute and no more", func(t *testing.T) {
		var got []string
		for range maxTries + 1 {
			_, err := c.Shell(t.Context(), "00000000\r\nX-PIN: "+pin)
			got = append(got, key(err))
		}
		if got[0] != boxapi.BadPIN || got[maxTries] != boxapi.TriedTooOften {
			t.Error(got)
		}
		if _, err := c.Shell(t.Context(), pin); key(err) != boxapi.TriedTooOften {
			t.Error("the right PIN is taken too soon", err)
		}
		s.pins.wrong[0] = time.Now().Add(-2 * triesIn)
		conn, err := c.Shell(t.Context(), pin)
		if err != nil {
			t.Fatal(err)
		}
		conn.Close()
	})
}

func TestRequests(t *testing.T) {
	c, _, r := service(t)
	t.Run("BOX-04 logs and power, and nothing that is not on the list", func(t *testing.T) {
		r.answers["journalctl"] = "a line"
		var out struct{ Text string }
		if err := c.Ask(t.Context(), "logs", map[string]any{"unit": "hub", "lines": 10}, &out); err != nil || out.Text != "a line" {
			t.Error(out, err)
		}
		r.was(t, "journalctl --no-pager -o short-iso -n 10 -u bellhop-hub")
		for op, in := range map[string]any{"logs": map[string]any{"unit": "../x"}, "power": map[string]string{"do": "explode"}, "rm": struct{}{}, "network.set": "text"} {
			if err := c.Ask(t.Context(), op, in, &out); err == nil {
				t.Errorf("%s: no error", op)
			}
		}
		if err := c.Ask(t.Context(), "power", map[string]string{"do": "off"}, &struct{}{}); err != nil {
			t.Error(err)
		}
		r.was(t, "systemctl --no-block poweroff")
	})
	t.Run("BOX-13 updates are the updater's", func(t *testing.T) {
		r.answers["bellhop-update status"] = `{"slot":"A"}`
		var status struct{ Slot string }
		if err := c.Ask(t.Context(), "update", boxapi.Update{File: "/media/usb/x"}, &status); err != nil || status.Slot != "A" {
			t.Error(status, err)
		}
		r.was(t, "bellhop-update install /media/usb/x")
		r.fails["bellhop-update"] = true
		for _, in := range []boxapi.Update{{File: "x"}, {File: "/a/../x"}, {File: "/x"}} {
			if err := c.Ask(t.Context(), "update", in, &status); key(err) != boxapi.BadUpdate {
				t.Errorf("%+v: %v", in, err)
			}
		}
		if err := c.Ask(t.Context(), "update", boxapi.Update{Back: true}, &status); key(err) != boxapi.NothingBehind {
			t.Error(err)
		}
	})
	t.Run("BOX-10 backups are the hub's, as its own user", func(t *testing.T) {
		var answer boxapi.BackupAnswer
		if err := c.Ask(t.Context(), "backup", boxapi.Backup{Do: "restore", Snapshot: "1a2b"}, &answer); err != nil {
			t.Error(err)
		}
		r.was(t, "runuser -u hub -- bellhop-hub restore -data /data/hub -box-token-file /data/box.token -snapshot 1a2b")
		for _, bad := range []boxapi.Backup{{Do: "erase"}, {Do: "restore", Snapshot: "-data"}, {Do: "list", Sheet: "a\nb"}} {
			if err := c.Ask(t.Context(), "backup", bad, &answer); key(err) != boxapi.UnknownRequest {
				t.Errorf("%+v: %v", bad, err)
			}
		}
	})
	t.Run("no service", func(t *testing.T) {
		err := Dial(filepath.Join(t.TempDir(), "none")).Ask(t.Context(), "network", struct{}{}, &boxapi.Network{})
		if key(err) != boxapi.NoSystem {
			t.Error(err)
		}
	})
}

func FuzzRequest(f *testing.F) {
	f.Add("network.set", `{"address":"1.2.3.4/24"}`)
	f.Add("wifi.join", `{"name":"x"}`)
	f.Add("clock.zone", `{"zone":"UTC"}`)
	dir := f.TempDir()
	s := New(Config{Keep: filepath.Join(dir, "k"), Data: filepath.Join(dir, "d"), Run: filepath.Join(dir, "r"), Wifi: filepath.Join(dir, "w"),
		Sys: filepath.Join(dir, "s"), Tool: func(context.Context, string, ...string) (string, error) { return "", nil }})
	f.Fuzz(func(t *testing.T, op, body string) {
		s.Do(t.Context(), op, json.RawMessage(body))
		if s.trial != nil {
			s.trial.Stop()
		}
		entries, _ := os.ReadDir(dir)
		for _, e := range entries {
			if !strings.Contains("kdrws", e.Name()) {
				t.Fatalf("%s %s wrote %s", op, body, e.Name())
			}
		}
	})
}
