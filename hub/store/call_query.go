package store

import (
	"context"
	"strconv"
	"strings"

	"bellhop/hub/crm"
)

// CallQuery asks for calls of the log, newest first. Zero fields ask for nothing.
type CallQuery struct {
	Number    string // canonical
	Digits    string // anywhere in the number
	From, To  int64  // of the start: From ≤ start < To
	Direction string // "in", "out", "missed"
	User      crm.ID // who took it or wrote about it
	Party     crm.Ref
	Line      int
	Recorded  bool
	After     string // cursor of the page before
	Limit     int
}

// CountMax is where counting stops; more is told as "capped".
const CountMax = 1000

// Calls returns a page of the log and the cursor of the next, "" when this is the last.
func (s *Store) Calls(ctx context.Context, q CallQuery) (calls []*Call, next string, err error) {
	where, args := q.where()
	if at, id, ok := cutTimeCursor(q.After); ok {
		where = append(where, `(started_at, id) < (?, ?)`)
		args = append(args, at, id)
	}
	calls, err = queryCalls(ctx, s.readers, `SELECT `+callColumns+` FROM call`+whereText(where)+`
		ORDER BY started_at DESC, id DESC LIMIT ?`, append(args, q.Limit+1)...)
	if err != nil || len(calls) <= q.Limit {
		return calls, "", err
	}
	calls = calls[:q.Limit]
	last := calls[len(calls)-1]
	return calls, timeCursor(last.StartedAt, last.ID), nil
}

// CountCalls counts what Calls would give on all pages, up to CountMax.
func (s *Store) CountCalls(ctx context.Context, q CallQuery) (n int, capped bool, err error) {
	where, args := q.where()
	err = s.readers.QueryRowContext(ctx, `SELECT count(*) FROM (SELECT 1 FROM call`+whereText(where)+` LIMIT ?) counted`,
		append(args, CountMax+1)...).Scan(&n)
	return min(n, CountMax), n > CountMax, err
}

func (q CallQuery) where() (where []string, args []any) {
	add := func(clause string, values ...any) {
		where = append(where, clause)
		args = append(args, values...)
	}
	if q.Number != "" {
		add(`number = ?`, q.Number)
	}
	if q.Digits != "" {
		add(`number LIKE ?`, "%"+q.Digits+"%")
	}
	if q.From != 0 {
		add(`started_at >= ?`, q.From)
	}
	if q.To != 0 {
		add(`started_at < ?`, q.To)
	}
	switch q.Direction {
	case "in", "out":
		add(`direction = ?`, q.Direction)
	case "missed":
		add(`direction = 'in' AND outcome = 'missed'`)
	}
	if q.User != 0 {
		add(`(handler = ? OR id IN (SELECT call_id FROM call_user WHERE user_id = ? AND note_version > 0))`, q.User, q.User)
	}
	if q.Party.ID != 0 {
		clause, values := partyIs(q.Party)
		add(clause, values...)
	}
	if q.Line != 0 {
		add(`line = ?`, q.Line)
	}
	if q.Recorded {
		add(`rec_state = 'ready'`)
	}
	return where, args
}

// partyIs finds calls and texts of a party, or of one person at it.
func partyIs(party crm.Ref) (string, []any) {
	if party.Entity == "contact" {
		return `contact_id = ?`, []any{party.ID}
	}
	return `party_entity = ? AND party_id = ? AND party_id <> 0`, []any{party.Entity, party.ID}
}

func whereText(clauses []string) string {
	if len(clauses) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(clauses, " AND ")
}

// A cursor holds the time and ID of the last row of a page.
func timeCursor(at int64, id crm.ID) string { return strconv.FormatInt(at, 10) + "-" + id.String() }

func cutTimeCursor(text string) (at int64, id crm.ID, ok bool) {
	a, b, ok := strings.Cut(text, "-")
	if !ok {
		return 0, 0, false
	}
	at, err := strconv.ParseInt(a, 10, 64)
	if err != nil {
		return 0, 0, false
	}
	id, err = crm.ParseID(b)
	return at, id, err == nil
}
