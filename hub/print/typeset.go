package print

import (
	"strings"
	"unicode"

	"bellhop/hub/print/pdf"
)

// measure is how wide text in so many points is, in millimetres.
type measure func(text string, size float64) float64

func measureWith(font *pdf.Font) measure {
	return func(text string, size float64) float64 { return pdf.Measure(font, text, size) / pdf.PerMM }
}

// Lines of text: how far apart their baselines are, and how far below its top the first.
const (
	lineHeight = 1.35
	ascent     = 1.02
)

// mm of so many points.
func mm(points float64) float64 { return points / pdf.PerMM }

// wrap breaks text into lines not wider than width millimetres: Chinese anywhere, other
// words between them, and what fits nowhere where it must. A line doesn't begin with a
// mark that ends something.
func (m measure) wrap(text string, size, width float64) []string {
	var lines []string
	for _, paragraph := range strings.Split(strings.ReplaceAll(text, "\r", ""), "\n") {
		lines = append(lines, m.wrapOne(strings.TrimRight(paragraph, " "), size, width)...)
	}
	return lines
}

const closing = "，。；：、！？）」』】》”’,.;:!?)]}%％元"

func (m measure) wrapOne(text string, size, width float64) []string {
	var lines []string
	line, at := "", 0.0
	for _, piece := range pieces(text) {
		w := m(piece, size)
		if at+w <= width || line == "" && w <= width || strings.ContainsAny(piece, closing) && len([]rune(piece)) == 1 && at+w <= width+mm(size) && line != "" {
			line, at = line+piece, at+w
			continue
		}
		if line != "" {
			lines = append(lines, strings.TrimRight(line, " "))
			line, at = "", 0
			piece = strings.TrimLeft(piece, " ")
			w = m(piece, size)
		}
		for w > width && piece != "" {
			head := m.cut(piece, size, width)
			lines = append(lines, head)
			piece = piece[len(head):]
			w = m(piece, size)
		}
		line, at = piece, w
	}
	return append(lines, line)
}

// cut is as much of text as fits, at least one character.
func (m measure) cut(text string, size, width float64) string {
	at := 0.0
	for i, r := range text {
		at += m(string(r), size)
		if at > width && i > 0 {
			return text[:i]
		}
	}
	return text
}

// pieces are what a line may be broken between.
func pieces(text string) []string {
	var out []string
	word := ""
	for _, r := range text {
		switch {
		case r >= 0x2e80 || r > unicode.MaxLatin1 && !unicode.IsLetter(r) && !unicode.IsDigit(r):
			if word != "" {
				out = append(out, word)
			}
			out, word = append(out, string(r)), ""
		case r == ' ':
			out, word = append(out, word+" "), ""
		default:
			word += string(r)
		}
	}
	if word != "" {
		out = append(out, word)
	}
	return out
}

// fit is text in one line, its end taken off where it is too long.
func (m measure) fit(text string, size, width float64) string {
	if m(text, size) <= width {
		return text
	}
	dots := m("…", size)
	if head := m.cut(text, size, width-dots); head != "" && width > dots {
		return strings.TrimRight(head, " ") + "…"
	}
	return ""
}

// set breaks text into at most most lines; the last tells by its dots that there was more.
func (m measure) set(text string, size, width float64, most int) []string {
	lines := m.wrap(text, size, width)
	if len(lines) > most {
		rest := strings.Join(lines[most-1:], "")
		lines = append(lines[:most-1:most-1], m.fit(rest+"  ", size, width))
	}
	return lines
}
