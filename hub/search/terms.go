package search

import "strings"

// Document is what is searched of one record.
type Document struct {
	Text   string // folded: names, notes, addresses, joined by " "
	Digits string // of its phone and document numbers, joined by " "
}

// Limits of one record's words; a novel in the remark may not fill the index.
const (
	maxHanRun   = 400
	maxPinyin   = 24
	digitGram   = 4
	shortestNum = 3
)

// Terms are the words of the document that an index must hold. Numbers' pieces start
// with "#", so that they don't meet Latin words.
func (d Document) Terms() []string {
	seen := map[string]bool{}
	var terms []string
	add := func(term string) {
		if term != "" && !seen[term] {
			seen[term] = true
			terms = append(terms, term)
		}
	}
	han, latin := runs(d.Text)
	for _, run := range han {
		if len(run) > maxHanRun {
			run = run[:maxHanRun]
		}
		hanTerms(run, add)
	}
	for _, run := range latin {
		add(clipTerm(string(run)))
		if numberTyped(string(run)) != "" {
			digitTerms(string(run), add)
		}
	}
	for _, number := range strings.Fields(d.Digits) {
		digitTerms(number, add)
	}
	return terms
}

// hanTerms are every character and pair, and pinyin from every character on: who
// types "zs" finds 张三 and also 杭州张三.
func hanTerms(run []rune, add func(string)) {
	for i := range run {
		add(string(run[i]))
		if i+1 < len(run) {
			add(string(run[i : i+2]))
		}
	}
	if len(run) > maxPinyin {
		run = run[:maxPinyin]
	}
	for _, syllables := range spell(run) {
		for i := range syllables {
			add(initials(syllables[i:]))
			add(clipTerm(strings.Join(syllables[i:], "")))
		}
	}
}

func initials(syllables []string) string {
	var b strings.Builder
	for _, s := range syllables {
		if s != "" {
			b.WriteByte(s[0])
		}
	}
	return b.String()
}

func digitTerms(number string, add func(string)) {
	for i := 0; i+shortestNum <= len(number); i++ {
		add("#" + number[i:min(i+digitGram, len(number))])
	}
}

// clipTerm bounds a word; a prefix of it still finds it.
func clipTerm(s string) string {
	if len(s) > 40 {
		return s[:40]
	}
	return s
}
