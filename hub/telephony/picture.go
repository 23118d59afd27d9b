package telephony

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/phone"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// picture is a call and everything around it that does not depend on who looks; cards
// are made of it, one for each set of rights. It lives for one moment: long enough to
// serve all pages that hear of one event, short enough to be true.
type picture struct {
	*staff
	at      time.Time
	turn    uint64 // of painting it
	call    *store.Call
	doings  []store.CallUser // in the order written
	matches []*match         // whom the call is filed under, else whom its number fits

	mu        sync.Mutex
	visible   map[visibility]bool
	neighbour []*match // of an unknown number, once asked for
	asked     bool
	missed    int
	made      map[string][]byte // JSON by variant
}

type visibility struct {
	user  crm.ID
	party crm.Ref
}

// pictures are those of this moment.
type pictures struct {
	sync.Mutex
	made map[crm.ID]*picture
	turn uint64
}

// truth is how long a picture serves; whatever changes a call makes a new one at once.
const truth = 200 * time.Millisecond

// picture gives the picture of a call, a new one when fresh is set.
func (s *Service) picture(ctx context.Context, id crm.ID, fresh bool) (*picture, error) {
	s.pictures.Lock()
	p := s.pictures.made[id]
	s.pictures.turn++
	turn := s.pictures.turn
	s.pictures.Unlock()
	if !fresh && p != nil && time.Since(p.at) < truth {
		return p, nil
	}
	c, err := s.store.Call(ctx, id)
	if err != nil {
		return nil, err
	}
	painted, err := s.paint(ctx, []*store.Call{c})
	if err != nil {
		return nil, err
	}
	painted[0].turn = turn
	return s.pictures.hang(id, painted[0]), nil
}

// hang keeps a picture and gives the newest: one whose turn came later has seen
// everything this one has, even if this one took longer to paint.
func (all *pictures) hang(id crm.ID, p *picture) *picture {
	all.Lock()
	defer all.Unlock()
	for old, was := range all.made {
		if time.Since(was.at) > truth {
			delete(all.made, old)
		}
	}
	if newer := all.made[id]; newer != nil && newer.turn > p.turn {
		return newer
	}
	all.made[id] = p
	return p
}

// paint makes the pictures of many calls, asking once for what they share.
func (s *Service) paint(ctx context.Context, calls []*store.Call) ([]*picture, error) {
	at := time.Now()
	crew, err := s.staff(ctx)
	if err != nil {
		return nil, err
	}
	ids := make([]crm.ID, len(calls))
	for i, c := range calls {
		ids[i] = c.ID
	}
	doings, err := store.CallUsers(ctx, s.store.Read(), ids...)
	if err != nil {
		return nil, err
	}
	known := map[any][]*match{}
	pictures := make([]*picture, len(calls))
	for i, c := range calls {
		p := &picture{staff: crew, at: at, call: c, doings: doings[c.ID],
			visible: map[visibility]bool{}, made: map[string][]byte{}}
		if p.matches, err = s.partiesOf(ctx, c, known); err != nil {
			return nil, err
		}
		pictures[i] = p
	}
	return pictures, nil
}

// partiesOf gives whom a call is filed under, or else all whom its number fits. known
// holds the answers so far.
func (s *Service) partiesOf(ctx context.Context, c *store.Call, known map[any][]*match) ([]*match, error) {
	if c.Party.ID != 0 {
		type filing struct {
			party   crm.Ref
			contact crm.ID
		}
		key := filing{c.Party, c.Contact}
		matches, ok := known[key]
		if !ok {
			m, err := s.filed(ctx, c.Party, c.Contact)
			if err != nil {
				return nil, err
			}
			if m != nil {
				matches = []*match{m}
			}
			known[key] = matches
		}
		if len(matches) > 0 {
			return matches, nil
		}
	}
	if c.Caller != store.CallerNumber {
		return nil, nil
	}
	matches, ok := known[c.RawNumber]
	if !ok {
		var err error
		if matches, err = s.match(ctx, s.numberOf(ctx, c)); err != nil {
			return nil, err
		}
		known[c.RawNumber] = matches
	}
	return matches, nil
}

// filed reads the party and person something is filed under; nil when the party has
// been deleted.
func (s *Service) filed(ctx context.Context, party crm.Ref, contact crm.ID) (*match, error) {
	record, err := s.whole(ctx, party)
	if err != nil || record == nil {
		return nil, err
	}
	m := s.matchOf(party, record, nil)
	if contact != 0 {
		m.contact, err = s.whole(ctx, crm.Ref{Entity: contactEntity, ID: contact})
	}
	return m, err
}

// numberOf gives a call's number as it was when it was heard, with its doubts.
func (s *Service) numberOf(ctx context.Context, c *store.Call) phone.Number {
	n := phone.Normalise(c.RawNumber, s.settings(ctx).areaCode)
	if n.Canonical != c.Number { // the area code was changed since
		n = phone.Normalise(c.Number, "")
	}
	return n
}

