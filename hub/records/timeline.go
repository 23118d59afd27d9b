package records

import (
	"context"
	"slices"
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
	// Notes tells which of the contact records (each with the call it names) the source
	// shows on this timeline itself, as the note of that call.
	Notes(ctx context.Context, ref crm.Ref, calls map[crm.ID]crm.ID) (map[crm.ID]bool, error)
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
	return all, nil
}

func (r *Records) children(ctx context.Context, who *rights.Rights, lang string, ref crm.Ref, related crm.Related, at int64, limit int) ([]Item, error) {
	child, _ := r.Schema().Entity(related.Entity)
	if child.Timeline == "" || !who.May(child.Name, rights.Read) {
		return nil, nil
	}
	q := crm.Query{
		Entity: child.Name,
		Filter: &crm.Filter{And: []crm.Filter{
			{Field: related.Field, Op: field.Eq, Value: ref.ID.String()},
			{Field: child.Timeline, Op: field.Le, Value: at},
		}},
		Sort: crm.Sort{Field: child.Timeline, Desc: true}, Limit: limit,
	}
	var items []Item
	for {
		page, err := r.Query(ctx, who, q)
		if err != nil {
			return nil, err
		}
		rows, err := r.untold(ctx, ref, child, page.Rows)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			items = append(items, r.item(lang, child, row))
		}
		if q.After = page.Next; q.After == "" || len(items) >= limit {
			return items, nil
		}
	}
}

// untold leaves out the contact records that stand on the timeline as a call's note:
// one thing happened, and it is told once.
func (r *Records) untold(ctx context.Context, ref crm.Ref, e *crm.Entity, rows []*Row) ([]*Row, error) {
	calls := map[crm.ID]crm.ID{}
	for _, row := range rows {
		if call, err := crm.ParseID(row.Text("call")); e.Name == activity && err == nil {
			calls[row.ID] = call
		}
	}
	r.mu.Lock()
	sources := r.sources
	r.mu.Unlock()
	for _, s := range sources {
		if len(calls) == 0 {
			return rows, nil
		}
		told, err := s.Notes(ctx, ref, calls)
		if err != nil {
			return nil, err
		}
		rows = slices.DeleteFunc(rows, func(row *Row) bool { return told[row.ID] })
	}
	return rows, nil
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
