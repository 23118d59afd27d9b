package store

import (
	"context"
	"database/sql"
	"errors"

	"bellhop/hub/crm"
	"bellhop/hub/phone"
)

// Call is a telephone call as it is kept. Times are Unix ms, 0 for not yet.
type Call struct {
	ID         crm.ID
	Rev        int64
	Box        string
	BoxCall    string
	Line       int // as pages know it
	Direction  string
	State      string
	Outcome    string
	StartedAt  int64
	AnsweredAt int64
	EndedAt    int64
	TalkMS     int64
	Caller     string // one of the Caller… words
	Number     string // canonical
	RawNumber  string
	Name       string
	BurstEnd   int64
	Party      crm.Ref // Entity is "" while nobody is known for sure
	Contact    crm.ID
	PartyBy    crm.ID // who chose the party; 0 when the number did
	Handler    crm.ID
	IgnoredBy  crm.ID
	Recording  Recording
}

// Recording is the sound of a call. State is "" when there is none.
type Recording struct {
	State    string
	File     string // on the box
	MS       int64
	Complete bool
	Why      string // of a failed one
}

// States of calls and recordings, and what is known of the caller's number.
const (
	Ringing = "ringing"
	Talking = "talking"
	Ended   = "ended"

	CallerNone        = "none"
	CallerNumber      = "number"
	CallerWithheld    = "withheld"
	CallerUnavailable = "unavailable"
	CallerUnreadable  = "unreadable"

	RecordingNow    = "recording"
	RecordingReady  = "ready"
	RecordingFailed = "failed"

	RecordingDeleted = "deleted" // somebody deleted it, or the space limit did; see Sound
	RecordingPlaced  = "placed"  // on somebody's computer or a share; see Sound
)

const callColumns = `id, rev, box, box_call, line, direction, state, outcome, started_at, answered_at, ended_at,
	talk_ms, caller, number, raw_number, name, burst_end, party_entity, party_id, contact_id, party_by, handler,
	ignored_by, rec_state, rec_file, rec_ms, rec_complete, rec_why`

func scanCall(scan func(...any) error) (*Call, error) {
	c := &Call{}
	return c, scan(&c.ID, &c.Rev, &c.Box, &c.BoxCall, &c.Line, &c.Direction, &c.State, &c.Outcome, &c.StartedAt,
		&c.AnsweredAt, &c.EndedAt, &c.TalkMS, &c.Caller, &c.Number, &c.RawNumber, &c.Name, &c.BurstEnd,
		&c.Party.Entity, &c.Party.ID, &c.Contact, &c.PartyBy, &c.Handler, &c.IgnoredBy,
		&c.Recording.State, &c.Recording.File, &c.Recording.MS, &c.Recording.Complete, &c.Recording.Why)
}

func queryCalls(ctx context.Context, q Querier, query string, args ...any) ([]*Call, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var calls []*Call
	for rows.Next() {
		c, err := scanCall(rows.Scan)
		if err != nil {
			return nil, err
		}
		calls = append(calls, c)
	}
	return calls, rows.Err()
}

func queryCall(ctx context.Context, q Querier, where string, args ...any) (*Call, error) {
	c, err := scanCall(q.QueryRowContext(ctx, `SELECT `+callColumns+` FROM call WHERE `+where, args...).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, crm.ErrNotFound
	}
	return c, err
}

// Call returns the call with that ID.
func (s *Store) Call(ctx context.Context, id crm.ID) (*Call, error) {
	return CallIn(ctx, s.readers, id)
}

// CallIn does so as q sees it.
func CallIn(ctx context.Context, q Querier, id crm.ID) (*Call, error) {
	return queryCall(ctx, q, `id = ?`, id)
}

// BoxCall returns the call a box names.
func BoxCall(ctx context.Context, q Querier, box, boxCall string) (*Call, error) {
	return queryCall(ctx, q, `box = ? AND box_call = ?`, box, boxCall)
}