// addresses tells whether the call rings for the user: it is his line, and his caller
// display is on (TEL-13).
func (p *picture) addresses(user *crm.User) bool {
	group := p.groups[p.call.Line]
	return user.CallerDisplay && (len(group) == 0 || slices.Contains(group, user.ID))
}

// seen are the matches the user may know of.
func (p *picture) seen(who *rights.Rights) []*match {
	var seen []*match
	for _, m := range p.matches {
		if m.concerns(who) {
			seen = append(seen, m)
		}
	}
	return seen
}

// reads tells whether the user may read the party of a match.
func (p *picture) reads(ctx context.Context, who *rights.Rights, m *match) (bool, error) {
	key := visibility{who.User.ID, m.party}
	p.mu.Lock()
	is, ok := p.visible[key]
	p.mu.Unlock()
	if ok {
		return is, nil
	}
	is, err := p.service.records.Visible(ctx, who, m.party)
	if err == nil {
		p.mu.Lock()
		p.visible[key] = is
		p.mu.Unlock()
	}
	return is, err
}

// near are the neighbours of an unknown number, and how often it rang in vain.
func (p *picture) near(ctx context.Context) ([]*match, int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.asked {
		return p.neighbour, p.missed, nil
	}
	const month = 30 * 24 * 3600 * 1000
	c := p.call
	matches, err := p.service.near(ctx, p.service.numberOf(ctx, c))
	if err != nil {
		return nil, 0, err
	}
	missed, err := p.service.store.MissedBefore(ctx, c.Number, c.StartedAt-month, c.StartedAt)
	if err != nil {
		return nil, 0, err
	}
	p.neighbour, p.missed, p.asked = matches, missed, true
	return matches, missed, nil
}

// variant names the card (or line of the log) that this user sees. Users of one
// variant share the bytes: a card goes to a large office at the cost of a few.
func (p *picture) variant(ctx context.Context, who *rights.Rights) string {
	own := who.User.ID.String()
	if p.call.Handler == who.User.ID || slices.ContainsFunc(p.doings, func(d store.CallUser) bool { return d.User == who.User.ID }) ||
		slices.ContainsFunc(p.matches, func(m *match) bool { return m.private }) {
		return own
	}
	alike := who.Alike() + who.User.Lang
	if who.SeesAll() {
		return alike
	}
	switch len(p.matches) {
	case 0:
		if near, _, err := p.near(ctx); err == nil && len(near) == 0 {
			return alike
		}
	case 1:
		if reads, err := p.reads(ctx, who, p.matches[0]); err == nil && !reads {
			return alike + " restricted"
		}
	}
	return own
}

// json makes what build gives for a user, once for each variant.
func (p *picture) json(ctx context.Context, kind string, who *rights.Rights, build func() (any, error)) []byte {
	key := kind + p.variant(ctx, who)
	p.mu.Lock()
	data, ok := p.made[key]
	p.mu.Unlock()
	if ok {
		return data
	}
	v, err := build()
	if err == nil {
		data, err = json.Marshal(v)
	}
	if err != nil {
		p.service.log.Error("card not made", "call", p.call.ID, "user", who.User.ID, "err", err)
		return nil
	}
	p.mu.Lock()
	p.made[key] = data
	p.mu.Unlock()
	return data
}

// publishCall tells every page of a call that changed: its card first, to those it
// rings for, then its line in the log.
func (s *Service) publishCall(ctx context.Context, id crm.ID) {
	if _, err := s.picture(ctx, id, true); err != nil {
		s.log.Error("call not told to the pages", "call", id, "err", err)
		return
	}
	s.live.Publish("card", id.String(), func(user crm.ID) []byte { return s.render(id, user, (*picture).cardJSON) })
	s.live.Publish("call", id.String(), func(user crm.ID) []byte { return s.render(id, user, (*picture).lineJSON) })
}

// render runs while the live hub publishes or replays; it must not publish itself.
func (s *Service) render(id, user crm.ID, as func(*picture, context.Context, *rights.Rights) []byte) []byte {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	p, err := s.picture(ctx, id, false)
	if err != nil {
		s.log.Error("call not told to a page", "call", id, "user", user, "err", err)
		return nil
	}
	who := p.who(user)
	if who == nil {
		return nil
	}
	return as(p, ctx, who)
}

func (p *picture) cardJSON(ctx context.Context, who *rights.Rights) []byte {
	if !p.addresses(who.User) || !who.May(rights.Calls, rights.Read) {
		return nil
	}
	return p.json(ctx, "card ", who, func() (any, error) { return p.card(ctx, who) })
}

func (p *picture) lineJSON(ctx context.Context, who *rights.Rights) []byte {
	if !who.May(rights.Calls, rights.Read) {
		return nil
	}
	return p.json(ctx, "call ", who, func() (any, error) { return p.line(ctx, who) })
}
