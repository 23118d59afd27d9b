package telephony

import (
	"context"
	"encoding/json"
	"runtime/debug"

	"bellhop/firmware/boxapi"
	"bellhop/hub/audit/trail"
	"bellhop/hub/auth"
	"bellhop/hub/crm"
	"bellhop/hub/phone"
	"bellhop/hub/store"
)

// change is what one box event did: told to the pages once it is on disk.
type change struct {
	call   *store.Call
	lines  bool
	sms    *store.SMS
	modem  *Modem
	alert  *Alert
	reset  crm.ID // the administrator whose password was set at the console
	closed []*store.Call
}

// Seen implements boxclient.Handler.
func (b *box) Seen(ctx context.Context, id string) (uint64, error) {
	return b.service.store.BoxSeen(ctx, id)
}

// Handle implements boxclient.Handler: the event and its number commit together, then
// the pages are told.
func (b *box) Handle(ctx context.Context, ev *boxapi.Event) (err error) {
	defer b.survive(ctx, ev, &err)
	s := b.service
	found, err := s.findCaller(ctx, ev)
	if err != nil {
		return err
	}
	var done change
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		done = change{}
		first, err := store.BoxTakes(ctx, tx, ev.Box, ev.Seq)
		if err != nil || !first {
			return err
		}
		return s.apply(ctx, tx, ev, found, &done)
	})
	if err != nil {
		s.forgetLines()
		return err
	}
	b.remember(ev)
	s.tell(ctx, &done)
	return nil
}

// survive keeps one event that we can't cope with from ending the hub, and again at
// every start, because the box would send it again: it is written to the log whole and
// counted as taken.
func (b *box) survive(ctx context.Context, ev *boxapi.Event, err *error) {
	r := recover()
	if r == nil {
		return
	}
	s := b.service
	whole, _ := json.Marshal(ev)
	s.log.Error("an event of the box was left out; please report this", "panic", r, "event", string(whole), "stack", string(debug.Stack()))
	s.forgetLines()
	*err = s.store.Write(ctx, func(tx *store.Tx) error {
		_, err := store.BoxTakes(ctx, tx, ev.Box, ev.Seq)
		return err
	})
}

// caller is whom a number in an event belongs to, looked up before the transaction.
type caller struct {
	number  phone.Number
	party   crm.Ref // the only one it can be, of those everybody may know
	contact crm.ID
}

func (s *Service) findCaller(ctx context.Context, ev *boxapi.Event) (caller, error) {
	var raw string
	switch {
	case ev.CallerIdentified != nil && ev.CallerIdentified.Reason == "":
		raw = ev.CallerIdentified.Number
	case ev.NumberDialled != nil:
		raw = ev.NumberDialled.Number
	case ev.SMSReceived != nil:
		raw = ev.SMSReceived.From
	default:
		return caller{}, nil
	}
	return s.lookUp(ctx, raw)
}

func (s *Service) lookUp(ctx context.Context, raw string) (caller, error) {
	c := caller{number: phone.Normalise(raw, s.settings(ctx).areaCode)}
	matches, err := s.match(ctx, c.number)
	if err != nil {
		return c, err
	}
	if m := onlyOpen(matches); m != nil {
		c.party, c.contact = m.party, m.contactID()
	}
	return c, nil
}

// onlyOpen gives the one match that is not somebody's private contact.
func onlyOpen(matches []*match) *match {
	var only *match
	for _, m := range matches {
		if m.private {
			continue
		}
		if only != nil {
			return nil
		}
		only = m
	}
	return only
}

func (s *Service) apply(ctx context.Context, tx *store.Tx, ev *boxapi.Event, found caller, done *change) error {
	switch {
	case ev.BoxStarted != nil:
		return s.boxStarted(ctx, tx, ev, done)
	case ev.LineChanged != nil:
		return s.lineChanged(ctx, tx, ev, done)
	case ev.CallStarted != nil:
		return s.callStarted(ctx, tx, ev, done)
	case ev.ModemChanged != nil:
		done.modem = modemOf(*ev.ModemChanged)
	case ev.SMSReceived != nil:
		return s.smsReceived(ctx, tx, ev, found, done)
	case ev.SMSChanged != nil:
		return s.smsChanged(ctx, tx, ev, done)
	case ev.AlertChanged != nil:
		return s.alertChanged(ctx, tx, ev, done)
	case ev.AdministratorReset != nil:
		return s.administratorReset(ctx, tx, ev, done)
	case ev.Serviced != nil:
		return serviced(tx, ev)
	}
	return s.callEvent(ctx, tx, ev, found, done)
}

