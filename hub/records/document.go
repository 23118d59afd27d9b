package records

import (
	"strings"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/search"
)

const maxLabel = 80

// firstLine makes a label of a long text.
func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	if r := []rune(s); len(r) > maxLabel {
		s = string(r[:maxLabel-1]) + "…"
	}
	return s
}

// longestName is how long a field may be at most for its values to be found as they are
// spelled, like the title: short names and towns, not addresses.
const longestName = 60

// Document gathers what the search box finds a record by.
func Document(e *crm.Entity, values map[string]any) search.Document {
	var names, texts, digits []string
	for i := range e.Fields {
		f := &e.Fields[i]
		switch v := values[f.Key].(type) {
		case string:
			switch {
			case !f.Search:
				continue
			case f.Type.Name() != field.LongText.Name() && (f.Key == e.Title || f.Max > 0 && f.Max <= longestName):
				names = append(names, v)
			default:
				texts = append(texts, v)
			}
			if f.Series != nil {
				digits = append(digits, search.Digits(v))
			}
		case []field.Phone:
			for _, p := range v {
				digits = append(digits, search.Digits(p.Number))
			}
		}
	}
	return search.Document{Text: search.Compose(names, texts), Digits: strings.Join(digits, " ")}
}
