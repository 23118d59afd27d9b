package callerid

import "testing"

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
