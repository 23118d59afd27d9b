package search

import (
	"testing"
	"unicode/utf8"
)

func TestCore(t *testing.T) {
	ignored := append([]string{"广州"}, IgnoredWords...)
	for name, want := range map[string]string{
		"广州甲乙软件技术有限公司":      "甲乙软件技术",
		"甲乙软件(广州)有限责任公司":    "甲乙软件",
		"广州有限公司":            "",
		"Bellhop Co., Ltd.": "bellhop",
		"Coltd Trading Inc": "coltd trading",
		"ＡＢＣ　集团":            "abc",
		"王伟":                "王伟",
		"青岛股份制改造研究股份有限公司":   "青岛制改造研究",
	} {
		if got := Core(name, ignored); got != want {
			t.Errorf("Core(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestSimilar(t *testing.T) {
	for _, tt := range []struct {
		a, b  string
		alike bool
	}{
		{"甲乙软件", "甲乙软件技术", true},
		{"甲乙软件技术", "甲乙软件", true},
		{"甲乙", "丙丁", false},
		{"金鼎机电设备", "金鼎机电制造", true},
		{"金鼎机电", "金山软件", false},
		{"软", "软件", false},
		{"", "", false},
	} {
		if got := Similar(tt.a, tt.b) > 0; got != tt.alike {
			t.Errorf("Similar(%q, %q) is %v", tt.a, tt.b, got)
		}
	}
}

func FuzzCore(f *testing.F) {
	f.Add("广州甲乙有限公司", "有限公司")
	f.Add("a b", " ")
	f.Add("\xff股份", "股")
	f.Fuzz(func(t *testing.T, name, word string) {
		core := Core(name, []string{word})
		if utf8.ValidString(name) && !utf8.ValidString(core) {
			t.Errorf("Core(%q, %q) = %q", name, word, core)
		}
		if s := Similar(core, Core(word, nil)); s < 0 || s > 1 {
			t.Errorf("alike by %v", s)
		}
		NameTerms(core)
	})
}
