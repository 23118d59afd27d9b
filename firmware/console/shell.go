package console

import (
	"context"
	"io"
	"strings"

	"bellhop/firmware/boxapi"
)

// shell joins the terminal to a shell of the administrator, for whoever knows the PIN.
func (m *menu) shell(ctx context.Context) error {
	if m.cfg.Machine == nil {
		return m.t.print("\n%s\n", refusals[boxapi.NoSystem])
	}
	pin, err := m.t.askHidden("PIN of this box: ")
	if err != nil {
		return err
	}
	conn, err := m.cfg.Machine.Shell(ctx, strings.TrimSpace(pin))
	if err != nil {
		return m.refused("shell", err)
	}
	defer conn.Close()
	m.did("shell opened")
	if err := m.t.print("\nType exit to come back to the menu.\n"); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() {
		_, err := io.Copy(m.t.w, conn)
		ended <- err
	}()
	for {
		select {
		case <-ended:
			return m.t.print("\nThe shell is closed.\n")
		case c, ok := <-m.t.keys:
			if !ok {
				return m.t.err
			}
			if c == '\n' && m.t.lf { // of the line that gave the PIN
				m.t.lf = false
				continue
			}
			m.t.lf = false
			if _, err := conn.Write([]byte{c}); err != nil {
				return m.t.print("\nThe shell is closed.\n")
			}
		}
	}
}
