package telephony

import (
	"context"
	"slices"
	"strings"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/phone"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// card makes the whole card as the user may see it. Everything on it is within his
// rights before it leaves here (TEL-11).
func (p *picture) card(ctx context.Context, who *rights.Rights) (*Card, error) {
	seen, err := p.sight(ctx, who)
	if err != nil {
		return nil, err
	}
	card := &Card{
		Call: p.lineOf(ctx, who, seen), Mine: Mine{Addressed: p.addresses(who.User)},
		Recent: []Recent{}, Candidates: []Candidate{}, Near: []Candidate{},
	}
	for _, d := range p.doings {
		if d.User == who.User.ID {
			card.Mine.Closed, card.Note = d.Closed, OwnNote{Version: d.Version, Text: d.Note}
		}
	}
	if seen.reads {
		if err := p.addParty(ctx, who, seen.match, card); err != nil {
			return nil, err
		}
	}
	if card.Candidates, err = p.candidates(ctx, who, seen.shared, maxMatches); err != nil {
		return nil, err
	}
	if seen.caller == callerUnknown {
		near, missed, err := p.near(ctx)
		if err != nil {
			return nil, err
		}
		card.MissedBefore = missed
		near = slices.DeleteFunc(slices.Clone(near), func(m *match) bool { return !m.concerns(who) })
		if card.Near, err = p.candidates(ctx, who, near, maxNear); err != nil {
			return nil, err
		}
	}
	card.Actions = p.actions(who, seen)
	return card, nil
}

const maxNear = 3

// The fields of other records that the card is made of.
var (
	openTickets       = []any{"new", "doing", "waiting"}
	openOpportunities = []any{"lead", "need", "offer", "talks"}
	countedOrders     = []any{"confirmed", "shipped", "done"}
)

func (p *picture) addParty(ctx context.Context, who *rights.Rights, m *match, card *Card) error {
	e, ok := p.service.records.Schema().Entity(m.party.Entity)
	if !ok {
		return nil
	}
	card.Party = p.party(who, e, m)
	v := &view{staff: p.staff, who: who}
	var err error
	if card.Recent, err = v.recent(ctx, m, p.call.ID); err != nil {
		return err
	}
	if m.party.Entity != "customer" {
		return nil
	}
	if card.Balance, err = v.balance(ctx, e, m, p.service.now()); err != nil {
		return err
	}
	if card.Tickets, err = v.tickets(ctx, m.party); err != nil {
		return err
	}
	if card.Opportunities, err = v.opportunities(ctx, m.party); err != nil {
		return err
	}
	card.Orders, err = v.orders(ctx, m.party)
	return err
}

func (p *picture) party(who *rights.Rights, e *crm.Entity, m *match) *Party {
	v := &view{staff: p.staff, who: who}
	record := m.record.Record
	party := &Party{
		Entity: m.party.Entity, ID: m.party.ID, Label: record.Label, KindLabel: p.service.records.EntityLabel(who.User.Lang, e),
		Level: v.tag(e, &record, e.Phone.Badge), Company: v.textOf(e, &record, "company"),
	}
	if !m.private {
		party.Owner = p.person(record.Owner)
	}
	if m.contact != nil {
		people, _ := p.service.records.Schema().Entity(contactEntity)
		party.Company, party.Label = party.Label, m.contact.Label
		party.Contact = &Named{ID: m.contact.ID, Label: m.contact.Label, Title: v.textOf(people, &m.contact.Record, "title")}
	}
	return party
}

func (p *picture) actions(who *rights.Rights, seen sight) Actions {
	c := p.call
	a := Actions{
		Open: seen.reads, Create: []string{}, Start: []string{},
		Take: c.Handler == 0 && c.State != store.Ended,
	}
	may := func(entity string) bool { return who.May(entity, rights.Create) }
	switch {
	case seen.reads:
		for _, kind := range []string{"quote", "order", "ticket", "opportunity", "schedule"} {
			if may(kind) && p.service.refersTo(kind, seen.match.party.Entity) {
				a.Start = append(a.Start, kind)
			}
		}
	case seen.match != nil: // somebody else's
	case seen.caller == callerShared:
		a.Create = slices.DeleteFunc([]string{"customer", "contact"}, func(kind string) bool { return !may(kind) })
	default:
		a.Create = slices.DeleteFunc([]string{"customer", "contact", "lead"}, func(kind string) bool { return !may(kind) })
	}
	number := phone.Normalise(c.Number, "")
	a.SMS = (number.Kind == phone.Mobile || number.Kind == phone.Foreign) && (seen.match == nil || seen.reads)
	return a
}

// refersTo tells whether a new record of entity can name a party of that kind.
func (s *Service) refersTo(entity, party string) bool {
	e, ok := s.records.Schema().Entity(entity)
	return ok && slices.ContainsFunc(e.Fields, func(f field.Field) bool { return f.Ref == party })
}

// candidates are matches as the user may see them, the one with the newest contact
// first.
func (p *picture) candidates(ctx context.Context, who *rights.Rights, matches []*match, limit int) ([]Candidate, error) {
	v := &view{staff: p.staff, who: who}
	list := make([]Candidate, 0, len(matches))
	for _, m := range matches {
		reads, err := p.reads(ctx, who, m)
		if err != nil {
			return nil, err
		}
		c, err := v.candidate(ctx, m, reads)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	slices.SortStableFunc(list, func(a, b Candidate) int { return int(min(max(lastAt(b)-lastAt(a), -1), 1)) })
	return list[:min(len(list), limit)], nil
}

func lastAt(c Candidate) int64 {
	if c.Last == nil {
		return 0
	}
	return c.Last.At
}

// view reads records of all kinds with one user's rights.
type view struct {
	*staff
	who *rights.Rights
}

// tag is a record's chosen option, nil when it has none or the user may not see it.
func (v *view) tag(e *crm.Entity, r *crm.Record, key string) *Tag {
	f, ok := e.Field(key)
	if !ok || !v.who.MayCompare(e, f) {
		return nil
	}
	option, ok := f.Option(r.Text(key))
	if !ok {
		return nil
	}
	return &Tag{Label: v.service.records.OptionLabel(v.who.User.Lang, e, f, option.ID), Tone: option.Tone}
}

func (v *view) textOf(e *crm.Entity, r *crm.Record, key string) string {
	f, ok := e.Field(key)
	switch {
	case !ok || !v.who.MayRead(e, f):
		return ""
	case v.who.Masks(e, f):
		return rights.MaskText(r.Text(key))
	}
	return r.Text(key)
}

func (v *view) amount(e *crm.Entity, r *crm.Record, key string) *field.Money {
	f, ok := e.Field(key)
	if !ok || !v.who.MayCompare(e, f) {
		return nil
	}
	if m, ok := r.Values[key].(field.Money); ok {
		return &m
	}
	return nil
}

// query is a question about the records of one party; nil when the user may not ask.
func (v *view) query(entity string, party crm.Ref, limit int, more ...crm.Filter) (*crm.Entity, *crm.Query) {
	e, ok := v.service.records.Schema().Entity(entity)
	if !ok || !v.who.May(entity, rights.Read) {
		return nil, nil
	}
	all := append([]crm.Filter{{Field: party.Entity, Op: field.Eq, Value: int64(party.ID)}}, more...)
	return e, &crm.Query{
		Entity: entity, Scope: v.who.Scope(entity, rights.Read), Filter: &crm.Filter{And: all},
		Sort: crm.Sort{Field: "createdAt", Desc: true}, Limit: limit,
	}
}

func (v *view) read(ctx context.Context, q *crm.Query) ([]*store.RecordRow, error) {
	s := v.service.store
	rows, _, err := s.Records(ctx, s.Read(), v.service.records.Schema(), q, crm.Scope{})
	for _, row := range rows {
		v.who.Prune(&row.Record)
	}
	return rows, err
}

// newest reads the newest record of a query and counts them all.
func (v *view) newest(ctx context.Context, q *crm.Query) (*store.RecordRow, int, error) {
	rows, err := v.read(ctx, q)
	if err != nil || len(rows) == 0 {
		return nil, 0, err
	}
	s := v.service.store
	n, _, err := s.CountRecords(ctx, s.Read(), v.service.records.Schema(), q)
	return rows[0], n, err
}

func (v *view) tickets(ctx context.Context, party crm.Ref) (*Tickets, error) {
	_, q := v.query("ticket", party, 1, crm.Filter{Field: "state", Op: field.In, Value: openTickets})
	if q == nil {
		return nil, nil
	}
	row, n, err := v.newest(ctx, q)
	if err != nil || row == nil {
		return nil, err
	}
	return &Tickets{Count: n, Newest: &Ticket{ID: row.ID, No: row.Text("no"), Title: row.Text("title")}}, nil
}

func (v *view) opportunities(ctx context.Context, party crm.Ref) (*Opportunities, error) {
	e, q := v.query("opportunity", party, 1, crm.Filter{Field: "stage", Op: field.In, Value: openOpportunities})
	if q == nil {
		return nil, nil
	}
	row, n, err := v.newest(ctx, q)
	if err != nil || row == nil {
		return nil, err
	}
	return &Opportunities{Count: n, Newest: &Opportunity{ID: row.ID, Title: row.Label, Amount: v.amount(e, &row.Record, "amount")}}, nil
}

const shownOrders = 3

func (v *view) orders(ctx context.Context, party crm.Ref) ([]Order, error) {
	e, q := v.query("order", party, shownOrders, crm.Filter{Field: "state", Op: field.In, Value: countedOrders})
	if q == nil {
		return nil, nil
	}
	rows, err := v.read(ctx, q)
	orders := make([]Order, 0, len(rows))
	for _, row := range rows {
		date, _ := row.Values["date"].(field.Date)
		orders = append(orders, Order{ID: row.ID, No: row.Text("no"), Date: string(date),
			Amount: v.amount(e, &row.Record, "amount"), State: v.tag(e, &row.Record, "state")})
	}
	return orders, err
}

// balance is what the customer owes and what of it should be paid by now.
func (v *view) balance(ctx context.Context, e *crm.Entity, m *match, now time.Time) (*Balance, error) {
	if f, ok := e.Field("balance"); !ok || !v.who.MayCompare(e, f) {
		return nil, nil
	}
	due, ok := m.record.Values["balance"].(field.Money)
	if !ok || due.Currency == "" {
		due.Currency = "CNY"
	}
	b := &Balance{Due: due, Overdue: field.Money{Currency: due.Currency}}
	if due.Units == 0 {
		return b, nil
	}
	orders, q := v.query("order", m.party, 1, crm.Filter{Field: "due", Op: field.Lt, Value: now.Format(time.DateOnly)})
	if q == nil {
		return b, nil
	}
	if f, ok := orders.Field("balance"); !ok || !v.who.MayCompare(orders, f) {
		return nil, nil
	}
	s := v.service.store
	sums, err := s.SumAmounts(ctx, s.Read(), v.service.records.Schema(), q, "balance")
	b.Overdue.Units = max(0, sums[due.Currency])
	return b, err
}

const (
	shownRecent = 3
	recentRunes = 120
)

// activities are the newest contact records of a match.
func (v *view) activities(ctx context.Context, m *match, limit int) ([]*store.RecordRow, error) {
	about := m.party
	e, _ := v.service.records.Schema().Entity(activityEntity)
	if _, ok := e.Field(about.Entity); !ok {
		return nil, nil // a private contact has none
	}
	_, q := v.query(activityEntity, about, limit)
	if q == nil {
		return nil, nil
	}
	q.Sort.Field = "at"
	return v.read(ctx, q)
}

// recent are the last contact records, without the one this call is becoming.
func (v *view) recent(ctx context.Context, m *match, call crm.ID) ([]Recent, error) {
	rows, err := v.activities(ctx, m, shownRecent+1)
	if err != nil {
		return nil, err
	}
	list := []Recent{}
	for _, row := range rows {
		if row.Text("call") == call.String() || len(list) == shownRecent {
			continue
		}
		at, _ := row.Values["at"].(int64)
		list = append(list, Recent{At: at, Kind: row.Text("kind"), Who: v.name(row.Owner), Text: oneLine(row.Text("text"))})
	}
	return list, nil
}

func (v *view) candidate(ctx context.Context, m *match, reads bool) (Candidate, error) {
	e, _ := v.service.records.Schema().Entity(m.party.Entity)
	c := Candidate{Entity: m.party.Entity}
	if !m.private {
		c.Owner = v.name(m.record.Owner)
	}
	lang := v.who.User.Lang
	if !reads {
		kind := map[string]string{"kind": v.service.records.EntityLabel(lang, e)}
		c.Label = v.service.records.Schema().Labels.Text(lang, "call.existing", kind)
		return c, nil
	}
	c.ID, c.Label, c.Sub = m.party.ID.String(), m.record.Label, v.service.records.EntityLabel(lang, e)
	if m.contact != nil {
		people, _ := v.service.records.Schema().Entity(contactEntity)
		title := v.textOf(people, &m.contact.Record, "title")
		c.Contact = &Named{ID: m.contact.ID, Label: m.contact.Label, Title: title}
		c.Sub = strings.Trim(m.contact.Label+" · "+title, " ·")
	}
	rows, err := v.activities(ctx, m, 1)
	if err == nil && len(rows) == 1 {
		at, _ := rows[0].Values["at"].(int64)
		c.Last = &Last{At: at, Text: oneLine(rows[0].Text("text"))}
	}
	return c, err
}

func oneLine(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > recentRunes {
		return string(runes[:recentRunes]) + "…"
	}
	return text
}
