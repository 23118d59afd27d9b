package party

import (
	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// supplier is whom the office buys from. Everybody in the office reads suppliers.
var supplier = crm.Entity{
	Name: "supplier", Icon: "supplier", Title: "name", Subtitle: "phones", Party: true,
	Fields: []field.Field{
		{Key: "name", Type: field.Text, Required: true, Search: true, Sortable: true, Compared: true, Max: 100, Width: 220},
		{Key: "no", Type: field.Text, ReadOnly: true, Search: true, Width: 100},
		{Key: "grade", Type: field.Select, Sortable: true, Width: 90, Options: []field.Option{
			{ID: "strategic", Tone: field.OK}, {ID: "regular", Tone: field.Info}, {ID: "spare", Tone: field.Neutral}}},
		{Key: "goods", Type: field.Text, Search: true, Width: 180},
		{Key: "phones", Type: field.Phones, Width: 150},
		{Key: "email", Type: field.Email, Search: true, Compared: true, Width: 180},
		{Key: "region", Type: field.Place, Width: 150},
		{Key: "address", Type: field.Text, Search: true, Width: 240},
		{Key: "settlement", Type: field.Select, Dict: "settlement", Width: 110, Options: settlements},
		{Key: "files", Type: field.Files, Width: 140},
		{Key: "owner", Type: field.User, Width: 90},
		{Key: "lastContact", Type: field.Moment, Kept: true, ReadOnly: true, Sortable: true, Width: 120},
		{Key: "notes", Type: field.LongText, Search: true},
	},
	List: crm.List{
		Columns: []string{"name", "grade", "goods", "phones", "region", "owner", "lastContact"},
		Sort:    crm.Sort{Field: "updatedAt", Desc: true},
	},
	Phone: crm.PhoneLayout{Title: "name", Badge: "grade", Right: "region", Second: "goods"},
	Form: []crm.Section{
		{Key: "basics", Fields: []string{"name", "grade", "goods", "owner", "phones"}},
		{Key: "reach", Fields: []string{"email", "region", "address", "settlement", "files", "no", "lastContact", "notes"}},
	},
	Filters: []string{"grade", "owner"},
	Related: []crm.Related{{Entity: "contact", Field: "supplier", Sort: primaryFirst}, {Entity: "activity", Field: "supplier"}},
	Access:  crm.Access{Shared: true},
	Number:  &crm.NumberRule{Field: "no", Prefix: "GY", Digits: 4},
}
