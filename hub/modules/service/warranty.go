package service

import (
	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// warranty is what the office promised for a thing it sold: until when, and what it
// covers. It is the example of ARCHITECTURE.md, "To add an entity".
var warranty = crm.Entity{
	Name: "warranty", Icon: "ticket", Title: "thing", Subtitle: "customer", Timeline: "createdAt",
	Fields: []field.Field{
		{Key: "thing", Type: field.Text, Required: true, Search: true, Sortable: true, Max: 100, Width: 220},
		{Key: "no", Type: field.Text, Search: true, Sortable: true, Width: 140},
		{Key: "serialNo", Type: field.Text, Search: true, Unique: true, Max: 60, Width: 140},
		{Key: "customer", Type: field.Reference, Ref: "customer", Required: true, Width: 200},
		{Key: "contact", Type: field.Reference, Ref: "contact", Width: 110},
		{Key: "kind", Type: field.Select, Default: "standard", Sortable: true, Width: 90, Options: []field.Option{
			{ID: "standard", Tone: field.Neutral}, {ID: "extended", Tone: field.Info}, {ID: "onsite", Tone: field.OK}}},
		{Key: "begin", Type: field.Day, Required: true, Sortable: true, Width: 110},
		{Key: "months", Type: field.Int, Required: true, Default: int64(12), Width: 80},
		{Key: "end", Type: field.FormulaOf(field.Day, false), Formula: "begin + round(months * 365.25 / 12) - 1", Sortable: true, Width: 110},
		{Key: "left", Type: field.FormulaOf(field.Int, false), Formula: "max(days(today(), end), 0)", Width: 80},
		{Key: "covers", Type: field.Lines, Lines: []field.Field{
			{Key: "part", Type: field.Text, Required: true, Max: 100, Width: 200},
			{Key: "qty", Type: field.Fraction, Measure: field.Quantity, Default: field.Decimal(1_000_000), Width: 80},
			{Key: "limit", Type: field.Amount, Width: 120}}},
		{Key: "papers", Type: field.Files},
		{Key: "owner", Type: field.User, Width: 90},
		{Key: "notes", Type: field.LongText, Search: true},
	},
	List:  crm.List{Columns: []string{"thing", "no", "customer", "kind", "begin", "end", "left", "owner"}, Sort: crm.Sort{Field: "end", Desc: true}},
	Phone: crm.PhoneLayout{Title: "thing", Badge: "kind", Right: "end", Second: "customer"},
	Form: []crm.Section{
		{Key: "basics", Fields: []string{"thing", "customer", "contact", "serialNo", "kind", "begin", "months", "end", "left", "no", "owner"}},
		{Key: "details", Fields: []string{"covers", "papers", "notes"}},
	},
	Filters: []string{"kind", "owner", "customer"},
	Access:  crm.Access{Parents: []string{"customer"}},
	Number:  &crm.NumberRule{Field: "no", Prefix: "BX", Digits: 5},
}
