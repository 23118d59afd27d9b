package records

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// Display writes the value of a row's field for people, in one line.
func (r *Records) Display(lang string, row *Row, key string) string {
	e, ok := r.Schema().Entity(row.Entity)
	if !ok {
		return ""
	}
	f, ok := e.Field(key)
	if !ok {
		return ""
	}
	switch v := row.Values[key].(type) {
	case string:
		if f.Type == field.Select {
			return r.OptionLabel(lang, e, f, v)
		}
		return strings.ReplaceAll(v, "\n", " ")
	case field.Date:
		return string(v)
	case int64:
		if f.Type == field.Moment {
			return time.UnixMilli(v).Format("2006-01-02 15:04")
		}
		return strconv.FormatInt(v, 10)
	case field.Money:
		return v.String()
	case field.Ref:
		return v.Label
	case field.Person:
		return v.Name
	case []field.Phone:
		return v[0].Display
	}
	return ""
}

// OptionLabel is what a choice is called.
func (r *Records) OptionLabel(lang string, e *crm.Entity, f *field.Field, id string) string {
	return r.Schema().Labels.Text(lang, fmt.Sprintf("%s.options.%s.%s", e.Name, f.Key, id), nil)
}

// EntityLabel is what one record of e is called in general: "customer".
func (r *Records) EntityLabel(lang string, e *crm.Entity) string {
	return r.Schema().Labels.Text(lang, e.Name+".label", nil)
}
