package service

import (
	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// ticket is something a customer needs help with.
var ticket = crm.Entity{
	Name: "ticket", Icon: "ticket", Title: "title", Subtitle: "no", Timeline: "createdAt",
	Fields: []field.Field{
		{Key: "title", Type: field.Text, Required: true, Search: true, Sortable: true, Max: 120, Width: 260},
		{Key: "no", Type: field.Text, ReadOnly: true, Search: true, Sortable: true, Width: 150},
		{Key: "customer", Type: field.Reference, Ref: "customer", Width: 200},
		{Key: "contact", Type: field.Reference, Ref: "contact", Width: 110},
		{Key: "kind", Type: field.Select, Default: "fault", Width: 90, Options: []field.Option{
			{ID: "fault", Tone: field.Bad}, {ID: "question", Tone: field.Info}, {ID: "complaint", Tone: field.Warn}, {ID: "request", Tone: field.Neutral}}},
		{Key: "state", Type: field.Select, Required: true, Default: "new", Sortable: true, Width: 90, Options: []field.Option{
			{ID: "new", Tone: field.Bad}, {ID: "doing", Tone: field.Info}, {ID: "waiting", Tone: field.Warn}, {ID: "done", Tone: field.OK}, {ID: "closed", Tone: field.Neutral}}},
		{Key: "priority", Type: field.Select, Default: "normal", Width: 80, Options: []field.Option{
			{ID: "urgent", Tone: field.Bad}, {ID: "high", Tone: field.Warn}, {ID: "normal", Tone: field.Neutral}}},
		{Key: "due", Type: field.Day, Sortable: true, Width: 110},
		{Key: "owner", Type: field.User, Width: 90},
		{Key: "text", Type: field.LongText, Search: true},
		{Key: "solution", Type: field.LongText, Search: true},
	},
	List:  crm.List{Columns: []string{"title", "no", "customer", "state", "priority", "due", "owner"}, Sort: crm.Sort{Field: "updatedAt", Desc: true}},
	Phone: crm.PhoneLayout{Title: "title", Badge: "state", Right: "priority", Second: "customer"},
	Form: []crm.Section{
		{Key: "basics", Fields: []string{"title", "customer", "contact", "kind", "priority", "state", "due", "owner", "no"}},
		{Key: "details", Fields: []string{"text", "solution"}},
	},
	Filters: []string{"state", "priority", "kind", "owner"},
	Access:  crm.Access{Parents: []string{"customer"}},
	Number:  &crm.NumberRule{Field: "no", Prefix: "GD", Daily: true, Digits: 3},
}
