package field

import (
	"errors"
	"strings"
	"testing"
)

func TestFormulasThatAreRefused(t *testing.T) {
	for formula, key := range map[string]string{
		"":                              "field.formula_ends",
		"1 +":                           "field.formula_ends",
		"(1":                            "field.formula_ends",
		"1 2":                           "field.bad_formula",
		"1 $ 2":                         "field.bad_formula",
		"nothing(1)":                    "field.bad_formula",
		`"open`:                         "field.bad_formula",
		"round()":                       "field.formula_arguments",
		"if(1)":                         "field.formula_arguments",
		"today(1)":                      "field.formula_arguments",
		"lines.qty * 2":                 "field.formula_lines",
		"sum(qty)":                      "field.formula_lines",
		"sum(sum(a.b))":                 "field.formula_lines",
		"sum(a.x * b.y)":                "field.formula_lines",
		"a.b.c":                         "field.bad_formula",
		strings.Repeat("(", 60):         "field.formula_large",
		strings.Repeat("1+", 450) + "1": "field.formula_large",
		strings.Repeat("x", 1001):       "field.too_long",
	} {
		_, err := ParseFormula(formula)
		var bad *Error
		if !errors.As(err, &bad) || bad.Key != key {
			t.Errorf("%.40s: %v, want %s", formula, err, key)
		}
	}
	_, err := ParseFormula("数量 × 2")
	if bad, _ := err.(*Error); bad == nil || bad.Args["pos"] != "1" || bad.Args["text"] != "数" {
		t.Errorf("where it is wrong: %+v", err)
	}
}

func computed(t *testing.T, fields []Field, values map[string]any) map[string]any {
	t.Helper()
	if err := CompileFormulas(fields); err != nil {
		t.Fatal(err)
	}
	Compute(fields, values, "2026-11-22")
	ComputeLive(fields, values, "2026-11-22", true)
	return values
}

func TestCompute(t *testing.T) {
	fields := []Field{
		{Key: "total", Type: FormulaOf(Amount, false), Formula: "round(net * (1 + tax / 100), 2)", Measure: Sum, Decimals: 2},
		{Key: "net", Type: FormulaOf(Amount, false), Formula: "sum(lines.amount)", Measure: Sum, Decimals: 2},
		{Key: "tax", Type: Percent, Decimals: 1},
		{Key: "lines", Type: Lines, Lines: []Field{
			{Key: "qty", Type: Fraction, Decimals: 2, Parent: "lines"}, {Key: "price", Type: Amount, Parent: "lines"},
			{Key: "amount", Type: FormulaOf(Amount, false), Formula: "qty * price", Parent: "lines"}}},
		{Key: "due", Type: Day},
		{Key: "late", Type: FormulaOf(Int, false), Formula: "max(days(due, today()), 0)"},
	}
	values := computed(t, fields, map[string]any{"tax": Decimal(13_000_000), "due": Date("2026-11-12"), "lines": []Line{
		{Values: map[string]any{"qty": Decimal(3_000_000), "price": Money{333_300, "USD"}}}, {Values: map[string]any{"qty": Decimal(1_000_000)}}}})
	for key, want := range map[string]any{"net": Money{999_900, "USD"}, "total": Money{1_129_900, "USD"}, "late": int64(10)} {
		if values[key] != want {
			t.Errorf("%s is %v, want %v", key, values[key], want)
		}
	}
	if !IsLive(fields[5].Type) || len(fields[5].Type.Columns("late")) > 0 || IsLive(fields[1].Type) {
		t.Error("what reads the date of the day is computed when it is read, the rest is kept")
	}
	delete(values, "net")
	ComputeLive(fields, values, "2026-11-23", false)
	if values["late"] != int64(11) || values["net"] != nil {
		t.Errorf("a day later %v, %v", values["late"], values["net"])
	}
}

