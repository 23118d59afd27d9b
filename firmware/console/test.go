package console

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"
)

// test checks a line by a call, or shows the modem.
func (m *menu) test(ctx context.Context) error {
	return m.pick(ctx, option{"Test a telephone line by a call", m.testLine}, option{"Modem state", m.modem})
}

// testFor is how long a test waits for a call.
const testFor = 60 * time.Second

// testLine listens to a call and says what was recognised.
func (m *menu) testLine(ctx context.Context) error {
	lines := m.cfg.Status().Lines
	if len(lines) == 0 {
		return m.t.print("\nNo line found; check the sound card or adapter.\n")
	}
	line := lines[0].ID
	if len(lines) > 1 {
		answer, err := m.t.ask(fmt.Sprintf("Line, %d to %d: ", lines[0].ID, lines[len(lines)-1].ID))
		if err != nil {
			return err
		}
		if _, err := fmt.Sscan(answer, &line); err != nil || line < lines[0].ID || line > lines[len(lines)-1].ID {
			return m.t.print("\nThere is no line %q.\n", short(answer))
		}
	}
	if m.cfg.Ring != nil {
		if err := m.cfg.Ring(line); err != nil {
			return m.failed("ring the simulated line", err)
		}
	} else if err := m.t.print("\nCall this line now from another telephone and let it ring four times.\nListening for %d seconds; any key stops.\n\n", int(testFor.Seconds())); err != nil {
		return err
	}
	found, err := m.hearCall(ctx, line)
	if err != nil {
		return err
	}
	return m.t.print("\n%s", found.words())
}

// found is what a test call showed.
type found struct {
	ring, caller bool
	peak         float64
	standard     string
}

// hearCall collects what the ears of a line say until caller ID came and a second ring,
// the time is over, or a key is pressed.
func (m *menu) hearCall(ctx context.Context, line int) (found, error) {
	ctx, cancel := context.WithTimeout(ctx, testFor)
	defer cancel()
	f := found{peak: -99}
	var news <-chan string
	if m.cfg.Listen != nil {
		news = m.cfg.Listen(ctx, line)
	}
	tick := time.NewTicker(levelEvery)
	defer tick.Stop()
	for {
		select {
		case text, ok := <-news:
			if !ok {
				return f, nil
			}
			if err := m.t.print("%s %s\n", time.Now().Format("15:04:05"), short(text)); err != nil {
				return f, err
			}
			f.take(text)
			if f.ring && f.caller {
				return f, nil
			}
		case <-tick.C:
			for _, l := range m.cfg.Status().Lines {
				if l.ID == line {
					f.peak = math.Max(f.peak, l.LevelDBm0)
				}
			}
		case <-ctx.Done():
			return f, nil
		case c, ok := <-m.t.keys:
			if !ok {
				return f, m.t.err
			}
			if c == '\n' && m.t.lf {
				m.t.lf = false
				continue
			}
			m.t.lf = c == '\r'
			return f, nil
		}
	}
}

// take understands a line of the ears' text: "ring", "caller 138… (bell202)".
func (f *found) take(text string) {
	f.ring = f.ring || strings.HasPrefix(text, "ring")
	if !strings.HasPrefix(text, "caller") {
		return
	}
	f.caller = true
	if i := strings.LastIndexByte(text, '('); i >= 0 {
		f.standard = strings.TrimRight(text[i+1:], ")")
	}
}

// words is the verdict and what to do.
func (f found) words() string {
	verdict := func(ok bool, good, bad string) string {
		if ok {
			return "yes" + good
		}
		return "NO: " + bad
	}
	return fmt.Sprintf("%-11s %s\n%-11s %s\n%-11s %.0f dBm0 at most\n",
		"Ringing", verdict(f.ring, "", "check the telephone cable and the adapter"),
		"Caller ID", verdict(f.caller, ", by "+f.standard, "ask the operator to switch it on (来电显示)"), "Level", f.peak)
}
