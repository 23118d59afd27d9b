package exchange

import (
	"encoding/json"
	"slices"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/rights"
)

// Plan is how the columns of a file become fields, as the user agreed to it.
type Plan struct {
	Table     string `json:"table"`
	HeaderRow int    `json:"headerRow"` // line of the names; 0 for none
	Encoding  string `json:"encoding,omitempty"`
	Delimiter string `json:"delimiter,omitempty"`
	// Columns say where each column of the file goes; those that are not here go nowhere.
	Columns []Column `json:"columns"`
	Names   []string `json:"names,omitempty"` // of all columns, as the file has them
	// Keys are the combinations of fields that make a row the same as a record there is.
	Keys   [][]string `json:"keys"`
	Action Action     `json:"action"` // what becomes of such a row
	// Values are put into every row that brings none of its own.
	Values  map[string]any `json:"values,omitempty"`
	Options bool           `json:"options"` // choices that are not there yet are added
	Refs    bool           `json:"refs"`    // records that are referred to and not there are made
}

// Column is one column of the file and its field. Part says which part of the value:
// of phones what they are for, of a region country, province or city.
type Column struct {
	Index int    `json:"index"` // from 0
	Field string `json:"field"`
	Part  string `json:"part,omitempty"`
}

// Action is what becomes of a row whose record is there already.
type Action string

const (
	Skip      Action = "skip"
	Fill      Action = "fill"      // only what is empty there
	Overwrite Action = "overwrite" // with what the row has; its empty cells change nothing
	Ask       Action = "ask"
	Create    Action = "create" // a second record
)

var actions = []Action{Skip, Fill, Overwrite, Ask, Create}

const maxPlan = 64 << 10 // bytes of its JSON

func (p *Plan) json() string {
	b, _ := json.Marshal(p) // texts, numbers and JSON values: it can't fail
	return string(b)
}

func planOf(text string) (*Plan, error) {
	p := &Plan{}
	if text == "" {
		return nil, &crm.Error{Code: crm.Invalid, Key: "import.no_plan"}
	}
	return p, json.Unmarshal([]byte(text), p)
}

// Importable tells whether a column may be read into the field by this user.
func Importable(who *rights.Rights, e *crm.Entity, f *field.Field) bool {
	switch f.Type.Name() {
	case "file", "image", "lines", "formula":
		return false
	}
	if isNumber(e, f) {
		return who.MayRead(e, f)
	}
	return !f.Kept && who.MayWrite(e, f, true)
}

// isNumber tells that the field holds the number the office gives its records. A file
// may bring numbers of its own, which find the record and stay on new ones.
func isNumber(e *crm.Entity, f *field.Field) bool {
	return e.Number != nil && e.Number.Field == f.Key || f.Type.Name() == "serial"
}

// check refuses a plan that the user may not carry out or that says nothing.
func (p *Plan) check(who *rights.Rights, e *crm.Entity) error {
	if len(p.json()) > maxPlan {
		return &crm.Error{Code: crm.Invalid, Key: "import.bad_plan"}
	}
	if p.Action == "" {
		p.Action = Skip
	}
	if !slices.Contains(actions, p.Action) {
		return &crm.Error{Code: crm.Invalid, Key: "import.bad_plan", Field: "action"}
	}
	if len(p.Columns) == 0 {
		return &crm.Error{Code: crm.Invalid, Key: "import.no_columns"}
	}
	for _, c := range p.Columns {
		f, ok := e.Field(c.Field)
		if !ok || c.Index < 0 || !Importable(who, e, f) {
			return &crm.Error{Code: crm.Invalid, Key: "query.no_such_field", Field: c.Field}
		}
	}
	for key := range p.Values {
		if f, ok := e.Field(key); !ok || !Importable(who, e, f) || isNumber(e, f) {
			return &crm.Error{Code: crm.Invalid, Key: "query.no_such_field", Field: key}
		}
	}
	p.keepKeys()
	return nil
}

// keepKeys leaves out keys whose fields the file does not bring: they would find nothing.
func (p *Plan) keepKeys() {
	p.Keys = slices.DeleteFunc(slices.Clone(p.Keys), func(key []string) bool {
		return len(key) == 0 || slices.ContainsFunc(key, func(name string) bool { return !p.brings(name) })
	})
	if p.Action == Create {
		p.Keys = nil
	}
}

func (p *Plan) brings(name string) bool {
	return slices.ContainsFunc(p.Columns, func(c Column) bool { return c.Field == name }) || p.Values[name] != nil
}
