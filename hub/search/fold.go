// Package search makes the words by which records are found: Chinese characters and
// their pairs, Latin words, pinyin by initials and in full, pieces of numbers. It
// knows no database; hub/store keeps the words under an index and looks them up.
package search

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Fold brings text to the form it is compared in: half width, lower case, one space
// between words.
func Fold(text string) string {
	text = strings.ToLower(width.Fold.String(text))
	return strings.Join(strings.Fields(text), " ")
}

// Digits keeps the digits of text.
func Digits(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, width.Fold.String(text))
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

func isLatin(r rune) bool {
	return r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// runs cuts folded text into runs of Chinese characters and of Latin letters and digits.
func runs(folded string) (han, latin [][]rune) {
	var run []rune
	var kind int
	end := func() {
		switch kind {
		case 1:
			han = append(han, run)
		case 2:
			latin = append(latin, run)
		}
		run = nil
	}
	for _, r := range folded {
		next := 0
		switch {
		case isHan(r):
			next = 1
		case isLatin(r):
			next = 2
		}
		if next != kind {
			end()
			kind = next
		}
		if next != 0 {
			run = append(run, r)
		}
	}
	end()
	return han, latin
}
