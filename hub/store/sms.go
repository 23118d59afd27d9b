package store

import (
	"context"
	"database/sql"
	"errors"

	"bellhop/hub/crm"
)

// SMS is a text message as it is kept.
type SMS struct {
	ID        crm.ID
	Direction string // "in", "out"
	Box       string
	BoxID     string
	Number    string // canonical
	Text      string
	State     string // boxapi's SMSState, or "received"
	At        int64
	Parts     int
	Why       string
	Complete  bool
	User      crm.ID
	Key       string
	Handed    bool
	Party     crm.Ref
	Contact   crm.ID
}

const smsColumns = `id, direction, box, box_id, number, text, state, at, parts, why, complete, user_id, client_key,
	handed, party_entity, party_id, contact_id`

func scanSMS(scan func(...any) error) (*SMS, error) {
	m := &SMS{}
	return m, scan(&m.ID, &m.Direction, &m.Box, &m.BoxID, &m.Number, &m.Text, &m.State, &m.At, &m.Parts, &m.Why,
		&m.Complete, &m.User, &m.Key, &m.Handed, &m.Party.Entity, &m.Party.ID, &m.Contact)
}

func querySMS(ctx context.Context, q Querier, where string, args ...any) (*SMS, error) {
	m, err := scanSMS(q.QueryRowContext(ctx, `SELECT `+smsColumns+` FROM sms WHERE `+where, args...).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, crm.ErrNotFound
	}
	return m, err
}

// SMS returns the text with that ID.
func (s *Store) SMS(ctx context.Context, id crm.ID) (*SMS, error) {
	return SMSIn(ctx, s.readers, id)
}

// SMSIn does so as q sees it.
func SMSIn(ctx context.Context, q Querier, id crm.ID) (*SMS, error) {
	return querySMS(ctx, q, `id = ?`, id)
}

// SMSByKey returns the text a user's page sent under key.
func SMSByKey(ctx context.Context, q Querier, user crm.ID, key string) (*SMS, error) {
	return querySMS(ctx, q, `user_id = ? AND client_key = ?`, user, key)
}

// SMSByCommand returns the text that was sent by a command, as seen by q.
func SMSByCommand(ctx context.Context, q Querier, command string) (*SMS, error) {
	return querySMS(ctx, q, `direction = 'out' AND box = '' AND box_id = ?`, command)
}

// ReceivedSMS returns the text a box received under its own ID.
func ReceivedSMS(ctx context.Context, q Querier, box, boxID string) (*SMS, error) {
	return querySMS(ctx, q, `direction = 'in' AND box = ? AND box_id = ?`, box, boxID)
}

// PutSMS writes a text whole.
func PutSMS(ctx context.Context, tx *Tx, m *SMS) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO sms (`+smsColumns+`) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
		ON CONFLICT (id) DO UPDATE SET box_id = excluded.box_id, text = excluded.text, state = excluded.state,
		at = excluded.at, parts = excluded.parts, why = excluded.why, complete = excluded.complete,
		handed = excluded.handed, party_entity = excluded.party_entity, party_id = excluded.party_id,
		contact_id = excluded.contact_id`,
		m.ID, m.Direction, m.Box, m.BoxID, m.Number, m.Text, m.State, m.At, m.Parts, m.Why, m.Complete, m.User,
		m.Key, m.Handed, m.Party.Entity, m.Party.ID, m.Contact)
	return err
}

// WaitingSMS returns the texts no box has taken yet, oldest first.
func (s *Store) WaitingSMS(ctx context.Context) ([]*SMS, error) {
	return s.manySMS(ctx, `direction = 'out' AND handed = 0 ORDER BY id LIMIT 100`)
}

// SMSQuery asks for texts, newest first, by exactly one of its first three fields.
type SMSQuery struct {
	Party  crm.Ref
	Number string // canonical
	Inbox  bool   // received and filed under nobody
	To     int64  // before this time; 0 for no limit
	After  string
	Limit  int
}

// SMSPage returns a page of texts and the cursor of the next, "" when it is the last.
func (s *Store) SMSPage(ctx context.Context, q SMSQuery) (texts []*SMS, next string, err error) {
	var where []string
	var args []any
	switch {
	case q.Party.ID != 0:
		clause, values := partyIs(q.Party)
		where, args = append(where, clause), append(args, values...)
	case q.Number != "":
		where, args = append(where, `number = ?`), append(args, q.Number)
	case q.Inbox:
		where = append(where, `direction = 'in' AND party_id = 0`)
	}
	if q.To != 0 {
		where, args = append(where, `at < ?`), append(args, q.To)
	}
	if at, id, ok := cutTimeCursor(q.After); ok {
		where, args = append(where, `(at, id) < (?, ?)`), append(args, at, id)
	}
	if len(where) == 0 {
		where = append(where, `1 = 1`)
	}
	texts, err = s.manySMS(ctx, whereText(where)[len(" WHERE "):]+` ORDER BY at DESC, id DESC LIMIT ?`, append(args, q.Limit+1)...)
	if err != nil || len(texts) <= q.Limit {
		return texts, "", err
	}
	texts = texts[:q.Limit]
	last := texts[len(texts)-1]
	return texts, timeCursor(last.At, last.ID), nil
}

func (s *Store) manySMS(ctx context.Context, where string, args ...any) ([]*SMS, error) {
	rows, err := s.readers.QueryContext(ctx, `SELECT `+smsColumns+` FROM sms WHERE `+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var texts []*SMS
	for rows.Next() {
		m, err := scanSMS(rows.Scan)
		if err != nil {
			return nil, err
		}
		texts = append(texts, m)
	}
	return texts, rows.Err()
}
