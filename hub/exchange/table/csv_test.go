package table

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

func textFile(t testing.TB, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const (
	simplified  = "客户名称,电话,备注\n北京金鼎机电有限公司,010-65881234,\"要发票,\n含税\"\n杭州西溪贸易,13800138000,\"他说\"\"行\"\"\"\n"
	traditional = "客戶名稱,電話,備註\n臺北金鼎機電有限公司,02-23456789,請開發票\n高雄港務企業社,0912345678,老闆很忙\n"
)

func TestEncodings(t *testing.T) {
	for name, tt := range map[string]struct {
		text string
		enc  encoding.Encoding
		want string
	}{
		"UTF-8":                       {simplified, encoding.Nop, "utf-8"},
		"UTF-8 with its mark":         {"\ufeff" + simplified, encoding.Nop, "utf-8"},
		"GBK, as Excel saves":         {simplified, simplifiedchinese.GBK, "gb18030"},
		"GB18030 with a rare name":    {simplified + "𠮷田商社,1,2\n", simplifiedchinese.GB18030, "gb18030"},
		"traditional text in GBK":     {traditional, simplifiedchinese.GBK, "gb18030"},
		"Big5":                        {traditional, traditionalchinese.Big5, "big5"},
		"UTF-16 with its mark":        {simplified, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "utf-16le"},
		"UTF-16 without":              {simplified, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "utf-16le"},
		"UTF-16, the other way round": {simplified, unicode.UTF16(unicode.BigEndian, unicode.UseBOM), "utf-16be"},
		"GBK far behind plain ASCII":  {strings.Repeat("name,phone,note\n", 20_000) + simplified, simplifiedchinese.GBK, "gb18030"},
		"one word of GBK":             {"姓名\n王伟\n", simplifiedchinese.GBK, "gb18030"},
		"plain ASCII":                 {"name\nSmith\n", encoding.Nop, "utf-8"},
		"a character across blocks":   {strings.Repeat("x", 64<<10-1) + "客", encoding.Nop, "utf-8"},
	} {
		t.Run("IMP-01 "+name, func(t *testing.T) {
			b, err := tt.enc.NewEncoder().Bytes([]byte(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			c, err := OpenCSV(textFile(t, "a.csv", b), "", ',', Standard)
			if err != nil || c.Encoding != tt.want {
				t.Fatalf("is %v, want %s (%v)", c, tt.want, err)
			}
			var got, want [][]string
			got = all(t, c, "")
			eachCSV(context.Background(), strings.NewReader(strings.TrimPrefix(tt.text, "\ufeff")), ',', Standard, func(_ int, cells []string) error {
				want = append(want, append([]string{}, cells...))
				return nil
			})
			if len(got) != len(want) || got[len(got)-1][0] != want[len(want)-1][0] {
				t.Errorf("read as %q\nwant %q", got[len(got)-1], want[len(want)-1])
			}
		})
	}
}

func TestCSV(t *testing.T) {
	for name, tt := range map[string]struct {
		text string
		mark byte
		want [][]string
	}{
		"quoted":               {simplified, ',', [][]string{{"客户名称", "电话", "备注"}, {"北京金鼎机电有限公司", "010-65881234", "要发票,\n含税"}, {"杭州西溪贸易", "13800138000", `他说"行"`}}},
		"semicolons":           {"a;b;c\n1,5;2;3\n1,6;2;3\n", ';', [][]string{{"a", "b", "c"}, {"1,5", "2", "3"}, {"1,6", "2", "3"}}},
		"pasted from a sheet":  {"名称\t电话\r\n甲, 乙\t1\r\n\"丙\n丁\"\t2", '\t', [][]string{{"名称", "电话"}, {"甲, 乙", "1"}, {"丙\n丁", "2"}}},
		"bars":                 {"a|b\n1|2\n", '|', [][]string{{"a", "b"}, {"1", "2"}}},
		"old Mac line ends":    {"a,b\r1,2\r", ',', [][]string{{"a", "b"}, {"1", "2"}}},
		"stray quote marks":    {"a,b\n5\" pipe,\"x\"y\n", ',', [][]string{{"a", "b"}, {`5" pipe`, "xy"}}},
		"blank lines":          {"a,b\n\n,,\n1,2\n", ',', [][]string{{"a", "b"}, {"1", "2"}}},
		"one column":           {"名称\n甲\n乙\n", ',', [][]string{{"名称"}, {"甲"}, {"乙"}}},
		"no line end at last":  {"a,b\n1,", ',', [][]string{{"a", "b"}, {"1", ""}}},
		"nothing but the head": {"a,b", ',', [][]string{{"a", "b"}}},
	} {
		t.Run("IMP-01 "+name, func(t *testing.T) {
			c, err := OpenCSV(textFile(t, "a.csv", []byte(tt.text)), "", 0, Standard)
			if err != nil || c.Delimiter != tt.mark {
				t.Fatalf("mark %q, want %q (%v)", c.Delimiter, tt.mark, err)
			}
			if got := all(t, c, ""); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("rows %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestHostileText(t *testing.T) {
	big := func(text string, n int) string {
		path := filepath.Join(t.TempDir(), "big.csv")
		file, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		if _, err := file.ReadFrom(endless("名称,电话\n", text, n, "")); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, tt := range map[string]struct {
		text string
		n    int
		key  string
	}{
		"ten million rows":        {"甲,1\n", 10_000_000, "import.too_many_rows"},
		"a quote nobody closed":   {"\"甲,1\n", 1, "import.quote_open"},
		"and a long file with it": {"\"x y z\n", 2_000_001, "import.cell_too_long"},
		"a line without end":      {"xxxxxxxxxxxxxxxx", 10_000_000, "import.cell_too_long"},
		"cells without end":       {"x,", 10_000_000, "import.too_many_columns"},
	} {
		t.Run("IMP-01 "+name, func(t *testing.T) {
			path := big(tt.text, tt.n)
			if name == "and a long file with it" {
				b, _ := os.ReadFile(path)
				os.WriteFile(path, append([]byte(`"`), bytes.ReplaceAll(b, []byte(`"`), nil)...), 0o600)
				refused(t, path, "import.quote_open")
				return
			}
			refused(t, path, tt.key)
		})
	}
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte(simplified), byte(','))
	f.Add([]byte("a\t\"b\"\"\n\"\r\n"), byte('\t'))
	gbk, _ := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(simplified))
	f.Add(gbk, byte(0))
	f.Add([]byte("\xff\xfea\x00,\x00"), byte(0))
	f.Fuzz(func(t *testing.T, b []byte, mark byte) {
		path := textFile(t, "a.csv", b)
		c, err := OpenCSV(path, "", mark, Limits{Rows: 100, Columns: 50, Cell: 1000})
		if err != nil {
			return
		}
		rows := 0
		c.Each(context.Background(), "", func(line int, cells []string) error {
			if rows++; rows > 100 || len(cells) > 50 || line < 1 {
				t.Errorf("row %d, line %d of %d cells", rows, line, len(cells))
			}
			return nil
		})
	})
}
