package field

import (
	"encoding/json"
	"strconv"
	"strings"
)

type integer struct{}

// Int is a whole number.
var Int Type = integer{}

func (integer) Name() string                { return "int" }
func (integer) Columns(key string) []Column { return []Column{{key, Integer}} }
func (integer) Bind(v any) []any            { return bindInt(v) }
func (integer) Scan(cols []any) any         { return scanInt(cols) }
func (integer) Ops() []Op                   { return numberOps }

func (integer) Parse(_ *Field, in any) (any, error) {
	if in == nil || in == "" {
		return nil, nil
	}
	n, ok := wholeNumber(in)
	if !ok {
		return nil, &Error{Key: "field.not_int"}
	}
	return n, nil
}

func (integer) Operand(f *Field, _ Op, in any) (any, error) {
	n, ok := wholeNumber(in)
	if !ok {
		return nil, &Error{Key: "field.not_int"}
	}
	return n, nil
}

func bindInt(v any) []any {
	if n, ok := v.(int64); ok {
		return []any{n}
	}
	return []any{nil}
}

func scanInt(cols []any) any {
	if n, ok := cols[0].(int64); ok {
		return n
	}
	return nil
}

// wholeNumber reads an integer as JSON, a program or a person typing gives it.
func wholeNumber(in any) (int64, bool) {
	switch v := in.(type) {
	case int64:
		return v, true
	case int:
		return int64(v), true
	case json.Number:
		n, err := v.Int64()
		return n, err == nil
	case float64:
		return int64(v), v == float64(int64(v))
	case string:
		n, err := strconv.ParseInt(strings.ReplaceAll(strings.TrimSpace(v), ",", ""), 10, 64)
		return n, err == nil
	}
	return 0, false
}
