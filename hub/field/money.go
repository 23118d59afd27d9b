package field

import (
	"fmt"
	"regexp"
	"strconv"
)

// Money is an amount in the smallest unit of its currency.
type Money struct {
	Minor    int64  `json:"minor"`
	Currency string `json:"currency"` // ISO 4217
}

// CNY is an amount in fen.
func CNY(fen int64) Money { return Money{fen, "CNY"} }

type money struct{}

// Amount is money with its currency. It is compared and sorted by the number alone.
var Amount Type = money{}

// maxMinor keeps sums of a million amounts within an int64, and amounts within what
// JavaScript counts exactly.
const maxMinor = 9_007_199_254_740

var currency = regexp.MustCompile(`^[A-Z]{3}$`)

func (money) Name() string { return "money" }
func (money) Columns(key string) []Column {
	return []Column{{key, Integer}, {key + "_currency", String}}
}
func (money) Ops() []Op { return []Op{Eq, Ne, Lt, Le, Gt, Ge, Empty, NotEmpty} }

func (money) Bind(v any) []any {
	if m, ok := v.(Money); ok {
		return []any{m.Minor, m.Currency}
	}
	return []any{nil, nil}
}

func (money) Scan(cols []any) any {
	minor, ok := cols[0].(int64)
	if !ok {
		return nil
	}
	code, _ := cols[1].(string)
	return Money{minor, code}
}

func (money) Parse(_ *Field, in any) (any, error) {
	if in == nil {
		return nil, nil
	}
	m, ok := in.(Money)
	if tree, isTree := in.(map[string]any); isTree {
		if tree["minor"] == nil {
			return nil, nil
		}
		m.Minor, ok = wholeNumber(tree["minor"])
		m.Currency, _ = tree["currency"].(string)
		if m.Currency == "" {
			m.Currency = "CNY"
		}
	}
	if !ok || !currency.MatchString(m.Currency) {
		return nil, &Error{Key: "field.not_money"}
	}
	if m.Minor > maxMinor || m.Minor < -maxMinor {
		return nil, &Error{Key: "field.money_too_large"}
	}
	return m, nil
}

func (t money) Operand(f *Field, _ Op, in any) (any, error) {
	if n, ok := wholeNumber(in); ok {
		return n, nil
	}
	v, err := t.Parse(f, in)
	if m, ok := v.(Money); ok && err == nil {
		return m.Minor, nil
	}
	return nil, &Error{Key: "field.not_money"}
}

// String writes the amount as people here do: "¥1,280.00", "US$" and others by code.
func (m Money) String() string {
	sign, minor := "", m.Minor
	if minor < 0 {
		sign, minor = "-", -minor
	}
	whole := strconv.FormatInt(minor/100, 10)
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	symbol := "¥"
	if m.Currency != "CNY" {
		symbol = m.Currency + " "
	}
	return fmt.Sprintf("%s%s%s.%02d", sign, symbol, whole, minor%100)
}
