package telephony

import (
	"context"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/phone"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// match is one party a number may belong to, and the person there if the number is
// his. It holds the records whole: whoever shows it applies the user's rights first.
type match struct {
	party   crm.Ref
	record  *store.RecordRow
	contact *store.RecordRow // nil when the number is the party's own
	private bool             // only its owner may know of it
	number  string           // as stored there
}

func (m *match) contactID() crm.ID {
	if m.contact == nil {
		return 0
	}
	return m.contact.ID
}

// maxMatches bounds the candidates of one number.
const maxMatches = 20

// contactEntity is the one entity whose records are people at a party.
const contactEntity = "contact"

// match finds whose number it is: the rungs of hub/phone.Keys in order, and on the
// first that holds anybody, everybody on it.
func (s *Service) match(ctx context.Context, number phone.Number) ([]*match, error) {
	if number.Kind == phone.None || number.Kind == phone.Internal {
		return nil, nil
	}
	keys := number.Keys(s.settings(ctx).areaCode)
	tail := keys.Tail
	if !keys.TailCounts {
		tail = ""
	}
	for _, rung := range []struct {
		find  func(context.Context, string, int) ([]store.PhoneHit, error)
		value string
	}{
		{s.store.PhonesExact, keys.Exact},
		{s.store.PhonesExact, keys.Local},
		{s.store.PhonesTail, tail},
	} {
		hits, err := rung.find(ctx, rung.value, maxMatches)
		if err != nil {
			return nil, err
		}
		matches, err := s.parties(ctx, hits)
		if err != nil || len(matches) > 0 {
			return matches, err
		}
	}
	return nil, nil
}

// near finds who may have to do with an unknown number: the same last digits, the same
// switchboard.
func (s *Service) near(ctx context.Context, number phone.Number) ([]*match, error) {
	hits, err := s.store.PhonesTail(ctx, phone.Tail(number.Canonical), maxMatches)
	if err != nil {
		return nil, err
	}
	board, err := s.store.PhonesSwitchboard(ctx, phone.Switchboard(number.Canonical), maxMatches)
	if err != nil {
		return nil, err
	}
	return s.parties(ctx, append(hits, board...))
}

// parties reads the records behind the hits: each party once, with each of its people
// who has the number.
func (s *Service) parties(ctx context.Context, hits []store.PhoneHit) ([]*match, error) {
	var matches []*match
	seen := map[[2]crm.ID]bool{}
	withPerson := map[crm.Ref]bool{}
	for _, hit := range hits {
		m, err := s.partyOf(ctx, hit.Ref)
		if err != nil {
			return nil, err
		}
		if m == nil || seen[[2]crm.ID{m.party.ID, m.contactID()}] {
			continue
		}
		seen[[2]crm.ID{m.party.ID, m.contactID()}] = true
		m.number = hit.Canonical
		if m.contact != nil {
			withPerson[m.party] = true
		}
		matches = append(matches, m)
	}
	kept := matches[:0]
	for _, m := range matches {
		// A company's number that is also its manager's is the manager's.
		if m.contact != nil || !withPerson[m.party] {
			kept = append(kept, m)
		}
	}
	return kept, nil
}

// partyOf reads the party a record is, or belongs to. nil is a record that is gone.
func (s *Service) partyOf(ctx context.Context, ref crm.Ref) (*match, error) {
	record, err := s.whole(ctx, ref)
	if err != nil || record == nil {
		return nil, err
	}
	if ref.Entity != contactEntity {
		return s.matchOf(ref, record, nil), nil
	}
	parent, ok := s.employer(record)
	if !ok {
		return s.matchOf(ref, record, nil), nil // a contact without a company stands for itself
	}
	party, err := s.whole(ctx, parent)
	if err != nil || party == nil {
		return nil, err
	}
	return s.matchOf(parent, party, record), nil
}

func (s *Service) matchOf(ref crm.Ref, record, contact *store.RecordRow) *match {
	e, ok := s.records.Schema().Entity(ref.Entity)
	return &match{party: ref, record: record, contact: contact, private: ok && e.Access.Private}
}

// employer is the party a contact belongs to.
func (s *Service) employer(contact *store.RecordRow) (crm.Ref, bool) {
	e, _ := s.records.Schema().Entity(contactEntity)
	for _, key := range e.Access.Parents {
		f, _ := e.Field(key)
		if ref, ok := contact.Values[key].(field.Ref); ok && ref.ID != 0 {
			return crm.Ref{Entity: f.Ref, ID: crm.ID(ref.ID)}, true
		}
	}
	return crm.Ref{}, false
}

// whole reads a record without regard to rights, because a call has to find its
// caller before it is known who will look. nil is a record that is not there.
func (s *Service) whole(ctx context.Context, ref crm.Ref) (*store.RecordRow, error) {
	row, err := s.store.Record(ctx, s.store.Read(), s.records.Schema(), ref, crm.Scope{All: true}, crm.Scope{})
	if crm.IsCode(err, crm.NotFound) {
		return nil, nil
	}
	return row, err
}

// concerns tells whether the user may know of a match at all.
func (m *match) concerns(who *rights.Rights) bool {
	return !m.private || m.record.Owner == who.User.ID
}
