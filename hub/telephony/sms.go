package telephony

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"bellhop/firmware/boxapi"
	"bellhop/hub/crm"
	"bellhop/hub/phone"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

const (
	smsReceived = "received"
	maxSMS      = 1000 // characters: fifteen parts of Chinese
	maxSMSKey   = 80
)

// NewSMS is a text to be sent. Key is made by the page: the same key is the same text.
type NewSMS struct {
	To    string  `json:"to"`
	Text  string  `json:"text"`
	Party *Target `json:"party"`
	Key   string  `json:"key"`
}

// SendSMS keeps a text and has a box send it; its state comes by events (SMS-01).
func (s *Service) SendSMS(ctx context.Context, who *rights.Rights, n NewSMS) (*SMS, error) {
	m, err := s.newSMS(ctx, who, n)
	if err != nil {
		return nil, err
	}
	again := false
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		if n.Key != "" {
			before, err := store.SMSByKey(ctx, tx, who.User.ID, n.Key)
			if err == nil {
				m, again = before, true
				return nil
			}
			if !crm.IsCode(err, crm.NotFound) {
				return err
			}
		}
		return store.PutSMS(ctx, tx, m)
	})
	if err != nil {
		return nil, err
	}
	if !again {
		s.wakeSender()
		s.publishSMS(ctx, m.ID)
	}
	return s.smsOf(ctx, who, m)
}

func (s *Service) newSMS(ctx context.Context, who *rights.Rights, n NewSMS) (*store.SMS, error) {
	if strings.TrimSpace(n.Text) == "" {
		return nil, &crm.Error{Code: crm.Invalid, Key: "sms.empty", Field: "text"}
	}
	if utf8.RuneCountInString(n.Text) > maxSMS {
		return nil, &crm.Error{Code: crm.Invalid, Key: "sms.too_long", Field: "text", Args: map[string]string{"max": strconv.Itoa(maxSMS)}}
	}
	if len(n.Key) > maxSMSKey {
		return nil, &crm.Error{Code: crm.Invalid, Key: "sms.bad_key"}
	}
	to, err := s.lookUp(ctx, n.To)
	if err != nil {
		return nil, err
	}
	switch to.number.Kind {
	case phone.Mobile, phone.Foreign, phone.Service:
	default:
		return nil, &crm.Error{Code: crm.Invalid, Key: "sms.bad_number", Field: "to"}
	}
	id := crm.NewID()
	m := &store.SMS{
		ID: id, Direction: "out", BoxID: "sms-" + id.String(), Number: to.number.Canonical, Text: n.Text,
		State: string(boxapi.SMSQueued), At: s.now().UnixMilli(), Complete: true, User: who.User.ID, Key: n.Key,
	}
	if n.Party != nil && n.Party.ID != 0 {
		m.Party, m.Contact, err = s.resolve(ctx, who, *n.Party)
		return m, err
	}
	if to.party.ID != 0 {
		reads, err := s.records.Visible(ctx, who, to.party)
		if err != nil {
			return nil, err
		}
		if reads {
			m.Party, m.Contact = to.party, to.contact
		}
	}
	return m, nil
}

// ResendSMS sends a text again that failed, or of which nobody knows whether it
// arrived. Only a person decides that.
func (s *Service) ResendSMS(ctx context.Context, who *rights.Rights, id crm.ID) (*SMS, error) {
	return s.editSMS(ctx, who, id, func(m *store.SMS) error {
		if m.Direction != "out" || m.State != string(boxapi.SMSFailed) && m.State != string(boxapi.SMSUnknown) {
			return &crm.Error{Code: crm.Conflict, Key: "sms.not_failed"}
		}
		m.State, m.Why, m.Handed, m.BoxID = string(boxapi.SMSQueued), "", false, "sms-"+crm.NewID().String()
		return nil
	})
}

