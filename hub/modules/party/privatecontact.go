package party

import (
	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// privateContact is an entry of a user's own address book; nobody else sees it.
var privateContact = crm.Entity{
	Name: "privatecontact", Icon: "privatecontact", Title: "name", Subtitle: "phones", Party: true,
	Fields: []field.Field{
		{Key: "name", Type: field.Text, Required: true, Search: true, Sortable: true, Max: 60, Width: 140},
		{Key: "relation", Type: field.Select, Width: 90, Options: []field.Option{
			{ID: "family", Tone: field.Warn}, {ID: "friend", Tone: field.Info}, {ID: "classmate", Tone: field.Neutral}, {ID: "other", Tone: field.Neutral}}},
		{Key: "phones", Type: field.Phones, Width: 160},
		{Key: "company", Type: field.Text, Search: true, Width: 180},
		{Key: "wechat", Type: field.Text, Search: true, Max: 50, Width: 130},
		{Key: "email", Type: field.Email, Search: true, Width: 180},
		{Key: "birthday", Type: field.Day, Width: 110},
		{Key: "notes", Type: field.LongText, Search: true},
	},
	List:    crm.List{Columns: []string{"name", "relation", "phones", "company", "wechat", "birthday"}, Sort: crm.Sort{Field: "name"}},
	Phone:   crm.PhoneLayout{Title: "name", Badge: "relation", Right: "company", Second: "phones"},
	Form:    []crm.Section{{Key: "basics", Fields: []string{"name", "relation", "phones", "company", "wechat", "email", "birthday", "notes"}}},
	Filters: []string{"relation"},
	Access:  crm.Access{Private: true},
}
