// Package pty opens pseudo-terminals: a serial line whose far end is in this
// program. The simulated modem and the technician's console live on one. Linux only
// (pts(4), ioctl_tty(2)).
package pty

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// poll is how often a line nobody has open is looked at again; the kernel has no
// event for "a slave was opened".
const poll = 20 * time.Millisecond

// writeTimeout bounds Write towards a program that has the line open and does not
// read it.
const writeTimeout = 5 * time.Second

// PTY is the master side of a pseudo-terminal in raw mode.
type PTY struct {
	master *os.File
	path   string
}

// Open makes a new pseudo-terminal. Nobody has its slave open at first.
func Open() (*PTY, error) {
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("open /dev/ptmx: %w", err)
	}
	p := &PTY{master: os.NewFile(uintptr(fd), "/dev/ptmx")}
	if p.path, err = prepare(fd); err != nil {
		p.master.Close()
		return nil, err
	}
	return p, nil
}

// prepare unlocks the slave, sets it raw (on Linux the master's termios calls act on
// the slave) and returns its path.
func prepare(fd int) (string, error) {
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		return "", fmt.Errorf("unlock pty: %w", err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		return "", fmt.Errorf("number of pty: %w", err)
	}
	path := "/dev/pts/" + strconv.Itoa(n)
	if _, err := MakeRaw(fd); err != nil {
		return "", fmt.Errorf("set pty raw: %w", err)
	}
	// A master reports a hang-up only once its slave has been open.
	slave, err := unix.Open(path, unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", fmt.Errorf("open %s: %w", path, err)
	}
	return path, unix.Close(slave)
}

// MakeRaw switches the terminal fd to raw mode, no echo and no signals, and returns
// what it was, for Restore.
func MakeRaw(fd int) (*unix.Termios, error) {
	was, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return nil, err
	}
	t := *was
	t.Iflag &^= unix.IGNBRK | unix.BRKINT | unix.PARMRK | unix.ISTRIP | unix.INLCR | unix.IGNCR | unix.ICRNL | unix.IXON
	t.Oflag &^= unix.OPOST
	t.Lflag &^= unix.ECHO | unix.ECHONL | unix.ICANON | unix.ISIG | unix.IEXTEN
	t.Cflag &^= unix.CSIZE | unix.PARENB
	t.Cflag |= unix.CS8
	t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 1, 0
	return was, unix.IoctlSetTermios(fd, unix.TCSETS, &t)
}

// Restore undoes MakeRaw.
func Restore(fd int, was *unix.Termios) error {
	return unix.IoctlSetTermios(fd, unix.TCSETS, was)
}

// Path is the slave's device file, such as "/dev/pts/3".
func (p *PTY) Path() string { return p.path }

// Read reads what the slave's user wrote; io.EOF when the last of them has closed
// it, os.ErrClosed after Close.
func (p *PTY) Read(b []byte) (int, error) {
	n, err := p.master.Read(b)
	if errors.Is(err, syscall.EIO) {
		return n, io.EOF
	}
	return n, err
}

// Write sends b to the slave's user. With nobody there it goes nowhere, as on a
// serial line with nothing plugged in.
func (p *PTY) Write(b []byte) (int, error) {
	if !p.Attached() {
		return len(b), nil
	}
	if err := p.master.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return 0, err
	}
	return p.master.Write(b)
}

// Attached reports whether somebody has the slave open.
func (p *PTY) Attached() bool {
	yes, err := p.attached()
	return yes && err == nil
}

// attached fails after Close.
func (p *PTY) attached() (yes bool, err error) {
	c, err := p.master.SyscallConn()
	if err != nil {
		return false, err
	}
	controlErr := c.Control(func(fd uintptr) {
		fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
		if _, err = unix.Poll(fds, 0); err == nil {
			yes = fds[0].Revents&unix.POLLHUP == 0
		}
	})
	return yes, errors.Join(controlErr, err)
}

// Wait returns nil as soon as somebody has the slave open, and an error after Close.
func (p *PTY) Wait(ctx context.Context) error {
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		yes, err := p.attached()
		if yes || err != nil && !errors.Is(err, syscall.EINTR) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// Close hangs the line up: every user of the slave sees it gone.
func (p *PTY) Close() error { return p.master.Close() }

// Link makes link point to the slave, as udev does in /dev/serial/by-id; an older
// link of that name is replaced.
func (p *PTY) Link(link string) error {
	tmp := link + ".new"
	if err := os.Remove(tmp); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := os.Symlink(p.path, tmp); err != nil {
		return err
	}
	return os.Rename(tmp, link)
}