func (s *Service) administratorReset(ctx context.Context, tx *store.Tx, ev *boxapi.Event, done *change) error {
	hash := ev.AdministratorReset.PasswordHash
	if !auth.ValidHash(hash) {
		s.log.Error("the password set at the console can't be used", "box", ev.Box)
		return nil
	}
	user, err := s.store.ResetAdministratorIn(ctx, tx, hash)
	done.reset = user
	if crm.IsCode(err, crm.NotFound) {
		return nil // no administrator yet: the first page will make one
	}
	return err
}

// serviced writes what a technician did at the console into the system log.
func serviced(tx *store.Tx, ev *boxapi.Event) error {
	detail, err := json.Marshal(ev.Serviced)
	if err != nil {
		return err
	}
	tx.Note(trail.System, trail.Entry{At: ev.At, Kind: "serviced", Device: ev.Serviced.From, Detail: string(detail)})
	return nil
}

// callEvent changes a call that is under way.
func (s *Service) callEvent(ctx context.Context, tx *store.Tx, ev *boxapi.Event, found caller, done *change) error {
	name := callOf(ev)
	if name == "" {
		return nil // an event of a newer box, or a burst that belongs to no call
	}
	c, err := store.BoxCall(ctx, tx, ev.Box, name)
	if crm.IsCode(err, crm.NotFound) {
		s.log.Warn("event of a call that never started", "box", ev.Box, "seq", ev.Seq, "call", name)
		return nil
	}
	if err != nil {
		return err
	}
	before := *c
	s.change(c, ev, found)
	if *c == before {
		return nil
	}
	done.call = c
	if err := store.PutCall(ctx, tx, c); err != nil || ev.RecordingFinished == nil {
		return err
	}
	return store.PutSound(ctx, tx, store.Sound{Call: c.ID, Box: c.Box, File: c.Recording.File, Bytes: ev.RecordingFinished.Bytes, FinishedAt: ev.At})
}

func callOf(ev *boxapi.Event) string {
	switch {
	case ev.CallerIdentified != nil:
		return ev.CallerIdentified.Call
	case ev.CallerUnreadable != nil:
		return ev.CallerUnreadable.Call
	case ev.NumberDialled != nil:
		return ev.NumberDialled.Call
	case ev.CallAnswered != nil:
		return ev.CallAnswered.Call
	case ev.CallEnded != nil:
		return ev.CallEnded.Call
	case ev.RecordingStarted != nil:
		return ev.RecordingStarted.Call
	case ev.RecordingFinished != nil:
		return ev.RecordingFinished.Call
	case ev.RecordingFailed != nil:
		return ev.RecordingFailed.Call
	}
	return ""
}

// change is the state machine of a call. Caller ID may come before the first ring,
// between rings, or after somebody was quick to lift the set.
func (s *Service) change(c *store.Call, ev *boxapi.Event, found caller) {
	switch {
	case ev.CallerIdentified != nil:
		identified(c, ev.CallerIdentified, found)
	case ev.CallerUnreadable != nil:
		if c.Caller == store.CallerNone {
			c.Caller = store.CallerUnreadable
		}
	case ev.NumberDialled != nil:
		setNumber(c, ev.NumberDialled.Number, found)
	case ev.CallAnswered != nil:
		if c.State == store.Ringing {
			c.State, c.AnsweredAt = store.Talking, ev.At
		}
	case ev.CallEnded != nil:
		ended(c, ev.At, string(ev.CallEnded.Outcome), ev.CallEnded.TalkMS)
	case ev.RecordingStarted != nil:
		c.Recording = store.Recording{State: store.RecordingNow}
	case ev.RecordingFinished != nil:
		f := ev.RecordingFinished
		if c.Recording.State != store.RecordingDeleted && c.Recording.State != store.RecordingPlaced { // told a second time
			c.Recording = store.Recording{State: store.RecordingReady, File: f.File, MS: f.DurationMS, Complete: f.Complete}
		}
	case ev.RecordingFailed != nil:
		c.Recording = store.Recording{State: store.RecordingFailed, Why: ev.RecordingFailed.Why}
	}
}

func identified(c *store.Call, id *boxapi.CallerIdentified, found caller) {
	if c.BurstEnd == 0 {
		c.BurstEnd = id.BurstEnd
	}
	if id.Name != "" {
		c.Name = id.Name
	}
	if c.Caller == store.CallerNumber {
		return // the set rings with a number already; a second burst names a call waiting
	}
	switch {
	case id.Reason == "P":
		c.Caller = store.CallerWithheld
	case id.Reason != "":
		c.Caller = store.CallerUnavailable
	default:
		setNumber(c, id.Number, found)
	}
}

