package modem

import (
	"bytes"
	"regexp"
	"sync"
	"time"
)

// traceLines is how much of the dialogue is kept for support.
const traceLines = 1000

// trace keeps the last lines that went over the port.
type trace struct {
	mu   sync.Mutex
	ring []string
	next int
	part map[byte][]byte // an unfinished line each way
}

// private is what a support person must not see: digits of a number, and PDUs.
var private = regexp.MustCompile(`[0-9A-Fa-f]{24,}|\d{5,}`)

func mask(line string) string {
	return private.ReplaceAllStringFunc(line, func(s string) string {
		if len(s) >= 24 {
			return "<pdu>"
		}
		return s[:2] + "***" + s[len(s)-2:]
	})
}

// add takes bytes that went in the direction '<' from or '>' to the modem.
func (t *trace) add(direction byte, b []byte) {
	if len(b) == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.part == nil {
		t.part = map[byte][]byte{}
	}
	buf := append(t.part[direction], b...)
	for {
		i := bytes.IndexAny(buf, "\r\n\x1a")
		if i < 0 && len(buf) < 4096 {
			break
		}
		if i < 0 {
			i = len(buf) - 1
		}
		if line := bytes.TrimSpace(buf[:i+1]); len(line) > 0 {
			t.keep(time.Now().Format("15:04:05.000 ") + string(direction) + " " + mask(string(line)))
		}
		buf = buf[i+1:]
	}
	t.part[direction] = bytes.Clone(buf)
}

func (t *trace) keep(line string) {
	if len(t.ring) < traceLines {
		t.ring = append(t.ring, line)
		return
	}
	t.ring[t.next] = line
	t.next = (t.next + 1) % traceLines
}

func (t *trace) lines() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append(append([]string(nil), t.ring[t.next:]...), t.ring[:t.next]...)
}
