package sales

import (
	"context"

	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// receipt is money that came in. Booked to an order it counts as paid there; without one
// it lowers what the customer owes.
var receipt = crm.Entity{
	Name: "receipt", Icon: "order", Title: "no", Subtitle: "customer", Timeline: "createdAt",
	Fields: []field.Field{
		{Key: "no", Type: field.Text, ReadOnly: true, Search: true, Sortable: true, Width: 150},
		{Key: "customer", Type: field.Reference, Ref: "customer", Required: true, Width: 200},
		{Key: "order", Type: field.Reference, Ref: "order", Width: 150},
		{Key: "date", Type: field.Day, Required: true, Sortable: true, Width: 110},
		{Key: "amount", Type: field.Amount, Required: true, Sortable: true, Width: 120},
		{Key: "method", Type: field.Select, Required: true, Default: "transfer", Sortable: true, Width: 100, Options: []field.Option{
			{ID: "transfer", Tone: field.Neutral}, {ID: "cash", Tone: field.Neutral}, {ID: "wechat", Tone: field.Neutral},
			{ID: "alipay", Tone: field.Neutral}, {ID: "bill", Tone: field.Neutral}, {ID: "other", Tone: field.Neutral}}},
		{Key: "reference", Type: field.Text, Search: true, Width: 160, Max: 60},
		{Key: "owner", Type: field.User, Width: 90},
		{Key: "notes", Type: field.LongText, Search: true},
	},
	List:    crm.List{Columns: []string{"no", "customer", "order", "date", "amount", "method", "reference", "owner"}, Sort: crm.Sort{Field: "no", Desc: true}},
	Phone:   crm.PhoneLayout{Title: "no", Badge: "method", Right: "amount", Second: "customer"},
	Form:    []crm.Section{{Key: "basics", Fields: []string{"no", "customer", "order", "date", "amount", "method", "reference", "owner", "notes"}}},
	Filters: []string{"method", "owner", "customer"},
	Access:  crm.Access{Parents: []string{"customer"}},
	Number:  &crm.NumberRule{Field: "no", Prefix: "SK", Daily: true, Digits: 3},
	Hooks:   crm.Hooks{Before: fitsOrder, After: bookToOrder, Effects: bookToCustomer},
}

// fitsOrder refuses a receipt for somebody else's order, or in another currency.
func fitsOrder(ctx context.Context, tx crm.Transaction, _, now *crm.Record) error {
	booked, ok := now.Values["order"].(field.Ref)
	if !ok {
		return nil
	}
	sale, err := tx.Record(ctx, crm.Ref{Entity: "order", ID: crm.ID(booked.ID)})
	if crm.IsCode(err, crm.NotFound) {
		return nil // deleted meanwhile
	}
	if err != nil {
		return err
	}
	buyer, _ := sale.Values["customer"].(field.Ref)
	payer, _ := now.Values["customer"].(field.Ref)
	if buyer.ID != payer.ID {
		return &crm.Error{Code: crm.Invalid, Key: "receipt.other_customer", Field: "order"}
	}
	amount, _ := now.Values["amount"].(field.Money)
	if due, ok := sale.Values["amount"].(field.Money); ok && due.Currency != amount.Currency {
		return &crm.Error{Code: crm.Invalid, Key: "receipt.other_currency", Field: "amount"}
	}
	return nil
}

// booking is what one side of a write counts, and where.
func booking(r *crm.Record) (order, customer crm.ID, amount field.Money) {
	if r == nil {
		return 0, 0, amount
	}
	amount, _ = r.Values["amount"].(field.Money)
	if ref, ok := r.Values["order"].(field.Ref); ok {
		return crm.ID(ref.ID), 0, amount
	}
	ref, _ := r.Values["customer"].(field.Ref)
	return 0, crm.ID(ref.ID), amount
}

// bookToOrder moves what is paid of orders by what the write changed; their own hook
// reckons what is left, and what the customer owes.
func bookToOrder(ctx context.Context, tx crm.Transaction, old, now *crm.Record) error {
	before, _, was := booking(old)
	after, _, is := booking(now)
	if before == after && was == is {
		return nil
	}
	if before == after {
		return addPaid(ctx, tx, after, is.Units-was.Units, is.Currency)
	}
	if err := addPaid(ctx, tx, before, -was.Units, was.Currency); err != nil {
		return err
	}
	return addPaid(ctx, tx, after, is.Units, is.Currency)
}

func addPaid(ctx context.Context, tx crm.Transaction, id crm.ID, units int64, currency string) error {
	if id == 0 || units == 0 {
		return nil
	}
	ref := crm.Ref{Entity: "order", ID: id}
	sale, err := tx.Record(ctx, ref)
	if crm.IsCode(err, crm.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	paid, _ := sale.Values["paid"].(field.Money)
	return tx.Change(ctx, ref, map[string]any{"paid": field.Money{Units: paid.Units + units, Currency: currency}})
}

func bookToCustomer(old, now *crm.Record) []crm.Effect {
	var effects []crm.Effect
	for _, side := range []struct {
		record *crm.Record
		sign   int64
	}{{old, 1}, {now, -1}} {
		if _, customer, amount := booking(side.record); customer != 0 && amount.Units != 0 {
			effects = append(effects, crm.Effect{Ref: crm.Ref{Entity: "customer", ID: customer}, Field: "balance", Add: side.sign * amount.Units})
		}
	}
	return effects
}
