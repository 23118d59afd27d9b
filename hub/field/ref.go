package field

import "strconv"

// Ref is the value of a reference: the record pointed to. Label and Entity are
// filled in when it is read.
type Ref struct {
	ID     int64
	Label  string
	Entity string
}

// MarshalJSON writes the ID as a string, for JavaScript's sake.
func (r Ref) MarshalJSON() ([]byte, error) {
	return r.appendJSON(nil), nil
}

// Person is the value of a user field. Name is filled in when it is read.
type Person struct {
	ID   int64
	Name string
}

func (p Person) MarshalJSON() ([]byte, error) {
	return p.appendJSON(nil), nil
}

type reference struct{}

// Reference points to a record of Field.Ref.
var Reference Type = reference{}

func (reference) Name() string                { return "ref" }
func (reference) Columns(key string) []Column { return []Column{{key, Integer}} }
func (reference) Bind(v any) []any            { return []any{idOf(v)} }
func (reference) Ops() []Op                   { return linkOps }

func (reference) Scan(cols []any) any {
	if id, ok := cols[0].(int64); ok {
		return Ref{ID: id}
	}
	return nil
}

func (reference) Parse(_ *Field, in any) (any, error) {
	id, err := parseID(in)
	if err != nil || id == 0 {
		return nil, err
	}
	return Ref{ID: id}, nil
}

func (reference) Operand(_ *Field, _ Op, in any) (any, error) { return operandID(in) }

type user struct{}

// User points to a user of the hub.
var User Type = user{}

func (user) Name() string                { return "user" }
func (user) Columns(key string) []Column { return []Column{{key, Integer}} }
func (user) Bind(v any) []any            { return []any{idOf(v)} }
func (user) Ops() []Op                   { return linkOps }

func (user) Scan(cols []any) any {
	if id, ok := cols[0].(int64); ok {
		return Person{ID: id}
	}
	return nil
}

func (user) Parse(_ *Field, in any) (any, error) {
	id, err := parseID(in)
	if err != nil || id == 0 {
		return nil, err
	}
	return Person{ID: id}, nil
}

func (user) Operand(_ *Field, _ Op, in any) (any, error) { return operandID(in) }

func idOf(v any) any {
	switch v := v.(type) {
	case Ref:
		return v.ID
	case Person:
		return v.ID
	case Dept:
		return v.ID
	}
	return nil
}

// parseID takes what a client may send for a reference: the ID as a string, or the
// value as it was read. Empty is 0.
func parseID(in any) (int64, error) {
	switch v := in.(type) {
	case nil:
		return 0, nil
	case Ref:
		return v.ID, nil
	case Person:
		return v.ID, nil
	case Dept:
		return v.ID, nil
	case File:
		return v.ID, nil
	case map[string]any:
		return parseID(v["id"])
	case string:
		if v == "" {
			return 0, nil
		}
		id, err := strconv.ParseInt(v, 10, 64)
		if err != nil || id <= 0 {
			return 0, errNoRef
		}
		return id, nil
	}
	return 0, errNoRef
}

func operandID(in any) (any, error) {
	id, err := parseID(in)
	if err != nil {
		return nil, err
	}
	return id, nil
}

var errNoRef = &Error{Key: "field.no_such_record"}
