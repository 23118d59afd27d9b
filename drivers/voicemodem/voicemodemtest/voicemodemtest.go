// Package voicemodemtest is an analogue voice modem and the line it is on, answering
// AT commands on a pseudo-terminal in the words of one make or another. Tests drive
// the real driver against it.
package voicemodemtest

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"bellhop/drivers/pty"
)

// Make is how one make of modem answers. Commands not listed are refused, but for
// those every modem has (E, V, Q, S0, +FCLASS=0, +VLS).
type Make struct {
	Answers  map[string]string // command without "AT" → lines before OK, separated by newlines
	CallerID map[string]bool   // the commands that switch caller ID on, "+VCID=1"
	Numeric  bool              // begins with results as numbers (V0)
}

// The makes drivers/voicemodem knows, as they answer according to their manuals and
// their users' logs.
var (
	Conexant = Make{
		Answers: map[string]string{
			"I0": "56000", "I3": "CX93001-EIS_V0.2013-V92", "+GMM": "+GMM: V90", "+GMI": "+GMI: CONEXANT",
			"+VCID=?": "(0-2)", "+GCI?": "+GCI: B5", "+GCI=26": "", "+GCI=B4": "",
			"+FCLASS=?": "0,1,1.0,8", "+FCLASS=8": "",
			"+VSM=?":        "128,\"8-BIT LINEAR\",(7200,8000,11025)\n130,\"8-BIT ALAW\",(8000)\n131,\"8-BIT ULAW\",(8000)\n129,\"16-BIT LINEAR\",(7200,8000,11025)\n140,\"2 Bit ADPCM\",(7200,8000)",
			"+VSM=131,8000": "", "+VRX": "CONNECT",
		},
		CallerID: map[string]bool{"+VCID=1": true, "+VCID=2": true},
	}
	USR5637 = Make{
		Answers: map[string]string{
			"I0": "5601", "I3": "U.S. Robotics 56K FAX USB V1.2.23", "+GMM": "+GMM: USR5637", "+GMI": "+GMI: U.S. Robotics",
			"+VCID=?": "(0,1,2)", "+GCI?": "B5", "+GCI=26": "",
			"+FCLASS=?": "0,1,8", "+FCLASS=8": "",
			"+VSM=?":      "0,\"SIGNED PCM\",8,0,8000,0,0\n1,\"UNSIGNED PCM\",8,0,8000,0,0\n129,\"IMA ADPCM\",4,0,8000,0,0",
			"+VSM=0,8000": "", "+VRX": "CONNECT",
		},
		CallerID: map[string]bool{"+VCID=1": true, "+VCID=2": true},
	}
	Rockwell = Make{
		Answers:  map[string]string{"I0": "33600", "I3": "V1.200-V34_DS RCV336ACFW", "#CID=?": "0,1,2"},
		CallerID: map[string]bool{"#CID=1": true, "#CID=2": true},
		Numeric:  true,
	}
	// Deaf can do everything but caller ID.
	Deaf = Make{Answers: map[string]string{"I0": "56000", "I3": "AGERE OCM V.92", "+FCLASS=?": "0,1"}}
)

// Modem is one modem. Its methods may be used from any goroutine.
type Modem struct {
	made Make
	link string
	tmp  string

	mu       sync.Mutex
	pty      *pty.PTY // nil while unplugged
	unplug   func()   // ends the goroutine that serves it
	commands []string
	echo     bool
	numeric  bool
	armed    string // the caller ID command in force
	sounding bool   // in +VRX
	dumb     bool
	readers  sync.WaitGroup
}

// Start plugs a modem in.
func Start(made Make) (*Modem, error) {
	tmp, err := os.MkdirTemp("", "voicemodem")
	if err != nil {
		return nil, err
	}
	m := &Modem{made: made, tmp: tmp, link: filepath.Join(tmp, "port")}
	if err := m.Plug(); err != nil {
		os.RemoveAll(tmp)
		return nil, err
	}
	return m, nil
}

// Path is the port to open; it stays the same over unplugging.
func (m *Modem) Path() string { return m.link }

