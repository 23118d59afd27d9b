package field

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// text is the base of all types kept as one string. Types are compared, so each is one
// pointer.
type text struct {
	name  string
	max   int
	lines bool // keeps line breaks
	check func(s string) (string, error)
}

// Text is one line, LongText many.
var (
	Text     Type = &text{name: "text", max: 200}
	LongText Type = &text{name: "longtext", max: 20000, lines: true}
)

func (t text) Name() string                { return t.name }
func (t text) Columns(key string) []Column { return []Column{{key, String}} }

func (t text) Bind(v any) []any {
	if s, ok := v.(string); ok {
		return []any{s}
	}
	return []any{nil}
}

func (t text) Scan(cols []any) any {
	if s, ok := cols[0].(string); ok && s != "" {
		return s
	}
	return nil
}

func (t text) Ops() []Op { return []Op{Contains, StartsWith, Eq, Ne, In, NotIn, Empty, NotEmpty} }

func (t text) Parse(f *Field, in any) (any, error) {
	s, ok := in.(string)
	if in == nil || ok && s == "" {
		return nil, nil
	}
	if !ok || !utf8.ValidString(s) {
		return nil, &Error{Key: "field.not_text"}
	}
	s = clean(s, t.lines)
	if s == "" {
		return nil, nil
	}
	limit := t.max
	if f.Max > 0 {
		limit = f.Max
	}
	if utf8.RuneCountInString(s) > limit {
		return nil, &Error{Key: "field.too_long", Args: map[string]string{"max": strconv.Itoa(limit)}}
	}
	if t.check != nil {
		return t.check(s)
	}
	return s, nil
}

func (t text) Operand(_ *Field, _ Op, in any) (any, error) {
	s, ok := in.(string)
	if !ok {
		return nil, &Error{Key: "field.not_text"}
	}
	return clean(s, t.lines), nil
}

// clean drops what nobody can see: control characters, and white space at the ends.
func clean(s string, lines bool) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' && lines, r == '\t' && lines:
			return r
		case r == '\n', r == '\t', r == '\u3000':
			return ' '
		case unicode.IsControl(r), r == '\u200b', r == '\ufeff':
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}
