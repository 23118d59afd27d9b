package callerid

import (
	"strings"
	"unicode"
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

// UTF8EastAsian takes UTF-8 of a line where names are Chinese or Japanese, whose own
// octets may be valid UTF-8 too: 郑 is D6 A3 in GB 2312, in UTF-8 a Hebrew point. So
// there must be a character of three octets, a Chinese or Japanese one if all octets
// are pairs of GB 2312 (岑娟华 would be Batak and Hangul), or a letter within a Latin
// word.
func UTF8EastAsian(b []byte) (string, bool) {
	if !utf8.Valid(b) {
		return "", false
	}
	if ascii(b) {
		return string(b), true
	}
	runes, national, proof := []rune(string(b)), paired(b), false
	for i, r := range runes {
		switch {
		case r < 0x80:
		case r >= 0x800:
			if national && !unicode.In(r, eastAsian...) {
				return "", false
			}
			proof = true
		case national && r != '·' && !unicode.Is(unicode.Latin, r):
			return "", false
		default:
			proof = proof || latinWithin(runes, i)
		}
	}
	return string(b), proof
}

// eastAsian is what three octets of UTF-8 hold in a Chinese or Japanese name: kana, the
// first 20,992 characters, full width. The rarer ones are less likely than GB 2312.
var eastAsian = []*unicode.RangeTable{
	{R16: []unicode.Range16{{Lo: 0x3000, Hi: 0x30ff, Stride: 1}, {Lo: 0x4e00, Hi: 0x9fff, Stride: 1}, {Lo: 0xff00, Hi: 0xffef, Stride: 1}}},
}

// latinWithin reports whether the letter i, of two octets in UTF-8, belongs to a Latin
// word. A capital beside it is no proof where the octets are a pair of GB 2312.
func latinWithin(runes []rune, i int) bool {
	r := runes[i]
	national := r&0x3f >= 0x21 // the second octet is A1 or above
	beside := func(k int) bool {
		if k < 0 || k >= len(runes) {
			return false
		}
		return lower(runes[k]) || !national && runes[k] >= 'A' && runes[k] <= 'Z'
	}
	return unicode.Is(unicode.Latin, r) && (beside(i-1) || beside(i+1))
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

// GB2312 takes octets above ASCII in pairs of GB 2312's rows only.
func GB2312(b []byte) (string, bool) {
	if !paired(b) {
		return "", false
	}
	return GB18030(b)
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
