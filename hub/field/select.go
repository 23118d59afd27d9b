package field

type choice struct{}

// Select is one of Field.Options.
var Select Type = choice{}

func (choice) Name() string                { return "select" }
func (choice) Columns(key string) []Column { return []Column{{key, String}} }
func (choice) Bind(v any) []any            { return text{}.Bind(v) }
func (choice) Scan(cols []any) any         { return text{}.Scan(cols) }
func (choice) Ops() []Op                   { return linkOps }

func (choice) Parse(f *Field, in any) (any, error) {
	if in == nil || in == "" {
		return nil, nil
	}
	return option(f, in)
}

func (choice) Operand(f *Field, _ Op, in any) (any, error) { return option(f, in) }

func option(f *Field, in any) (any, error) {
	id, ok := in.(string)
	if ok {
		_, ok = f.Option(id)
	}
	if !ok {
		return nil, &Error{Key: "field.no_such_option"}
	}
	return id, nil
}
