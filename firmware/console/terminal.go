package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// errCancelled: the user pressed Ctrl-C or Ctrl-D; back to the menu.
var errCancelled = errors.New("console: cancelled")

const (
	ctrlC     = 0x03
	endOfText = 0x04 // Ctrl-D: the user leaves; sent back to tell Attach so
	backspace = 0x08
	ctrlU     = 0x15
	esc       = 0x1b
	del       = 0x7f
)

// lineLimit is how many bytes a line may have, longLimit those that hold a path or a
// password; more are not taken.
const (
	lineLimit = 40
	longLimit = 200
)

// terminal reads keys and writes text. The far end is raw: echo and line editing are
// ours.
type terminal struct {
	w    io.Writer
	keys chan byte // closed at the end of input
	err  error     // why; set before keys is closed
	lf   bool      // the last line ended with CR: a LF behind it belongs to it

	onLeave func()
}

func newTerminal(ctx context.Context, rw io.ReadWriter) *terminal {
	t := &terminal{w: rw, keys: make(chan byte)}
	go t.read(ctx, rw)
	return t
}

func (t *terminal) read(ctx context.Context, r io.Reader) {
	defer close(t.keys)
	buf := make([]byte, 256)
	for {
		n, err := r.Read(buf)
		for _, c := range buf[:n] {
			select {
			case t.keys <- c:
			case <-ctx.Done():
				t.err = ctx.Err()
				return
			}
		}
		if err != nil {
			t.err = err
			return
		}
	}
}

// key waits for one key.
func (t *terminal) key() (byte, error) {
	c, ok := <-t.keys
	if !ok {
		return 0, t.err
	}
	if c == endOfText {
		return 0, t.leave()
	}
	return c, nil
}

// leave says good-bye. The dialogue itself ends when the user has gone; whoever comes
// next on a serial line finds the menu.
func (t *terminal) leave() error {
	t.lf = false
	if err := t.print("\nGood-bye.\n%c", endOfText); err != nil {
		return err
	}
	if t.onLeave != nil {
		t.onLeave()
		return io.EOF
	}
	return errCancelled
}

// print writes text with the line ends a terminal wants.
func (t *terminal) print(format string, args ...any) error {
	_, err := io.WriteString(t.w, strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", "\r\n"))
	return err
}

// ask prints a question and reads a line.
func (t *terminal) ask(question string) (string, error) { return t.readLine(question, lineLimit, true) }

// askLong takes a longer line.
func (t *terminal) askLong(question string) (string, error) {
	return t.readLine(question, longLimit, true)
}

// askHidden shows nothing of what is typed.
func (t *terminal) askHidden(question string) (string, error) {
	return t.readLine(question, lineLimit, false)
}

func (t *terminal) readLine(question string, limit int, echo bool) (string, error) {
	if err := t.print("%s", question); err != nil {
		return "", err
	}
	var line []byte
	for {
		c, err := t.key()
		if err != nil {
			return "", err
		}
		if c == '\n' && t.lf {
			t.lf = false
			continue
		}
		t.lf = c == '\r'
		switch {
		case c == '\r' || c == '\n':
			return string(line), t.print("\n")
		case c == ctrlC:
			t.print("^C\n")
			return "", errCancelled
		case c == backspace || c == del:
			line, err = t.rubOut(line, echo)
		case c == ctrlU:
			for len(line) > 0 && err == nil {
				line, err = t.rubOut(line, echo)
			}
		case c == esc:
			err = t.skipSequence()
		case c >= ' ' && len(line) < limit:
			line = append(line, c)
			if echo {
				_, err = t.w.Write([]byte{c})
			}
		}
		if err != nil {
			return "", err
		}
	}
}

// rubOut removes the last character from the line and from the screen.
func (t *terminal) rubOut(line []byte, echo bool) ([]byte, error) {
	if len(line) == 0 {
		return line, nil
	}
	_, size := utf8.DecodeLastRune(line)
	line = line[:len(line)-size]
	if !echo {
		return line, nil
	}
	return line, t.print("\b \b")
}

// skipSequence swallows what a cursor or function key sends behind its ESC.
func (t *terminal) skipSequence() error {
	c, err := t.key()
	if err != nil || c != '[' && c != 'O' {
		return err
	}
	for {
		if c, err = t.key(); err != nil || c >= '@' && c <= '~' {
			return err
		}
	}
}

// confirm asks for the word yes.
func (t *terminal) confirm(question string) (bool, error) {
	answer, err := t.ask(question + "\nType yes and press Enter to go on, anything else to go back: ")
	if err != nil || strings.EqualFold(strings.TrimSpace(answer), "yes") {
		return err == nil, err
	}
	return false, t.print("Nothing was changed.\n")
}