// Plug puts the modem in, as one just switched on.
func (m *Modem) Plug() error {
	p, err := pty.Open()
	if err != nil {
		return err
	}
	if err := p.Link(m.link); err != nil {
		p.Close()
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	ctx, cancel := context.WithCancel(context.Background())
	m.pty, m.unplug = p, cancel
	m.powerOn()
	m.readers.Add(1)
	go m.serve(ctx, p)
	return nil
}

func (m *Modem) powerOn() {
	m.echo, m.numeric, m.armed, m.sounding = true, m.made.Numeric, "", false
}

// Unplug pulls it out.
func (m *Modem) Unplug() {
	m.mu.Lock()
	p := m.pty
	m.pty = nil
	m.mu.Unlock()
	if p != nil {
		os.Remove(m.link)
		m.unplug()
		p.Close()
	}
}

// Reset makes it forget everything, as a modem does whose supply dipped.
func (m *Modem) Reset() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.powerOn()
}

// Forget makes it forget that caller ID was asked for and nothing else.
func (m *Modem) Forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.armed = ""
}

// Silence makes it answer nothing any more, or again.
func (m *Modem) Silence(on bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dumb = on
}

// Close pulls it out for good.
func (m *Modem) Close() error {
	m.Unplug()
	m.readers.Wait()
	return os.RemoveAll(m.tmp)
}

// Armed is the caller ID command in force, "" if there is none.
func (m *Modem) Armed() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.armed
}

// Sounding reports whether the modem is sending the line's sound.
func (m *Modem) Sounding() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sounding
}

// Commands are those given so far, without "AT".
func (m *Modem) Commands() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]string(nil), m.commands...)
}

// Say writes to whoever has the port open: RING, caller ID, sound. Caller ID is for
// the test to leave out while the modem is not Armed.
func (m *Modem) Say(text string) error {
	m.mu.Lock()
	p := m.pty
	m.mu.Unlock()
	if p == nil {
		return os.ErrClosed
	}
	_, err := p.Write([]byte(text))
	return err
}

// serve answers until the modem is unplugged; closing the port in between does no
// harm, the next to open it is answered.
func (m *Modem) serve(ctx context.Context, p *pty.PTY) {
	defer m.readers.Done()
	var line []byte
	buf := make([]byte, 256)
	for p.Wait(ctx) == nil {
		n, _ := p.Read(buf)
		for _, c := range buf[:n] {
			line = append(line, c)
			if reply := m.take(&line); reply != "" {
				p.Write([]byte(reply))
			}
		}
	}
}

// take looks whether line is complete and returns what the modem says to it.
func (m *Modem) take(line *[]byte) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.sounding {
		if bytes.HasSuffix(*line, []byte("\x10!")) {
			*line, m.sounding = nil, false
			return "\x10\x03\r\nOK\r\n"
		}
		return ""
	}
	if !bytes.HasSuffix(*line, []byte("\r")) {
		return ""
	}
	text := strings.TrimRight(string(*line), "\r")
	*line = nil
	if m.dumb || !strings.HasPrefix(text, "AT") {
		return ""
	}
	echo := ""
	if m.echo {
		echo = text + "\r"
	}
	return echo + m.answer(text[2:])
}

func (m *Modem) answer(command string) string {
	m.commands = append(m.commands, command)
	switch {
	case strings.HasPrefix(command, "E0"):
		m.echo = false
		m.numeric = m.numeric && !strings.Contains(command, "V1")
		return m.result(true)
	case command == "S0=0", strings.HasPrefix(command, "+VLS="):
		return m.result(true)
	case command == "+FCLASS=0":
		m.armed = ""
		return m.result(true)
	case m.made.CallerID[command]:
		m.armed = command
		return m.result(true)
	}
	text, known := m.made.Answers[command]
	if text == "CONNECT" {
		m.sounding = true
		return "\r\nCONNECT\r\n"
	}
	if text != "" {
		text = "\r\n" + strings.ReplaceAll(text, "\n", "\r\n") + "\r\n"
	}
	return text + m.result(known)
}

func (m *Modem) result(ok bool) string {
	switch {
	case m.numeric && ok:
		return "0\r"
	case m.numeric:
		return "4\r"
	case ok:
		return "\r\nOK\r\n"
	}
	return "\r\nERROR\r\n"
}