// LinkSMS files a text under a party.
func (s *Service) LinkSMS(ctx context.Context, who *rights.Rights, id crm.ID, to Target) (*SMS, error) {
	party, contact, err := s.resolve(ctx, who, to)
	if err != nil {
		return nil, err
	}
	return s.editSMS(ctx, who, id, func(m *store.SMS) error {
		m.Party, m.Contact = party, contact
		return nil
	})
}

func (s *Service) editSMS(ctx context.Context, who *rights.Rights, id crm.ID, change func(*store.SMS) error) (*SMS, error) {
	m, err := s.store.SMS(ctx, id)
	if err != nil {
		return nil, err
	}
	if reads, err := s.readsSMS(ctx, who, m); err != nil || !reads {
		return nil, orNotFound(err)
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		if m, err = store.SMSIn(ctx, tx, id); err != nil {
			return err
		}
		if err := change(m); err != nil {
			return err
		}
		return store.PutSMS(ctx, tx, m)
	})
	if err != nil {
		return nil, err
	}
	s.wakeSender()
	s.publishSMS(ctx, id)
	return s.smsOf(ctx, who, m)
}

// SMSPage is a page of texts, newest first.
type SMSPage struct {
	Rows []*SMS `json:"rows"`
	Next string `json:"next,omitempty"`
}

// Texts lists texts the user may read: of a party, of a number, or the inbox of
// unknown senders.
func (s *Service) Texts(ctx context.Context, who *rights.Rights, q store.SMSQuery, typed string) (*SMSPage, error) {
	if q.Party.ID != 0 {
		if err := s.mustRead(ctx, who, q.Party); err != nil {
			return nil, err
		}
	}
	if typed != "" {
		q.Number = phone.Normalise(typed, s.settings(ctx).areaCode).Canonical
		if q.Number == "" {
			return &SMSPage{Rows: []*SMS{}}, nil
		}
	}
	if q.Limit <= 0 || q.Limit > maxPage {
		q.Limit = 50
	}
	texts, next, err := s.store.SMSPage(ctx, q)
	if err != nil {
		return nil, err
	}
	page := &SMSPage{Rows: []*SMS{}, Next: next}
	for _, m := range texts {
		reads, err := s.readsSMS(ctx, who, m)
		if err != nil {
			return nil, err
		}
		if !reads {
			continue
		}
		line, err := s.smsOf(ctx, who, m)
		if err != nil {
			return nil, err
		}
		page.Rows = append(page.Rows, line)
	}
	return page, nil
}

// readsSMS: texts follow the scope of the party they are filed under; those of unknown
// senders are everybody's.
func (s *Service) readsSMS(ctx context.Context, who *rights.Rights, m *store.SMS) (bool, error) {
	if m.Party.ID == 0 || m.User == who.User.ID {
		return true, nil
	}
	return s.records.Visible(ctx, who, m.Party)
}

func (s *Service) smsOf(ctx context.Context, who *rights.Rights, m *store.SMS) (*SMS, error) {
	line := &SMS{
		ID: m.ID, Direction: m.Direction, Number: m.Number, Display: phone.Pretty(m.Number), Text: m.Text,
		State: m.State, At: m.At, Parts: m.Parts, Why: m.Why, Complete: m.Complete,
	}
	if m.User != 0 {
		u, err := s.store.User(ctx, m.User)
		if err != nil {
			return nil, err
		}
		line.User = &Person{u.ID, u.Name}
	}
	if m.Party.ID == 0 {
		return line, nil
	}
	reads, err := s.records.Visible(ctx, who, m.Party)
	if err != nil {
		return nil, err
	}
	if !reads || s.masksNumbers(who, m.Party.Entity) || m.Contact != 0 && s.masksNumbers(who, contactEntity) {
		line.Number, line.Display = "", rights.MaskNumber(phone.Digits(line.Display))
	}
	if !reads {
		return line, nil
	}
	filed, err := s.filed(ctx, m.Party, m.Contact)
	line.Party = refOf(filed)
	return line, err
}

func (s *Service) publishSMS(ctx context.Context, id crm.ID) {
	s.live.Publish("sms", id.String(), func(user crm.ID) []byte {
		data, err := s.smsJSON(context.Background(), id, user)
		if err != nil {
			s.log.Error("text not told to a page", "sms", id, "user", user, "err", err)
		}
		return data
	})
}

