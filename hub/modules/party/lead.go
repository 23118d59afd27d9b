package party

import (
	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// lead is somebody who asked and is not yet a customer.
var lead = crm.Entity{
	Name: "lead", Icon: "lead", Title: "name", Subtitle: "company", Party: true,
	Fields: []field.Field{
		{Key: "name", Type: field.Text, Required: true, Search: true, Sortable: true, Max: 60, Width: 120},
		{Key: "company", Type: field.Text, Search: true, Max: 100, Width: 200},
		{Key: "phones", Type: field.Phones, Width: 150},
		{Key: "wechat", Type: field.Text, Search: true, Compared: true, Max: 50, Width: 120},
		{Key: "email", Type: field.Email, Search: true, Compared: true, Width: 180},
		{Key: "source", Type: field.Select, Default: "call", Width: 90, Dict: "source", Options: sources},
		{Key: "state", Type: field.Select, Default: "new", Sortable: true, Width: 90, Options: []field.Option{
			{ID: "new", Tone: field.Info}, {ID: "following", Tone: field.Warn}, {ID: "converted", Tone: field.OK}, {ID: "invalid", Tone: field.Neutral}}},
		{Key: "city", Type: field.Text, Search: true, Max: 40, Width: 80},
		{Key: "need", Type: field.Text, Search: true, Width: 240},
		{Key: "owner", Type: field.User, Width: 90},
		{Key: "lastContact", Type: field.Moment, Kept: true, ReadOnly: true, Sortable: true, Width: 120},
		{Key: "notes", Type: field.LongText, Search: true},
	},
	List: crm.List{
		Columns: []string{"name", "company", "phones", "need", "state", "source", "owner"},
		Sort:    crm.Sort{Field: "updatedAt", Desc: true},
	},
	Phone: crm.PhoneLayout{Title: "name", Badge: "state", Right: "source", Second: "company"},
	Form: []crm.Section{
		{Key: "basics", Fields: []string{"name", "company", "phones", "state", "source", "owner", "need"}},
		{Key: "reach", Fields: []string{"wechat", "email", "city", "lastContact", "notes"}},
	},
	Filters: []string{"state", "source", "owner"},
	Related: []crm.Related{{Entity: "activity", Field: "lead"}, {Entity: "schedule", Field: "lead"}},
}
