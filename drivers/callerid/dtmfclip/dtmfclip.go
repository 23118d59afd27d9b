// Package dtmfclip is caller ID sent as DTMF keys before or after the first ring, in
// every form of EN 300 659-1 annex B and of the exchanges that never read it: a start
// key, the digits, an end key, or a reason in place of a number.
package dtmfclip

import (
	"fmt"
	"strings"

	"bellhop/drivers/callerid"
	"bellhop/drivers/dtmf"
)

const name = "dtmfclip"

// Standard is this package's member of the family.
var Standard = callerid.Standard{Name: name, Modem: "dtmf", Encode: Encode, Parse: Parse}

// Encode returns m's number between the keys of s.Form, by default D and C.
func Encode(m callerid.Message, s callerid.Sending) ([]int16, error) {
	keys, err := Keys(m, s.Form)
	if err != nil {
		return nil, err
	}
	sender := dtmf.Default
	sender.LevelDBm0 = s.Level() - s.TwistDB/2
	sender.TwistDB = s.TwistDB
	sender.Shift = s.ToneShift
	return sender.Append(nil, keys)
}

// Keys returns what is keyed for m. form is the start and end key; "" is "DC", "#"
// alone has no start key.
func Keys(m callerid.Message, form string) (string, error) {
	if m.Number == "" {
		if m.NumberReason == callerid.Private {
			return "B10C", nil
		}
		return "B00C", nil
	}
	for _, c := range m.Number {
		if c < '0' || c > '9' {
			return "", fmt.Errorf("%w: %q in a DTMF number", callerid.ErrGrammar, c)
		}
	}
	switch len(form) {
	case 0:
		form = "DC"
	case 1:
		return m.Number + form, nil
	}
	return form[:1] + m.Number + form[1:], nil
}

// Parse reads the keys of one burst. Accepted are A, B or D, digits, C, # or D; a
// number closed by # alone; after A, a D or B starts a redirecting number or an
// information code. Reasons: D1# withheld, D2# and D3# not known; B00 not known, B10
// withheld, alone or behind A (EN 300 659-1). A reason leaves no number.
func Parse(raw []byte) (callerid.Message, error) {
	m := callerid.Message{Standard: name, Raw: raw}
	keys := string(raw)
	if len(keys) < 3 {
		return m, callerid.ErrShort
	}
	end := keys[len(keys)-1]
	if !strings.ContainsRune("CD#", rune(end)) {
		return m, callerid.ErrShort
	}
	if r, ok := reasons[keys]; ok {
		m.NumberReason = r
		return m, nil
	}
	fields, err := split(keys[:len(keys)-1])
	if err != nil {
		return m, err
	}
	return m, fill(&m, fields, end)
}

var reasons = map[string]callerid.Reason{
	"D1#": callerid.Private, "D2#": callerid.Unavailable, "D3#": callerid.Unavailable,
	"D1C": callerid.Private, "D2C": callerid.Unavailable, "D3C": callerid.Unavailable,
	"B00C": callerid.Unavailable, "B10C": callerid.Private,
	"B00#": callerid.Unavailable, "B10#": callerid.Private,
}

// field is a letter (0 for none) and the digits after it.
type field struct {
	mark   byte
	digits string
}

func split(keys string) ([]field, error) {
	fields := []field{{}}
	for i := range len(keys) {
		c := keys[i]
		last := &fields[len(fields)-1]
		switch {
		case c >= '0' && c <= '9':
			last.digits += keys[i : i+1]
		case (c == 'A' || c == 'B' || c == 'D') && i == 0:
			last.mark = c
		case (c == 'B' || c == 'D') && (last.digits != "" || last.mark == 'A'):
			fields = append(fields, field{mark: c})
		default:
			return nil, callerid.ErrGrammar
		}
	}
	return fields, nil
}

// informed is the reason that the information code behind an A gives.
func informed(fields []field) callerid.Reason {
	if fields[0].mark != 'A' {
		return callerid.Given
	}
	for _, f := range fields[1:] {
		if r, ok := information[f.digits]; ok && f.mark == 'B' {
			return r
		}
	}
	return callerid.Given
}

var information = map[string]callerid.Reason{"00": callerid.Unavailable, "10": callerid.Private}

func fill(m *callerid.Message, fields []field, end byte) error {
	first := fields[0]
	if r := informed(fields); r != callerid.Given {
		m.NumberReason = r
		for _, f := range fields[1:] {
			m.Params = append(m.Params, callerid.Param{Type: f.mark, Data: []byte(f.digits)})
		}
		return nil
	}
	if len(first.digits) < 3 || len(first.digits) > 20 {
		return callerid.ErrGrammar
	}
	if first.mark == 0 && (end != '#' || len(first.digits) < 5 || len(fields) > 1) {
		return callerid.ErrGrammar
	}
	m.Number = first.digits
	for _, f := range fields[1:] {
		if f.digits == "" || first.mark != 'A' {
			return callerid.ErrGrammar
		}
		m.Params = append(m.Params, callerid.Param{Type: f.mark, Data: []byte(f.digits)})
	}
	return nil
}
