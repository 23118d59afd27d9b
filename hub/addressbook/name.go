package addressbook

import (
	"strings"
	"unicode"
)

// compound are the family names of two characters that are in use.
var compound = []string{"欧阳", "歐陽", "太史", "端木", "上官", "司马", "司馬", "东方", "東方", "独孤", "獨孤", "南宫", "南宮", "万俟", "闻人", "聞人",
	"夏侯", "诸葛", "諸葛", "尉迟", "尉遲", "公羊", "赫连", "赫連", "澹台", "澹臺", "皇甫", "宗政", "濮阳", "濮陽", "公冶", "太叔", "申屠", "公孙", "公孫",
	"慕容", "仲孙", "仲孫", "钟离", "鍾離", "长孙", "長孫", "宇文", "司徒", "鲜于", "鮮于", "司空", "闾丘", "令狐", "呼延", "轩辕", "軒轅", "百里", "东郭", "東郭",
	"南门", "南門", "西门", "西門", "拓跋", "第五", "范姜"}

// longestHan is the longest Chinese name taken apart; what is longer is no person's, or
// written in another language's sounds.
const longestHan = 4

// split parts a person's name into family and given name. A Chinese one has the family
// name first and no space; of others the last word is the family name.
func split(name string) (family, given string) {
	name = strings.Join(strings.Fields(name), " ")
	runes := []rune(name)
	han := len(runes) > 0
	for _, r := range runes {
		han = han && unicode.Is(unicode.Han, r)
	}
	switch {
	case !han:
		if i := strings.LastIndexByte(name, ' '); i > 0 && runes[0] < unicode.MaxLatin1 {
			return name[i+1:], name[:i]
		}
		return "", name
	case len(runes) == 1 || len(runes) > longestHan:
		return "", name
	}
	for _, two := range compound {
		if rest, ok := strings.CutPrefix(name, two); ok && rest != "" {
			return two, rest
		}
	}
	return string(runes[:1]), string(runes[1:])
}
