package quote

import (
	"context"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/modules/product"
)

// quote is an offer to a customer.
var quote = crm.Entity{
	Name: "quote", Icon: "quote", Title: "no", Subtitle: "customer", Timeline: "createdAt",
	Fields: []field.Field{
		{Key: "no", Type: field.Text, ReadOnly: true, Search: true, Sortable: true, Width: 150},
		{Key: "customer", Type: field.Reference, Ref: "customer", Required: true, Width: 200},
		{Key: "contact", Type: field.Reference, Ref: "contact", Width: 110},
		{Key: "subject", Type: field.Text, Search: true, Width: 220},
		{Key: "date", Type: field.Day, Required: true, Sortable: true, Width: 110},
		{Key: "validUntil", Type: field.Day, Sortable: true, Width: 110},
		product.Lines(),
		product.Total(),
		{Key: "amount", Type: field.Amount, Required: true, Sortable: true, Width: 120},
		{Key: "state", Type: field.Select, Required: true, Default: "draft", Sortable: true, Width: 90, Options: []field.Option{
			{ID: "draft", Tone: field.Neutral}, {ID: "sent", Tone: field.Info}, {ID: "accepted", Tone: field.OK}, {ID: "refused", Tone: field.Bad}}},
		{Key: "opportunity", Type: field.Reference, Ref: "opportunity", Width: 180},
		{Key: "owner", Type: field.User, Width: 90},
		{Key: "notes", Type: field.LongText, Search: true},
	},
	List:  crm.List{Columns: []string{"no", "customer", "subject", "amount", "state", "date", "validUntil", "owner"}, Sort: crm.Sort{Field: "no", Desc: true}},
	Phone: crm.PhoneLayout{Title: "no", Badge: "state", Right: "amount", Second: "customer"},
	Form: []crm.Section{
		{Key: "basics", Fields: []string{"no", "customer", "contact", "subject", "date", "validUntil", "state", "opportunity", "owner"}},
		{Key: "lines", Fields: []string{"lines", "amount", "notes"}},
	},
	Filters: []string{"state", "owner", "customer"},
	Access:  crm.Access{Parents: []string{"customer"}},
	Number:  &crm.NumberRule{Field: "no", Prefix: "BJ", Daily: true, Digits: 3},
	Hooks: crm.Hooks{Before: func(_ context.Context, _ crm.Transaction, old, now *crm.Record) error {
		return product.Settle(old, now)
	}},
}
