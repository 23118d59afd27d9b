package field

import "strconv"

type multi struct{}

// MultiSelect is any number of Field.Options.
var MultiSelect Type = multi{}

const maxChosen = 100

func (multi) Name() string                { return "multiselect" }
func (multi) Columns(key string) []Column { return []Column{{key, String}} }
func (multi) Ops() []Op                   { return linkOps }

func (multi) Bind(v any) []any {
	list, _ := v.([]string)
	return bindList(list)
}

func (multi) Scan(cols []any) any {
	if list := scanList[string](cols); list != nil {
		return list
	}
	return nil
}

func (multi) Links(v any) []string {
	list, _ := v.([]string)
	return list
}

func (multi) Parse(f *Field, in any) (any, error) {
	if in == "" {
		in = nil
	}
	list, ok := items(in)
	if !ok {
		return nil, &Error{Key: "field.no_such_option"}
	}
	if len(list) > maxChosen {
		return nil, &Error{Key: "field.too_many", Args: map[string]string{"max": strconv.Itoa(maxChosen)}}
	}
	var chosen []string
	seen := map[string]bool{}
	for _, item := range list {
		id, err := option(f, item)
		if err != nil {
			return nil, err
		}
		if s := id.(string); !seen[s] {
			seen[s] = true
			chosen = append(chosen, s)
		}
	}
	if chosen == nil {
		return nil, nil
	}
	return chosen, nil
}

func (multi) Operand(f *Field, _ Op, in any) (any, error) { return option(f, in) }
