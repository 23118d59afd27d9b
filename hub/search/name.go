package search

import (
	"slices"
	"strings"
	"unicode"
)

// IgnoredWords are what names have in common without being alike; the office's own
// list takes their place.
var IgnoredWords = []string{
	"股份有限公司", "有限责任公司", "有限公司", "有限合伙", "分公司", "总公司", "公司", "集团",
	"股份", "個人", "企業社", "co ltd", "co", "ltd", "inc", "llc", "gmbh", "limited", "company",
}

// Core is what sets a name apart: folded, without the ignored words, signs and spaces.
// Chinese words are left out wherever they stand, Latin ones as whole words.
func Core(name string, ignored []string) string {
	folded := Fold(name)
	words := make([]string, 0, len(ignored))
	for _, w := range ignored {
		if w = Fold(w); w != "" {
			words = append(words, w)
		}
	}
	// 有限责任公司 must go before 公司.
	slices.SortStableFunc(words, func(a, b string) int { return len(b) - len(a) })
	spaced := " " + strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return ' '
	}, folded) + " "
	for _, w := range words {
		if !hasHan(w) {
			spaced = strings.ReplaceAll(spaced, " "+w+" ", " ")
		} else {
			spaced = strings.ReplaceAll(spaced, w, " ")
		}
	}
	return joined(strings.Fields(spaced))
}

// joined puts words together again, with a space only between two Latin ones.
func joined(words []string) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 && !hasHan(words[i-1]) && !hasHan(w) {
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
	return b.String()
}

func hasHan(s string) bool { return strings.IndexFunc(s, isHan) >= 0 }

// shortestCore is the least by which two names can be called alike: every second name
// holds some one character.
const shortestCore = 2

// Similar tells how alike two cores are: 1 the same, above 0.5 one within the other, or
// most pairs of characters shared; 0 not.
func Similar(a, b string) float64 {
	ra, rb := []rune(a), []rune(b)
	if len(ra) < shortestCore || len(rb) < shortestCore {
		return 0
	}
	if a == b {
		return 1
	}
	if len(ra) > len(rb) {
		ra, rb, a, b = rb, ra, b, a
	}
	if strings.Contains(b, a) {
		return 0.6 + 0.4*float64(len(ra))/float64(len(rb)+1)
	}
	if share := shared(ra, rb); share >= 0.6 {
		return share * 0.8
	}
	return 0
}

// shared is Dice's coefficient of the pairs of two texts.
func shared(a, b []rune) float64 {
	pairs := map[[2]rune]int{}
	for i := 0; i+1 < len(a); i++ {
		pairs[[2]rune{a[i], a[i+1]}]++
	}
	both := 0
	for i := 0; i+1 < len(b); i++ {
		p := [2]rune{b[i], b[i+1]}
		if pairs[p] > 0 {
			pairs[p]--
			both++
		}
	}
	return 2 * float64(both) / float64(len(a)+len(b)-2)
}

// maxNameTerms bounds what is asked about one name.
const maxNameTerms = 16

// NameTerms are the words by which names like core are found in the index: its pairs
// of characters and its Latin words, as Document.Terms makes them of the full name.
func NameTerms(core string) []string {
	seen := map[string]bool{}
	var terms []string
	add := func(term string) {
		if !seen[term] && len(terms) < maxNameTerms {
			seen[term] = true
			terms = append(terms, term)
		}
	}
	han, latin := runs(core)
	for _, run := range han {
		for i := 0; i+1 < len(run); i++ {
			add(string(run[i : i+2]))
		}
	}
	for _, run := range latin {
		if len(run) > 1 {
			add(clipTerm(string(run)))
		}
	}
	return terms
}
