package field

import (
	"slices"
	"strings"
)

// Condition says when a form shows a field: a tree, exactly one of And, Or and Field is
// set. Only the values in the form count.
type Condition struct {
	And   []Condition `json:"and,omitempty"`
	Or    []Condition `json:"or,omitempty"`
	Field string      `json:"field,omitempty"`
	Op    Op          `json:"op,omitempty"` // Eq Ne In NotIn Empty NotEmpty
	Value any         `json:"value,omitempty"`
}

// ConditionOps are the operators of conditions.
var ConditionOps = []Op{Eq, Ne, In, NotIn, Empty, NotEmpty}

// Holds tells whether c is true of values, nil of a Condition being true.
func (c *Condition) Holds(values map[string]any) bool {
	switch {
	case c == nil:
		return true
	case c.And != nil:
		return !slices.ContainsFunc(c.And, func(part Condition) bool { return !part.Holds(values) })
	case c.Or != nil:
		return slices.ContainsFunc(c.Or, func(part Condition) bool { return part.Holds(values) })
	}
	have := plainValues(values[c.Field])
	switch c.Op {
	case Empty:
		return len(have) == 0
	case NotEmpty:
		return len(have) > 0
	case Ne, NotIn:
		return !anyOf(have, c.Value)
	}
	return anyOf(have, c.Value)
}

// Fields are the fields c asks for.
func (c *Condition) Fields() []string {
	if c == nil {
		return nil
	}
	var keys []string
	if c.Field != "" {
		keys = append(keys, c.Field)
	}
	for _, parts := range [][]Condition{c.And, c.Or} {
		for i := range parts {
			keys = append(keys, parts[i].Fields()...)
		}
	}
	return keys
}

func anyOf(have []string, want any) bool {
	list, ok := items(want)
	if !ok {
		list = []any{want}
	}
	for _, w := range list {
		for _, s := range plainValues(w) {
			if slices.Contains(have, s) {
				return true
			}
		}
		if w == false && len(have) == 0 { // nothing ticked is no
			return true
		}
	}
	return false
}

// plainValues are the texts a value is compared by.
func plainValues(v any) []string {
	switch v := v.(type) {
	case nil:
		return nil
	case bool:
		if !v {
			return nil
		}
		return []string{"true"}
	case []string:
		return v
	case string:
		if v == "" {
			return nil
		}
		return []string{v}
	case Ref, Person, Dept:
		return []string{WrittenText(v)}
	}
	if d, ok := decimalOf(v); ok {
		return []string{d.String()}
	}
	return []string{strings.TrimSpace(WrittenText(v))}
}
