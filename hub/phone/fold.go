package phone

import (
	"strings"
	"unicode"
)

// fold turns full-width signs into plain ones, dashes of every kind into "-" and drops
// what only spaces digits apart.
func fold(raw string) string {
	var b strings.Builder
	b.Grow(len(raw))
	for _, r := range raw {
		if r >= 0xff01 && r <= 0xff5e {
			r -= 0xfee0
		}
		switch {
		case r == '－', r >= 0x2010 && r <= 0x2015, r == 0x2212, r == '—':
			b.WriteByte('-')
		case r == '(' || r == ')' || r == '.' || r == '·' || r == '[' || r == ']':
		case unicode.IsSpace(r) || !unicode.IsPrint(r):
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// extensionMarks stand between a number and its extension; the longer first.
var extensionMarks = []string{"分机", "内线", "ext", "转", "轉", "#", "x", ","}

// separators stand between two numbers in one field; the first number counts.
const separators = "/、;|"

// cutExtension parts text at the first extension mark behind a digit.
func cutExtension(text string) (number, ext string) {
	first := strings.IndexAny(text, "0123456789")
	if first < 0 {
		return "", ""
	}
	if i := strings.IndexAny(text[first:], separators); i >= 0 {
		text = text[:first+i]
	}
	at, skip := len(text), 0
	for _, mark := range extensionMarks {
		if i := strings.Index(text[first:], mark); i >= 0 && first+i < at {
			at, skip = first+i, len(mark)
		}
	}
	if at == len(text) {
		return text, ""
	}
	ext = digits(text[at+skip:])
	if len(ext) > 8 {
		ext = "" // another number, not an extension of this one
	}
	return text[:at], ext
}

// cutLastGroup parts "0755-26990000-801" before its last dash group.
func cutLastGroup(text string) (head, ext string, ok bool) {
	i := strings.LastIndexByte(text, '-')
	if i <= 0 {
		return "", "", false
	}
	ext = digits(text[i+1:])
	return text[:i], ext, len(ext) > 0 && len(ext) <= 6
}

// Digits gives the digits of text, other signs dropped; full-width ones count.
func Digits(text string) string { return digits(fold(text)) }

func digits(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	for i := 0; i < len(text); i++ {
		if text[i] >= '0' && text[i] <= '9' {
			b.WriteByte(text[i])
		}
	}
	return b.String()
}
