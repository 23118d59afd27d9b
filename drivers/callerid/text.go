package callerid

import (
	"strings"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// anywhere is the order of encodings where nothing is known of the line.
var anywhere = []Encoding{UTF8EastAsian, LatinWord, GB2312, UTF8, Latin1}

// Text reads a name as exchanges of all countries send it: ASCII, UTF-8, GB 2312
// (China), else ISO 8859-1 (EN 300 659-3). Control characters are dropped and blanks
// at the ends trimmed.
func Text(b []byte) string { return Name(b, anywhere) }

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

func tidy(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}
