package console

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"bellhop/drivers/pty"

	"golang.org/x/sys/unix"
)

var errGone = errors.New("the box closed the console (it may be restarting)")

// leaveKey is Ctrl-], as in telnet.
const leaveKey = 0x1d

// farewellWait is how long Attach waits for the box's farewell once in has ended and
// nothing more comes.
const farewellWait = 10 * time.Second

// Attach joins a terminal to the console that Run serves at link. It returns when
// Ctrl-] is pressed, or, where in is a pipe, when everything in it has been answered.
func Attach(link string, in io.Reader, out io.Writer) error {
	// O_NONBLOCK lets Go's poller end a Read when the file is closed.
	line, err := os.OpenFile(link, os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("no console at %s: start bellhop-firmware first, or name its console with -console", link)
	}
	if err != nil {
		return err
	}
	defer line.Close()
	if f, ok := in.(*os.File); ok {
		if was, err := pty.MakeRaw(int(f.Fd())); err == nil {
			defer pty.Restore(int(f.Fd()), was)
			fmt.Fprint(out, "Press Ctrl-] to leave.\r\n")
		}
	}
	if err := dropOld(line); err != nil {
		return err
	}
	if _, err := line.Write([]byte("\r")); err != nil { // draws the menu
		return err
	}
	shown := make(chan error, 1)
	go func() { shown <- show(line, out) }()
	typed := make(chan bool, 1)
	go func() { typed <- forward(in, line) }()
	return wait(line, shown, typed, out)
}

// wait ends with the farewell, with Ctrl-], or when the box goes.
func wait(line *os.File, shown <-chan error, typed <-chan bool, out io.Writer) error {
	select {
	case err := <-shown:
		return err
	case left := <-typed:
		if left {
			_, err := fmt.Fprint(out, "\r\n")
			return err
		}
	}
	if _, err := line.Write([]byte{endOfText}); err != nil {
		return errGone
	}
	line.SetReadDeadline(time.Now().Add(farewellWait))
	return <-shown
}

// dropOld discards what the box wrote for nobody.
func dropOld(line *os.File) error {
	c, err := line.SyscallConn()
	if err != nil {
		return err
	}
	controlErr := c.Control(func(fd uintptr) {
		err = unix.IoctlSetInt(int(fd), unix.TCFLSH, unix.TCIFLUSH)
	})
	return errors.Join(controlErr, err)
}

// show copies the box's text until its farewell.
func show(line io.Reader, out io.Writer) error {
	buf := make([]byte, 1024)
	for {
		n, err := line.Read(buf)
		text, _, farewell := bytes.Cut(buf[:n], []byte{endOfText})
		if _, err := out.Write(text); err != nil {
			return err
		}
		switch {
		case farewell:
			return nil
		case errors.Is(err, os.ErrDeadlineExceeded):
			return errors.New("the box does not answer")
		case err != nil:
			return errGone
		}
	}
}

// forward copies keys to the box; true if the user pressed Ctrl-], false when in has
// ended.
func forward(in io.Reader, line io.Writer) bool {
	buf := make([]byte, 256)
	for {
		n, err := in.Read(buf)
		keys, _, left := bytes.Cut(buf[:n], []byte{leaveKey})
		if _, err := line.Write(keys); err != nil || left {
			return true
		}
		if err != nil {
			return false
		}
	}
}