func setNumber(c *store.Call, raw string, found caller) {
	c.RawNumber = raw
	if found.number.Kind == phone.None {
		if c.Caller == store.CallerNone && c.Direction == string(boxapi.Incoming) {
			c.Caller = store.CallerUnavailable
		}
		return
	}
	c.Caller, c.Number = store.CallerNumber, found.number.Canonical
	if c.PartyBy == 0 {
		c.Party, c.Contact = found.party, found.contact
	}
}

func ended(c *store.Call, at int64, outcome string, talkMS int64) {
	c.State, c.Outcome, c.TalkMS = store.Ended, outcome, talkMS
	if c.EndedAt == 0 {
		c.EndedAt = at
	}
	if c.AnsweredAt == 0 && talkMS > 0 {
		c.AnsweredAt = max(c.StartedAt, c.EndedAt-talkMS)
	}
}

func (s *Service) callStarted(ctx context.Context, tx *store.Tx, ev *boxapi.Event, done *change) error {
	start := ev.CallStarted
	_, err := store.BoxCall(ctx, tx, ev.Box, start.Call)
	if !crm.IsCode(err, crm.NotFound) {
		return err
	}
	line, err := s.line(ctx, tx, ev.Box, start.Line)
	if err != nil {
		return err
	}
	done.call = &store.Call{
		ID: crm.NewID(), Box: ev.Box, BoxCall: start.Call, Line: line, Direction: string(start.Direction),
		State: store.Ringing, StartedAt: ev.At, Caller: store.CallerNone,
	}
	return store.PutCall(ctx, tx, done.call)
}

// boxStarted closes what an earlier run of the box left open and does not know any
// more; the box says so itself, but a box whose disk was changed cannot.
func (s *Service) boxStarted(ctx context.Context, tx *store.Tx, ev *boxapi.Event, done *change) error {
	start := ev.BoxStarted
	if err := store.SetBoxVersion(ctx, tx, ev.Box, start.Version, start.Board); err != nil {
		return err
	}
	known := map[string]bool{}
	for _, l := range start.Lines {
		known[l.Call] = true
		if _, err := s.namedLine(ctx, tx, ev.Box, l.ID, &l.Label); err != nil {
			return err
		}
	}
	done.lines = true
	open, err := store.OpenCalls(ctx, tx, ev.Box)
	if err != nil {
		return err
	}
	for _, c := range open {
		if known[c.BoxCall] {
			continue
		}
		talk := int64(0)
		if c.AnsweredAt != 0 {
			talk = max(0, ev.At-c.AnsweredAt)
		}
		ended(c, ev.At, string(boxapi.OutcomeInterrupted), talk)
		if err := store.PutCall(ctx, tx, c); err != nil {
			return err
		}
		done.closed = append(done.closed, c)
	}
	return nil
}

func (s *Service) alertChanged(ctx context.Context, tx *store.Tx, ev *boxapi.Event, done *change) error {
	a := ev.AlertChanged
	line := 0
	if a.Line != 0 {
		var err error
		if line, err = s.line(ctx, tx, ev.Box, a.Line); err != nil {
			return err
		}
	}
	done.alert = &Alert{Kind: a.Kind, Raised: a.Raised, Detail: a.Detail, Since: ev.At, Line: line}
	if !a.Raised {
		return store.ClearAlert(ctx, tx, ev.Box, a.Kind, line)
	}
	return store.PutAlert(ctx, tx, store.Alert{Box: ev.Box, Kind: a.Kind, Line: line, Detail: a.Detail, Since: ev.At})
}

// tell publishes what an event changed, the card first: a person waits for it.
func (s *Service) tell(ctx context.Context, done *change) {
	if done.call != nil {
		s.publishCall(ctx, done.call.ID)
		s.keepStep(done.call)
	}
	for _, c := range done.closed {
		s.publishCall(ctx, c.ID)
		s.keepStep(c)
	}
	if done.lines {
		s.publishLines(ctx)
	}
	if done.sms != nil {
		s.publishSMS(ctx, done.sms.ID)
	}
	if done.modem != nil {
		s.live.PublishAll("modem", done.modem.Modem, done.modem)
	}
	if done.alert != nil {
		s.live.PublishAll("alert", "", done.alert)
	}
	if done.reset != 0 {
		s.live.EndUser(done.reset, "", "password")
	}
}
