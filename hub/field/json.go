package field

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// AppendJSON appends v as json.Marshal would write it. The values lists are made of are
// written here, without reflection: a page of fifty records holds thousands of them.
func AppendJSON(b []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...), nil
	case string:
		return AppendText(b, v), nil
	case Date:
		return AppendText(b, string(v)), nil
	case int64:
		return strconv.AppendInt(b, v, 10), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case Ref:
		return v.appendJSON(b), nil
	case Person:
		return v.appendJSON(b), nil
	case []Phone:
		b = append(b, '[')
		for i := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = v[i].appendJSON(b)
		}
		return append(b, ']'), nil
	}
	text, err := json.Marshal(v)
	return append(b, text...), err
}

// AppendText appends s as a JSON string.
func AppendText(b []byte, s string) []byte {
	if !plain(s) {
		text, _ := json.Marshal(s) // of a string it never fails
		return append(b, text...)
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// plain tells whether nothing in s needs to be escaped.
func plain(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ', c == '"', c == '\\', c == '<', c == '>', c == '&':
			return false
		case c == 0xe2 && i+2 < len(s) && s[i+1] == 0x80 && s[i+2]&^1 == 0xa8: // U+2028, U+2029
			return false
		}
	}
	return utf8.ValidString(s)
}

func (r Ref) appendJSON(b []byte) []byte {
	b = append(b, `{"entity":`...)
	b = AppendText(b, r.Entity)
	b = append(b, `,"id":"`...)
	b = strconv.AppendInt(b, r.ID, 10)
	b = append(b, `","label":`...)
	b = AppendText(b, r.Label)
	return append(b, '}')
}

func (p Person) appendJSON(b []byte) []byte {
	b = append(b, `{"id":"`...)
	b = strconv.AppendInt(b, p.ID, 10)
	b = append(b, `","name":`...)
	b = AppendText(b, p.Name)
	return append(b, '}')
}

func (p *Phone) appendJSON(b []byte) []byte {
	b = append(b, `{"label":`...)
	b = AppendText(b, p.Label)
	b = append(b, `,"number":`...)
	b = AppendText(b, p.Number)
	if p.Display != "" {
		b = append(b, `,"display":`...)
		b = AppendText(b, p.Display)
	}
	if p.Place != "" {
		b = append(b, `,"place":`...)
		b = AppendText(b, p.Place)
	}
	if p.Masked {
		b = append(b, `,"masked":true`...)
	}
	return append(b, '}')
}
