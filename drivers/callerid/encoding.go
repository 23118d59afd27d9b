package callerid

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// Encoding is one way exchanges write a name. It returns ok false for octets that are
// something else.
type Encoding func(b []byte) (text string, ok bool)

// Name reads b by the first of the encodings that takes it, without control characters
// and blanks at the ends. Octets that none takes are read as ISO 8859-1.
func Name(b []byte, order []Encoding) string {
	for _, read := range order {
		if s, ok := read(b); ok {
			return tidy(s)
		}
	}
	s, _ := Latin1(b)
	return tidy(s)
}

// UTF8 takes any valid UTF-8, ASCII with it.
func UTF8(b []byte) (string, bool) { return string(b), utf8.Valid(b) }

// UTF8EastAsian takes UTF-8 of a line where names are Chinese or Japanese: two octets
// may as well be one character of GB 2312 or Big5 (郑 is D6 A3, in UTF-8 a Hebrew
// point), so there must be a character of three or a letter within a Latin word.
func UTF8EastAsian(b []byte) (string, bool) {
	if !utf8.Valid(b) {
		return "", false
	}
	if ascii(b) {
		return string(b), true
	}
	var before rune
	for _, r := range string(b) {
		if r >= 0x800 || r >= 0x80 && lower(before) || before >= 0x80 && lower(r) {
			return string(b), true
		}
		before = r
	}
	return "", false
}

// LatinWord takes ISO 8859-1 whose letters above ASCII stand alone between ASCII, with
// a small letter or nothing behind: Müller, not a pair of GB 18030.
func LatinWord(b []byte) (string, bool) {
	for i, c := range b {
		if c < 0x80 {
			continue
		}
		alone := (i == 0 || b[i-1] < 0x80) && (i+1 == len(b) || lower(rune(b[i+1])) || b[i+1] == ' ')
		if c < 0xc0 || c == 0xd7 || c == 0xf7 || !alone {
			return "", false
		}
	}
	return Latin1(b)
}

// GB18030 takes GB 2312, GBK and GB 18030.
func GB18030(b []byte) (string, bool) { return decode(simplifiedchinese.GB18030, b) }

// Big5 takes Big5 with the characters of Hong Kong.
func Big5(b []byte) (string, bool) { return decode(traditionalchinese.Big5, b) }

// ShiftJIS takes Shift-JIS, katakana of one octet with it.
func ShiftJIS(b []byte) (string, bool) { return decode(japanese.ShiftJIS, b) }

// Latin1 takes anything (EN 300 659-3 has ISO 8859-1).
func Latin1(b []byte) (string, bool) { return decode(charmap.ISO8859_1, b) }

func decode(e encoding.Encoding, b []byte) (string, bool) {
	s, err := e.NewDecoder().Bytes(b)
	return string(s), err == nil && !strings.ContainsRune(string(s), utf8.RuneError)
}

func lower(r rune) bool { return r >= 'a' && r <= 'z' }
