package records

import (
	"context"
	"sort"
	"strconv"
	"strings"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/rights"
)

// Item is one thing that happened with a party. Exactly one of Call, SMS and Record
// is set.
type Item struct {
	ID     string        `json:"id"`
	At     int64         `json:"at"`
	Kind   string        `json:"kind"` // "call", "sms", "activity", "record"
	Who    *field.Person `json:"who,omitempty"`
	Title  string        `json:"title"`
	Text   string        `json:"text,omitempty"`
	Call   any           `json:"call,omitempty"`
	SMS    any           `json:"sms,omitempty"`
	Record *ItemRecord   `json:"record,omitempty"`

	noteOf string // of a contact record: the call it is a note about
}

// Noted is a call that shows what was written about it.
type Noted interface {
	Noted(text string) bool
}

// ItemRecord is the record an Item is about.
type ItemRecord struct {
	crm.Ref
	Label       string `json:"label"`
	EntityLabel string `json:"entityLabel"`
}

// Source adds what happened elsewhere than in records: calls, texts. It gives up to
// limit items at or before the moment, newest first, within the user's rights.
type Source interface {
	Timeline(ctx context.Context, who *rights.Rights, lang string, ref crm.Ref, atOrBefore int64, limit int) ([]Item, error)
}

// AddSource puts what s tells on every timeline.
func (r *Records) AddSource(s Source) {
	r.mu.Lock()
	r.sources = append(r.sources, s)
	r.mu.Unlock()
}

// activity is the entity whose records are contacts with a party; their text is shown
// in full.
const activity = "activity"

// Timeline tells what happened with the record, newest first; before is the cursor of
// the page before, "" for the first.
func (r *Records) Timeline(ctx context.Context, who *rights.Rights, lang string, ref crm.Ref, before string, limit int) (items []Item, next string, err error) {
	visible, err := r.Visible(ctx, who, ref)
	if err != nil {
		return nil, "", err
	}
	if !visible {
		return nil, "", crm.ErrNotFound
	}
	end, err := parseMark(before)
	if err != nil {
		return nil, "", err
	}
	if limit <= 0 || limit > MaxLimit {
		limit = 30
	}
	items, err = r.gather(ctx, who, lang, ref, end, limit+1)
	if err != nil {
		return nil, "", err
	}
	sort.Slice(items, func(i, j int) bool { return markOf(items[j]).before(markOf(items[i])) })
	if len(items) > limit {
		items = items[:limit]
		next = markOf(items[limit-1]).String()
	}
	return items, next, nil
}

func (r *Records) gather(ctx context.Context, who *rights.Rights, lang string, ref crm.Ref, end mark, limit int) ([]Item, error) {
	e, _ := r.Schema().Entity(ref.Entity)
	var all []Item
	keep := func(items []Item) {
		for _, item := range items {
			if markOf(item).before(end) {
				all = append(all, item)
			}
		}
	}
	for _, related := range e.Related {
		items, err := r.children(ctx, who, lang, ref, related, end.at, limit)
		if err != nil {
			return nil, err
		}
		keep(items)
	}
	r.mu.Lock()
	sources := r.sources
	r.mu.Unlock()
	for _, s := range sources {
		items, err := s.Timeline(ctx, who, lang, ref, end.at, limit)
		if err != nil {
			return nil, err
		}
		keep(items)
	}
	return joinNotes(all), nil
}

// joinNotes puts a contact record that a call already shows as its note on the call:
// one thing happened, and it is told once.
func joinNotes(items []Item) []Item {
	records := map[string]*ItemRecord{} // by call
	for _, call := range items {
		shown, ok := call.Call.(Noted)
		for _, note := range items {
			if ok && note.noteOf != "" && call.ID == "call:"+note.noteOf && shown.Noted(note.Text) {
				records[note.ID], records[call.ID] = note.Record, note.Record
			}
		}
	}
	kept := make([]Item, 0, len(items))
	for _, item := range items {
		switch record := records[item.ID]; {
		case record == nil:
		case item.Call == nil:
			continue
		default:
			item.Record = record
		}
		kept = append(kept, item)
	}
	return kept
}

func (r *Records) children(ctx context.Context, who *rights.Rights, lang string, ref crm.Ref, related crm.Related, at int64, limit int) ([]Item, error) {
	child, _ := r.Schema().Entity(related.Entity)
	if child.Timeline == "" || !who.May(child.Name, rights.Read) {
		return nil, nil
	}
	page, err := r.Query(ctx, who, crm.Query{
		Entity: child.Name,
		Filter: &crm.Filter{And: []crm.Filter{
			{Field: related.Field, Op: field.Eq, Value: ref.ID.String()},
			{Field: child.Timeline, Op: field.Le, Value: at},
		}},
		Sort: crm.Sort{Field: child.Timeline, Desc: true}, Limit: limit,
	})
	if err != nil {
		return nil, err
	}
	items := make([]Item, len(page.Rows))
	for i, row := range page.Rows {
		items[i] = r.item(lang, child, row)
	}
	return items, nil
}

func (r *Records) item(lang string, e *crm.Entity, row *Row) Item {
	at := row.CreatedAt
	if own, ok := row.Values[e.Timeline].(int64); ok {
		at = own
	}
	item := Item{
		ID: e.Name + ":" + row.ID.String(), At: at, Kind: "record", Title: r.EntityLabel(lang, e), Text: row.Label,
		Record: &ItemRecord{Ref: crm.Ref{Entity: e.Name, ID: row.ID}, Label: row.Label, EntityLabel: r.EntityLabel(lang, e)},
	}
	if row.Creator.ID != 0 {
		item.Who = &row.Creator
	}
	if owner, ok := row.Values["owner"].(field.Person); ok {
		item.Who = &owner
	}
	if e.Name == activity {
		item.Kind, item.Title, item.Text = "activity", r.Display(lang, row, "kind"), row.Text("text")
		item.noteOf = row.Text("call")
	} else if sub := r.Display(lang, row, e.Subtitle); sub != "" {
		item.Text += " · " + sub
	}
	return item
}

// mark is a place in a timeline.
type mark struct {
	at int64
	id string
}

// beginning is before everything one can have been told.
var beginning = mark{at: 32_503_680_000_000} // the year 3000

func markOf(item Item) mark { return mark{item.At, item.ID} }

func (m mark) before(other mark) bool {
	return m.at < other.at || m.at == other.at && m.id < other.id
}

func (m mark) String() string { return strconv.FormatInt(m.at, 10) + "." + m.id }

func parseMark(text string) (mark, error) {
	if text == "" {
		return beginning, nil
	}
	at, id, ok := strings.Cut(text, ".")
	n, err := strconv.ParseInt(at, 10, 64)
	if !ok || err != nil {
		return mark{}, &crm.Error{Code: crm.Invalid, Key: "query.bad_cursor"}
	}
	return mark{n, id}, nil
}
