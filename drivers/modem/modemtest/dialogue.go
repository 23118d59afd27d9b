package modemtest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"bellhop/drivers/pty"
)

// dialogue is what the bytes from one user have come to. Owned by serve.
type dialogue struct {
	m    *Modem
	p    *pty.PTY
	text []byte
	pdu  int // octets of TPDU awaited after a prompt; 0 in command mode
	late []string
}

func (d *dialogue) reset() { d.text, d.pdu, d.late = nil, 0, nil }

// take processes one byte.
func (d *dialogue) take(c byte) {
	d.m.mu.Lock()
	defer d.m.mu.Unlock()
	if d.m.pty != d.p {
		return
	}
	if d.m.echo && c != 0x1b {
		d.m.say(string([]byte{c}))
	}
	switch {
	case c == 0x1b:
		d.escape()
	case d.pdu > 0 && c == 0x1a:
		text, length := string(d.text), d.pdu
		d.text, d.pdu = nil, 0
		d.m.submit(d, strings.TrimSpace(text), length)
	case d.pdu == 0 && c == '\r':
		text := strings.TrimSpace(string(d.text))
		d.text = nil
		d.command(text)
	case c == '\n' && d.pdu == 0:
	default:
		if len(d.text) < 4096 {
			d.text = append(d.text, c)
		}
	}
}

func (d *dialogue) escape() {
	if d.pdu > 0 {
		d.m.line("OK")
	}
	d.text, d.pdu = nil, 0
	d.flushLate()
}

func (d *dialogue) flushLate() {
	for _, answer := range d.late {
		d.m.say(answer)
	}
	d.late = nil
}

// command answers one command line. mu is held.
func (d *dialogue) command(text string) {
	if len(text) < 2 || !strings.EqualFold(text[:2], "AT") {
		return
	}
	m := d.m
	m.commands = append(m.commands, text)
	if m.behave.Deaf > 0 {
		m.behave.Deaf--
		return
	}
	d.flushLate()
	var answer strings.Builder
	final := "OK"
	for _, cmd := range split(text[2:]) {
		lines, end := d.one(cmd)
		if d.pdu > 0 || d.m.pty != d.p || end == silent {
			return
		}
		for _, l := range lines {
			answer.WriteString("\r\n" + l + "\r\n")
			for _, n := range m.behave.Noise {
				answer.WriteString("\r\n" + n + "\r\n")
			}
		}
		if end != "OK" {
			final = end
			break
		}
	}
	answer.WriteString("\r\n" + final + "\r\n")
	for i, prefix := range m.behave.Late {
		if hasPrefix(text[2:], prefix) {
			m.behave.Late = slices.Delete(m.behave.Late, i, i+1)
			d.late = append(d.late, answer.String())
			return
		}
	}
	m.say(answer.String())
}

// split cuts a command line into its commands: single letters with a number, and
// extended ones up to a semicolon.
func split(s string) []string {
	if s == "" {
		return nil
	}
	var out []string
	for s != "" {
		if s[0] == '+' || s[0] == '^' || s[0] == '*' {
			cmd, rest, _ := strings.Cut(s, ";")
			out, s = append(out, cmd), rest
			continue
		}
		i := 1
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		out, s = append(out, s[:i]), strings.TrimPrefix(s[i:], ";")
	}
	return out
}

const (
	refusedPlain = "ERROR"
	silent       = "" // the command answers for itself, later or never
)

// one answers one command. mu is held.
func (d *dialogue) one(cmd string) (lines []string, final string) {
	m := d.m
	if m.cfg.Personality.refuses(cmd) {
		return nil, refusedPlain
	}
	cmd = strings.TrimSpace(cmd)
	name, arg, op := parts(cmd)
	switch name {
	case "E":
		m.echo = arg == "1"
		return nil, "OK"
	case "V", "Q", "Z", "&F":
		return nil, "OK"
	case "I":
		p := m.cfg.Personality
		return []string{p.Manufacturer, p.Model, "Revision: " + p.Revision}, "OK"
	case "+CGMI", "+CGMM", "+CGMR":
		p := m.cfg.Personality
		return []string{map[string]string{"+CGMI": p.Manufacturer, "+CGMM": p.Model, "+CGMR": p.Revision}[name]}, "OK"
	case "+CMEE", "+CSCS", "+CSMS", "+QURCCFG", "+QINDCFG", "+CLIP", "+CRC":
		return nil, "OK"
	case "+CMGF":
		m.pduMode = arg == "0"
		return nil, "OK"
	case "+CPIN":
		return m.pin(arg, op)
	case "+CREG", "+CGREG", "+CEREG":
		return []string{fmt.Sprintf("%s: 0,%d", name, m.behave.Registration)}, "OK"
	case "+CSQ":
		return []string{fmt.Sprintf("+CSQ: %d,99", m.behave.Signal)}, "OK"
	case "+COPS":
		return m.operator(op)
	case "+CSCA":
		return []string{fmt.Sprintf(`+CSCA: "%s",145`, m.behave.Centre)}, "OK"
	case "+CNMI":
		return m.announcing(arg, op)
	case "+CPMS":
		return m.memory(arg, op)
	case "+CFUN":
		if arg == "1,1" {
			m.powerOn()
			m.later(0, func() { m.line("RDY") })
		}
		return nil, "OK"
	}
	if final, ok := m.needsSIM(name); !ok {
		return nil, final
	}
	switch name {
	case "+CMGL":
		return m.list(), "OK"
	case "+CMGR":
		return m.read(arg)
	case "+CMGD":
		return m.remove(arg)
	case "+CMGS":
		return d.prompt(arg)
	}
	return nil, refusedPlain
}

