package field

import "time"

// Date is a day without a place: "2026-11-22".
type Date string

type date struct{}

// Day is a date.
var Day Type = date{}

var dateOps = []Op{Eq, Ne, Lt, Le, Gt, Ge, Between, Empty, NotEmpty}

const dayLayout = "2006-01-02"

func (date) Name() string                { return "date" }
func (date) Columns(key string) []Column { return []Column{{key, String}} }
func (date) Ops() []Op                   { return dateOps }

func (date) Bind(v any) []any {
	if d, ok := v.(Date); ok {
		return []any{string(d)}
	}
	return []any{nil}
}

func (date) Scan(cols []any) any {
	if s, ok := cols[0].(string); ok && s != "" {
		return Date(s)
	}
	return nil
}

func (date) Parse(_ *Field, in any) (any, error) {
	var s string
	switch v := in.(type) {
	case nil:
	case string:
		s = v
	case Date:
		s = string(v)
	default:
		return nil, errDate
	}
	if s == "" {
		return nil, nil
	}
	t, err := time.Parse(dayLayout, s)
	if err != nil || t.Year() < 1800 || t.Year() > 2999 {
		return nil, errDate
	}
	return Date(s), nil
}

var errDate = &Error{Key: "field.not_date"}

func (t date) Operand(f *Field, _ Op, in any) (any, error) {
	v, err := t.Parse(f, in)
	if d, ok := v.(Date); ok && err == nil {
		return string(d), nil
	}
	return nil, errDate
}
