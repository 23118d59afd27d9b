package telephony

import (
	"context"
	"maps"
	"slices"

	"bellhop/hub/crm"
	"bellhop/hub/phone"
	"bellhop/hub/records"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// LogQuery asks for lines of the call log (TEL-14). Number is as typed: a whole number
// is looked up, a part of one is searched.
type LogQuery struct {
	store.CallQuery
	Typed string
	Count bool
}

// LogPage is a page of the log, newest first.
type LogPage struct {
	Rows   []*Call `json:"rows"`
	Next   string  `json:"next,omitempty"`
	Count  *int    `json:"count,omitempty"`
	Capped bool    `json:"capped,omitempty"`
}

const maxPage = 200

// Log answers a query as the user may see it. A party outside his rights isn't there.
func (s *Service) Log(ctx context.Context, who *rights.Rights, q LogQuery) (*LogPage, error) {
	if q.Party.ID != 0 {
		if err := s.mustRead(ctx, who, q.Party); err != nil {
			return nil, err
		}
	}
	s.number(ctx, &q)
	if q.Limit <= 0 || q.Limit > maxPage {
		q.Limit = min(max(q.Limit, 50), maxPage)
	}
	calls, next, err := s.store.Calls(ctx, q.CallQuery)
	if err != nil {
		return nil, err
	}
	page := &LogPage{Next: next}
	if page.Rows, err = s.lineOfEach(ctx, who, calls); err != nil {
		return nil, err
	}
	if q.Digits != "" {
		// A number that is kept from the user is not found by a piece of it.
		page.Rows = slices.DeleteFunc(page.Rows, hidden)
		if q.Count && !who.SeesAll() {
			return page, s.countSeen(ctx, who, q, page)
		}
	}
	if !q.Count {
		return page, nil
	}
	n, capped, err := s.store.CountCalls(ctx, q.CallQuery)
	page.Count, page.Capped = &n, capped
	return page, err
}

func hidden(c *Call) bool { return c.Number == "" && c.Display != "" }

// countSeen counts the calls of which the user may see the number.
func (s *Service) countSeen(ctx context.Context, who *rights.Rights, q LogQuery, page *LogPage) error {
	n := 0
	q.After, q.Limit = "", maxPage
	for range store.CountCap / maxPage {
		calls, next, err := s.store.Calls(ctx, q.CallQuery)
		if err != nil {
			return err
		}
		lines, err := s.lineOfEach(ctx, who, calls)
		if err != nil {
			return err
		}
		n += len(slices.DeleteFunc(lines, hidden))
		if q.After = next; next == "" {
			break
		}
	}
	page.Count, page.Capped = &n, q.After != ""
	return nil
}

func (s *Service) number(ctx context.Context, q *LogQuery) {
	if q.Typed == "" {
		return
	}
	n := phone.Normalise(q.Typed, s.settings(ctx).areaCode)
	switch {
	case n.Kind == phone.None:
		q.Number = q.Typed // digits it has none: nobody has this number
	case n.Uncertain || n.Kind == phone.Internal || n.Kind == phone.Odd:
		q.Digits = phone.Digits(q.Typed)
	default:
		q.Number = n.Canonical
	}
}

func (s *Service) mustRead(ctx context.Context, who *rights.Rights, party crm.Ref) error {
	reads, err := s.records.Visible(ctx, who, party)
	if err != nil || !reads {
		return orNotFound(err)
	}
	return nil
}

func (s *Service) lineOfEach(ctx context.Context, who *rights.Rights, calls []*store.Call) ([]*Call, error) {
	pictures, err := s.paint(ctx, calls)
	if err != nil {
		return nil, err
	}
	lines := make([]*Call, len(pictures))
	for i, p := range pictures {
		if lines[i], err = p.line(ctx, who); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

// Timeline implements records.Source: the calls and texts of a party or person.
func (s *Service) Timeline(ctx context.Context, who *rights.Rights, lang string, ref crm.Ref, atOrBefore int64, limit int) ([]records.Item, error) {
	e, ok := s.records.Schema().Entity(ref.Entity)
	if !ok || !e.Party {
		return nil, nil
	}
	var calls []*store.Call
	var texts []*store.SMS
	var err error
	if who.May(rights.Calls, rights.Read) {
		if calls, _, err = s.store.Calls(ctx, store.CallQuery{Party: ref, To: atOrBefore + 1, Limit: limit}); err != nil {
			return nil, err
		}
	}
	if who.May(rights.Texts, rights.Read) {
		if texts, _, err = s.store.SMSPage(ctx, store.SMSQuery{Party: ref, To: atOrBefore + 1, Limit: limit}); err != nil {
			return nil, err
		}
	}
	lines, err := s.lineOfEach(ctx, who, calls)
	if err != nil {
		return nil, err
	}
	items := make([]records.Item, 0, len(lines)+len(texts))
	for _, c := range lines {
		items = append(items, records.Item{
			ID: "call:" + c.ID.String(), At: c.StartedAt, Kind: "call", Title: s.text(lang, "timeline.call."+c.Direction), Call: c,
			Record: s.noteRecord(lang, c),
		})
	}
	for _, m := range texts {
		line, err := s.smsOf(ctx, who, m)
		if err != nil {
			return nil, err
		}
		items = append(items, records.Item{
			ID: "sms:" + m.ID.String(), At: m.At, Kind: "sms", Title: s.text(lang, "timeline.sms."+m.Direction), Text: m.Text, SMS: line,
		})
	}
	return items, nil
}

// noteRecord is the contact record of a call's first note, nil where there is none.
func (s *Service) noteRecord(lang string, c *Call) *records.ItemRecord {
	e, ok := s.records.Schema().Entity(activityEntity)
	for _, n := range c.Notes {
		if ok && n.activity != 0 {
			return &records.ItemRecord{Ref: crm.Ref{Entity: e.Name, ID: n.activity}, Label: n.Text, EntityLabel: s.records.EntityLabel(lang, e)}
		}
	}
	return nil
}

// Notes implements records.Source.
func (s *Service) Notes(ctx context.Context, ref crm.Ref, calls map[crm.ID]crm.ID) (map[crm.ID]bool, error) {
	told := map[crm.ID]bool{}
	doings, err := store.CallUsers(ctx, s.store.Read(), slices.Collect(maps.Values(calls))...)
	if err != nil {
		return nil, err
	}
	for record, id := range calls {
		if !slices.ContainsFunc(doings[id], func(d store.CallUser) bool { return d.Activity == record }) {
			continue
		}
		c, err := s.store.Call(ctx, id)
		if err != nil {
			return nil, err
		}
		told[record] = c.Party == ref || ref.Entity == contactEntity && c.Contact == ref.ID
	}
	return told, nil
}

func (s *Service) text(lang, key string) string {
	return s.records.Schema().Labels.Text(lang, key, nil)
}