func (s *Service) smsJSON(ctx context.Context, id, user crm.ID) ([]byte, error) {
	m, err := s.store.SMS(ctx, id)
	if err != nil {
		return nil, err
	}
	u, err := s.store.User(ctx, user)
	if err != nil || !u.Active {
		return nil, err
	}
	who, err := s.records.Who(ctx, u)
	if err != nil {
		return nil, err
	}
	if reads, err := s.readsSMS(ctx, who, m); err != nil || !reads || !who.May(rights.Texts, rights.Read) {
		return nil, err
	}
	line, err := s.smsOf(ctx, who, m)
	if err != nil {
		return nil, err
	}
	return json.Marshal(line)
}

func (s *Service) smsReceived(ctx context.Context, tx *store.Tx, ev *boxapi.Event, found caller, done *change) error {
	in := ev.SMSReceived
	m, err := store.ReceivedSMS(ctx, tx, ev.Box, in.ID)
	switch {
	case crm.IsCode(err, crm.NotFound):
		m = &store.SMS{
			ID: crm.NewID(), Direction: "in", Box: ev.Box, BoxID: in.ID, State: smsReceived, At: ev.At, Handed: true,
			Party: found.party, Contact: found.contact,
		}
		if m.Number = found.number.Canonical; m.Number == "" {
			m.Number = in.From // a sender by name
		}
	case err != nil:
		return err
	}
	m.Text, m.Complete = in.Text, in.Complete
	done.sms = m
	return store.PutSMS(ctx, tx, m)
}

func (s *Service) smsChanged(ctx context.Context, tx *store.Tx, ev *boxapi.Event, done *change) error {
	now := ev.SMSChanged
	m, err := store.SMSByCommand(ctx, tx, now.ID)
	if crm.IsCode(err, crm.NotFound) {
		return nil // sent again since under another command, or by somebody else
	}
	if err != nil {
		return err
	}
	m.State, m.Why, m.Handed = string(now.State), now.Why, true
	if now.Parts != 0 {
		m.Parts = now.Parts
	}
	done.sms = m
	return store.PutSMS(ctx, tx, m)
}

func (s *Service) wakeSender() {
	select {
	case s.outgoing <- struct{}{}:
	default:
	}
}

// sendTexts hands waiting texts to a box. A command's ID stays the same until it is
// answered, so a text goes out once whoever dies when.
func (s *Service) sendTexts(ctx context.Context) {
	const again = 15 * time.Second
	for {
		if err := s.handOver(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("texts wait", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-s.outgoing:
		case <-time.After(again):
		}
	}
}

func (s *Service) handOver(ctx context.Context) error {
	waiting, err := s.store.WaitingSMS(ctx)
	if err != nil {
		return err
	}
	for _, m := range waiting {
		b, err := s.sender()
		if err != nil {
			return err
		}
		result, err := s.command(ctx, b, boxapi.Command{ID: m.BoxID, SendSMS: &boxapi.SendSMS{To: m.Number, Text: m.Text}})
		if err != nil {
			return err
		}
		if err := s.handed(ctx, m, result); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) command(ctx context.Context, b *box, c boxapi.Command) (boxapi.Result, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return b.client.Do(ctx, c)
}

// handed notes that a box has the text, or will not have it. The box's events may
// have come first.
func (s *Service) handed(ctx context.Context, sent *store.SMS, result boxapi.Result) error {
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		m, err := store.SMSIn(ctx, tx, sent.ID)
		if err != nil || m.BoxID != sent.BoxID {
			return err
		}
		m.Handed = true
		if result.Error != "" && m.State == string(boxapi.SMSQueued) {
			m.State, m.Why = string(boxapi.SMSFailed), result.Error
		}
		return store.PutSMS(ctx, tx, m)
	})
	if err == nil && result.Error != "" {
		s.publishSMS(ctx, sent.ID)
	}
	return err
}
