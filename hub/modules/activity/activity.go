package activity

import (
	"context"
	"slices"

	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// activity is one contact record (联系记录). A note written on a caller's card becomes
// one, with the call it belongs to.
var activity = crm.Entity{
	Name: "activity", Icon: "activity", Title: "text", Subtitle: "customer", Timeline: "at",
	Fields: []field.Field{
		{Key: "at", Type: field.Moment, Required: true, Sortable: true, Width: 140},
		{Key: "kind", Type: field.Select, Required: true, Default: "phone", Width: 80, Options: []field.Option{
			{ID: "phone", Tone: field.Info}, {ID: "visit", Tone: field.OK}, {ID: "wechat", Tone: field.Neutral}, {ID: "email", Tone: field.Neutral},
			{ID: "other", Tone: field.Neutral}}},
		{Key: "text", Type: field.LongText, Required: true, Search: true, Width: 320},
		{Key: "customer", Type: field.Reference, Ref: "customer", Width: 200},
		{Key: "contact", Type: field.Reference, Ref: "contact", Width: 120},
		{Key: "channel", Type: field.Reference, Ref: "channel", Width: 160},
		{Key: "supplier", Type: field.Reference, Ref: "supplier", Width: 160},
		{Key: "lead", Type: field.Reference, Ref: "lead", Width: 120},
		{Key: "products", Type: field.References, Ref: "product", Width: 160},
		{Key: "owner", Type: field.User, Width: 90},
		{Key: "nextContact", Type: field.Day, Width: 110},
		{Key: "call", Type: field.Text, Hidden: true, Max: 30},
	},
	List:  crm.List{Columns: []string{"at", "kind", "text", "customer", "contact", "owner"}, Sort: crm.Sort{Field: "at", Desc: true}},
	Phone: crm.PhoneLayout{Title: "text", Badge: "kind", Right: "at", Second: "customer"},
	Form: []crm.Section{
		{Key: "basics", Fields: []string{"customer", "contact", "kind", "at", "text", "products", "nextContact", "owner"}},
		{Key: "others", Fields: []string{"lead", "channel", "supplier"}},
	},
	Filters: []string{"kind", "owner", "customer"},
	Access:  crm.Access{Parents: []string{"customer", "lead", "channel", "supplier"}},
	Hooks:   crm.Hooks{Effects: lastContact, After: interest},
}

// lastContact tells everyone the record is about when they were last in touch.
func lastContact(_, now *crm.Record) []crm.Effect {
	if now == nil {
		return nil
	}
	at, _ := now.Values["at"].(int64)
	var effects []crm.Effect
	for _, party := range []string{"customer", "contact", "channel", "supplier", "lead"} {
		if ref, ok := now.Values[party].(field.Ref); ok && at > 0 {
			effects = append(effects, crm.Effect{Ref: crm.Ref{Entity: party, ID: crm.ID(ref.ID)}, Field: "lastContact", Max: at})
		}
	}
	return effects
}

// interest ticks the products that were talked about on the customer (CUS-21).
func interest(ctx context.Context, tx crm.Transaction, _, now *crm.Record) error {
	if now == nil {
		return nil
	}
	named, _ := now.Values["products"].([]field.Ref)
	customer, ok := now.Values["customer"].(field.Ref)
	if len(named) == 0 || !ok {
		return nil
	}
	ref := crm.Ref{Entity: "customer", ID: crm.ID(customer.ID)}
	party, err := tx.Record(ctx, ref)
	if err != nil {
		return err
	}
	ticked, _ := party.Values["interests"].([]field.Ref)
	all := slices.Clone(ticked)
	for _, product := range named {
		if !slices.ContainsFunc(all, func(r field.Ref) bool { return r.ID == product.ID }) {
			all = append(all, product)
		}
	}
	if len(all) == len(ticked) {
		return nil
	}
	return tx.Change(ctx, ref, map[string]any{"interests": all})
}
