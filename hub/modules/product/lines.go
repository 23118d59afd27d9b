package product

import (
	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// Lines is the table of what a document offers or sells, of products of the catalogue or
// in words alone. Two fields of the document go with it: Total adds it up, and the
// document's own "amount" is the total as soon as there are lines (Settle).
func Lines() field.Field {
	return field.Field{Key: "lines", Type: field.Lines, Lines: []field.Field{
		{Key: "product", Type: field.Reference, Ref: "product", Width: 180},
		{Key: "name", Type: field.Text, Required: true, Max: 200, Width: 180},
		{Key: "spec", Type: field.Text, Max: 100, Width: 100},
		{Key: "unit", Type: field.Text, Max: 20, Width: 56},
		{Key: "qty", Type: field.Fraction, Required: true, Default: field.Decimal(1_000_000), Measure: field.Quantity, Decimals: 2, Width: 76},
		{Key: "price", Type: field.Amount, Measure: field.Price, Width: 100},
		{Key: "discount", Type: field.Percent, Decimals: 2, Width: 72},
		{Key: "amount", Type: field.FormulaOf(field.Amount, false), Formula: "round(qty * price * (1 - discount / 100), 2)", Width: 108},
		{Key: "notes", Type: field.Text, Max: 200, Width: 110},
	}}
}

// Total is what the lines come to.
func Total() field.Field {
	return field.Field{Key: "total", Type: field.FormulaOf(field.Amount, false), Formula: "sum(lines.amount)", Hidden: true}
}

// Settle makes a document's amount what its lines come to. What a client computed
// otherwise is refused: either side has counted wrong, and paper would show it.
func Settle(old, now *crm.Record) error {
	lines, _ := now.Values["lines"].([]field.Line)
	if len(lines) == 0 {
		return nil
	}
	currency := ""
	for _, line := range lines {
		price, ok := line.Values["price"].(field.Money)
		if !ok {
			continue
		}
		if currency != "" && price.Currency != currency {
			return &crm.Error{Code: crm.Invalid, Key: "product.several_currencies", Field: "lines"}
		}
		currency = price.Currency
	}
	total, _ := now.Values["total"].(field.Money)
	if total.Currency == "" {
		total.Currency = "CNY"
	}
	told, given := now.Values["amount"].(field.Money)
	if old != nil {
		before, _ := old.Values["amount"].(field.Money)
		given = given && told != before
	}
	if given && told != total {
		return &crm.Error{Code: crm.Invalid, Key: "product.other_total", Field: "amount", Args: map[string]string{"told": told.String(), "total": total.String()}}
	}
	now.Values["amount"] = total
	return nil
}
