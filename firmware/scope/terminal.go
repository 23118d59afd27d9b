package scope

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"bellhop/drivers/pty"
	"bellhop/firmware/boxapi"
)

// Frames delivers frames until ctx ends: a box, a file, Taps of this program.
type Frames func(ctx context.Context, see func(boxapi.ScopeFrame) error) error

// Terminal escapes: another screen without cursor, so that what was there comes back.
const (
	enter = "\x1b[?1049h\x1b[?25l"
	leave = "\x1b[?25h\x1b[?1049l"
	home  = "\x1b[H"
	eol   = "\x1b[K"
	below = "\x1b[J"
)

// drawEvery bounds how often the screen is drawn: a serial line carries ten screens a
// second, but nobody reads them.
const drawEvery = 150 * time.Millisecond

// errLeft: the user pressed q.
var errLeft = errors.New("left")

// Show draws frames on the terminal until q or Ctrl-C is pressed or they end. Where
// out is no terminal it prints a Report instead.
func Show(ctx context.Context, title string, frames Frames, in, out *os.File) error {
	was, err := pty.MakeRaw(int(in.Fd()))
	if err != nil || !isTerminal(out) {
		if err == nil {
			pty.Restore(int(in.Fd()), was)
		}
		return Report(ctx, frames, out)
	}
	defer pty.Restore(int(in.Fd()), was)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() { cancel(waitForLeave(in)) }()
	io.WriteString(out, enter)
	defer io.WriteString(out, leave)
	s := &Screen{Title: title, Colour: os.Getenv("NO_COLOR") == ""}
	io.WriteString(out, draw(s, out))
	var drawn time.Time
	err = frames(ctx, func(f boxapi.ScopeFrame) error {
		s.Add(f)
		if time.Since(drawn) < drawEvery {
			return nil
		}
		drawn = time.Now()
		_, err := io.WriteString(out, draw(s, out))
		return err
	})
	if err == nil { // a file has ended: leave what it said in sight
		io.WriteString(out, draw(s, out))
		<-ctx.Done()
	}
	if errors.Is(context.Cause(ctx), errLeft) {
		return nil
	}
	return err
}

func draw(s *Screen, out *os.File) string {
	columns, rows := 80, 24
	if size, err := unix.IoctlGetWinsize(int(out.Fd()), unix.TIOCGWINSZ); err == nil && size.Col > 0 && size.Row > 0 {
		columns, rows = int(size.Col), int(size.Row)
	}
	return home + strings.Join(s.Lines(columns, rows), eol+"\r\n") + eol + below
}

// waitForLeave reads keys until one of those that leave.
func waitForLeave(in io.Reader) error {
	key := make([]byte, 1)
	for {
		n, err := in.Read(key)
		if err != nil {
			return err
		}
		if n == 1 && (key[0] == 'q' || key[0] == 'Q' || key[0] == 0x03 || key[0] == 0x04) {
			return errLeft
		}
	}
}

func isTerminal(f *os.File) bool {
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}

// Report prints what happens as lines: once a second the level, and every change and
// burst when it is known.
func Report(ctx context.Context, frames Frames, out io.Writer) error {
	var s Screen
	var last boxapi.ScopeFrame
	second := int64(-1)
	return frames(ctx, func(f boxapi.ScopeFrame) error {
		at := clock(f.At)
		var text []string
		if now := f.At / 1000; now != second {
			second = now
			text = append(text, fmt.Sprintf("%6.1f dBm0, peak %.1f", f.LevelDBm0, f.PeakDBm0))
		}
		text = append(text, changes(last, f)...)
		for i := range text {
			text[i] = at + "  " + text[i]
		}
		for _, b := range f.Bursts { // they say themselves when they were
			first, octets := s.burst(b)
			text = append(text, first, octetsLeft+octets)
		}
		last = f
		if len(text) == 0 {
			return nil
		}
		_, err := fmt.Fprintln(out, strings.Join(text, "\n"))
		return err
	})
}

// changes are the states that differ, in words.
func changes(a, b boxapi.ScopeFrame) (text []string) {
	word := func(on bool, yes, no string) string {
		if on {
			return yes
		}
		return no
	}
	if a.Warning != b.Warning && b.Warning != "" {
		text = append(text, "WARNING "+string(b.Warning))
	}
	if a.Ringing != b.Ringing {
		text = append(text, word(b.Ringing, "ring", "ring ended"))
	}
	if a.OffHook != b.OffHook {
		text = append(text, word(b.OffHook, "off-hook", "on-hook"))
	}
	if a.Tone != b.Tone {
		text = append(text, word(b.Tone != "", "tone "+b.Tone, "tone ended"))
	}
	if a.Carrier != b.Carrier && b.Carrier != "" {
		text = append(text, "data "+b.Carrier)
	}
	if a.Keys != b.Keys && b.Keys != "" {
		text = append(text, "keys "+b.Keys)
	}
	return text
}
