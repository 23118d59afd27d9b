package search

import (
	"slices"
	"strings"
	"testing"
)

// finds tells whether a query finds a document the way the store looks: every term is
// the beginning of one of the document's, and the texts hold.
func finds(typed string, d Document) bool {
	words := Parse(typed)
	terms := d.Terms()
	for _, w := range words {
		for _, term := range w.Terms {
			if !slices.ContainsFunc(terms, func(t string) bool { return strings.HasPrefix(t, term) }) {
				return false
			}
		}
		if !strings.Contains(d.Text, w.Text) || !strings.Contains(d.Digits, w.Digits) && !strings.Contains(d.Text, w.Digits) {
			return false
		}
	}
	return len(words) > 0
}

func TestFinds(t *testing.T) {
	firm := Document{Text: Fold("北京金鼎机电有限公司 Golden Tripod 3M"), Digits: "861085321234 8613800138000 20261122001"}
	person := Document{Text: Fold("曾雨桐 ＷＸ_Zeng")}
	city := Document{Text: Fold("重庆长城钢结构有限公司 360安全 12345678")}
	for typed, want := range map[string][]bool{
		"金鼎":            {true, false, false},
		"鼎":             {true, false, false},
		"金机":            {false, false, false},
		"金鼎 机电":         {true, false, false},
		"jd":            {true, false, false},
		"bjjd":          {true, false, false},
		"jinding":       {true, false, false},
		"JIND":          {true, false, false},
		"zyt":           {false, true, false},
		"zengyutong":    {false, true, false},
		"cyt":           {false, true, false},
		"wx":            {false, true, false},
		"cq":            {false, false, true},
		"chongqingchan": {false, false, true},
		"golden":        {true, false, false},
		"gold trip":     {true, false, false},
		"ripod":         {false, false, false},
		"13800138000":   {true, false, false},
		"138 0013":      {true, false, false},
		"+86 138":       {true, false, false},
		"8000":          {true, false, false},
		"010-85321234":  {true, false, false},
		"85321235":      {false, false, false},
		"20261122-001":  {true, false, false},
		"360":           {false, false, true},
		"3456":          {false, false, true},
		"":              {false, false, false},
		" 　 ":           {false, false, false},
		"!?":            {false, false, false},
		"公司":            {true, false, true},
	} {
		for i, d := range []Document{firm, person, city} {
			if got := finds(typed, d); got != want[i] {
				t.Errorf("%q finds %q: %v", typed, d.Text, got)
			}
		}
	}
}

func TestTermsAreBounded(t *testing.T) {
	d := Document{Text: strings.Repeat("重庆市长安街", 3000) + strings.Repeat("x", 5000), Digits: strings.Repeat("1234567890", 20)}
	if n := len(d.Terms()); n > 3000 {
		t.Errorf("%d terms", n)
	}
	for _, w := range Parse(strings.Repeat("重庆 ab 123456 ", 1000)) {
		if len(w.Terms) > maxGrams {
			t.Errorf("%d grams of one word", len(w.Terms))
		}
	}
}

func TestSortKey(t *testing.T) {
	names := []string{"赵敏", "阿里", "Bosch", "曾雨桐", "张伟", "单文博", "重庆重工"}
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(SortKey(a), SortKey(b)) })
	want := []string{"阿里", "Bosch", "重庆重工", "单文博", "曾雨桐", "张伟", "赵敏"}
	if !slices.Equal(names, want) {
		t.Errorf("%v, want %v", names, want)
	}
}

func FuzzFindsItself(f *testing.F) {
	for _, seed := range []string{"北京金鼎", "Golden", "13800138000", "ｗｉｄｅ １２３", "a1b2", "\x00\xff", "İ"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		folded := Fold(text)
		if Fold(folded) != folded {
			t.Skip("folding this rune never settles")
		}
		d := Document{Text: folded, Digits: Digits(text)}
		if len([]rune(folded)) <= 20 && len(Parse(folded)) > 0 && !finds(folded, d) {
			t.Errorf("%q is not found by itself", folded)
		}
	})
}
