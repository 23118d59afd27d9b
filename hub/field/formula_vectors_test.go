package field

import (
	"encoding/json"
	"os"
	"testing"
)

// TestFormulaVectors holds this reading of formulas and the page's (web/src/lib/formula.ts)
// to the same answers. Values are numbers as texts, {"date": …}, {"text": …}, and lists of lines.
func TestFormulaVectors(t *testing.T) {
	b, err := os.ReadFile("testdata/formulas.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct {
		Formula, Want string
		Values        map[string]any
	}
	if err := json.Unmarshal(b, &vectors); err != nil {
		t.Fatal(err)
	}
	for _, v := range vectors {
		t.Run(v.Formula, func(t *testing.T) {
			program, err := ParseFormula(v.Formula)
			if err != nil {
				t.Fatal(err)
			}
			if got := program.Plain(vectorScope(v.Values)); got != v.Want {
				t.Errorf("is %q, want %q", got, v.Want)
			}
		})
	}
}

type vectorScope map[string]any

func (s vectorScope) Value(key string) any {
	switch v := s[key].(type) {
	case string:
		d, err := Fraction.Parse(&Field{Decimals: MaxDecimals}, v)
		if err != nil {
			panic(err)
		}
		return d
	case map[string]any:
		if day, ok := v["date"].(string); ok {
			return Date(day)
		}
		return v["text"]
	}
	return nil
}

func (s vectorScope) Rows(key string) (rows []Scope) {
	list, _ := s[key].([]any)
	for _, line := range list {
		rows = append(rows, vectorScope(line.(map[string]any)))
	}
	return rows
}

func (vectorScope) Today() Date { return "2026-11-22" }
