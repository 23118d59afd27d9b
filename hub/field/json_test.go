package field

import (
	"encoding/json"
	"testing"
)

func TestAppendJSONIsMarshal(t *testing.T) {
	for _, v := range []any{
		nil, "", "华信科技 & Söhne", "\"quoted\" \\ <b>\n\x00", "\u2028 \u2029", "\xff\xfe broken", "â\u2020", Date("2026-11-22"), int64(-42), true, false,
		Ref{7, "a\"b", "customer"}, Person{9, "王芳"}, Money{128_0000, "CNY"}, Decimal(12_500_000), []string{"a", "b"}, Region{},
		[]Phone{}, []Phone{{Label: "mobile", Number: "+8613800138000", Display: "138 0013 8000", Place: "北京", Raw: "x"}, {Masked: true}},
		[]Ref{{1, "x", "y"}}, []Line{{3, map[string]any{"qty": Decimal(1)}}},
	} {
		want, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		got, err := AppendJSON([]byte("x"), v)
		if err != nil || string(got) != "x"+string(want) {
			t.Errorf("%#v is written %s, want %s (%v)", v, got[1:], want, err)
		}
	}
}

func FuzzAppendText(f *testing.F) {
	f.Add("王\u2028<\xe2\x80")
	f.Fuzz(func(t *testing.T, s string) {
		want, _ := json.Marshal(s)
		if got := AppendText(nil, s); string(got) != string(want) {
			t.Errorf("%q is written %s, want %s", s, got, want)
		}
	})
}
