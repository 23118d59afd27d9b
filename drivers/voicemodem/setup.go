package voicemodem

import (
	"errors"
	"slices"
	"strconv"
	"strings"
)

// setup finds out what the modem is and switches caller ID on. Only a modem that does
// not answer at all is an error: one that lacks something is used for what it has.
func (m *session) setup() error {
	if err := m.wake(); err != nil {
		return err
	}
	info, err := m.identify()
	if err != nil {
		return err
	}
	m.dialect = dialectOf(strings.Join(info, " "))
	m.state = State{Present: true, Model: modelOf(info), Dialect: m.dialect.Name}
	steps := []func() error{m.quiet, m.setCountry, m.findCallerID, m.extra, m.findVoice}
	for _, step := range steps {
		if err := step(); err != nil && !errors.Is(err, errRefused) {
			return err
		}
	}
	m.echoed = false
	return nil
}

// wakeUp is the first command: no echo, results in words, and none held back.
const wakeUp = "E0V1Q0"

// wake waits for the first OK. Some need two tries to find our speed, and after a
// break off in voice mode the first command ends that.
func (m *session) wake() (err error) {
	for range tries {
		if _, err = m.command(wakeUp); err == nil || !errors.Is(err, errSilent) && !errors.Is(err, errRefused) {
			return err
		}
	}
	return err
}

// identify asks for everything a modem says of itself.
func (m *session) identify() (info []string, err error) {
	for _, c := range []string{"I3", "+GMM", "I0", "+GMI"} {
		lines, err := m.command(c)
		if err != nil && !errors.Is(err, errRefused) {
			return nil, err
		}
		info = append(info, lines...)
	}
	return info, nil
}

// modelOf is the first line that is more than a speed.
func modelOf(info []string) string {
	for _, line := range info {
		line = strings.TrimSpace(strings.TrimPrefix(line, "+GMM:"))
		if strings.ContainsAny(strings.ToUpper(line), "ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
			return line
		}
	}
	return strings.Join(info, " ")
}

// quiet keeps the modem from answering calls.
func (m *session) quiet() error {
	_, err := m.command("S0=0")
	return err
}

// setCountry sets the line parameters: with those of another country ringing is heard
// and the number never comes.
func (m *session) setCountry() error {
	codes := countries[strings.ToUpper(m.source.cfg.Country)]
	if len(codes) == 0 {
		return nil
	}
	if now, err := m.command("+GCI?"); err != nil {
		return err
	} else if slices.ContainsFunc(codes, func(code string) bool { return has(strings.Join(now, " "), code) }) {
		return nil
	}
	var err error
	for _, code := range codes {
		if _, err = m.command("+GCI=" + code); !errors.Is(err, errRefused) {
			return err
		}
	}
	m.source.cfg.Log.Warn("voice modem does not know the country; the number may not come", "country", m.source.cfg.Country, "model", m.state.Model)
	return err
}

// findCallerID switches on the first report the modem has.
func (m *session) findCallerID() error {
	m.callerID = ""
	for _, name := range m.dialect.CallerID {
		lines, err := m.command(name + "=?")
		if errors.Is(err, errRefused) {
			continue
		} else if err != nil {
			return err
		}
		for _, mode := range m.modes(lines) {
			set := name + "=" + strconv.Itoa(mode)
			if _, err = m.command(set); err == nil {
				m.callerID = set
				return nil
			} else if !errors.Is(err, errRefused) {
				return err
			}
		}
	}
	m.state.Why = "no-caller-id"
	m.source.cfg.Log.Warn("voice modem reports no caller ID", "model", m.state.Model)
	return nil
}

// modes are the values to try, of those offered: 1 formatted, 2 unformatted.
func (m *session) modes(offered []string) []int {
	order := []int{1, 2}
	if m.source.cfg.Unformatted {
		order = []int{2, 1}
	}
	list := ranges(strings.Join(offered, " "))
	if len(list) == 0 { // an empty answer says nothing
		return order
	}
	return slices.DeleteFunc(order, func(mode int) bool { return !slices.Contains(list, mode) })
}

// extra gives the commands of the configuration.
func (m *session) extra() error {
	for _, c := range m.source.cfg.Setup {
		if _, err := m.command(c); errors.Is(err, errRefused) {
			m.source.cfg.Log.Warn("voice modem refuses a command of its configuration", "command", c)
		} else if err != nil {
			return err
		}
	}
	return nil
}

// findVoice asks whether the modem has a voice mode.
func (m *session) findVoice() error {
	if m.dialect.Voice == "" {
		return nil
	}
	lines, err := m.command("+FCLASS=?")
	m.state.Voice = err == nil && slices.Contains(ranges(strings.Join(lines, " ")), 8)
	return err
}

// ranges reads the answer of "=?": "+VCID: (0-2)", "0,1,2", "(0,1,1.0,8)". What
// stands before a colon is the command's name.
func ranges(answer string) []int {
	if i := strings.LastIndexByte(answer, ':'); i >= 0 {
		answer = answer[i+1:]
	}
	var list []int
	for _, part := range strings.FieldsFunc(answer, func(r rune) bool { return strings.ContainsRune("(), ;\t", r) }) {
		low, high, isRange := strings.Cut(part, "-")
		a, err := strconv.Atoi(low)
		if err != nil {
			continue
		}
		b := a
		if isRange {
			if b, err = strconv.Atoi(high); err != nil {
				continue
			}
		}
		for v := a; v <= b && len(list) < 256; v++ {
			list = append(list, v)
		}
	}
	return list
}
