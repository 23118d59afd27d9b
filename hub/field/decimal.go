package field

import (
	"encoding/json"
	"strconv"
	"strings"

	"golang.org/x/text/width"
)

// Decimal is an exact number in millionths. The office may change how many decimals it
// uses without losing any that were written.
type Decimal int64

const (
	// DecimalPlaces is how finely a Decimal is kept.
	DecimalPlaces = 6
	// MaxDecimals is how many places a field may have.
	MaxDecimals = DecimalPlaces
	one         = 1_000_000
)

// maxDecimal is nine thousand million: what JavaScript counts exactly.
const maxDecimal = Decimal(9_000_000_000_000_000)

// ParseDecimal reads a decimal number as people and programs write it: "-1,234.50".
// More than DecimalPlaces places are rounded half away from zero.
func ParseDecimal(s string) (d Decimal, ok bool) {
	s = strings.ReplaceAll(strings.TrimSpace(width.Fold.String(s)), ",", "")
	negative := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(strings.TrimPrefix(s, "-"), "+")
	whole, fraction, _ := strings.Cut(s, ".")
	if whole == "" && fraction == "" || !digitsOnly(whole) || !digitsOnly(fraction) {
		return 0, false
	}
	round := len(fraction) > DecimalPlaces && fraction[DecimalPlaces] >= '5'
	fraction = (fraction + "000000")[:DecimalPlaces]
	n, err := strconv.ParseInt("0"+whole+fraction, 10, 64)
	if err != nil || n >= 1<<63-1 {
		return 0, false
	}
	if round {
		n++
	}
	if negative {
		n = -n
	}
	return Decimal(n), true
}

func digitsOnly(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}

// Round gives d with so many places, half away from zero.
func (d Decimal) Round(places int) Decimal {
	return Decimal(roundTo(int64(d), DecimalPlaces-places))
}

// roundTo rounds n so that its last zeros digits are 0, half away from zero.
func roundTo(n int64, zeros int) int64 {
	unit := int64(1)
	for ; zeros > 0; zeros-- {
		unit *= 10
	}
	rest := n % unit
	n -= rest
	switch {
	case rest >= unit-rest:
		n += unit
	case -rest >= unit+rest:
		n -= unit
	}
	return n
}

// Format writes d rounded to so many places: "12.500".
func (d Decimal) Format(places int) string {
	return pointed(int64(d.Round(places)), DecimalPlaces, places)
}

// String writes d with as many places as it needs.
func (d Decimal) String() string {
	return strings.TrimSuffix(strings.TrimRight(d.Format(DecimalPlaces), "0"), ".")
}

// MarshalJSON writes a string: JavaScript's numbers are binary.
func (d Decimal) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

// pointed writes n, which counts units of 10^-scale, with places decimals.
func pointed(n int64, scale, places int) string {
	sign := ""
	u := uint64(n)
	if n < 0 {
		sign, u = "-", -u
	}
	s := strconv.FormatUint(u, 10)
	if len(s) <= scale {
		s = strings.Repeat("0", scale+1-len(s)) + s
	}
	whole, fraction := s[:len(s)-scale], s[len(s)-scale:]
	if places == 0 {
		return sign + whole
	}
	return sign + whole + "." + fraction[:places]
}

type decimal struct{ name string }

// Fraction is an exact number with Field.Decimals places; Percent is one of hundredths:
// 12.5 is 12.5 %.
var (
	Fraction Type = decimal{"decimal"}
	Percent  Type = decimal{"percent"}
)

func (t decimal) Name() string              { return t.name }
func (decimal) Columns(key string) []Column { return []Column{{key, Integer}} }
func (decimal) Ops() []Op                   { return numberOps }

var numberOps = []Op{Eq, Ne, Lt, Le, Gt, Ge, Between, In, NotIn, Empty, NotEmpty}

func (decimal) Bind(v any) []any {
	if d, ok := v.(Decimal); ok {
		return []any{int64(d)}
	}
	return []any{nil}
}

func (decimal) Scan(cols []any) any {
	if n, ok := cols[0].(int64); ok {
		return Decimal(n)
	}
	return nil
}

func (decimal) Parse(f *Field, in any) (any, error) {
	if in == nil || in == "" {
		return nil, nil
	}
	d, ok := decimalOf(in)
	if !ok {
		return nil, &Error{Key: "field.not_decimal"}
	}
	if d > maxDecimal || d < -maxDecimal {
		return nil, &Error{Key: "field.number_too_large"}
	}
	return d.Round(f.Decimals), nil
}

func (decimal) Operand(_ *Field, _ Op, in any) (any, error) {
	d, ok := decimalOf(in)
	if !ok {
		return nil, &Error{Key: "field.not_decimal"}
	}
	return int64(d), nil
}

func decimalOf(in any) (Decimal, bool) {
	switch v := in.(type) {
	case Decimal:
		return v, true
	case int:
		return ParseDecimal(strconv.Itoa(v))
	case int64:
		return ParseDecimal(strconv.FormatInt(v, 10))
	case float64:
		return ParseDecimal(strconv.FormatFloat(v, 'f', -1, 64))
	case json.Number:
		return ParseDecimal(v.String())
	case string:
		return ParseDecimal(strings.TrimSuffix(strings.TrimSpace(v), "%"))
	}
	return 0, false
}
