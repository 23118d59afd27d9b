// Package modemtest is a GSM modem, SIM and network in one, answering AT commands in
// PDU mode on a pseudo-terminal (3GPP TS 27.005, 27.007). Tests drive the real driver
// against it, and the board "sim" uses it where there is no modem. It sends nothing
// anywhere: what is sent through it is listed by Sent.
package modemtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"bellhop/drivers/pty"
)

// Config of a Modem; the zero value is a well-behaved one on a good network.
type Config struct {
	Link        string      // where to link the port, kept over unplugging; a temporary one if empty
	Personality Personality // Plain if zero
	Operator    string      // "CHINA MOBILE" if empty
	Slots       int         // room for texts in each memory; 50 if 0
	// Report is how long after sending the recipient's telephone has a text; 0 means
	// at once, negative never.
	Report time.Duration
}

// Modem is one modem. Its methods may be used from any goroutine.
type Modem struct {
	cfg  Config
	link string
	tmp  string // directory to remove, "" if none

	mu       sync.Mutex
	pty      *pty.PTY // nil while unplugged
	plugs    int      // counts Replug, to tell an old reader from the new
	closed   bool
	behave   Behaviour
	commands []string

	echo     bool
	pduMode  bool
	newMsg   [5]int // +CNMI
	selected [3]string
	memories map[string][]*slot
	waiting  []string // TPDUs the network keeps until there is room
	sent     []part
	mr       byte
	ref      byte // of the next long incoming text
	timers   map[*time.Timer]bool
	readers  sync.WaitGroup
}

// slot is one stored message.
type slot struct {
	tpdu   []byte
	unread bool
}

// Start plugs a modem in.
func Start(cfg Config) (*Modem, error) {
	if cfg.Personality.Model == "" {
		cfg.Personality = Plain
	}
	if cfg.Operator == "" {
		cfg.Operator = "CHINA MOBILE"
	}
	if cfg.Slots == 0 {
		cfg.Slots = 50
	}
	m := &Modem{
		cfg: cfg, link: cfg.Link, timers: map[*time.Timer]bool{},
		memories: map[string][]*slot{"SM": make([]*slot, cfg.Slots), "ME": make([]*slot, cfg.Slots)},
		behave:   Behaviour{SIM: "READY", Registration: 1, Signal: 20, Centre: "+8613800100500"},
	}
	if m.link == "" {
		tmp, err := os.MkdirTemp("", "modem")
		if err != nil {
			return nil, err
		}
		m.tmp, m.link = tmp, filepath.Join(tmp, "port")
	}
	if err := m.Replug(); err != nil {
		m.Close()
		return nil, err
	}
	return m, nil
}

// Path is the port to open. It stays the same over unplugging.
func (m *Modem) Path() string { return m.link }

// Unplug pulls the modem out: users of the port see it hung up and its file gone.
// Stored texts and what the network holds stay.
func (m *Modem) Unplug() {
	m.mu.Lock()
	p := m.pty
	m.pty = nil
	m.mu.Unlock()
	if p == nil {
		return
	}
	os.Remove(m.link)
	p.Close()
}

// Replug puts it back, as a modem just switched on.
func (m *Modem) Replug() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return os.ErrClosed
	}
	if m.pty != nil {
		return nil
	}
	p, err := pty.Open()
	if err != nil {
		return err
	}
	if err := p.Link(m.link); err != nil {
		p.Close()
		return fmt.Errorf("link modem: %w", err)
	}
	m.pty = p
	m.plugs++
	m.powerOn()
	m.readers.Add(1)
	go m.serve(p)
	m.bringWaiting()
	return nil
}

// powerOn forgets what a modem forgets without power.
func (m *Modem) powerOn() {
	m.echo, m.pduMode = true, false
	m.newMsg = [5]int{}
	m.selected = [3]string{m.cfg.Personality.Memory, m.cfg.Personality.Memory, m.cfg.Personality.Memory}
}

// Close pulls the modem out for good.
func (m *Modem) Close() error {
	m.Unplug()
	m.mu.Lock()
	m.closed = true
	for t := range m.timers {
		t.Stop()
	}
	m.mu.Unlock()
	m.readers.Wait()
	if m.tmp != "" {
		return os.RemoveAll(m.tmp)
	}
	return nil
}

// Commands are the command lines taken so far, for tests.
func (m *Modem) Commands() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]string(nil), m.commands...)
}

// serve reads one plugging's worth of bytes.
func (m *Modem) serve(p *pty.PTY) {
	defer m.readers.Done()
	d := dialogue{m: m, p: p}
	buf := make([]byte, 512)
	for {
		n, err := p.Read(buf)
		for _, c := range buf[:n] {
			d.take(c)
		}
		switch {
		case errors.Is(err, io.EOF): // the user went; another may come
			d.reset()
			if p.Wait(context.Background()) != nil {
				return
			}
		case err != nil:
			return
		}
	}
}

// say sends text to the port, if plugged in. mu is held.
func (m *Modem) say(text string) {
	if m.pty != nil {
		io.WriteString(m.pty, text) // a user who does not read misses it
	}
}

// line sends one line framed as an answer or announcement. mu is held.
func (m *Modem) line(format string, args ...any) {
	m.say("\r\n" + fmt.Sprintf(format, args...) + "\r\n")
}

// later does f with mu held after d, unless closed.
func (m *Modem) later(d time.Duration, f func()) {
	var t *time.Timer
	t = time.AfterFunc(d, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.timers, t)
		if !m.closed {
			f()
		}
	})
	m.timers[t] = true
}
