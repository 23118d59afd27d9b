package store

import (
	"context"
	"database/sql"
	"errors"

	"bellhop/hub/crm"
)

// States of an AccessRequest.
const (
	RequestOpen     = "open"
	RequestApproved = "approved"
	RequestRefused  = "refused"
	RequestUsed     = "used"
)

// AccessRequest asks the data keeper for something.
type AccessRequest struct {
	ID          crm.ID
	Kind        string
	User        crm.ID
	Ref         crm.Ref // Entity alone for a list
	Named       string  // JSON
	Fingerprint string
	Label       string
	Records     int
	Reason      string
	State       string
	At          int64
	DecidedBy   crm.ID
	DecidedAt   int64
	Remark      string
	ExpiresAt   int64
	UsedAt      int64
}

const requestColumns = `id, kind, user_id, entity, record_id, named, fingerprint, label, records, reason, state, at, decided_by,
	decided_at, remark, expires_at, used_at`

func (r *AccessRequest) into() []any {
	return []any{&r.ID, &r.Kind, &r.User, &r.Ref.Entity, &r.Ref.ID, &r.Named, &r.Fingerprint, &r.Label, &r.Records, &r.Reason, &r.State,
		&r.At, &r.DecidedBy, &r.DecidedAt, &r.Remark, &r.ExpiresAt, &r.UsedAt}
}

// AddAccessRequest keeps a new request.
func (s *Store) AddAccessRequest(ctx context.Context, tx *Tx, r *AccessRequest) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO access_request (`+requestColumns+`) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
		r.ID, r.Kind, r.User, r.Ref.Entity, r.Ref.ID, r.Named, r.Fingerprint, r.Label, r.Records, r.Reason, r.State, r.At, r.DecidedBy,
		r.DecidedAt, r.Remark, r.ExpiresAt, r.UsedAt)
	return err
}

// AccessRequest finds a request.
func (s *Store) AccessRequest(ctx context.Context, q Querier, id crm.ID) (*AccessRequest, error) {
	r := &AccessRequest{}
	err := q.QueryRowContext(ctx, `SELECT `+requestColumns+` FROM access_request WHERE id = ?`, id).Scan(r.into()...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, crm.ErrNotFound
	}
	return r, err
}

// AccessRequests lists requests, newest first: of one user, or of all; in one state, or
// in any.
func (s *Store) AccessRequests(ctx context.Context, user crm.ID, state string, before crm.ID, limit int) ([]*AccessRequest, error) {
	query, args := `SELECT `+requestColumns+` FROM access_request WHERE 1=1`, []any{}
	if user != 0 {
		query, args = query+` AND user_id = ?`, append(args, user)
	}
	if state != "" {
		query, args = query+` AND state = ?`, append(args, state)
	}
	if before != 0 {
		query, args = query+` AND id < ?`, append(args, before)
	}
	rows, err := s.Read().QueryContext(ctx, query+` ORDER BY id DESC LIMIT ?`, append(args, limit)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := []*AccessRequest{}
	for rows.Next() {
		r := &AccessRequest{}
		if err := rows.Scan(r.into()...); err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

// OpenRequests counts the requests nobody has decided.
func (s *Store) OpenRequests(ctx context.Context) (n int, err error) {
	err = s.Read().QueryRowContext(ctx, `SELECT count(*) FROM access_request WHERE state = ?`, RequestOpen).Scan(&n)
	return n, err
}

// DecideRequest approves or refuses a request that is open; of two who decide at once
// one is second (Conflict).
func (s *Store) DecideRequest(ctx context.Context, tx *Tx, id crm.ID, state string, by crm.ID, at int64, remark string, expires int64) error {
	result, err := tx.ExecContext(ctx, `UPDATE access_request SET state = ?, decided_by = ?, decided_at = ?, remark = ?, expires_at = ?
		WHERE id = ? AND state = ?`, state, by, at, remark, expires, id, RequestOpen)
	return oneRow(result, err, &crm.Error{Code: crm.Conflict, Key: "audit.decided"})
}

// UseRequest spends a grant: it must be the user's own, for what the fingerprint names,
// approved and not over.
func (s *Store) UseRequest(ctx context.Context, tx *Tx, id, user crm.ID, kind, fingerprint string, at int64) error {
	result, err := tx.ExecContext(ctx, `UPDATE access_request SET state = ?, used_at = ?
		WHERE id = ? AND user_id = ? AND kind = ? AND fingerprint = ? AND state = ? AND expires_at > ?`,
		RequestUsed, at, id, user, kind, fingerprint, RequestApproved, at)
	return oneRow(result, err, &crm.Error{Code: crm.Forbidden, Key: "audit.grant_void"})
}

func oneRow(result sql.Result, err, none error) error {
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	if err == nil && n == 0 {
		return none
	}
	return err
}

// AccessPass lets a reader who gave his purpose open a record for a while.
type AccessPass struct {
	User    crm.ID
	Ref     crm.Ref
	Reason  string
	Request crm.ID
	At      int64
	Until   int64
}

// AddPass keeps a pass.
func (s *Store) AddPass(ctx context.Context, tx *Tx, p AccessPass) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO access_pass (id, user_id, entity, record_id, reason, request_id, at, until) VALUES (?,?,?,?,?,?,?,?)`,
		crm.NewID(), p.User, p.Ref.Entity, p.Ref.ID, p.Reason, p.Request, p.At, p.Until)
	return err
}

// HasPass tells whether the user may open the record now.
func (s *Store) HasPass(ctx context.Context, user crm.ID, ref crm.Ref, at int64) (bool, error) {
	var n int
	err := s.Read().QueryRowContext(ctx, `SELECT count(*) FROM access_pass WHERE entity = ? AND record_id = ? AND user_id = ? AND until > ?`,
		ref.Entity, ref.ID, user, at).Scan(&n)
	return n > 0, err
}

// Marked is which of the records are so marked in the yes-or-no field key.
func (s *Store) Marked(ctx context.Context, e *crm.Entity, key string, ids []crm.ID) (map[crm.ID]bool, error) {
	marked := map[crm.ID]bool{}
	if len(ids) == 0 {
		return marked, nil
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	rows, err := s.Read().QueryContext(ctx, `SELECT id FROM `+quote(e.Table)+` WHERE `+quote(key)+` = 1 AND id IN (`+marks(len(ids))+`)`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id crm.ID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		marked[id] = true
	}
	return marked, rows.Err()
}