// OpenCalls returns the calls that have not ended, of box or ("") of all, oldest first.
func OpenCalls(ctx context.Context, q Querier, box string) ([]*Call, error) {
	return queryCalls(ctx, q, `SELECT `+callColumns+` FROM call
		WHERE state <> 'ended' AND (? = '' OR box = ?) ORDER BY id`, box, box)
}

// RecentCalls returns the calls that have not ended or ended after since, oldest first.
func (s *Store) RecentCalls(ctx context.Context, since int64) ([]*Call, error) {
	// A call that ended lately began lately, but for those on the line for a day.
	const longest = 24 * 3600 * 1000
	return queryCalls(ctx, s.readers, `SELECT `+callColumns+` FROM call
		WHERE (state <> 'ended' OR ended_at >= ?) AND started_at >= ? ORDER BY started_at, id`, since, since-longest)
}

// PutCall inserts a call (Rev 0) or writes one that was read in the same transaction,
// and counts up its Rev.
func PutCall(ctx context.Context, tx *Tx, c *Call) error {
	c.Rev++
	if c.Rev == 1 {
		return insertCall(ctx, tx, c)
	}
	_, err := tx.ExecContext(ctx, `UPDATE call SET rev=?, line=?, direction=?, state=?, outcome=?, started_at=?,
		answered_at=?, ended_at=?, talk_ms=?, caller=?, number=?, raw_number=?, tail=?, name=?, burst_end=?,
		party_entity=?, party_id=?, contact_id=?, party_by=?, handler=?, ignored_by=?, rec_state=?, rec_file=?,
		rec_ms=?, rec_complete=?, rec_why=? WHERE id=? AND rev=?`,
		c.Rev, c.Line, c.Direction, c.State, c.Outcome, c.StartedAt, c.AnsweredAt, c.EndedAt, c.TalkMS, c.Caller,
		c.Number, c.RawNumber, phone.Tail(c.Number), c.Name, c.BurstEnd, c.Party.Entity, c.Party.ID, c.Contact,
		c.PartyBy, c.Handler, c.IgnoredBy, c.Recording.State, c.Recording.File, c.Recording.MS,
		c.Recording.Complete, c.Recording.Why, c.ID, c.Rev-1)
	return err
}

func insertCall(ctx context.Context, tx *Tx, c *Call) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO call (`+callColumns+`, tail)
		VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		c.ID, c.Rev, c.Box, c.BoxCall, c.Line, c.Direction, c.State, c.Outcome, c.StartedAt, c.AnsweredAt, c.EndedAt,
		c.TalkMS, c.Caller, c.Number, c.RawNumber, c.Name, c.BurstEnd, c.Party.Entity, c.Party.ID, c.Contact,
		c.PartyBy, c.Handler, c.IgnoredBy, c.Recording.State, c.Recording.File, c.Recording.MS, c.Recording.Complete,
		c.Recording.Why, phone.Tail(c.Number))
	return err
}

// TakeCall makes user the handler unless somebody is already, and says whether he is.
func (s *Store) TakeCall(ctx context.Context, id, user crm.ID) (won bool, err error) {
	err = s.Write(ctx, func(tx *Tx) error {
		result, err := tx.ExecContext(ctx, `UPDATE call SET handler = ?, rev = rev + 1 WHERE id = ? AND handler = 0`, user, id)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		won = n == 1
		return err
	})
	return won, err
}

// MissedBefore counts the incoming calls from number that nobody answered, of the
// last 100 before the given time and back to since.
func (s *Store) MissedBefore(ctx context.Context, number string, since, before int64) (n int, err error) {
	err = s.readers.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT direction, outcome FROM call
		WHERE number = ? AND started_at < ? AND started_at >= ? ORDER BY started_at DESC LIMIT 100) last
		WHERE direction = 'in' AND outcome = 'missed'`, number, before, since).Scan(&n)
	return n, err
}
