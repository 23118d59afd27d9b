package party

import (
	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// channel is a reseller. Everybody in the office reads channels.
var channel = crm.Entity{
	Name: "channel", Icon: "channel", Title: "name", Subtitle: "phones", Party: true,
	Fields: []field.Field{
		{Key: "name", Type: field.Text, Required: true, Search: true, Sortable: true, Compared: true, Max: 100, Width: 220},
		{Key: "no", Type: field.Text, ReadOnly: true, Search: true, Width: 100},
		{Key: "parent", Type: field.Reference, Ref: "channel", Width: 200},
		{Key: "grade", Type: field.Select, Sortable: true, Width: 90, Options: []field.Option{
			{ID: "first", Tone: field.Warn}, {ID: "second", Tone: field.Info}, {ID: "third", Tone: field.Neutral}}},
		{Key: "phones", Type: field.Phones, Width: 150},
		{Key: "email", Type: field.Email, Search: true, Compared: true, Width: 180},
		{Key: "area", Type: field.Text, Search: true, Max: 60, Width: 120},
		{Key: "region", Type: field.Place, Width: 150},
		{Key: "address", Type: field.Text, Search: true, Width: 240},
		{Key: "settlement", Type: field.Select, Dict: "settlement", Width: 110, Options: settlements},
		{Key: "wishes", Type: field.References, Ref: "product", Width: 180},
		{Key: "wishAreas", Type: field.Text, Search: true, Width: 180},
		{Key: "keyAccounts", Type: field.Lines, Lines: []field.Field{
			{Key: "name", Type: field.Text, Required: true, Search: true, Max: 100, Width: 200},
			{Key: "customer", Type: field.Reference, Ref: "customer", Width: 200},
			{Key: "remark", Type: field.Text, Width: 200},
		}},
		{Key: "owner", Type: field.User, Width: 90},
		{Key: "lastContact", Type: field.Moment, Kept: true, ReadOnly: true, Sortable: true, Width: 120},
		{Key: "notes", Type: field.LongText, Search: true},
	},
	List: crm.List{
		Columns: []string{"name", "grade", "phones", "area", "region", "owner", "lastContact"},
		Sort:    crm.Sort{Field: "updatedAt", Desc: true},
	},
	Phone: crm.PhoneLayout{Title: "name", Badge: "grade", Right: "area", Second: "phones"},
	Form: []crm.Section{
		{Key: "basics", Fields: []string{"name", "grade", "parent", "owner", "phones"}},
		{Key: "reach", Fields: []string{"email", "area", "region", "address", "settlement"}},
		{Key: "dealer", Fields: []string{"wishes", "wishAreas", "keyAccounts"}},
		{Key: "record", Fields: []string{"no", "lastContact", "notes"}},
	},
	Filters: []string{"grade", "owner"},
	Related: []crm.Related{
		{Entity: "contact", Field: "channel", Sort: primaryFirst}, {Entity: "channel", Field: "parent"}, {Entity: "activity", Field: "channel"},
	},
	Access: crm.Access{Shared: true},
	Number: &crm.NumberRule{Field: "no", Prefix: "QD", Digits: 4},
}
