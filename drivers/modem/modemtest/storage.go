package modemtest

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// centre is the service centre address before every stored PDU: +8613800100500.
const centre = "0891683108100005F0"

func pduHex(tpdu []byte) string { return centre + strings.ToUpper(hex.EncodeToString(tpdu)) }

func (m *Modem) memory(arg, op string) ([]string, string) {
	switch op {
	case "=?":
		const all = `("SM","ME")`
		return []string{"+CPMS: " + all + "," + all + "," + all}, "OK"
	case "?":
		var out []string
		for _, name := range m.selected {
			out = append(out, fmt.Sprintf(`"%s",%d,%d`, name, m.used(name), m.cfg.Slots))
		}
		return []string{"+CPMS: " + strings.Join(out, ",")}, "OK"
	}
	for i, name := range strings.Split(arg, ",") {
		name = strings.Trim(name, `" `)
		if m.memories[name] == nil || i > 2 {
			return nil, "+CMS ERROR: 302"
		}
		m.selected[i] = name
	}
	var out []string
	for _, name := range m.selected {
		out = append(out, fmt.Sprintf("%d,%d", m.used(name), m.cfg.Slots))
	}
	return []string{"+CPMS: " + strings.Join(out, ",")}, "OK"
}

func (m *Modem) used(name string) int {
	n := 0
	for _, s := range m.memories[name] {
		if s != nil {
			n++
		}
	}
	return n
}

// Stored is how many messages the modem holds in all its memories.
func (m *Modem) Stored() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.used("SM") + m.used("ME")
}

// Waiting is how many parts the network keeps because the modem has no room.
func (m *Modem) Waiting() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.waiting)
}

func (m *Modem) list() []string {
	var lines []string
	for i, s := range m.memories[m.selected[0]] {
		if s != nil {
			lines = append(lines, fmt.Sprintf("+CMGL: %d,%d,,%d\r\n%s", i, s.status(), len(s.tpdu), pduHex(s.tpdu)))
			s.unread = false
		}
	}
	return lines
}

func (s *slot) status() int {
	if s.unread {
		return 0
	}
	return 1
}

// at finds the message a command names.
func (m *Modem) at(arg string) (i int, s *slot) {
	i, err := strconv.Atoi(arg)
	slots := m.memories[m.selected[0]]
	if err != nil || i < 0 || i >= len(slots) {
		return -1, nil
	}
	return i, slots[i]
}

func (m *Modem) read(arg string) ([]string, string) {
	i, s := m.at(arg)
	if i < 0 || s == nil {
		return nil, "+CMS ERROR: 321"
	}
	line := fmt.Sprintf("+CMGR: %d,,%d\r\n%s", s.status(), len(s.tpdu), pduHex(s.tpdu))
	s.unread = false
	return []string{line}, "OK"
}

func (m *Modem) remove(arg string) ([]string, string) {
	i, _ := m.at(arg)
	if i < 0 {
		return nil, "+CMS ERROR: 321"
	}
	m.memories[m.selected[0]][i] = nil
	m.later(0, m.bringWaiting) // the network tries again once there is room
	return nil, "OK"
}

// store keeps a message in the memory for arriving ones and says where; false when
// it is full.
func (m *Modem) store(tpdu []byte) (name string, index int, ok bool) {
	name = m.selected[2]
	slots := m.memories[name]
	for i, s := range slots {
		if s == nil {
			slots[i] = &slot{tpdu: tpdu, unread: true}
			return name, i, true
		}
	}
	return name, 0, false
}
