package records

import (
	"context"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/phone"
	"bellhop/hub/rights"
	"bellhop/hub/search"
	"bellhop/hub/store"
)

// blind tells whether the words of an entity hold something this user may not see.
// Then being found would tell it.
func blind(who *rights.Rights, e *crm.Entity) bool {
	for i := range e.Fields {
		f := &e.Fields[i]
		if (f.Search || f.Type == field.Phones) && !who.MayCompare(e, f) {
			return true
		}
	}
	return false
}

// cover masks what is masked in lists alone.
func cover(who *rights.Rights, rows []*Row) {
	for _, row := range rows {
		who.Cover(&row.Record)
	}
}

// maxSeenPages bounds how far one request looks for matches the user may know of.
const maxSeenPages = 20

// querySeen is Query with words for a user who is blind to some of the fields: what
// the index finds is kept if it would also be found by what he sees, or by a masked
// value typed whole. A page may hold more rows than asked for, and fewer at the end.
func (r *Records) querySeen(ctx context.Context, who *rights.Rights, e *crm.Entity, q crm.Query) (*Page, error) {
	area, err := r.store.Setting(ctx, "area_code")
	if err != nil {
		return nil, err
	}
	seen := sight{who: who, e: e, words: search.Parse(q.Search), typed: search.Fold(q.Search), number: phone.Normalise(q.Search, area).Canonical}
	page := &Page{Rows: []*Row{}}
	list, next, err := r.seenPage(ctx, seen, q, q.Limit)
	if err != nil {
		return nil, err
	}
	if page.Rows, err = r.show(ctx, who, list); err != nil {
		return nil, err
	}
	cover(who, page.Rows)
	page.Next = next
	if !q.Count {
		return page, nil
	}
	q.After, q.Limit = "", MaxLimit
	all, more, err := r.seenPage(ctx, seen, q, store.CountCap+1)
	page.Count, page.Capped = min(len(all), store.CountCap), more != "" || len(all) > store.CountCap
	return page, err
}

func (r *Records) seenPage(ctx context.Context, seen sight, q crm.Query, want int) (list []*store.RecordRow, next string, err error) {
	for range maxSeenPages {
		var rows []*store.RecordRow
		rows, next, err = r.store.Records(ctx, r.store.Read(), r.Schema(), &q, seen.who.Scope(q.Entity, rights.Edit))
		if err != nil {
			return nil, "", err
		}
		for _, row := range rows {
			if seen.finds(&row.Record) {
				list = append(list, row)
			}
		}
		if next == "" || len(list) >= want {
			break
		}
		q.After = next
	}
	return list, next, nil
}

// sight is what one user typed, and may find by it.
type sight struct {
	who    *rights.Rights
	e      *crm.Entity
	words  []search.Word
	typed  string
	number string
}

func (s *sight) finds(rec *crm.Record) bool {
	open := map[string]any{}
	for key, v := range rec.Values {
		f, ok := s.e.Field(key)
		switch {
		case !ok:
		case s.who.MayCompare(s.e, f):
			open[key] = v
		case s.who.MayMatch(s.e, f) && s.whole(v):
			return true
		}
	}
	return search.Matches(Document(s.e, open), s.words)
}

// whole tells that a masked value was typed as it is.
func (s *sight) whole(v any) bool {
	switch v := v.(type) {
	case string:
		return v != "" && search.Fold(v) == s.typed
	case []field.Phone:
		for _, p := range v {
			if p.Number == s.number {
				return true
			}
		}
	}
	return false
}
