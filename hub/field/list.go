package field

import "encoding/json"

// Linked is a type whose value is a list of IDs. The list stands in the field's column
// as JSON, and each ID in a table of links, where filters look it up.
type Linked interface {
	Type
	// Links are the IDs of a value.
	Links(v any) []string
}

func bindList[T any](list []T) []any {
	if len(list) == 0 {
		return []any{nil}
	}
	b, err := json.Marshal(list)
	if err != nil {
		return []any{nil}
	}
	return []any{string(b)}
}

func scanList[T any](cols []any) []T {
	text, _ := cols[0].(string)
	var list []T
	if text == "" || json.Unmarshal([]byte(text), &list) != nil {
		return nil
	}
	return list
}

// items gives the elements of what a client sent as a list.
func items(in any) (list []any, ok bool) {
	switch v := in.(type) {
	case nil:
		return nil, true
	case []any:
		return v, true
	case []string:
		for _, s := range v {
			list = append(list, s)
		}
		return list, true
	}
	return nil, false
}

var linkOps = []Op{Eq, Ne, In, NotIn, Empty, NotEmpty}
