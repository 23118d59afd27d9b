package console

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"bellhop/firmware/boxapi"
)

const (
	levelEvery = 200 * time.Millisecond
	silentDBm0 = -65.0 // below it nothing is on the line: no noise even
	width      = 79    // of the level line; the 80th column would wrap
)

// heard is what one line's ears said.
type heard struct {
	line int
	text string
}

// live shows a level bar per line and what the ears hear, until a key is pressed.
func (m *menu) live(ctx context.Context) error {
	lines := m.cfg.Status().Lines
	if len(lines) == 0 {
		return m.t.print("\nNo line found; check the sound card or adapter.\n")
	}
	err := m.t.print("\nLevel in dBm0, -60 to 0; speech is about -30 to -10.\nPress any key to stop.\n\n")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	news := m.listen(ctx, lines)
	tick := time.NewTicker(levelEvery)
	defer tick.Stop()
	for {
		if err := m.t.print("\r%-*s", width, levels(m.cfg.Status().Lines)); err != nil {
			return err
		}
		select {
		case h := <-news:
			text := fmt.Sprintf("%s line %d: %s", time.Now().Format("15:04:05.000"), h.line, h.text)
			if err := m.t.print("\r%-*s\n", width, text); err != nil {
				return err
			}
		case <-tick.C:
		case c, ok := <-m.t.keys:
			if !ok {
				return m.t.err
			}
			if c == '\n' && m.t.lf { // of the line that chose this
				m.t.lf = false
				continue
			}
			return m.stopLive(c)
		}
	}
}

// stopLive ends the live view with the key that was pressed.
func (m *menu) stopLive(c byte) error {
	m.t.lf = c == '\r'
	if c == endOfText {
		return m.t.leave()
	}
	return m.t.print("\n\nStopped.\n")
}

// listen joins what all lines' ears hear into one channel.
func (m *menu) listen(ctx context.Context, lines []boxapi.LineStatus) <-chan heard {
	news := make(chan heard)
	if m.cfg.Listen == nil {
		return news
	}
	for _, l := range lines {
		from := m.cfg.Listen(ctx, l.ID)
		go func() {
			for {
				select {
				case text, ok := <-from:
					if !ok {
						return
					}
					select {
					case news <- heard{l.ID, text}:
					case <-ctx.Done():
						return
					}
				case <-ctx.Done():
					return
				}
			}
		}()
	}
	return news
}

// levels draws all lines' bars side by side: "1 [#####------] -23 talking".
func levels(lines []boxapi.LineStatus) string {
	each := width/max(1, len(lines)) - 1
	var out []string
	for _, l := range lines {
		note := string(l.State)
		switch {
		case l.Clipping:
			note = "CLIPPING"
		case l.LevelDBm0 <= silentDBm0:
			note = "silence"
		}
		tail := fmt.Sprintf(" %3.0f %s", max(-99, l.LevelDBm0), note)
		head := fmt.Sprintf("%d ", l.ID)
		bar := max(4, each-len(head)-2-len(" -99 CLIPPING"))
		out = append(out, head+meter(l.LevelDBm0, bar)+fmt.Sprintf("%-*s", len(" -99 CLIPPING"), tail))
	}
	line := strings.Join(out, " ")
	if len(line) > width {
		line = line[:width]
	}
	return line
}

// meter draws a level between -60 and 0 dBm0 as a bar n characters long.
func meter(dBm0 float64, n int) string {
	full := int(math.Round((dBm0 + 60) / 60 * float64(n)))
	full = min(max(full, 0), n)
	return "[" + strings.Repeat("#", full) + strings.Repeat("-", n-full) + "]"
}
