package search

import "strings"

// Matches tells whether a document is found by words, without an index: as the index
// would find it.
func Matches(d Document, words []Word) bool {
	terms := d.Terms()
	for _, w := range words {
		for _, wanted := range w.Terms {
			if !begins(terms, wanted) {
				return false
			}
		}
		if !strings.Contains(d.Text, w.Text) {
			return false
		}
		if w.Digits != "" && !strings.Contains(d.Digits, w.Digits) && !strings.Contains(d.Text, w.Digits) {
			return false
		}
	}
	return len(words) > 0
}

func begins(terms []string, wanted string) bool {
	for _, term := range terms {
		if strings.HasPrefix(term, wanted) {
			return true
		}
	}
	return false
}
