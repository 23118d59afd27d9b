package search

import "strings"

// Word is one word of a query. A document matches when it holds all Terms (as
// beginnings of its own) and passes Text and Digits.
type Word struct {
	Terms  []string
	Text   string // must stand in Document.Text; "" is no condition
	Digits string // must stand in Document.Digits or Text
}

const (
	maxWords = 5
	maxGrams = 6
	maxQuery = 100 // characters looked at
)

// Parse routes what was typed: digits look at numbers, Chinese at names and texts,
// letters at Latin words, document numbers and pinyin. It returns nothing when there
// is nothing to look for.
func Parse(typed string) []Word {
	folded := Fold(clipRunes(typed, maxQuery))
	if number := numberTyped(folded); number != "" {
		return []Word{digitWord(number)}
	}
	var words []Word
	for _, part := range strings.Fields(folded) {
		if len(words) == maxWords {
			break
		}
		if number := numberTyped(part); number != "" {
			words = append(words, digitWord(number))
			continue
		}
		words = append(words, partWords(part)...)
	}
	return words
}

// numberTyped gives the digits of what looks like a number: "138 0013", "0571-8765",
// "+86 138…".
func numberTyped(s string) string {
	for _, r := range s {
		if (r < '0' || r > '9') && !strings.ContainsRune(" +-()", r) {
			return ""
		}
	}
	d := Digits(s)
	if len(d) < shortestNum {
		return ""
	}
	return d
}

func digitWord(number string) Word {
	// Stored numbers carry +86 and no trunk zero, people type neither that way.
	for _, prefix := range []string{"0086", "86", "0"} {
		if rest := strings.TrimPrefix(number, prefix); rest != number && len(rest) >= digitGram {
			number = rest
			break
		}
	}
	w := Word{Digits: number}
	for i := 0; len(w.Terms) < maxGrams; i += digitGram {
		if i+digitGram >= len(number) {
			// The last piece reaches back, so that it is a whole one.
			w.Terms = append(w.Terms, "#"+number[max(0, len(number)-digitGram):])
			break
		}
		w.Terms = append(w.Terms, "#"+number[i:i+digitGram])
	}
	return w
}

func partWords(part string) []Word {
	han, latin := runs(part)
	var words []Word
	for _, run := range han {
		w := Word{Text: string(run)}
		if len(run) == 1 {
			w.Terms = []string{string(run)}
		}
		for i := 0; i+1 < len(run) && len(w.Terms) < maxGrams; i++ {
			w.Terms = append(w.Terms, string(run[i:i+2]))
		}
		words = append(words, w)
	}
	for _, run := range latin {
		words = append(words, Word{Terms: []string{clipTerm(string(run))}})
	}
	return words
}

func clipRunes(s string, n int) string {
	r := []rune(s)
	if len(r) > n {
		r = r[:n]
	}
	return string(r)
}
