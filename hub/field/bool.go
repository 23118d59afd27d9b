package field

type boolean struct{}

// Bool is yes or no; empty counts as no.
var Bool Type = boolean{}

func (boolean) Name() string                { return "bool" }
func (boolean) Columns(key string) []Column { return []Column{{key, Integer}} }
func (boolean) Ops() []Op                   { return []Op{Eq, Ne} }

func (boolean) Bind(v any) []any {
	if v == true {
		return []any{int64(1)}
	}
	return []any{int64(0)}
}

func (boolean) Scan(cols []any) any {
	n, _ := cols[0].(int64)
	return n != 0
}

func (boolean) Parse(_ *Field, in any) (any, error) {
	switch v := in.(type) {
	case nil:
		return false, nil
	case bool:
		return v, nil
	}
	return nil, errBool
}

var errBool = &Error{Key: "field.not_bool"}

func (boolean) Operand(_ *Field, _ Op, in any) (any, error) {
	v, ok := in.(bool)
	switch {
	case !ok:
		return nil, errBool
	case v:
		return int64(1), nil
	}
	return int64(0), nil
}
