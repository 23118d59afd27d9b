package field

import (
	"encoding/json"
	"regexp"
	"strings"
)

// Money is an amount in ten-thousandths of its currency's unit: an office may count to
// four decimals, and change its mind, without losing any.
type Money struct {
	Units    int64
	Currency string // ISO 4217
}

// MoneyPlaces is how finely Money is kept.
const MoneyPlaces = 4

// CNY is an amount in fen.
func CNY(fen int64) Money { return Money{fen * 100, "CNY"} }

// minorPlaces are the decimals of a currency's smallest coin, where they are not 2.
var minorPlaces = map[string]int{"JPY": 0, "KRW": 0, "VND": 0, "KWD": 3, "BHD": 3}

// CurrencyPlaces tells how many decimals a currency's smallest coin has.
func CurrencyPlaces(currency string) int {
	if places, ok := minorPlaces[currency]; ok {
		return places
	}
	return 2
}

// MarshalJSON writes the amount in the currency's smallest coins, with decimals where
// the office counts finer: {"minor":128000,"currency":"CNY"}, {"minor":1.25,…}.
func (m Money) MarshalJSON() ([]byte, error) {
	finer := MoneyPlaces - CurrencyPlaces(m.Currency)
	minor := pointed(m.Units, finer, finer)
	if finer > 0 {
		minor = strings.TrimSuffix(strings.TrimRight(minor, "0"), ".")
	}
	return json.Marshal(struct {
		Minor    json.Number `json:"minor"`
		Currency string      `json:"currency"`
	}{json.Number(minor), m.Currency})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (m *Money) UnmarshalJSON(b []byte) error {
	var in struct {
		Minor    json.Number
		Currency string
	}
	if err := json.Unmarshal(b, &in); err != nil {
		return err
	}
	units, ok := unitsOf(in.Minor, in.Currency)
	if !ok {
		return &Error{Key: "field.not_money"}
	}
	*m = Money{units, in.Currency}
	return nil
}

// unitsOf reads an amount in smallest coins.
func unitsOf(minor any, currency string) (units int64, ok bool) {
	d, ok := decimalOf(minor)
	if !ok {
		return 0, false
	}
	unit := int64(1) // of a Decimal, in one Money unit
	for range DecimalPlaces - MoneyPlaces + CurrencyPlaces(currency) {
		unit *= 10
	}
	return int64(d) / unit, int64(d)%unit == 0
}

// Minor is the amount in whole smallest coins, rounded.
func (m Money) Minor() int64 {
	places := MoneyPlaces - CurrencyPlaces(m.Currency)
	n := roundTo(m.Units, places)
	for range places {
		n /= 10
	}
	return n
}

// Round gives the amount with so many decimals, half away from zero.
func (m Money) Round(places int) Money {
	return Money{roundTo(m.Units, MoneyPlaces-min(places, MoneyPlaces)), m.Currency}
}

type money struct{}

// Amount is money with its currency. It is compared and sorted by the number alone.
var Amount Type = money{}

// maxUnits keeps amounts within what JavaScript counts exactly: 90 thousand million.
const maxUnits = 900_719_925_474_000

var currency = regexp.MustCompile(`^[A-Z]{3}$`)

func (money) Name() string { return "money" }
func (money) Columns(key string) []Column {
	return []Column{{key, Integer}, {key + "_currency", String}}
}
func (money) Ops() []Op { return []Op{Eq, Ne, Lt, Le, Gt, Ge, Between, Empty, NotEmpty} }

func (money) Bind(v any) []any {
	if m, ok := v.(Money); ok {
		return []any{m.Units, m.Currency}
	}
	return []any{nil, nil}
}

func (money) Scan(cols []any) any {
	units, ok := cols[0].(int64)
	if !ok {
		return nil
	}
	code, _ := cols[1].(string)
	return Money{units, code}
}

// Parse rounds to the office's decimals, for a currency without coins to none.
func (money) Parse(f *Field, in any) (any, error) {
	if in == nil {
		return nil, nil
	}
	m, ok := in.(Money)
	if tree, isTree := in.(map[string]any); isTree {
		if tree["minor"] == nil {
			return nil, nil
		}
		m.Currency, _ = tree["currency"].(string)
		if m.Currency == "" {
			m.Currency = "CNY"
		}
		m.Units, ok = unitsOf(tree["minor"], m.Currency)
	}
	if !ok || !currency.MatchString(m.Currency) {
		return nil, &Error{Key: "field.not_money"}
	}
	if m.Units > maxUnits || m.Units < -maxUnits {
		return nil, &Error{Key: "field.money_too_large"}
	}
	return m.Round(f.MoneyDecimals(m.Currency)), nil
}

// MoneyDecimals is how many decimals an amount in a currency has in this field.
func (f *Field) MoneyDecimals(currency string) int {
	if places := CurrencyPlaces(currency); f.Measure == "" || places == 0 {
		return places
	}
	return f.Decimals
}

func (t money) Operand(f *Field, _ Op, in any) (any, error) {
	if tree, ok := in.(map[string]any); ok {
		code, _ := tree["currency"].(string)
		if units, ok := unitsOf(tree["minor"], code); ok {
			return units, nil
		}
	} else if m, ok := in.(Money); ok {
		return m.Units, nil
	} else if units, ok := unitsOf(in, "CNY"); ok {
		return units, nil
	}
	return nil, &Error{Key: "field.not_money"}
}

// symbols are the signs of currencies; others are written by code.
var symbols = map[string]string{"CNY": "¥", "TWD": "NT$", "HKD": "HK$", "MOP": "MOP$", "USD": "US$", "EUR": "€", "GBP": "£", "JPY": "JP¥",
	"KRW": "₩", "SGD": "S$", "AUD": "A$", "CAD": "C$"}

// String writes the amount as people here do: "¥1,280.00".
func (m Money) String() string { return m.Format(CurrencyPlaces(m.Currency), true) }

// Format writes the amount with so many decimals, with or without its currency's sign.
func (m Money) Format(places int, sign bool) string {
	places = min(places, MoneyPlaces)
	text := grouped(pointed(m.Round(places).Units, MoneyPlaces, places))
	if !sign {
		return text
	}
	symbol, ok := symbols[m.Currency]
	if !ok {
		symbol = m.Currency + " "
	}
	if rest, negative := strings.CutPrefix(text, "-"); negative {
		return "-" + symbol + rest
	}
	return symbol + text
}

// grouped puts a comma between each three digits before the point.
func grouped(text string) string {
	sign := ""
	if rest, ok := strings.CutPrefix(text, "-"); ok {
		sign, text = "-", rest
	}
	whole, fraction, pointed := strings.Cut(text, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if pointed {
		whole += "." + fraction
	}
	return sign + whole
}
