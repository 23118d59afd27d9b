package party

import (
	"context"

	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// contact is a person at a customer, channel or supplier. Who may write those may
// write their people.
var contact = crm.Entity{
	Name: "contact", Icon: "contact", Title: "name", Subtitle: "customer", Party: true,
	Fields: []field.Field{
		{Key: "name", Type: field.Text, Required: true, Search: true, Sortable: true, Max: 60, Width: 120},
		{Key: "customer", Type: field.Reference, Ref: "customer", Width: 220},
		{Key: "channel", Type: field.Reference, Ref: "channel", Width: 180},
		{Key: "supplier", Type: field.Reference, Ref: "supplier", Width: 180},
		{Key: "title", Type: field.Text, Search: true, Max: 60, Width: 110},
		{Key: "department", Type: field.Text, Max: 60, Width: 110},
		{Key: "primary", Type: field.Bool, Sortable: true, Width: 80},
		{Key: "phones", Type: field.Phones, Width: 160},
		{Key: "wechat", Type: field.Text, Search: true, Compared: true, Max: 50, Width: 130},
		{Key: "qq", Type: field.IM, IM: "qq", Search: true, Compared: true, Max: 20, Width: 110},
		{Key: "wangwang", Type: field.IM, IM: "wangwang", Search: true, Compared: true, Max: 50, Width: 120},
		{Key: "msn", Type: field.IM, IM: "msn", Search: true, Compared: true, Max: 80, Width: 160},
		{Key: "email", Type: field.Email, Search: true, Compared: true, Width: 200},
		{Key: "gender", Type: field.Select, Width: 70, Options: []field.Option{{ID: "m", Tone: field.Neutral}, {ID: "f", Tone: field.Neutral}}},
		{Key: "birthday", Type: field.Day, Width: 110},
		{Key: "days", Type: field.Lines, Lines: []field.Field{
			{Key: "name", Type: field.Text, Required: true, Max: 40, Width: 140},
			{Key: "day", Type: field.Day, Required: true, Width: 130},
		}},
		{Key: "influence", Type: field.Select, Width: 100, Options: []field.Option{
			{ID: "high", Tone: field.Bad}, {ID: "mid", Tone: field.Warn}, {ID: "low", Tone: field.Neutral}}},
		{Key: "personality", Type: field.Select, Width: 100, Options: []field.Option{
			{ID: "cautious", Tone: field.Neutral}, {ID: "direct", Tone: field.Neutral}, {ID: "warm", Tone: field.Neutral}, {ID: "analytic", Tone: field.Neutral}}},
		{Key: "hobbies", Type: field.Text, Search: true, Width: 160},
		{Key: "owner", Type: field.User, Width: 90},
		{Key: "lastContact", Type: field.Moment, Kept: true, ReadOnly: true, Sortable: true, Width: 120},
		{Key: "notes", Type: field.LongText, Search: true},
	},
	List: crm.List{
		Columns: []string{"name", "customer", "title", "phones", "wechat", "influence", "lastContact"},
		Sort:    crm.Sort{Field: "updatedAt", Desc: true},
	},
	Phone: crm.PhoneLayout{Title: "name", Badge: "influence", Right: "title", Second: "customer"},
	Form: []crm.Section{
		{Key: "basics", Fields: []string{"name", "customer", "title", "department", "primary", "phones"}},
		{Key: "reach", Fields: []string{"wechat", "qq", "wangwang", "msn", "email"}},
		{Key: "person", Fields: []string{"gender", "birthday", "days", "influence", "personality", "hobbies", "channel", "supplier", "owner", "lastContact", "notes"}},
	},
	Filters: []string{"customer", "influence", "personality"},
	Related: []crm.Related{
		{Entity: "activity", Field: "contact"}, {Entity: "opportunity", Field: "contact"}, {Entity: "quote", Field: "contact"},
		{Entity: "order", Field: "contact"}, {Entity: "ticket", Field: "contact"}, {Entity: "schedule", Field: "contact"},
	},
	Access: crm.Access{Parents: []string{"customer", "channel", "supplier"}, Follow: true},
	Hooks:  crm.Hooks{After: onePrimary},
}

// primaryFirst is how the people of a party are listed on its page.
var primaryFirst = crm.Sort{Field: "primary", Desc: true}

// maxPeople is how many people of one party are looked at for another primary one.
const maxPeople = 500

// onePrimary takes the mark from whoever was primary at the same party before.
func onePrimary(ctx context.Context, tx crm.Transaction, _, now *crm.Record) error {
	if now == nil || now.Values["primary"] != true {
		return nil
	}
	for _, party := range []string{"customer", "channel", "supplier"} {
		ref, ok := now.Values[party].(field.Ref)
		if !ok {
			continue
		}
		people, err := tx.Find(ctx, "contact", party, crm.ID(ref.ID), maxPeople)
		if err != nil {
			return err
		}
		for _, other := range people {
			if other.ID == now.ID || other.Values["primary"] != true {
				continue
			}
			if err := tx.Change(ctx, crm.Ref{Entity: "contact", ID: other.ID}, map[string]any{"primary": nil}); err != nil {
				return err
			}
		}
	}
	return nil
}
