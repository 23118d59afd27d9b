package field

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	options := &Field{Options: []Option{{ID: "a"}, {ID: "b"}}}
	plain := &Field{}
	for name, tt := range map[string]struct {
		kind Type
		f    *Field
		in   any
		want any
		key  string
	}{
		"text is trimmed":          {Text, plain, "　a\tb\x00 \n", "a b", ""},
		"blank text is empty":      {Text, plain, " \u200b ", nil, ""},
		"too long":                 {Text, &Field{Max: 3}, "一二三四", nil, "field.too_long"},
		"as long as it may be":     {Text, &Field{Max: 4}, "一二三四", "一二三四", ""},
		"a number is no text":      {Text, plain, json.Number("1"), nil, "field.not_text"},
		"broken UTF-8":             {Text, plain, "\xff", nil, "field.not_text"},
		"lines are kept":           {LongText, plain, "a\r\nb", "a\nb", ""},
		"mail":                     {Email, plain, "Wang@Example.COM", "Wang@example.com", ""},
		"mail with a name":         {Email, plain, "Wang <w@example.com>", nil, "field.bad_email"},
		"mail without domain":      {Email, plain, "w@localhost", nil, "field.bad_email"},
		"address without scheme":   {URL, plain, "example.com/a", "http://example.com/a", ""},
		"script for an address":    {URL, plain, "javascript://example.com/%0aalert(1)", nil, "field.bad_url"},
		"int":                      {Int, plain, json.Number("42"), int64(42), ""},
		"int typed":                {Int, plain, "1,024", int64(1024), ""},
		"half is no int":           {Int, plain, json.Number("0.5"), nil, "field.not_int"},
		"beyond int64":             {Int, plain, json.Number("99999999999999999999"), nil, "field.not_int"},
		"money":                    {Amount, plain, map[string]any{"minor": json.Number("128000"), "currency": "CNY"}, CNY(128000), ""},
		"money of no amount":       {Amount, plain, map[string]any{"minor": nil}, nil, ""},
		"money of half a fen":      {Amount, plain, map[string]any{"minor": json.Number("0.5")}, nil, "field.not_money"},
		"money of no country":      {Amount, plain, Money{1, "yuan"}, nil, "field.not_money"},
		"too much money":           {Amount, plain, CNY(maxMinor + 1), nil, "field.money_too_large"},
		"date":                     {Day, plain, "2024-02-29", Date("2024-02-29"), ""},
		"no such day":              {Day, plain, "2026-02-29", nil, "field.not_date"},
		"date in another writing":  {Day, plain, "29.2.2024", nil, "field.not_date"},
		"moment":                   {Moment, plain, json.Number("1790000000000"), int64(1790000000000), ""},
		"moment in microseconds":   {Moment, plain, json.Number("1790000000000000"), nil, "field.not_datetime"},
		"yes":                      {Bool, plain, true, true, ""},
		"nothing is no":            {Bool, plain, nil, false, ""},
		"1 is no yes":              {Bool, plain, json.Number("1"), nil, "field.not_bool"},
		"option":                   {Select, options, "b", "b", ""},
		"no such option":           {Select, options, "c", nil, "field.no_such_option"},
		"reference":                {Reference, plain, "17", Ref{ID: 17}, ""},
		"reference as it was read": {Reference, plain, map[string]any{"id": "17", "label": "x"}, Ref{ID: 17}, ""},
		"reference as a number":    {Reference, plain, json.Number("17"), nil, "field.no_such_record"},
		"negative reference":       {Reference, plain, "-1", nil, "field.no_such_record"},
		"user":                     {User, plain, "9", Person{ID: 9}, ""},
		"phones": {Phones, plain, []any{map[string]any{"label": "mobile", "number": " 138 "}, map[string]any{"number": ""}},
			[]Phone{{Label: "mobile", Raw: "138"}}, ""},
		"phone label":   {Phones, plain, []any{map[string]any{"label": "pager", "number": "1"}}, nil, "field.not_phones"},
		"phone as text": {Phones, plain, "138", nil, "field.not_phones"},
		"many phones":   {Phones, plain, make([]Phone, maxPhones+1), nil, "field.too_many"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := tt.kind.Parse(tt.f, tt.in)
			var key string
			if bad, ok := err.(*Error); ok {
				key = bad.Key
			}
			if key != tt.key || !reflect.DeepEqual(got, tt.want) && tt.key == "" {
				t.Errorf("%#v, %v; want %#v, %q", got, err, tt.want, tt.key)
			}
		})
	}
}

// TestColumnsHoldTheValue brings values to columns and back.
func TestColumnsHoldTheValue(t *testing.T) {
	for _, tt := range []struct {
		kind Type
		v    any
	}{
		{Text, "a"}, {LongText, "a\nb"}, {Email, "a@b.c"}, {URL, "http://a.b"}, {Int, int64(-3)}, {Amount, CNY(5)}, {Day, Date("2026-11-22")},
		{Moment, int64(1)}, {Bool, true}, {Bool, false}, {Select, "a"}, {Reference, Ref{ID: 3}}, {User, Person{ID: 4}},
	} {
		cells := tt.kind.Bind(tt.v)
		if len(cells) != len(tt.kind.Columns("k")) {
			t.Errorf("%s: %d values for %d columns", tt.kind.Name(), len(cells), len(tt.kind.Columns("k")))
		}
		if got := tt.kind.Scan(cells); got != tt.v {
			t.Errorf("%s: %#v comes back as %#v", tt.kind.Name(), tt.v, got)
		}
		if tt.kind == Bool {
			continue
		}
		if got := tt.kind.Scan(tt.kind.Bind(nil)); got != nil {
			t.Errorf("%s: nothing comes back as %#v", tt.kind.Name(), got)
		}
	}
}

func TestMoneyForPeople(t *testing.T) {
	for want, m := range map[string]Money{
		"¥0.00": CNY(0), "¥0.07": CNY(7), "¥1,280.00": CNY(128000), "-¥12,345,678.90": CNY(-1234567890), "USD 999.99": {99999, "USD"},
	} {
		if got := fmt.Sprint(m); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("a@b.c")
	f.Add("2026-11-22")
	f.Add(strings.Repeat("x", 300))
	f.Fuzz(func(t *testing.T, s string) {
		for _, kind := range []Type{Text, LongText, Email, URL, Int, Day, Moment, Reference} {
			v, err := kind.Parse(&Field{}, s)
			if err != nil || v == nil {
				continue
			}
			again, err := kind.Parse(&Field{}, v)
			if err != nil || again != v {
				t.Errorf("%s: %q becomes %#v and then %#v, %v", kind.Name(), s, v, again, err)
			}
		}
	})
}
