package field

import "strconv"

// Phone is one telephone number of a record. Number is its one form, which whoever
// writes the record makes of Raw; Display and Place are for people.
type Phone struct {
	Label   string `json:"label"` // of PhoneLabels
	Number  string `json:"number"`
	Display string `json:"display,omitempty"`
	Place   string `json:"place,omitempty"`
	Masked  bool   `json:"masked,omitempty"` // Number is kept from this reader, Display is part of it
	Raw     string `json:"-"`                // as typed
}

// PhoneLabels are what a number is for.
var PhoneLabels = []string{"mobile", "office", "home", "fax", "other"}

const (
	maxPhones = 20
	maxPhone  = 40
)

type phones struct{}

// Phones is any number of telephone numbers. They are kept in a table of their own,
// where a caller is looked up.
var Phones Type = phones{}

func (phones) Name() string            { return "phones" }
func (phones) Columns(string) []Column { return nil }
func (phones) Bind(any) []any          { return nil }
func (phones) Scan([]any) any          { return nil }
func (phones) Ops() []Op               { return []Op{Contains, Empty, NotEmpty} }

func (phones) Parse(_ *Field, in any) (any, error) {
	var list []Phone
	switch v := in.(type) {
	case nil:
	case []Phone:
		list = append(list, v...)
		for i := range list {
			if list[i].Raw == "" {
				list[i].Raw = list[i].Number
			}
		}
	case []any:
		for _, item := range v {
			p, ok := phoneOf(item)
			if !ok {
				return nil, errPhones
			}
			if p.Raw != "" {
				list = append(list, p)
			}
		}
	default:
		return nil, errPhones
	}
	if len(list) == 0 {
		return nil, nil
	}
	if len(list) > maxPhones {
		return nil, &Error{Key: "field.too_many", Args: map[string]string{"max": strconv.Itoa(maxPhones)}}
	}
	return list, nil
}

var errPhones = &Error{Key: "field.not_phones"}

func phoneOf(item any) (Phone, bool) {
	tree, ok := item.(map[string]any)
	if !ok {
		return Phone{}, false
	}
	number, _ := tree["number"].(string)
	label, _ := tree["label"].(string)
	p := Phone{Label: label, Raw: clean(number, false)}
	for _, known := range PhoneLabels {
		if p.Label == known {
			return p, len(p.Raw) <= maxPhone
		}
	}
	p.Label = "other"
	return p, label == "" && len(p.Raw) <= maxPhone
}

func (phones) Operand(_ *Field, _ Op, in any) (any, error) {
	s, ok := in.(string)
	if !ok || s == "" {
		return nil, &Error{Key: "field.not_text"}
	}
	return s, nil
}
