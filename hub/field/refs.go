package field

import (
	"encoding/json"
	"strconv"
)

type references struct{}

// References points to any number of records of Field.Ref.
var References Type = references{}

func (references) Name() string                { return "refs" }
func (references) Columns(key string) []Column { return []Column{{key, String}} }
func (references) Ops() []Op                   { return linkOps }

func (references) Bind(v any) []any {
	list, _ := v.([]Ref)
	ids := make([]string, len(list))
	for i, r := range list {
		ids[i] = strconv.FormatInt(r.ID, 10)
	}
	return bindList(ids)
}

func (references) Scan(cols []any) any {
	var list []Ref
	for _, s := range scanList[string](cols) {
		if id, err := strconv.ParseInt(s, 10, 64); err == nil {
			list = append(list, Ref{ID: id})
		}
	}
	if list == nil {
		return nil
	}
	return list
}

func (references) Links(v any) []string {
	list, _ := v.([]Ref)
	var ids []string
	for _, r := range list {
		ids = append(ids, strconv.FormatInt(r.ID, 10))
	}
	return ids
}

func (references) Parse(_ *Field, in any) (any, error) {
	if in == "" {
		in = nil
	}
	if list, ok := in.([]Ref); ok {
		in = anyList(list)
	}
	list, ok := items(in)
	if !ok {
		return nil, errNoRef
	}
	if len(list) > maxChosen {
		return nil, &Error{Key: "field.too_many", Args: map[string]string{"max": strconv.Itoa(maxChosen)}}
	}
	var refs []Ref
	seen := map[int64]bool{}
	for _, item := range list {
		id, err := parseID(item)
		if err != nil {
			return nil, err
		}
		if id != 0 && !seen[id] {
			seen[id] = true
			refs = append(refs, Ref{ID: id})
		}
	}
	if refs == nil {
		return nil, nil
	}
	return refs, nil
}

func (references) Operand(_ *Field, _ Op, in any) (any, error) {
	id, err := parseID(in)
	if err != nil || id == 0 {
		return nil, errNoRef
	}
	return strconv.FormatInt(id, 10), nil
}

func anyList[T any](list []T) []any {
	out := make([]any, len(list))
	for i := range list {
		out[i] = list[i]
	}
	return out
}

// Dept is the value of a dept field. Name is filled in when it is read.
type Dept struct {
	ID   int64
	Name string
}

func (d Dept) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"id": strconv.FormatInt(d.ID, 10), "name": d.Name})
}

type dept struct{ user }

// Department points to a department of the office.
var Department Type = dept{}

func (dept) Name() string { return "dept" }

func (dept) Scan(cols []any) any {
	if id, ok := cols[0].(int64); ok {
		return Dept{ID: id}
	}
	return nil
}

func (dept) Parse(_ *Field, in any) (any, error) {
	id, err := parseID(in)
	if err != nil || id == 0 {
		return nil, err
	}
	return Dept{ID: id}, nil
}
