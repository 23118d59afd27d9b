package field

import (
	"encoding/json"
	"strconv"
)

// Line is one row of a lines field: what was ordered, how many, at which price. ID is 0
// for one not written yet.
type Line struct {
	ID     int64
	Values map[string]any // by key of Field.Lines; absent is empty
}

// MarshalJSON writes the ID as a string, as all are.
func (l Line) MarshalJSON() ([]byte, error) {
	out := struct {
		ID     string         `json:"id,omitempty"`
		Values map[string]any `json:"values"`
	}{Values: l.Values}
	if l.ID != 0 {
		out.ID = strconv.FormatInt(l.ID, 10)
	}
	if out.Values == nil {
		out.Values = map[string]any{}
	}
	return json.Marshal(out)
}

type lines struct{}

// Lines is a table inside a record, in a table of its own.
var Lines Type = lines{}

const maxLines = 500

func (lines) Name() string            { return "lines" }
func (lines) Columns(string) []Column { return nil }
func (lines) Bind(any) []any          { return nil }
func (lines) Scan([]any) any          { return nil }
func (lines) Ops() []Op               { return []Op{Empty, NotEmpty} }

func (lines) Operand(*Field, Op, any) (any, error) { return nil, errLines }

var errLines = &Error{Key: "field.not_lines"}

// Parse checks every line and tells all that is wrong with any of them.
func (lines) Parse(f *Field, in any) (any, error) {
	if list, ok := in.([]Line); ok {
		in = anyList(list)
	}
	list, ok := items(in)
	if !ok {
		return nil, errLines
	}
	if len(list) > maxLines {
		return nil, &Error{Key: "field.too_many", Args: map[string]string{"max": strconv.Itoa(maxLines)}}
	}
	var out []Line
	var faults []*Error
	for i, item := range list {
		line, values, ok := lineOf(item)
		if !ok {
			return nil, errLines
		}
		faults = append(faults, parseLine(f, &line, values, strconv.Itoa(i))...)
		out = append(out, line)
	}
	if len(faults) > 0 {
		first := *faults[0]
		first.More = faults[1:]
		return nil, &first
	}
	if out == nil {
		return nil, nil
	}
	return out, nil
}

func lineOf(item any) (line Line, values map[string]any, ok bool) {
	switch v := item.(type) {
	case Line:
		return Line{ID: v.ID}, v.Values, true
	case map[string]any:
		id, err := parseID(v["id"])
		values, isMap := v["values"].(map[string]any)
		return Line{ID: id}, values, err == nil && (isMap || v["values"] == nil)
	}
	return line, nil, false
}

// parseLine puts values into line. A new line starts from the defaults; one that is
// there is given in full.
func parseLine(f *Field, line *Line, values map[string]any, at string) (faults []*Error) {
	line.Values = map[string]any{}
	refuse := func(key string, e Error) {
		e.At = at + "." + key
		faults = append(faults, &e)
	}
	for key := range values {
		if _, known := f.Line(key); !known {
			refuse(key, Error{Key: "field.unknown"})
		}
	}
	for i := range f.Lines {
		sub := &f.Lines[i]
		in, given := values[sub.Key]
		if IsFormula(sub.Type) {
			continue
		}
		if !given && line.ID == 0 {
			in = sub.Default
		}
		v, err := sub.Type.Parse(sub, in)
		switch bad := err.(type) {
		case nil:
		case *Error:
			refuse(sub.Key, *bad)
			continue
		default:
			refuse(sub.Key, Error{Key: "field.not_lines"})
			continue
		}
		if v != nil {
			line.Values[sub.Key] = v
		} else if sub.Required {
			refuse(sub.Key, Error{Key: "field.required"})
		}
	}
	return faults
}

// Line returns the field of the lines with that key.
func (f *Field) Line(key string) (*Field, bool) {
	for i := range f.Lines {
		if f.Lines[i].Key == key {
			return &f.Lines[i], true
		}
	}
	return nil, false
}