// parts splits "+CNMI=2,1" into "+CNMI", "2,1", "="; op is "", "=", "?" or "=?".
func parts(cmd string) (name, arg, op string) {
	if i := strings.IndexAny(cmd, "=?"); i >= 0 {
		name, arg, op = cmd[:i], cmd[i+1:], cmd[i:i+1]
		if arg == "?" && op == "=" {
			return strings.ToUpper(name), "", "=?"
		}
		return strings.ToUpper(name), arg, op
	}
	if cmd != "" && cmd[0] != '+' && cmd[0] != '^' {
		return strings.ToUpper(cmd[:1]), cmd[1:], ""
	}
	return strings.ToUpper(cmd), "", ""
}

// needsSIM answers message commands while there is no usable SIM or no PDU mode.
func (m *Modem) needsSIM(name string) (final string, ok bool) {
	switch name {
	case "+CMGL", "+CMGR", "+CMGD", "+CMGS":
	default:
		return "", true
	}
	switch {
	case m.behave.SIM == "":
		return "+CMS ERROR: 310", false
	case m.behave.SIM != "READY":
		return "+CMS ERROR: 311", false
	case !m.pduMode:
		return "+CMS ERROR: 302", false // text mode is not simulated
	}
	return "", true
}

func (m *Modem) pin(arg, op string) ([]string, string) {
	if m.behave.SIM == "" {
		return nil, "+CME ERROR: 10"
	}
	if op == "=" {
		if m.behave.SIM != "SIM PIN" || strings.Trim(arg, `"`) != m.behave.PIN {
			return nil, "+CME ERROR: 16"
		}
		m.behave.SIM = "READY"
		return nil, "OK"
	}
	return []string{"+CPIN: " + m.behave.SIM}, "OK"
}

func (m *Modem) operator(op string) ([]string, string) {
	if op != "?" {
		return nil, "OK"
	}
	if m.behave.Registration != 1 && m.behave.Registration != 5 {
		return []string{"+COPS: 0"}, "OK"
	}
	return []string{fmt.Sprintf(`+COPS: 0,0,"%s",7`, m.cfg.Operator)}, "OK"
}

func (m *Modem) announcing(arg, op string) ([]string, string) {
	switch op {
	case "=?":
		return []string{"+CNMI: " + m.cfg.Personality.NewMessage}, "OK"
	case "?":
		return []string{"+CNMI: " + strings.Trim(strings.ReplaceAll(fmt.Sprint(m.newMsg), " ", ","), "[]")}, "OK"
	}
	allowed := strings.Split(strings.ReplaceAll(m.cfg.Personality.NewMessage, "),(", ";"), ";")
	var values [5]int
	for i, f := range strings.Split(arg, ",") {
		n, err := strconv.Atoi(f)
		if err != nil || i >= len(values) || i < len(allowed) && !listed(strings.Trim(allowed[i], "()"), n) {
			return nil, "+CMS ERROR: 303"
		}
		values[i] = n
	}
	m.newMsg = values
	return nil, "OK"
}

// listed reports whether "0-2,4" contains n.
func listed(ranges string, n int) bool {
	for _, r := range strings.Split(ranges, ",") {
		from, to, isRange := strings.Cut(r, "-")
		a, _ := strconv.Atoi(from)
		b := a
		if isRange {
			b, _ = strconv.Atoi(to)
		}
		if n >= a && n <= b {
			return true
		}
	}
	return false
}

func hasPrefix(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
