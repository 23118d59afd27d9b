package schedule

import (
	"context"

	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// entry is one line in somebody's calendar.
var entry = crm.Entity{
	Name: "schedule", Table: "schedule_entry", Icon: "schedule", Title: "title", Subtitle: "start", Timeline: "start",
	Fields: []field.Field{
		{Key: "title", Type: field.Text, Required: true, Search: true, Sortable: true, Max: 120, Width: 240},
		{Key: "kind", Type: field.Select, Default: "call", Width: 90, Options: []field.Option{
			{ID: "call", Tone: field.Info}, {ID: "visit", Tone: field.OK}, {ID: "meeting", Tone: field.Warn}, {ID: "task", Tone: field.Neutral}}},
		{Key: "start", Type: field.Moment, Required: true, Sortable: true, Width: 140},
		{Key: "end", Type: field.Moment, Sortable: true, Width: 140},
		{Key: "customer", Type: field.Reference, Ref: "customer", Width: 200},
		{Key: "contact", Type: field.Reference, Ref: "contact", Width: 110},
		{Key: "lead", Type: field.Reference, Ref: "lead", Width: 110},
		{Key: "place", Type: field.Text, Search: true, Width: 160},
		{Key: "done", Type: field.Bool, Width: 80},
		{Key: "owner", Type: field.User, Width: 90},
		{Key: "notes", Type: field.LongText, Search: true},
	},
	List:    crm.List{Columns: []string{"title", "kind", "start", "customer", "place", "done", "owner"}, Sort: crm.Sort{Field: "start", Desc: true}},
	Phone:   crm.PhoneLayout{Title: "title", Badge: "kind", Right: "start", Second: "customer"},
	Form:    []crm.Section{{Key: "basics", Fields: []string{"title", "kind", "start", "end", "customer", "contact", "lead", "place", "done", "owner", "notes"}}},
	Filters: []string{"kind", "done", "owner", "customer"},
	Access:  crm.Access{Parents: []string{"customer", "lead"}},
	Hooks:   crm.Hooks{Before: inOrder},
}

// inOrder refuses an entry that ends before it starts.
func inOrder(_ context.Context, _ crm.Transaction, _, now *crm.Record) error {
	start, _ := now.Values["start"].(int64)
	end, ok := now.Values["end"].(int64)
	if ok && end < start {
		return &crm.Error{Code: crm.Invalid, Key: "schedule.ends_early", Field: "end"}
	}
	return nil
}
