package telephony

import (
	"context"
	"encoding/json"

	"bellhop/hub/crm"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// Take makes the user the call's handler. The first wins; who comes second is told who
// was first (TEL-12).
func (s *Service) Take(ctx context.Context, who *rights.Rights, id crm.ID) (*Card, error) {
	won, err := s.store.TakeCall(ctx, id, who.User.ID)
	if err != nil {
		return nil, err
	}
	if !won {
		c, err := s.store.Call(ctx, id)
		if err != nil {
			return nil, err
		}
		if c.Handler != who.User.ID {
			return nil, s.taken(ctx, c.Handler)
		}
		return s.Card(ctx, who, id)
	}
	s.publishCall(ctx, id)
	return s.Card(ctx, who, id)
}

func (s *Service) taken(ctx context.Context, handler crm.ID) error {
	name := ""
	if u, err := s.store.User(ctx, handler); err == nil {
		name = u.Name
	}
	return &crm.Error{Code: crm.Conflict, Key: "call.taken", Args: map[string]string{"name": name}}
}

// Target is what a call or text is filed under.
type Target struct {
	Entity  string `json:"entity"`
	ID      crm.ID `json:"id"`
	Contact crm.ID `json:"contact"`
}

// resolve checks a target against the user's rights and turns a contact into its
// party.
func (s *Service) resolve(ctx context.Context, who *rights.Rights, t Target) (party crm.Ref, contact crm.ID, err error) {
	e, ok := s.records.Schema().Entity(t.Entity)
	if !ok || !e.Party {
		return party, 0, &crm.Error{Code: crm.Invalid, Key: "call.no_party", Field: "entity"}
	}
	if t.Contact == 0 && t.Entity == contactEntity {
		t.Contact = t.ID
	}
	m, err := s.partyOf(ctx, crm.Ref{Entity: t.Entity, ID: t.ID})
	if err != nil {
		return party, 0, err
	}
	if m == nil {
		return party, 0, crm.ErrNotFound
	}
	if reads, err := s.records.Visible(ctx, who, m.party); err != nil || !reads {
		return party, 0, orNotFound(err)
	}
	if t.Contact == 0 || m.contactID() == t.Contact || m.party.ID == t.Contact {
		return m.party, m.contactID(), nil
	}
	person, err := s.partyOf(ctx, crm.Ref{Entity: contactEntity, ID: t.Contact})
	if err != nil {
		return party, 0, err
	}
	if person == nil || person.party != m.party {
		return party, 0, &crm.Error{Code: crm.Invalid, Key: "call.contact_elsewhere", Field: "contact"}
	}
	return m.party, t.Contact, nil
}

func orNotFound(err error) error {
	if err != nil {
		return err
	}
	return crm.ErrNotFound
}

// Link files the call under one party, and no other (TEL-08, TEL-10).
func (s *Service) Link(ctx context.Context, who *rights.Rights, id crm.ID, to Target) (*Card, error) {
	party, contact, err := s.resolve(ctx, who, to)
	if err != nil {
		return nil, err
	}
	err = s.edit(ctx, who, id, func(c *store.Call) {
		c.Party, c.Contact, c.PartyBy, c.IgnoredBy = party, contact, who.User.ID, 0
	})
	if err != nil {
		return nil, err
	}
	return s.Card(ctx, who, id)
}

// Ignore says that the caller is nobody to keep.
func (s *Service) Ignore(ctx context.Context, who *rights.Rights, id crm.ID) (*Card, error) {
	err := s.edit(ctx, who, id, func(c *store.Call) { c.IgnoredBy = who.User.ID })
	if err != nil {
		return nil, err
	}
	return s.Card(ctx, who, id)
}

// edit changes a call for a user, who must not be kept from its present party.
func (s *Service) edit(ctx context.Context, who *rights.Rights, id crm.ID, change func(*store.Call)) error {
	p, err := s.picture(ctx, id, true)
	if err != nil {
		return err
	}
	seen, err := p.sight(ctx, who)
	if err != nil {
		return err
	}
	if seen.match != nil && !seen.reads {
		return errOutside
	}
	var edited *store.Call
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		if edited, err = store.CallIn(ctx, tx, id); err != nil {
			return err
		}
		change(edited)
		return store.PutCall(ctx, tx, edited)
	})
	if err != nil {
		return err
	}
	s.publishCall(ctx, id)
	s.fileNotes(ctx, edited, 0)
	return nil
}

var errOutside = &crm.Error{Code: crm.Forbidden, Key: "call.outside_rights"}

// CloseCard puts the card away on all pages of this user, and of nobody else.
func (s *Service) CloseCard(ctx context.Context, who *rights.Rights, id crm.ID) error {
	if _, err := s.store.Call(ctx, id); err != nil {
		return err
	}
	if err := s.store.CloseCall(ctx, id, who.User.ID); err != nil {
		return err
	}
	data, _ := json.Marshal(map[string]crm.ID{"call": id})
	s.live.Publish("closed", id.String(), func(user crm.ID) []byte {
		if user == who.User.ID {
			return data
		}
		return nil
	})
	return nil
}

// Card makes the card of a call as the user may see it.
func (s *Service) Card(ctx context.Context, who *rights.Rights, id crm.ID) (*Card, error) {
	p, err := s.picture(ctx, id, true)
	if err != nil {
		return nil, err
	}
	return p.card(ctx, who)
}

// Call makes the line of a call in the log as the user may see it.
func (s *Service) Call(ctx context.Context, who *rights.Rights, id crm.ID) (*Call, error) {
	p, err := s.picture(ctx, id, true)
	if err != nil {
		return nil, err
	}
	return p.line(ctx, who)
}

// How long a call that has ended still has a card for a page that was away: as long as
// a page that was there shows it.
const (
	keptEnded  = 20_000
	keptMissed = 60_000
)

// Active tells what goes on: the cards of this user's calls, and all lines.
func (s *Service) Active(ctx context.Context, who *rights.Rights) (*Active, error) {
	now := s.now().UnixMilli()
	calls, err := s.store.RecentCalls(ctx, now-keptMissed)
	if err != nil {
		return nil, err
	}
	pictures, err := s.paint(ctx, calls)
	if err != nil {
		return nil, err
	}
	active := &Active{Cards: []*Card{}, Lines: s.Lines(ctx, who.User.Lang), Connected: s.Connected()}
	for _, p := range pictures {
		c := p.call
		if c.State == store.Ended && c.Outcome != "missed" && c.EndedAt < now-keptEnded || !p.addresses(who.User) || !who.May(rights.Calls, rights.Read) {
			continue
		}
		card, err := p.card(ctx, who)
		if err != nil {
			return nil, err
		}
		if !card.Mine.Closed {
			active.Cards = append(active.Cards, card)
		}
	}
	return active, nil
}
