package stock

import (
	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// receipt is goods that came in at a price (入库单). It counts from the moment it is
// saved until it is deleted.
var receipt = crm.Entity{
	Name: "stockin", Table: "stock_in", Icon: "product", Title: "no", Subtitle: "supplier",
	Fields: []field.Field{
		{Key: "no", Type: field.Text, ReadOnly: true, Search: true, Sortable: true, Width: 150},
		{Key: "date", Type: field.Day, Required: true, Sortable: true, Width: 110},
		{Key: "supplier", Type: field.Reference, Ref: "supplier", Width: 200},
		{Key: "lines", Type: field.Lines, Required: true, Lines: []field.Field{
			{Key: "product", Type: field.Reference, Ref: "product", Required: true, Width: 220},
			{Key: "qty", Type: field.Fraction, Required: true, Measure: field.Quantity, Decimals: 2, Width: 90},
			{Key: "price", Type: field.Amount, Required: true, Measure: field.Price, Width: 120},
			{Key: "amount", Type: field.FormulaOf(field.Amount, false), Formula: "round(qty * price, 2)", Width: 120},
			{Key: "notes", Type: field.Text, Max: 200, Width: 140},
		}},
		{Key: "total", Type: field.FormulaOf(field.Amount, false), Formula: "sum(lines.amount)", Sortable: true, Width: 120},
		{Key: "owner", Type: field.User, Width: 90},
		{Key: "notes", Type: field.LongText, Search: true},
	},
	List:  crm.List{Columns: []string{"no", "date", "supplier", "total", "owner", "notes"}, Sort: crm.Sort{Field: "no", Desc: true}},
	Phone: crm.PhoneLayout{Title: "no", Right: "total", Second: "supplier"},
	Form: []crm.Section{
		{Key: "basics", Fields: []string{"no", "date", "supplier", "owner"}},
		{Key: "lines", Fields: []string{"lines", "total", "notes"}},
	},
	Filters: []string{"date", "supplier", "owner"},
	Number:  &crm.NumberRule{Field: "no", Prefix: "RK", Daily: true, Digits: 3},
	Hooks:   crm.Hooks{Before: countable, After: book},
}
