package callerid

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// Text reads a name as exchanges send it: ASCII, else UTF-8, else GB 2312 (octets
// 0xA1 and above in pairs, as China's exchanges send them), else ISO 8859-1 (EN 300
// 659-3). Control characters are dropped and blanks at the ends trimmed.
func Text(b []byte) string {
	s := string(b)
	switch {
	case ascii(b), utf8.Valid(b):
	case paired(b):
		s = decodeGB(b)
	default:
		r, _ := charmap.ISO8859_1.NewDecoder().Bytes(b)
		s = string(r)
	}
	return tidy(s)
}

// AppendText returns name in the octets an exchange would send: ASCII or ISO 8859-1
// where that holds all of it, else GB 2312.
func AppendText(dst []byte, name string) []byte {
	if latin, err := charmap.ISO8859_1.NewEncoder().String(name); err == nil {
		return append(dst, latin...)
	}
	if gb, err := simplifiedchinese.GB18030.NewEncoder().String(name); err == nil {
		return append(dst, gb...)
	}
	return append(dst, name...)
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// paired reports whether the octets above 0x7f stand in pairs of GB 2312's rows.
func paired(b []byte) bool {
	for i := 0; i < len(b); i++ {
		if b[i] < 0x80 {
			continue
		}
		if b[i] < 0xa1 || b[i] > 0xf7 || i+1 == len(b) || b[i+1] < 0xa1 || b[i+1] == 0xff {
			return false
		}
		i++
	}
	return true
}

func decodeGB(b []byte) string {
	r, _ := simplifiedchinese.GB18030.NewDecoder().Bytes(b)
	return string(r)
}

func tidy(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}
