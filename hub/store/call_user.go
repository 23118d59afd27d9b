package store

import (
	"context"
	"strings"

	"bellhop/hub/audit/trail"
	"bellhop/hub/crm"
)

// CallUser is what one user did with one call.
type CallUser struct {
	Call     crm.ID
	User     crm.ID
	UserName string // read only
	Closed   bool
	Version  int64 // of the note; 0 before the first
	Note     string
	NoteAt   int64
	Activity crm.ID // the contact record the note has become
}

// CallUsers returns what all users did with the calls, by call, users in the order
// they wrote.
func CallUsers(ctx context.Context, q Querier, calls ...crm.ID) (map[crm.ID][]CallUser, error) {
	if len(calls) == 0 {
		return nil, nil
	}
	rows, err := q.QueryContext(ctx, `SELECT c.call_id, c.user_id, u.name, c.closed, c.note_version, c.note, c.note_at,
		c.activity_id FROM call_user c JOIN user_account u ON u.id = c.user_id
		WHERE c.call_id IN (`+marks(len(calls))+`) ORDER BY c.note_at, c.user_id`, idArgs(calls)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	users := map[crm.ID][]CallUser{}
	for rows.Next() {
		var u CallUser
		err := rows.Scan(&u.Call, &u.User, &u.UserName, &u.Closed, &u.Version, &u.Note, &u.NoteAt, &u.Activity)
		if err != nil {
			return nil, err
		}
		users[u.Call] = append(users[u.Call], u)
	}
	return users, rows.Err()
}

// PutCallUser writes what a user did with a call.
func PutCallUser(ctx context.Context, tx *Tx, u CallUser) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO call_user (call_id, user_id, closed, note_version, note, note_at, activity_id)
		VALUES (?,?,?,?,?,?,?) ON CONFLICT (call_id, user_id) DO UPDATE SET closed = excluded.closed,
		note_version = excluded.note_version, note = excluded.note, note_at = excluded.note_at,
		activity_id = excluded.activity_id`, u.Call, u.User, u.Closed, u.Version, u.Note, u.NoteAt, u.Activity)
	return err
}

// CloseCall notes that a user has put the card of a call away.
func (s *Store) CloseCall(ctx context.Context, call, user crm.ID) error {
	return s.exec(ctx, `INSERT INTO call_user (call_id, user_id, closed) VALUES (?, ?, 1)
		ON CONFLICT (call_id, user_id) DO UPDATE SET closed = 1`, call, user)
}

// Listening is one play of a recording.
type Listening struct {
	Call    crm.ID
	User    crm.ID
	At      int64
	Address string
}

// AddListening writes down that a user listens to a recording, in the access log too.
func (s *Store) AddListening(ctx context.Context, l Listening, access trail.Entry) error {
	return s.Write(ctx, func(tx *Tx) error {
		tx.Note(trail.Access, access)
		_, err := tx.ExecContext(ctx, `INSERT INTO listening_log (id, call_id, user_id, at, address) VALUES (?,?,?,?,?)`,
			crm.NewID(), l.Call, l.User, l.At, l.Address)
		return err
	})
}

// Listenings returns who listened to a call, oldest first.
func (s *Store) Listenings(ctx context.Context, call crm.ID) ([]Listening, error) {
	rows, err := s.readers.QueryContext(ctx, `SELECT call_id, user_id, at, address FROM listening_log
		WHERE call_id = ? ORDER BY at, id`, call)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Listening
	for rows.Next() {
		var l Listening
		if err := rows.Scan(&l.Call, &l.User, &l.At, &l.Address); err != nil {
			return nil, err
		}
		all = append(all, l)
	}
	return all, rows.Err()
}

// marks gives n parameter marks: "?,?,?".
func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?,", n), ",") }

func idArgs(ids []crm.ID) []any {
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	return args
}
