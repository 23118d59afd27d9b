package field

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// Written gives a value as a client writes it: references, users, departments and files
// by ID alone, regions by code, lines with their IDs. It is what JSON of a change holds.
func Written(v any) any {
	switch v := v.(type) {
	case Ref:
		return strconv.FormatInt(v.ID, 10)
	case Person:
		return strconv.FormatInt(v.ID, 10)
	case Dept:
		return strconv.FormatInt(v.ID, 10)
	case []Ref:
		return References.(Linked).Links(v)
	case []File:
		return Files.(Linked).Links(v)
	case Region:
		if v.Code != "" {
			return v.Code
		}
		return v
	case []Line:
		out := make([]Line, len(v))
		for i, line := range v {
			out[i] = Line{ID: line.ID, Values: map[string]any{}}
			for key, value := range line.Values {
				out[i].Values[key] = Written(value)
			}
		}
		return out
	}
	return v
}

// Shown gives a value of f as clients read it: numbers with the decimals of the field,
// those in lines too.
func Shown(f *Field, v any) any {
	switch v := v.(type) {
	case Decimal:
		return v.Format(f.Decimals)
	case []Line:
		out := make([]Line, len(v))
		for i, line := range v {
			out[i] = Line{line.ID, map[string]any{}}
			for j := range f.Lines {
				sub := &f.Lines[j]
				if value, ok := line.Values[sub.Key]; ok {
					out[i].Values[sub.Key] = Shown(sub, value)
				}
			}
		}
		return out
	}
	return v
}

// WrittenText is Written in one line.
func WrittenText(v any) string {
	switch w := Written(v).(type) {
	case nil:
		return ""
	case string:
		return w
	case Date:
		return string(w)
	case fmt.Stringer:
		return w.String()
	default:
		b, err := json.Marshal(w)
		if err != nil {
			return ""
		}
		return string(b)
	}
}
