package party

import (
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
		{Key: "primary", Type: field.Bool, Width: 80},
		{Key: "phones", Type: field.Phones, Width: 160},
		{Key: "wechat", Type: field.Text, Search: true, Compared: true, Max: 50, Width: 130},
		{Key: "qq", Type: field.Text, Search: true, Compared: true, Max: 20, Width: 110},
		{Key: "email", Type: field.Email, Search: true, Compared: true, Width: 200},
		{Key: "gender", Type: field.Select, Width: 70, Options: []field.Option{{ID: "m", Tone: field.Neutral}, {ID: "f", Tone: field.Neutral}}},
		{Key: "birthday", Type: field.Day, Width: 110},
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
		{Key: "reach", Fields: []string{"wechat", "qq", "email"}},
		{Key: "person", Fields: []string{"gender", "birthday", "influence", "personality", "hobbies", "channel", "supplier", "owner", "lastContact", "notes"}},
	},
	Filters: []string{"customer", "influence", "personality"},
	Related: []crm.Related{
		{Entity: "activity", Field: "contact"}, {Entity: "opportunity", Field: "contact"}, {Entity: "quote", Field: "contact"},
		{Entity: "order", Field: "contact"}, {Entity: "ticket", Field: "contact"}, {Entity: "schedule", Field: "contact"},
	},
	Access: crm.Access{Parents: []string{"customer", "channel", "supplier"}, Follow: true},
}
