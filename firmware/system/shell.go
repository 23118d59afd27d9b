package system

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"bellhop/drivers/pty"
	"bellhop/firmware/boxapi"
)

// shell opens a shell of the administrator for whoever knows the unit's PIN. The
// connection carries its bytes from then on.
func (s *System) shell(w http.ResponseWriter, r *http.Request) {
	if err := s.checkPIN(r.Header.Get("X-PIN")); err != nil {
		s.Log.Warn("shell refused", "err", err)
		refuse(w, err)
		return
	}
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		refuse(w, err)
		return
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: shell\r\n\r\n"); err != nil {
		return
	}
	s.Log.Warn("shell opened")
	err = runShell(conn, buffered.Reader)
	s.Log.Warn("shell closed", "err", err)
}

func (s *System) checkPIN(pin string) error {
	want, err := PIN(s.PINFile)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch ok, allowed := s.pins.check(pin, want, time.Now()); {
	case !allowed:
		return &boxapi.SystemError{Key: boxapi.TriedTooOften}
	case !ok:
		return &boxapi.SystemError{Key: boxapi.BadPIN}
	}
	return nil
}

// runShell joins a shell on a pseudo-terminal to conn until either ends.
func runShell(conn net.Conn, in io.Reader) error {
	p, err := pty.Open()
	if err != nil {
		return err
	}
	defer p.Close()
	line, err := os.OpenFile(p.Path(), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		return err
	}
	shell := exec.Command("/bin/sh", "-c", "stty sane rows 24 cols 80; cd /; exec /bin/bash --login")
	shell.Stdin, shell.Stdout, shell.Stderr = line, line, line
	shell.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	shell.Env = append(os.Environ(), "TERM=vt100", "HOME=/root")
	err = shell.Start()
	line.Close()
	if err != nil {
		return err
	}
	go func() { // whoever hangs up ends the shell, and what it started
		io.Copy(p, in)
		syscall.Kill(-shell.Process.Pid, syscall.SIGHUP)
	}()
	io.Copy(conn, p)
	return shell.Wait()
}

// Shell opens a shell; the caller closes it. A wrong PIN is a *boxapi.SystemError.
func (c *Client) Shell(ctx context.Context, pin string) (io.ReadWriteCloser, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", c.socket)
	if err != nil {
		return nil, absent(err)
	}
	if strings.ContainsAny(pin, "\r\n") {
		pin = ""
	}
	if _, err := io.WriteString(conn, "POST /v1/shell HTTP/1.1\r\nHost: system\r\nX-PIN: "+pin+"\r\nContent-Length: 0\r\n\r\n"); err != nil {
		conn.Close()
		return nil, err
	}
	in := bufio.NewReader(conn)
	answer, err := http.ReadResponse(in, nil)
	if err != nil {
		conn.Close()
		return nil, err
	}
	if answer.StatusCode == http.StatusSwitchingProtocols {
		return shellConn{conn, in}, nil
	}
	text, err := io.ReadAll(answer.Body)
	conn.Close()
	return nil, errors.Join(err, refusal(answer.StatusCode, text))
}

// shellConn reads what came behind the answer first.
type shellConn struct {
	net.Conn
	in io.Reader
}

func (c shellConn) Read(b []byte) (int, error) { return c.in.Read(b) }
