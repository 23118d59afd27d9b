package records

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/options"
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
	return r.Text(lang, e, f, row.Values[key])
}

// Text writes a value of f, a field of e or of its lines, for people.
func (r *Records) Text(lang string, e *crm.Entity, f *field.Field, v any) string {
	switch v := v.(type) {
	case string:
		if f.Type == field.Select {
			return r.OptionLabel(lang, e, f, v)
		}
		return strings.ReplaceAll(v, "\n", " ")
	case []string:
		labels := make([]string, len(v))
		for i, id := range v {
			labels[i] = r.OptionLabel(lang, e, f, id)
		}
		return strings.Join(labels, ", ")
	case field.Date:
		return string(v)
	case int64:
		switch f.Type {
		case field.Moment:
			return time.UnixMilli(v).Format("2006-01-02 15:04")
		case field.Rating:
			return strings.Repeat("★", int(v))
		}
		return strconv.FormatInt(v, 10)
	case field.Decimal:
		if field.ResultOf(f.Type) == field.Percent {
			return v.Format(f.Decimals) + "%"
		}
		return v.Format(f.Decimals)
	case bool:
		if v {
			return "✓"
		}
	case field.Money:
		return v.Format(f.MoneyDecimals(v.Currency), r.Schema().Options.Bool(options.CurrencySign))
	case field.Region:
		return v.Name()
	case field.Ref:
		return v.Label
	case []field.Ref:
		return joined(v, func(ref field.Ref) string { return ref.Label })
	case field.Person:
		return v.Name
	case field.Dept:
		return v.Name
	case []field.Phone:
		return v[0].Display
	case []field.File:
		return joined(v, func(file field.File) string { return file.Name })
	case []field.Line:
		return strconv.Itoa(len(v))
	}
	return ""
}

func joined[T any](list []T, name func(T) string) string {
	names := make([]string, len(list))
	for i := range list {
		names[i] = name(list[i])
	}
	return strings.Join(names, ", ")
}

// OptionLabel is what a choice is called.
func (r *Records) OptionLabel(lang string, e *crm.Entity, f *field.Field, id string) string {
	return r.Schema().Labels.Text(lang, fmt.Sprintf("%s.options.%s.%s", e.Name, f.Path(), id), nil)
}

// EntityLabel is what one record of e is called in general: "customer".
func (r *Records) EntityLabel(lang string, e *crm.Entity) string {
	return r.Schema().Labels.Text(lang, e.Name+".label", nil)
}
