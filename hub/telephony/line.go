package telephony

import (
	"context"
	"slices"

	"bellhop/hub/field"
	"bellhop/hub/phone"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// sight is how one user sees the caller.
type sight struct {
	caller string
	match  *match   // of a known caller
	reads  bool     // the user may read the known party
	shared []*match // of a shared number
}

func (p *picture) sight(ctx context.Context, who *rights.Rights) (sight, error) {
	seen := p.seen(who)
	switch {
	case len(seen) == 1:
		reads, err := p.reads(ctx, who, seen[0])
		return sight{caller: callerKnown, match: seen[0], reads: reads}, err
	case len(seen) > 1:
		return sight{caller: callerShared, shared: seen}, nil
	case p.call.Caller == store.CallerNumber:
		return sight{caller: callerUnknown}, nil
	}
	return sight{caller: p.call.Caller}, nil
}

// line makes the call's line in the log as the user may see it.
func (p *picture) line(ctx context.Context, who *rights.Rights) (*Call, error) {
	seen, err := p.sight(ctx, who)
	if err != nil {
		return nil, err
	}
	return p.lineOf(ctx, who, seen), nil
}

func (p *picture) lineOf(ctx context.Context, who *rights.Rights, seen sight) *Call {
	c := p.call
	origin := phone.OriginOf(c.Number, who.User.Lang)
	call := &Call{
		ID: c.ID, Line: c.Line, LineLabel: p.service.lineLabel(ctx, who.User.Lang, c.Line), Direction: c.Direction, State: c.State,
		Outcome: c.Outcome, StartedAt: c.StartedAt, AnsweredAt: c.AnsweredAt, EndedAt: c.EndedAt, TalkMS: c.TalkMS,
		Number: c.Number, Display: phone.Pretty(c.Number), Caller: seen.caller, Place: origin.Place,
		Carrier: origin.Carrier, CallerName: c.Name, Handler: p.person(c.Handler), Ignored: c.IgnoredBy != 0,
		BurstEnd: c.BurstEnd, Notes: []Note{},
	}
	if p.hidesNumber(who, seen) {
		call.Number, call.Display, call.CallerName = "", rights.MaskNumber(phone.Digits(call.Display)), ""
	}
	if seen.match != nil && !seen.reads {
		call.Restricted = &Owner{Owner: p.name(seen.match.record.Owner)}
	} else {
		call.Party = refOf(seen.match)
		call.Notes = p.notes()
	}
	if c.Recording.State != "" {
		call.Recording = &Recording{
			State: c.Recording.State, DurationMS: c.Recording.MS, Complete: c.Recording.Complete,
			Why: c.Recording.Why, Play: c.Recording.State == store.RecordingReady && p.mayPlay(who, seen),
		}
	}
	p.keeping(ctx, who, seen, call)
	return call
}

// hidesNumber tells that the user sees but a part of the number: it is of somebody
// else's customer, or numbers of such records are masked or hidden from him. Whoever it
// is still rings and is called back; he is told by his owner's name.
func (p *picture) hidesNumber(who *rights.Rights, seen sight) bool {
	matches := seen.shared
	if seen.match != nil {
		if !seen.reads {
			return true
		}
		matches = []*match{seen.match}
	}
	for _, m := range matches {
		if p.service.masksNumbers(who, m.party.Entity) || m.contact != nil && p.service.masksNumbers(who, contactEntity) {
			return true
		}
	}
	return false
}

// masksNumbers tells whether the user may not see the telephone numbers of an entity.
func (s *Service) masksNumbers(who *rights.Rights, entity string) bool {
	e, ok := s.records.Schema().Entity(entity)
	return ok && slices.ContainsFunc(e.Fields, func(f field.Field) bool { return f.Type == field.Phones && !who.MayCompare(e, &f) })
}

// mayPlay is REC-10: recordings follow the customer's scope; those of callers nobody
// knows are for who took the call and for who sees everything.
func (p *picture) mayPlay(who *rights.Rights, seen sight) bool {
	if seen.match != nil {
		return seen.reads && who.May(seen.match.party.Entity, rights.Play)
	}
	return who.SeesAll() && who.May(rights.Calls, rights.Play) || p.call.Handler == who.User.ID
}

func refOf(m *match) *PartyRef {
	if m == nil {
		return nil
	}
	ref := &PartyRef{Entity: m.party.Entity, ID: m.party.ID, Label: m.record.Label}
	if m.contact != nil {
		ref.Contact = &Named{ID: m.contact.ID, Label: m.contact.Label}
	}
	return ref
}

func (p *picture) notes() []Note {
	notes := []Note{}
	for _, d := range p.doings {
		if d.Note != "" {
			notes = append(notes, Note{User: Person{d.User, d.UserName}, Text: d.Note, At: d.NoteAt, activity: d.Activity})
		}
	}
	return notes
}