func TestFormulasOfFields(t *testing.T) {
	f := func(key, formula string) Field {
		return Field{Key: key, Type: FormulaOf(Fraction, false), Formula: formula}
	}
	for name, tt := range map[string]struct {
		fields []Field
		key    string
	}{
		"itself":       {[]Field{f("a", "a + 1")}, "field.formula_circle"},
		"in a circle":  {[]Field{f("a", "b"), f("b", "c"), f("c", "a")}, "field.formula_circle"},
		"no field":     {[]Field{f("a", "nothing")}, "field.formula_field"},
		"not computed": {[]Field{f("a", "who"), {Key: "who", Type: User}}, "field.formula_field"},
		"no lines":     {[]Field{f("a", "sum(who.x)"), {Key: "who", Type: User}}, "field.formula_field"},
	} {
		err := CompileFormulas(tt.fields)
		var bad *Error
		if !errors.As(err, &bad) || bad.Key != tt.key {
			t.Errorf("%s: %v, want %s", name, err, tt.key)
		}
		if FaultyFormula(tt.fields) == "" {
			t.Errorf("%s: nobody is at fault", name)
		}
	}
	kept := []Field{f("a", "k * 2"), f("b", "a + 1"), {Key: "k", Type: Int, Kept: true}}
	if err := CompileFormulas(kept); err != nil || !IsLive(kept[0].Type) || !IsLive(kept[1].Type) {
		t.Errorf("what effects keep is read when it is shown: %v", err)
	}
}

func TestCondition(t *testing.T) {
	values := map[string]any{"kind": "person", "tags": []string{"a", "b"}, "n": int64(3), "vip": true, "who": Ref{ID: 7}}
	for name, tt := range map[string]struct {
		c    *Condition
		want bool
	}{
		"none":      {nil, true},
		"eq":        {&Condition{Field: "kind", Op: Eq, Value: "person"}, true},
		"ne":        {&Condition{Field: "kind", Op: Ne, Value: "person"}, false},
		"in":        {&Condition{Field: "kind", Op: In, Value: []any{"company", "person"}}, true},
		"of many":   {&Condition{Field: "tags", Op: Eq, Value: "b"}, true},
		"not among": {&Condition{Field: "tags", Op: NotIn, Value: []any{"c"}}, true},
		"number":    {&Condition{Field: "n", Op: Eq, Value: float64(3)}, true},
		"yes":       {&Condition{Field: "vip", Op: Eq, Value: true}, true},
		"no":        {&Condition{Field: "nothing", Op: Eq, Value: false}, true},
		"reference": {&Condition{Field: "who", Op: Eq, Value: "7"}, true},
		"empty":     {&Condition{Field: "nothing", Op: Empty}, true},
		"and":       {&Condition{And: []Condition{{Field: "vip", Op: NotEmpty}, {Field: "kind", Op: Eq, Value: "company"}}}, false},
		"or":        {&Condition{Or: []Condition{{Field: "vip", Op: NotEmpty}, {Field: "kind", Op: Eq, Value: "company"}}}, true},
	} {
		if got := tt.c.Holds(values); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// FuzzFormula runs anything that parses: it ends, and what it comes to fits the field.
func FuzzFormula(f *testing.F) {
	for _, seed := range []string{"a * b", "if(a > 1, today() + 3, d)", "sum(l.x) / count(l)", "round(1/3, -2) & text(a, 2)", "1e9", "((((1))))", "-9999999999 * 9999999999 * 9999999999",
		"date(2026, 2, 30)", "left(\"中文\", 1)", "months(d, today())", "min(l.x, a)", "not(a) and b or empty(d)"} {
		f.Add(seed)
	}
	fields := []Field{{Key: "a", Type: Fraction}, {Key: "b", Type: Amount}, {Key: "d", Type: Day}, {Key: "l", Type: Lines, Lines: []Field{{Key: "x", Type: Int}}}}
	values := map[string]any{"a": Decimal(-1_500_000), "b": CNY(999_999_999), "d": Date("2024-02-29"), "l": []Line{{Values: map[string]any{"x": int64(7)}}, {Values: map[string]any{}}}}
	f.Fuzz(func(t *testing.T, formula string) {
		p, err := ParseFormula(formula)
		if err != nil {
			var bad *Error
			if !errors.As(err, &bad) {
				t.Errorf("%q: %v is told to nobody", formula, err)
			}
			return
		}
		for _, result := range FormulaResults {
			field := Field{Key: "r", Type: FormulaOf(result, false), Decimals: 2}
			v := p.Run(&field, Values{fields, values, "2026-11-22"})
			if v == nil {
				continue
			}
			if again := result.Scan(result.Bind(v)); again != v && result != Text {
				t.Errorf("%q as %s is %v, which comes back as %v", formula, result.Name(), v, again)
			}
		}
	})
}
