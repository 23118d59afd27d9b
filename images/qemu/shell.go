package qemu

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"time"
)

// Shell runs a command in the shell on the machine's second console and returns what it
// said. The kernel's parameters must have put one there (systemd.debug_shell=ttyS0).
func (r *Run) Shell(patience time.Duration, command string) (string, error) {
	deadline := time.Now().Add(patience)
	var last error
	for time.Now().Before(deadline) {
		out, err := r.ask(command, min(time.Until(deadline), time.Minute))
		if err == nil {
			return out, nil
		}
		last = err
		select {
		case <-r.ended:
			return "", fmt.Errorf("the machine has ended: %w", last)
		case <-time.After(time.Second): // the shell may not be there yet
		}
	}
	return "", last
}

// ShellOnly types a command and does not wait.
func (r *Run) ShellOnly(command string) error {
	c, err := net.Dial("unix", r.machine.Shell)
	if err != nil {
		return err
	}
	defer c.Close()
	_, err = fmt.Fprintf(c, "\n%s\n", command)
	time.Sleep(time.Second) // until it has been read
	return err
}

// ask types the command between two marks, which it does not contain itself, as what is
// typed comes back too.
func (r *Run) ask(command string, patience time.Duration) (string, error) {
	c, err := net.Dial("unix", r.machine.Shell)
	if err != nil {
		return "", err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	if _, err := fmt.Fprintf(c, "\nstty -echo; echo BE\"\"GIN; %s\necho E\"\"ND\n", command); err != nil {
		return "", err
	}
	var out strings.Builder
	inside := false
	for lines := bufio.NewScanner(c); lines.Scan(); {
		line := strings.TrimRight(lines.Text(), "\r")
		switch {
		case strings.HasSuffix(line, "BEGIN"):
			inside = true
			out.Reset()
		case inside && strings.HasSuffix(line, "END"):
			return out.String(), nil
		case inside:
			fmt.Fprintln(&out, line)
		}
	}
	return "", fmt.Errorf("the shell did not answer %q: %s", command, out.String())
}
