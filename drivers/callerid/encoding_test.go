package callerid

import (
	"math/rand/v2"
	"testing"
)

func TestNameByTheEncodingsOfTheLine(t *testing.T) {
	china := []Encoding{UTF8EastAsian, LatinWord, GB18030}
	taiwan := []Encoding{UTF8EastAsian, LatinWord, Big5}
	japan := []Encoding{UTF8EastAsian, ShiftJIS}
	for name, tt := range map[string]struct {
		order []Encoding
		sent  string
		want  string
	}{
		"ASCII":                            {china, "SMITH JOHN ", "SMITH JOHN"},
		"GB 2312":                          {china, "\xd5\xc5\xce\xb0", "张伟"},
		"GB 2312 that is valid UTF-8 too":  {china, "\xd6\xa3", "郑"},
		"GBK, second half below A1":        {china, "\xd6\xec\xe9F\xbb\xf9", "朱镕基"},
		"GB 18030 of four octets":          {china, "\xd5\xc5\x82\x30\x81\x35", "张㒨"},
		"UTF-8 on a Chinese line":          {china, "张伟", "张伟"},
		"Latin-1 on a Chinese line":        {china, "M\xfcller", "Müller"},
		"Latin in UTF-8 on a Chinese line": {china, "Müller", "Müller"},
		"GB 2312 that is Batak and Hangul": {china, "\xe1\xaf\xbe\xea\xbb\xaa", "岑娟华"},
		"GB 2312 before small letters":     {china, "\xd6\xa3li", "郑li"},
		"a capital in UTF-8":               {anywhere, "ÉMILE", "ÉMILE"},
		"a point within a name in UTF-8":   {china, "阿卜杜·热合曼", "阿卜杜·热合曼"},
		"GB 2312 anywhere":                 {anywhere, "\xd6\xa3", "郑"},
		"Latin-1 anywhere":                 {anywhere, "M\xfcller", "Müller"},
		"Cyrillic in UTF-8 anywhere":       {anywhere, "Иван", "Иван"},
		"no encoding at all":               {china, "\xff\xff", "ÿÿ"},
		"Big5":                             {taiwan, "\xb3\xaf\xab\xd8", "陳建"},
		"Big5, second half ASCII":          {taiwan, "\xb3\x5c", "許"},
		"Latin-1 on a Taiwanese line":      {taiwan, "Ren\xe9", "René"},
		"Shift-JIS":                        {japan, "\x8e\x52\x93\x63", "山田"},
		"katakana of one octet":            {japan, "\xd4\xcf\xc0\xde", "ﾔﾏﾀﾞ"},
		"UTF-8 on a Japanese line":         {japan, "山田", "山田"},
		"Latin-1 in Europe":                {[]Encoding{UTF8, Latin1}, "M\xfcller", "Müller"},
		"UTF-8 in Europe":                  {[]Encoding{UTF8, Latin1}, "René", "René"},
	} {
		t.Run("TEL-01 "+name, func(t *testing.T) {
			if got := Name([]byte(tt.sent), tt.order); got != tt.want {
				t.Errorf("%x is %q, want %q", tt.sent, got, tt.want)
			}
		})
	}
}

// Every character of GB 2312, and names of two to five of them, are read as sent, in
// GB 2312 and in UTF-8, on a Chinese line and where nothing is known of the line.
func TestChineseNamesAreNotGuessedWrong(t *testing.T) {
	china := []Encoding{UTF8EastAsian, LatinWord, GB18030, Latin1}
	var all []string
	for row := 0xb0; row <= 0xf7; row++ {
		for cell := 0xa1; cell <= 0xfe; cell++ {
			if s, ok := GB2312([]byte{byte(row), byte(cell)}); ok {
				all = append(all, s)
			}
		}
	}
	if len(all) < 6763 {
		t.Fatalf("%d characters", len(all))
	}
	rng := rand.New(rand.NewPCG(1, 2))
	name := func(n int) (s string) {
		for range n {
			s += all[rng.IntN(len(all))]
		}
		return s
	}
	for row, order := range map[string][]Encoding{"China": china, "anywhere": anywhere} {
		// Octets that are good Chinese both ways cannot be told apart: one name of
		// characters drawn by lot in 30,000, of which real names have far fewer.
		wrong, sent := 0, 0
		try := func(want string) {
			sent++
			for _, octets := range [][]byte{AppendText(nil, want), []byte(want)} {
				if got := Name(octets, order); got != want {
					wrong++
					t.Logf("%x is %q, want %q", octets, got, want)
				}
			}
		}
		for _, one := range all {
			try(one)
			try(one + name(1))
		}
		for i := range 200_000 {
			try(name(2 + i%4))
		}
		if 30_000*wrong > 2*sent {
			t.Errorf("TEL-01 %s: %d of %d names wrong", row, wrong, 2*sent)
		}
	}
}
