package search

import "strings"

// Document is what is searched of one record.
type Document struct {
	Text   string // folded: names, addresses, joined by " "; after a "\n" long texts, which aren't spelled
	Digits string // of its phone and document numbers, joined by " "
}

// Compose folds names and long texts into the text of a document.
func Compose(names, texts []string) string {
	folded := func(list []string) string {
		var out []string
		for _, text := range list {
			if text = Fold(clipRunes(text, maxText)); text != "" {
				out = append(out, text)
			}
		}
		return strings.Join(out, " ")
	}
	text := folded(names)
	if long := folded(texts); long != "" {
		text += "\n" + long
	}
	return text
}

// Limits of one record's words; a novel in the remark may not fill the index.
const (
	maxText     = 20000 // characters of one text
	maxPinyin   = 24
	digitGram   = 4
	shortestNum = 3
)

// set gathers terms without doubles.
type set struct {
	seen map[string]bool
	list []string
}

func (s *set) add(term string) {
	if term != "" && !s.seen[term] {
		s.seen[term] = true
		s.list = append(s.list, term)
	}
}

func newSet() *set { return &set{seen: map[string]bool{}} }

// Terms are all words of the document: Grams and Keys.
func (d Document) Terms() []string { return append(d.Grams(), d.Keys()...) }

// IsGram tells a gram, which is found whole, from a key, which its beginning finds.
func IsGram(term string) bool {
	for _, r := range term {
		return r == '#' || isHan(r)
	}
	return false
}

// Grams are single Chinese characters, their pairs, and the pieces of numbers, three and
// four digits long and marked with "#" so that they don't meet other words.
func (d Document) Grams() []string {
	terms := newSet()
	han, latin := runs(d.Text)
	for _, run := range han {
		for i := range run {
			terms.add(string(run[i]))
			if i+1 < len(run) {
				terms.add(string(run[i : i+2]))
			}
		}
	}
	for _, run := range latin {
		if numberTyped(string(run)) != "" {
			digitTerms(string(run), terms.add)
		}
	}
	for _, number := range strings.Fields(d.Digits) {
		digitTerms(number, terms.add)
	}
	return terms.list
}

// Keys are words of Latin letters and digits, and how names are spelled.
func (d Document) Keys() []string {
	terms := newSet()
	names, _, _ := strings.Cut(d.Text, "\n")
	han, _ := runs(names)
	for _, run := range han {
		spelled(run, terms.add)
	}
	_, latin := runs(d.Text)
	for _, run := range latin {
		terms.add(clipTerm(string(run)))
	}
	return terms.list
}

// spelled gives pinyin from every character on: who types "zs" finds 张三 and also
// 杭州张三.
func spelled(run []rune, add func(string)) {
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
	for size := shortestNum; size <= digitGram; size++ {
		for i := 0; i+size <= len(number); i++ {
			add("#" + number[i:i+size])
		}
	}
}

// clipTerm bounds a word; a prefix of it still finds it.
func clipTerm(s string) string {
	if len(s) > 40 {
		return s[:40]
	}
	return s
}
