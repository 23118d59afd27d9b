package product

import (
	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/options"
)

// product is an article or a service of the catalogue. Everybody in the office reads it.
// What its stock costs follows the documents of module stock (CFG-07).
var product = crm.Entity{
	Name: "product", Icon: "product", Title: "name", Subtitle: "no",
	Fields: []field.Field{
		{Key: "name", Type: field.Text, Required: true, Search: true, Sortable: true, Compared: true, Max: 100, Width: 220},
		{Key: "no", Type: field.Text, ReadOnly: true, Search: true, Sortable: true, Width: 100},
		{Key: "barcode", Type: field.Text, Search: true, Compared: true, Filtered: true, Max: 40, Width: 140},
		{Key: "spec", Type: field.Text, Search: true, Max: 100, Width: 140},
		{Key: "unit", Type: field.Text, Max: 20, Width: 70},
		{Key: "category", Type: field.Select, Sortable: true, Width: 110, Options: []field.Option{
			{ID: "device", Tone: field.Info}, {ID: "supply", Tone: field.Neutral}, {ID: "part", Tone: field.Neutral}, {ID: "service", Tone: field.OK}}},
		{Key: "price", Type: field.Amount, Sortable: true, Measure: field.Price, Width: 120},
		{Key: "fixedCost", Type: field.Amount, Measure: field.Price, Width: 120},
		{Key: "cost", Type: field.FormulaOf(field.Amount, false), Measure: field.Price, Formula: "fixedCost",
			Optional: options.AverageCost, OptionalFormula: "if(stockQty > 0, stockValue / stockQty, fixedCost)", Sortable: true, Width: 120},
		{Key: "stockQty", Type: field.Fraction, ReadOnly: true, Measure: field.Quantity, Decimals: 2, Sortable: true, Width: 100},
		{Key: "stockValue", Type: field.Amount, ReadOnly: true, Sortable: true, Width: 120},
		{Key: "state", Type: field.Select, Required: true, Default: "sold", Sortable: true, Width: 90, Options: []field.Option{
			{ID: "sold", Tone: field.OK}, {ID: "stopped", Tone: field.Neutral}}},
		{Key: "owner", Type: field.User, Width: 90},
		{Key: "notes", Type: field.LongText, Search: true},
	},
	List:  crm.List{Columns: []string{"no", "name", "spec", "unit", "category", "price", "state"}, Sort: crm.Sort{Field: "no"}},
	Phone: crm.PhoneLayout{Title: "name", Badge: "state", Right: "price", Second: "spec"},
	Form: []crm.Section{
		{Key: "basics", Fields: []string{"name", "barcode", "spec", "unit", "category", "price", "state", "no", "owner", "notes"}},
		{Key: "stock", Fields: []string{"fixedCost", "cost", "stockQty", "stockValue"}},
	},
	Filters: []string{"category", "state"},
	Access:  crm.Access{Shared: true},
	Number:  &crm.NumberRule{Field: "no", Prefix: "SP", Digits: 5},
}
