package mdmf

import (
	"fmt"

	"bellhop/drivers/callerid"
)

// Read interprets frame, an SDMF or MDMF call set-up or message-waiting message. A
// frame whose sum is right and whose content no exchange sends is refused with
// callerid.ErrGrammar: an 8-bit sum passes one in 256 of garbage.
func Read(frame []byte) (callerid.Message, error) {
	m := callerid.Message{Raw: frame}
	if len(frame) < 3 {
		return m, callerid.ErrShort
	}
	switch frame[0] {
	case SingleCall, SingleWaiting:
		body, err := Body(frame)
		if err != nil {
			return m, err
		}
		if frame[0] == SingleWaiting {
			return m, readSingleWaiting(&m, body)
		}
		return m, readSingle(&m, body)
	case Call, Waiting, Charge:
		params, err := Parse(frame)
		m.Params = params
		if err != nil {
			return m, err
		}
		return m, readParams(&m, frame[0], params)
	}
	if _, err := Body(frame); err != nil {
		return m, err
	}
	return m, callerid.ErrType
}

func readSingle(m *callerid.Message, body []byte) error {
	if len(body) < 9 || !ValidTime(body[:8]) {
		return callerid.ErrGrammar
	}
	m.Time = string(body[:8])
	rest := body[8:]
	if len(rest) == 1 && reason(rest) != 0 {
		m.NumberReason = reason(rest)
		return nil
	}
	if !ValidNumber(rest) {
		return callerid.ErrGrammar
	}
	m.Number = string(rest)
	return nil
}

func readSingleWaiting(m *callerid.Message, body []byte) error {
	if len(body) != 3 || body[0] != body[1] || body[0] != body[2] || body[0] != 0x42 && body[0] != 0x6f {
		return callerid.ErrGrammar
	}
	on := body[0] == 0x42
	m.Waiting = &on
	return nil
}

func readParams(m *callerid.Message, kind byte, params []callerid.Param) error {
	for _, p := range params {
		if err := readParam(m, p); err != nil {
			return fmt.Errorf("%w: parameter %02x", err, p.Type)
		}
	}
	if m.Number != "" {
		m.NumberReason = callerid.Given // some exchanges add an absence to a number they send
	}
	if m.Name != "" {
		m.NameReason = callerid.Given
	}
	switch {
	case kind == Waiting && m.Waiting == nil:
		return callerid.ErrGrammar
	case kind == Call && m.Number == "" && m.NumberReason == 0 && m.Name == "" && m.NameReason == 0 &&
		m.Time == "" && m.Waiting == nil:
		return callerid.ErrGrammar
	}
	return nil
}

func readParam(m *callerid.Message, p callerid.Param) error {
	d := p.Data
	switch p.Type {
	case Time:
		if len(d) != 8 || !ValidTime(d) {
			return callerid.ErrGrammar
		}
		m.Time = string(d)
	case Number:
		if len(d) == 1 && reason(d) != 0 {
			m.NumberReason = reason(d)
			return nil
		}
		if len(d) > 0 && !ValidNumber(d) {
			return callerid.ErrGrammar
		}
		m.Number = string(d)
	case NumberReason:
		if len(d) != 1 || reason(d) == 0 {
			return callerid.ErrGrammar
		}
		m.NumberReason = reason(d)
	case Name:
		if !validName(d) {
			return callerid.ErrGrammar
		}
		m.Name = callerid.Text(d)
	case NameReason:
		if len(d) != 1 || reason(d) == 0 {
			return callerid.ErrGrammar
		}
		m.NameReason = reason(d)
	case Lamp:
		if len(d) < 1 || d[0] != 0xff && d[0] != 0 {
			return callerid.ErrGrammar
		}
		on := d[0] == 0xff
		m.Waiting = &on
	}
	return nil
}

func reason(d []byte) callerid.Reason {
	if r := callerid.Reason(d[0]); r == callerid.Private || r == callerid.Unavailable {
		return r
	}
	return 0
}

// ValidTime reports whether b is MMDDhhmm of some year. Exchanges without a clock
// send 00000000, which is taken too.
func ValidTime(b []byte) bool {
	if len(b) != 8 {
		return false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	two := func(i int) int { return int(b[i]-'0')*10 + int(b[i+1]-'0') }
	month, day, hour, minute := two(0), two(2), two(4), two(6)
	if month == 0 && day == 0 {
		return hour <= 23 && minute <= 59
	}
	days := [...]int{0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
	return month >= 1 && month <= 12 && day >= 1 && day <= days[month] && hour <= 23 && minute <= 59
}

// ValidNumber reports whether b is made of the characters exchanges put in numbers.
func ValidNumber(b []byte) bool {
	digits := 0
	for i, c := range b {
		switch {
		case c >= '0' && c <= '9', c == '*', c == '#':
			digits++
		case c == '+' && i == 0, c == '-', c == ' ', c == '(', c == ')', c >= 'A' && c <= 'D':
		default:
			return false
		}
	}
	return digits > 0 && len(b) <= 32
}

// validName refuses control characters; what is left may be any character set.
func validName(b []byte) bool {
	for _, c := range b {
		if c < 0x20 || c == 0x7f {
			return false
		}
	}
	return len(b) <= 64
}

// Write makes the frame of m: MDMF, or SDMF if single is set and enough.
func Write(m callerid.Message, single bool) ([]byte, error) {
	if m.Waiting != nil {
		return writeWaiting(*m.Waiting, single)
	}
	if single && m.Name == "" && m.NameReason == 0 && m.Time != "" {
		number := m.Number
		if number == "" {
			number = string(rune(absence(m.NumberReason)))
		}
		return BuildSingle(SingleCall, m.Time+number)
	}
	var params []callerid.Param
	if m.Time != "" {
		params = append(params, callerid.Param{Type: Time, Data: []byte(m.Time)})
	}
	if m.Number != "" {
		params = append(params, callerid.Param{Type: Number, Data: []byte(m.Number)})
	} else {
		params = append(params, callerid.Param{Type: NumberReason, Data: []byte{absence(m.NumberReason)}})
	}
	if m.Name != "" {
		params = append(params, callerid.Param{Type: Name, Data: callerid.AppendText(nil, m.Name)})
	} else if m.NameReason != 0 {
		params = append(params, callerid.Param{Type: NameReason, Data: []byte{byte(m.NameReason)}})
	}
	return Build(Call, append(params, m.Params...)...)
}

func absence(r callerid.Reason) byte {
	if r == 0 {
		return byte(callerid.Unavailable)
	}
	return byte(r)
}

func writeWaiting(on, single bool) ([]byte, error) {
	switch {
	case single && on:
		return BuildSingle(SingleWaiting, "\x42\x42\x42")
	case single:
		return BuildSingle(SingleWaiting, "\x6f\x6f\x6f")
	case on:
		return Build(Waiting, callerid.Param{Type: Lamp, Data: []byte{0xff}})
	}
	return Build(Waiting, callerid.Param{Type: Lamp, Data: []byte{0}})
}
