package party

import (
	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// customer is a company or a person that buys.
var customer = crm.Entity{
	Name: "customer", Icon: "customer", Title: "name", Subtitle: "phones", Party: true,
	Fields: []field.Field{
		{Key: "name", Type: field.Text, Required: true, Search: true, Sortable: true, Compared: true, Max: 100, Width: 220},
		{Key: "no", Type: field.Text, ReadOnly: true, Search: true, Sortable: true, Width: 100},
		{Key: "kind", Type: field.Select, Required: true, Default: "company", Width: 80, Options: []field.Option{
			{ID: "company", Tone: field.Neutral}, {ID: "person", Tone: field.Neutral}}},
		{Key: "shortName", Type: field.Text, Search: true, Max: 50, Width: 100},
		{Key: "level", Type: field.Select, Sortable: true, Width: 90, Options: []field.Option{
			{ID: "a", Tone: field.Bad}, {ID: "b", Tone: field.Warn}, {ID: "c", Tone: field.Info}, {ID: "d", Tone: field.Neutral}}},
		{Key: "status", Type: field.Select, Default: "prospect", Sortable: true, Width: 90, Options: []field.Option{
			{ID: "prospect", Tone: field.Info}, {ID: "active", Tone: field.OK}, {ID: "silent", Tone: field.Neutral}, {ID: "lost", Tone: field.Bad}}},
		{Key: "owner", Type: field.User, Width: 90},
		{Key: "important", Type: field.Bool, Hint: true, Width: 80},
		{Key: "phones", Type: field.Phones, Width: 150},
		{Key: "wechat", Type: field.Text, Search: true, Compared: true, Max: 50, Width: 120},
		{Key: "email", Type: field.Email, Search: true, Compared: true, Width: 180},
		{Key: "website", Type: field.URL, Width: 180},
		{Key: "source", Type: field.Select, Width: 90, Options: sources},
		{Key: "industry", Type: field.Select, Width: 100, Options: industries},
		{Key: "scale", Type: field.Select, Width: 100, Options: []field.Option{
			{ID: "s", Tone: field.Neutral}, {ID: "m", Tone: field.Neutral}, {ID: "l", Tone: field.Neutral}, {ID: "xl", Tone: field.Neutral}}},
		{Key: "city", Type: field.Text, Search: true, Sortable: true, Max: 40, Width: 80},
		{Key: "address", Type: field.Text, Search: true, Width: 260},
		{Key: "postcode", Type: field.Text, Max: 10, Width: 90},
		{Key: "taxNo", Type: field.Text, Search: true, Compared: true, Max: 30, Width: 180},
		{Key: "birthday", Type: field.Day, Width: 110},
		{Key: "nextContact", Type: field.Day, Sortable: true, Width: 110},
		{Key: "lastContact", Type: field.Moment, Kept: true, ReadOnly: true, Sortable: true, Width: 120},
		{Key: "balance", Type: field.Amount, Kept: true, ReadOnly: true, Sortable: true, Width: 120},
		{Key: "notes", Type: field.LongText, Search: true},
	},
	List: crm.List{
		Columns: []string{"name", "level", "status", "phones", "city", "owner", "balance", "lastContact"},
		Sort:    crm.Sort{Field: "updatedAt", Desc: true},
	},
	Phone: crm.PhoneLayout{Title: "name", Badge: "level", Right: "balance", Second: "phones"},
	Form: []crm.Section{
		{Key: "basics", Fields: []string{"name", "kind", "shortName", "level", "status", "owner", "important", "phones"}},
		{Key: "reach", Fields: []string{"wechat", "email", "website", "city", "address", "postcode"}},
		{Key: "business", Fields: []string{"source", "industry", "scale", "taxNo", "birthday", "nextContact", "no", "lastContact", "balance", "notes"}},
	},
	Filters: []string{"level", "status", "owner", "source", "industry"},
	Related: []crm.Related{
		{Entity: "contact", Field: "customer"}, {Entity: "activity", Field: "customer"}, {Entity: "opportunity", Field: "customer"},
		{Entity: "quote", Field: "customer"}, {Entity: "order", Field: "customer"}, {Entity: "ticket", Field: "customer"},
		{Entity: "schedule", Field: "customer"},
	},
	Number: &crm.NumberRule{Field: "no", Prefix: "KH", Digits: 5},
}

var sources = []field.Option{
	{ID: "call", Tone: field.Neutral}, {ID: "web", Tone: field.Neutral}, {ID: "fair", Tone: field.Neutral},
	{ID: "referral", Tone: field.Neutral}, {ID: "ad", Tone: field.Neutral}, {ID: "visit", Tone: field.Neutral}, {ID: "other", Tone: field.Neutral},
}

var industries = []field.Option{
	{ID: "machinery", Tone: field.Neutral}, {ID: "electronics", Tone: field.Neutral}, {ID: "building", Tone: field.Neutral},
	{ID: "food", Tone: field.Neutral}, {ID: "medical", Tone: field.Neutral}, {ID: "textile", Tone: field.Neutral},
	{ID: "trade", Tone: field.Neutral}, {ID: "logistics", Tone: field.Neutral}, {ID: "it", Tone: field.Neutral},
	{ID: "education", Tone: field.Neutral}, {ID: "other", Tone: field.Neutral},
}
