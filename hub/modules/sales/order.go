package sales

import (
	"context"
	"slices"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/modules/product"
)

// order is a sale. What of it is unpaid counts into the customer's balance.
var order = crm.Entity{
	Name: "order", Table: "sales_order", Icon: "order", Title: "no", Subtitle: "customer", Timeline: "createdAt",
	Fields: []field.Field{
		{Key: "no", Type: field.Text, ReadOnly: true, Search: true, Sortable: true, Width: 150},
		{Key: "customer", Type: field.Reference, Ref: "customer", Required: true, Width: 200},
		{Key: "contact", Type: field.Reference, Ref: "contact", Width: 110},
		{Key: "shipTo", Type: field.Text, Offers: "customer.shipTos", Width: 240},
		{Key: "invoiceTo", Type: field.Text, Offers: "customer.invoiceUnits", Width: 220},
		{Key: "subject", Type: field.Text, Search: true, Width: 200},
		{Key: "date", Type: field.Day, Required: true, Sortable: true, Width: 110},
		{Key: "state", Type: field.Select, Required: true, Default: "draft", Sortable: true, Width: 90, Options: []field.Option{
			{ID: "draft", Tone: field.Neutral}, {ID: "confirmed", Tone: field.Info}, {ID: "shipped", Tone: field.Warn},
			{ID: "done", Tone: field.OK}, {ID: "void", Tone: field.Bad}}},
		product.Lines(),
		product.Total(),
		{Key: "amount", Type: field.Amount, Required: true, Sortable: true, Width: 120},
		{Key: "paid", Type: field.Amount, Width: 120},
		{Key: "balance", Type: field.Amount, ReadOnly: true, Sortable: true, Width: 120},
		{Key: "due", Type: field.Day, Sortable: true, Width: 110},
		{Key: "owner", Type: field.User, Width: 90},
		{Key: "notes", Type: field.LongText, Search: true},
	},
	List:  crm.List{Columns: []string{"no", "customer", "date", "state", "amount", "balance", "due", "owner"}, Sort: crm.Sort{Field: "no", Desc: true}},
	Phone: crm.PhoneLayout{Title: "no", Badge: "state", Right: "amount", Second: "customer"},
	Form: []crm.Section{
		{Key: "basics", Fields: []string{"no", "customer", "contact", "subject", "date", "state", "shipTo", "invoiceTo", "owner"}},
		{Key: "lines", Fields: []string{"lines"}},
		{Key: "money", Fields: []string{"amount", "paid", "balance", "due", "notes"}},
	},
	Filters: []string{"state", "owner", "customer"},
	Related: []crm.Related{{Entity: "receipt", Field: "order"}},
	Access:  crm.Access{Parents: []string{"customer"}},
	Number:  &crm.NumberRule{Field: "no", Prefix: "XS", Daily: true, Digits: 3},
	Hooks:   crm.Hooks{Before: settle, Effects: customerBalance},
}

// settle sees that the customer may buy, fills in whom to ask there and what is left to
// pay.
func settle(ctx context.Context, tx crm.Transaction, old, now *crm.Record) error {
	if err := buys(ctx, tx, old, now); err != nil {
		return err
	}
	return balance(old, now)
}

// buys refuses a party that is no buyer, and takes its primary contact when none is named.
func buys(ctx context.Context, tx crm.Transaction, old, now *crm.Record) error {
	customer, ok := now.Values["customer"].(field.Ref)
	if !ok {
		return nil
	}
	if old != nil {
		if before, _ := old.Values["customer"].(field.Ref); before.ID == customer.ID {
			return nil
		}
	}
	party, err := tx.Record(ctx, crm.Ref{Entity: "customer", ID: crm.ID(customer.ID)})
	if err != nil {
		return err
	}
	if roles, _ := party.Values["roles"].([]string); !slices.Contains(roles, "buyer") {
		return &crm.Error{Code: crm.Invalid, Key: "order.not_a_buyer", Field: "customer", Args: map[string]string{"name": party.Label}}
	}
	if now.Values["contact"] != nil || old != nil {
		return nil
	}
	people, err := tx.Find(ctx, "contact", "customer", party.ID, maxPeople)
	if err != nil {
		return err
	}
	for _, person := range people {
		if person.Values["primary"] == true {
			now.Values["contact"] = field.Ref{ID: int64(person.ID)}
		}
	}
	return nil
}

// maxPeople is how many people of a customer are looked at for the primary one.
const maxPeople = 500

// balance derives what is still to be paid. Drafts and void orders owe nothing.
func balance(old, now *crm.Record) error {
	if err := product.Settle(old, now); err != nil {
		return err
	}
	amount, _ := now.Values["amount"].(field.Money)
	paid, ok := now.Values["paid"].(field.Money)
	if ok && paid.Currency != amount.Currency {
		return &crm.Error{Code: crm.Invalid, Key: "order.other_currency", Field: "paid"}
	}
	left := field.Money{Units: amount.Units - paid.Units, Currency: amount.Currency}
	if state := now.Text("state"); state == "draft" || state == "void" {
		left.Units = 0
	}
	now.Values["balance"] = left
	return nil
}

// customerBalance moves the customer's balance by what the write changed.
func customerBalance(old, now *crm.Record) []crm.Effect {
	var effects []crm.Effect
	for _, side := range []struct {
		record *crm.Record
		sign   int64
	}{{old, -1}, {now, 1}} {
		if side.record == nil {
			continue
		}
		left, _ := side.record.Values["balance"].(field.Money)
		ref, ok := side.record.Values["customer"].(field.Ref)
		if ok && left.Units != 0 {
			effects = append(effects, crm.Effect{Ref: crm.Ref{Entity: "customer", ID: crm.ID(ref.ID)}, Field: "balance", Add: side.sign * left.Units})
		}
	}
	return effects
}
