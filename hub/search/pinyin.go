package search

import (
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"
)

// surnames are read otherwise as family names than in most words.
var surnames = map[rune]string{
	'曾': "zeng", '单': "shan", '解': "xie", '仇': "qiu", '区': "ou", '查': "zha", '朴': "piao", '盖': "ge",
	'尉': "yu", '乐': "yue", '翟': "zhai", '覃': "qin", '缪': "miao", '种': "chong", '员': "yun", '召': "shao",
	'繁': "po", '黑': "he", '洗': "xian", '冼': "xian", '折': "she", '秘': "bi", '郇': "xun", '逄': "pang",
	'尹': "yin", '褚': "chu", '燕': "yan", '华': "hua", '任': "ren", '葛': "ge", '祭': "zhai", '宓': "mi",
}

// places are words whose usual first reading is wrong.
var places = map[string][]string{
	"重庆": {"chong", "qing"}, "厦门": {"xia", "men"}, "长沙": {"chang", "sha"}, "长春": {"chang", "chun"},
	"成都": {"cheng", "du"}, "六安": {"lu", "an"}, "蚌埠": {"beng", "bu"}, "台州": {"tai", "zhou"}, "丽水": {"li", "shui"},
	"番禺": {"pan", "yu"}, "莘庄": {"xin", "zhuang"}, "银行": {"yin", "hang"}, "重机": {"zhong", "ji"}, "重工": {"zhong", "gong"},
	"长城": {"chang", "cheng"}, "音乐": {"yin", "yue"}, "会计": {"kuai", "ji"}, "朝阳": {"chao", "yang"}, "都市": {"du", "shi"},
}

var readings sync.Map // rune → string; a few thousand characters are in use

// reading is the usual pinyin of one character without tones, "" if there is none.
func reading(r rune) string {
	if known, ok := readings.Load(r); ok {
		return known.(string)
	}
	var s string
	if all := pinyin.SinglePinyin(r, pinyin.NewArgs()); len(all) > 0 {
		s = strings.ReplaceAll(all[0], "ü", "v")
	}
	readings.Store(r, s)
	return s
}

// spell gives the syllables of a run of Chinese characters; where the first is a
// surname read in its own way, that reading comes as a second spelling.
func spell(han []rune) [][]string {
	syllables := make([]string, len(han))
	for i := 0; i < len(han); i++ {
		if i+1 < len(han) {
			if word, ok := places[string(han[i:i+2])]; ok {
				syllables[i], syllables[i+1] = word[0], word[1]
				i++
				continue
			}
		}
		syllables[i] = reading(han[i])
	}
	spellings := [][]string{syllables}
	if own, ok := surnames[han[0]]; ok && own != syllables[0] {
		second := append([]string{own}, syllables[1:]...)
		spellings = append(spellings, second)
	}
	return spellings
}

// maxSortKey is enough to tell names apart; what is longer comes by chance.
const maxSortKey = 48

// SortKey orders names as a Chinese reader expects: by pinyin, Latin names among them.
func SortKey(text string) string {
	text = clipRunes(text, maxSortKey)
	var b strings.Builder
	han := []rune{}
	flush := func() {
		if len(han) == 0 {
			return
		}
		all := spell(han)
		for i, s := range all[len(all)-1] {
			if s == "" {
				s = string(han[i])
			}
			b.WriteString(s)
			b.WriteByte(' ')
		}
		han = han[:0]
	}
	for _, r := range Fold(text) {
		if isHan(r) {
			han = append(han, r)
			continue
		}
		flush()
		b.WriteRune(r)
	}
	flush()
	return clipBytes(b.String(), maxSortKey)
}

// Initials gives the first letter of each character's reading: 西湖区 is "xhq". Other
// characters stay as they are.
func Initials(text string) string {
	var b strings.Builder
	han := []rune{}
	flush := func() {
		if len(han) == 0 {
			return
		}
		for i, s := range spell(han)[0] {
			if s == "" {
				s = string(han[i])
			}
			b.WriteString(s[:1])
		}
		han = han[:0]
	}
	for _, r := range Fold(text) {
		if isHan(r) {
			han = append(han, r)
			continue
		}
		flush()
		b.WriteRune(r)
	}
	flush()
	return b.String()
}

// clipBytes cuts after at most n bytes, not within a character.
func clipBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
