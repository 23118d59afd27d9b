package deal

import (
	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// opportunity is a sale that may come about.
var opportunity = crm.Entity{
	Name: "opportunity", Icon: "opportunity", Title: "name", Subtitle: "customer", Timeline: "createdAt",
	Fields: []field.Field{
		{Key: "name", Type: field.Text, Required: true, Search: true, Sortable: true, Max: 100, Width: 220},
		{Key: "customer", Type: field.Reference, Ref: "customer", Required: true, Width: 200},
		{Key: "contact", Type: field.Reference, Ref: "contact", Width: 110},
		{Key: "stage", Type: field.Select, Required: true, Default: "lead", Sortable: true, Width: 100, Options: []field.Option{
			{ID: "lead", Tone: field.Neutral}, {ID: "need", Tone: field.Info}, {ID: "offer", Tone: field.Info}, {ID: "talks", Tone: field.Warn},
			{ID: "won", Tone: field.OK}, {ID: "lost", Tone: field.Bad}}},
		{Key: "amount", Type: field.Amount, Sortable: true, Width: 120},
		{Key: "chance", Type: field.Int, Sortable: true, Width: 80},
		{Key: "closing", Type: field.Day, Sortable: true, Width: 110},
		{Key: "owner", Type: field.User, Width: 90},
		{Key: "notes", Type: field.LongText, Search: true},
	},
	List:  crm.List{Columns: []string{"name", "customer", "stage", "amount", "chance", "closing", "owner"}, Sort: crm.Sort{Field: "updatedAt", Desc: true}},
	Phone: crm.PhoneLayout{Title: "name", Badge: "stage", Right: "amount", Second: "customer"},
	Form: []crm.Section{
		{Key: "basics", Fields: []string{"name", "customer", "contact", "stage", "amount", "chance", "closing", "owner", "notes"}},
	},
	Filters: []string{"stage", "owner", "customer"},
	Access:  crm.Access{Parents: []string{"customer"}},
}
