package backup_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bellhop/hub/backup"
)

// Real servers on loopback, each in a folder of its own.

func need(t testing.TB, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			if _, err := os.Stat("/usr/sbin/" + p); err != nil {
				t.Skipf("%s is not installed (.dev/setup test installs it)", p)
			}
		}
	}
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// serve runs a server until the test ends, and waits until it listens.
func serve(t testing.TB, port int, cmd *exec.Cmd) {
	t.Helper()
	log, err := os.CreateTemp(t.TempDir(), "log")
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { cmd.Wait(); close(ended) }()
	t.Cleanup(func() { cmd.Process.Kill(); <-ended; log.Close() })
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		c, err := net.DialTimeout("tcp", fmt.Sprint("127.0.0.1:", port), time.Second)
		if err == nil {
			c.Close()
			return
		}
		select {
		case <-ended:
		default:
			if time.Now().Before(end) {
				continue
			}
		}
		text, _ := os.ReadFile(log.Name())
		t.Fatalf("%s does not serve: %s", cmd.Path, text)
	}
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func makeHostKey(t testing.TB, path string) {
	t.Helper()
	os.Remove(path)
	os.Remove(path + ".pub")
	if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path).CombinedOutput(); err != nil {
		t.Fatalf("ssh-keygen: %s", out)
	}
}

// sshd runs the system's SSH server for the user of the test.
func sshd(t testing.TB, port int, dir, public string) {
	t.Helper()
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "authorized"), public+"\n")
	write(t, filepath.Join(dir, "config"), fmt.Sprintf(`Port %d
ListenAddress 127.0.0.1
HostKey %s/host
AuthorizedKeysFile %s/authorized
PidFile %s/pid
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin yes
AllowUsers %s
Subsystem sftp internal-sftp
`, port, dir, dir, dir, me.Username))
	os.MkdirAll("/run/sshd", 0o755) // the server's own wish, when root starts it
	serve(t, port, exec.Command("/usr/sbin/sshd", "-D", "-e", "-f", filepath.Join(dir, "config")))
}

func sftpTarget(t testing.TB, s *backup.Service) (*backup.Target, string) {
	need(t, "sshd", "ssh-keygen", "rclone")
	dir, port := t.TempDir(), freePort(t)
	public, err := s.SSHKey()
	if err != nil {
		t.Fatal(err)
	}
	makeHostKey(t, filepath.Join(dir, "host"))
	sshd(t, port, dir, public)
	me, _ := user.Current()
	target := &backup.Target{Kind: backup.SFTP, Host: "127.0.0.1", Port: port, User: me.Username, UseKey: true, Folder: filepath.Join(dir, "repo")}
	line, print, err := backup.ServerKey(context.Background(), target)
	if err != nil || !strings.HasPrefix(print, "SHA256:") {
		t.Fatalf("%q %v", print, err)
	}
	target.HostKey = line
	return target, dir
}

const login, secret = "office", "s3cret-Päss word"

func smbTarget(t testing.TB) *backup.Target {
	need(t, "smbd", "smbpasswd", "rclone")
	dir, port := t.TempDir(), freePort(t)
	me, _ := user.Current()
	for _, sub := range []string{"share", "state"} {
		os.MkdirAll(filepath.Join(dir, sub), 0o700)
	}
	conf := filepath.Join(dir, "smb.conf")
	write(t, conf, fmt.Sprintf(`[global]
smb ports = %d
bind interfaces only = yes
interfaces = 127.0.0.1
private dir = %[2]s/state
state directory = %[2]s/state
cache directory = %[2]s/state
lock directory = %[2]s/state
pid directory = %[2]s/state
ncalrpc dir = %[2]s/state/ncalrpc
log file = %[2]s/log
server role = standalone
disable spoolss = yes
load printers = no
usershare max shares = 0
[office]
path = %[2]s/share
read only = no
`, port, dir))
	cmd := exec.Command("smbpasswd", "-c", conf, "-s", "-a", me.Username)
	cmd.Stdin = strings.NewReader(secret + "\n" + secret + "\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("smbpasswd: %s", out)
	}
	serve(t, port, exec.Command("/usr/sbin/smbd", "--foreground", "--no-process-group", "--debug-stdout", "-s", conf))
	return &backup.Target{Kind: backup.SMB, Host: "127.0.0.1", Port: port, Share: "office", Folder: "bellhop", User: me.Username, Secret: secret}
}

func rcloneServes(t testing.TB, dir, kind string, args ...string) string {
	need(t, "rclone")
	port := freePort(t)
	address := fmt.Sprint("127.0.0.1:", port)
	cmd := exec.Command("rclone", append([]string{"serve", kind, dir, "--addr", address, "--user", login, "--pass", secret}, args...)...)
	cmd.Env = append(os.Environ(), "RCLONE_CONFIG="+filepath.Join(t.TempDir(), "none"))
	serve(t, port, cmd)
	return "http://" + address
}

func webdavTarget(t testing.TB) *backup.Target {
	return &backup.Target{Kind: backup.WebDAV, URL: rcloneServes(t, t.TempDir(), "webdav"), Folder: "备份/bellhop", User: login, Secret: secret}
}

// boxTarget is another box: it takes, and lets nobody take away.
func boxTarget(t testing.TB) *backup.Target {
	return &backup.Target{Kind: backup.Box, URL: rcloneServes(t, t.TempDir(), "restic", "--append-only"), Folder: "hangzhou", User: login, Secret: secret}
}

func diskTarget(t testing.TB) *backup.Target {
	return &backup.Target{Kind: backup.Disk, Folder: filepath.Join(t.TempDir(), "usb disk", "bellhop")}
}

// s3Target is an S3 service in memory.
func s3Target(t testing.TB) *backup.Target {
	program := os.Getenv("BELLHOP_TEST_S3")
	if program == "" {
		program = filepath.Join("..", "..", "var", "tools", "gofakes3")
	}
	if _, err := os.Stat(program); err != nil {
		t.Skip("no S3 server (.dev/setup test builds one)")
	}
	port := freePort(t)
	serve(t, port, exec.Command(program, "-backend", "mem", "-host", fmt.Sprint("127.0.0.1:", port), "-initialbucket", "bellhop"))
	return &backup.Target{Kind: backup.S3, URL: fmt.Sprint("http://127.0.0.1:", port), Bucket: "bellhop", Region: "us-east-1", Folder: "hz",
		User: "AKIAEXAMPLE", Secret: secret}
}
