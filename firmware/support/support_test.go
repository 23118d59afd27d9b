package support

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"testing"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"time=2026-11-22T22:41:28.123+08:00 level=INFO":       "time=2026-11-22T22:41:28.123+08:00 level=INFO",
		"2026-11-22 22:41:28 13800138000":                     "2026-11-22 22:41:28 (number)",
		"2026-11-22 13800138000":                              "2026-11-22 (number)",
		"from=+86 138-0013-8000 line=1":                       "from=(number) line=1",
		"call (0571) 8765 4321":                               "call ((number)",
		"mail li.wei@example.com.cn sent":                     "mail (mail) sent",
		"mail 2026-11-22@example.com":                         "mail (mail)",
		"name=广州甲乙软件 no=7":                                    "name=(text) no=7",
		"addr=192.168.1.20:8080 port=8091 pid=12345 no=10086": "addr=192.168.1.20:8080 port=8091 pid=12345 no=10086",
		"2026-99-99 1":                                        "(number) 1",
	} {
		if got := Clean(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestBOX18(t *testing.T) {
	t.Run("BOX-18 one file with logs and state, and nothing of customers", func(t *testing.T) {
		log := &Log{Next: io.Discard}
		for i := range 5000 {
			fmt.Fprintf(log, "time=2026-11-22T10:00:00Z msg=\"call %d\" from=13800138000 name=广州甲乙 mail=a@b.cn\n", i)
		}
		var b bytes.Buffer
		if err := Write(&b, Parts{"firmware.log": log.Text(), "box.json": `{"version":"1.2.3"}`}); err != nil {
			t.Fatal(err)
		}
		zip, err := gzip.NewReader(&b)
		if err != nil {
			t.Fatal(err)
		}
		files := map[string]string{}
		for in := tar.NewReader(zip); ; {
			head, err := in.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(in)
			if err != nil {
				t.Fatal(err)
			}
			files[head.Name] = string(text)
		}
		kept := files["bellhop-support/firmware.log"]
		if !strings.Contains(kept, "call 4999") || strings.Count(kept, "\n") > keptLines {
			t.Errorf("%d lines kept", strings.Count(kept, "\n"))
		}
		for name, text := range files {
			for _, secret := range []string{"13800138000", "广州", "a@b.cn"} {
				if strings.Contains(text, secret) {
					t.Errorf("%s tells %s", name, secret)
				}
			}
		}
		if files["bellhop-support/box.json"] != `{"version":"1.2.3"}` {
			t.Error("state missing:", files)
		}
	})
}

func FuzzClean(f *testing.F) {
	f.Add("a 13800138000 b")
	f.Add("+86(138) 0013-8000")
	f.Fuzz(func(t *testing.T, s string) {
		run := 0
		for _, r := range Clean(strings.ToValidUTF8(s, "")) {
			if r >= '0' && r <= '9' {
				run++
			} else {
				run = 0
			}
			if run > 9 { // a time's fraction has at most nine
				t.Fatalf("%q leaves a number", s)
			}
		}
	})
}
