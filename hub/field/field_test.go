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
	chained, three := &Field{Chained: true}, &Field{Decimals: 3}
	amount3 := &Field{Measure: Sum, Decimals: 3}
	table := &Field{Lines: []Field{{Key: "item", Type: Text, Required: true}, {Key: "qty", Type: Fraction, Decimals: 2, Default: "1"}}}
	hangzhou, _ := RegionOf("3301")
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
		"half a fen is rounded":    {Amount, plain, map[string]any{"minor": json.Number("0.5")}, CNY(1), ""},
		"half a fen is kept":       {Amount, amount3, map[string]any{"minor": json.Number("0.5")}, Money{50, "CNY"}, ""},
		"money finer than that":    {Amount, amount3, map[string]any{"minor": json.Number("0.005")}, nil, "field.not_money"},
		"yen have no coins":        {Amount, amount3, map[string]any{"minor": json.Number("3"), "currency": "JPY"}, Money{30000, "JPY"}, ""},
		"money of no country":      {Amount, plain, Money{1, "yuan"}, nil, "field.not_money"},
		"too much money":           {Amount, plain, Money{maxUnits + 1, "CNY"}, nil, "field.money_too_large"},
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
		"decimal":                 {Fraction, three, "1,234.5", Decimal(1234500000), ""},
		"decimal as JSON":         {Fraction, three, json.Number("-0.1"), Decimal(-100000), ""},
		"decimal is rounded up":   {Fraction, three, "0.0005", Decimal(1000), ""},
		"and down":                {Fraction, three, "-0.00049", Decimal(0), ""},
		"full-width decimal":      {Fraction, three, "１．５", Decimal(1500000), ""},
		"a word is no decimal":    {Fraction, three, "viel", nil, "field.not_decimal"},
		"1e3 is no decimal":       {Fraction, three, "1e3", nil, "field.not_decimal"},
		"too large a decimal":     {Fraction, three, "9000000001", nil, "field.number_too_large"},
		"percent":                 {Percent, &Field{Decimals: 1}, "12.5%", Decimal(12500000), ""},
		"rating":                  {Rating, plain, json.Number("4"), int64(4), ""},
		"no stars":                {Rating, plain, json.Number("0"), nil, ""},
		"six stars":               {Rating, plain, json.Number("6"), nil, "field.not_rating"},
		"choices, each once":      {MultiSelect, options, []any{"b", "a", "b"}, []string{"b", "a"}, ""},
		"no choices":              {MultiSelect, options, []any{}, nil, ""},
		"a choice that isn't":     {MultiSelect, options, []any{"a", "c"}, nil, "field.no_such_option"},
		"a choice as text":        {MultiSelect, options, "a", nil, "field.no_such_option"},
		"references":              {References, plain, []any{"7", map[string]any{"id": "8"}, "7"}, []Ref{{ID: 7}, {ID: 8}}, ""},
		"department":              {Department, plain, "7", Dept{ID: 7}, ""},
		"files":                   {Files, plain, []any{"7"}, []File{{ID: 7}}, ""},
		"file as text":            {Files, plain, "a.pdf", nil, "field.no_such_file"},
		"chat name":               {IM, plain, " wang88 ", "wang88", ""},
		"region by code":          {Place, chained, "3301", hangzhou, ""},
		"region by name":          {Place, chained, "浙江杭州", hangzhou, ""},
		"region in words":         {Place, chained, map[string]any{"country": "中国", "province": "浙江省", "city": "杭州市"}, hangzhou, ""},
		"region nobody knows":     {Place, chained, map[string]any{"code": "999999"}, nil, "field.bad_region"},
		"typed where it's chosen": {Place, chained, map[string]any{"country": "中国", "city": "某地"}, nil, "field.bad_region"},
		"typed abroad":            {Place, chained, map[string]any{"country": "日本", "city": "大阪"}, Region{Country: "日本", City: "大阪"}, ""},
		"typed freely":            {Place, plain, map[string]any{"country": "中国", "province": "广东", "city": "某地"}, Region{Country: "中国", Province: "广东", City: "某地"}, ""},
		"lines": {Lines, table, []any{map[string]any{"values": map[string]any{"item": "纸", "qty": "2.505"}}, map[string]any{"id": "5", "values": map[string]any{"item": "笔"}}},
			[]Line{{Values: map[string]any{"item": "纸", "qty": Decimal(2510000)}}, {ID: 5, Values: map[string]any{"item": "笔"}}}, ""},
		"a new line has defaults":  {Lines, table, []any{map[string]any{"values": map[string]any{"item": "纸"}}}, []Line{{Values: map[string]any{"item": "纸", "qty": Decimal(1000000)}}}, ""},
		"a line that lacks a part": {Lines, table, []any{map[string]any{"values": map[string]any{"qty": "2"}}}, nil, "field.required"},
		"a part no line has":       {Lines, table, []any{map[string]any{"values": map[string]any{"item": "纸", "colour": "2"}}}, nil, "field.unknown"},
		"lines as a text":          {Lines, table, "纸", nil, "field.not_lines"},
		"phone label":              {Phones, plain, []any{map[string]any{"label": "pager", "number": "1"}}, nil, "field.not_phones"},
		"phone as text":            {Phones, plain, "138", nil, "field.not_phones"},
		"many phones":              {Phones, plain, make([]Phone, maxPhones+1), nil, "field.too_many"},
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
		{Fraction, Decimal(-5)}, {Percent, Decimal(5)}, {Rating, int64(3)}, {IM, "w"}, {Serial, "KH1"}, {Department, Dept{ID: 4}},
		{Place, Region{Code: "3301", Country: China, Province: "浙江省", City: "杭州市"}}, {Place, Region{Country: "日本", Text: "x"}},
		{FormulaOf(Fraction, false), Decimal(1)}, {FormulaOf(Amount, false), CNY(1)},
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

// TestListsInOneColumn brings lists to their column and back, and to their links.
func TestListsInOneColumn(t *testing.T) {
	for _, tt := range []struct {
		kind  Linked
		v     any
		links []string
	}{
		{MultiSelect.(Linked), []string{"a", "b"}, []string{"a", "b"}},
		{References.(Linked), []Ref{{ID: 7}, {ID: 1 << 60}}, []string{"7", "1152921504606846976"}},
		{Files.(Linked), []File{{ID: 3, Name: "a\"b.pdf", Size: 12, Mime: "application/pdf"}}, []string{"3"}},
	} {
		if got := tt.kind.Scan(tt.kind.Bind(tt.v)); !reflect.DeepEqual(got, tt.v) {
			t.Errorf("%s: %#v comes back as %#v", tt.kind.Name(), tt.v, got)
		}
		if got := tt.kind.Links(tt.v); !reflect.DeepEqual(got, tt.links) {
			t.Errorf("%s: links %v", tt.kind.Name(), got)
		}
		if got := tt.kind.Scan(tt.kind.Bind(nil)); got != nil {
			t.Errorf("%s: nothing comes back as %#v", tt.kind.Name(), got)
		}
	}
}

func TestDecimalPlaces(t *testing.T) {
	for _, tt := range []struct {
		d      Decimal
		places int
		want   string
	}{
		{12500000, 3, "12.500"}, {-500000, 0, "-1"}, {499999, 0, "0"}, {-1, 6, "-0.000001"}, {1999999, 2, "2.00"}, {0, 2, "0.00"},
	} {
		if got := tt.d.Format(tt.places); got != tt.want {
			t.Errorf("%d with %d places is %s, want %s", tt.d, tt.places, got, tt.want)
		}
	}
	for want, m := range map[string]Money{
		`{"minor":128000,"currency":"CNY"}`: CNY(128000), `{"minor":-0.5,"currency":"CNY"}`: {-50, "CNY"}, `{"minor":3,"currency":"JPY"}`: {30000, "JPY"}, `{"minor":1.25,"currency":"CNY"}`: {125, "CNY"},
	} {
		b, _ := json.Marshal(m)
		var back Money
		if err := json.Unmarshal(b, &back); err != nil || string(b) != want || back != m {
			t.Errorf("%v is %s, comes back as %v, %v", m, b, back, err)
		}
	}
}

func TestMoneyForPeople(t *testing.T) {
	for want, m := range map[string]Money{
		"¥0.00": CNY(0), "¥0.07": CNY(7), "¥1,280.00": CNY(128000), "-¥12,345,678.90": CNY(-1234567890), "US$999.99": {9999900, "USD"}, "JP¥3": {30000, "JPY"},
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
		for _, kind := range []Type{Text, LongText, Email, URL, Int, Day, Moment, Reference, Fraction, Percent, Rating, IM, Place} {
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
