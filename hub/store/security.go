package store

import (
	"context"
	"database/sql"
	"errors"

	"bellhop/hub/crm"
)

// AcceptRules notes that a user has accepted a revision of the security rules.
func (s *Store) AcceptRules(ctx context.Context, user crm.ID, rev, at int64) error {
	return s.exec(ctx, `INSERT INTO rules_accepted (user_id, rev, at) VALUES (?,?,?) ON CONFLICT DO NOTHING`, user, rev, at)
}

// RulesAccepted tells when each user accepted a revision.
func (s *Store) RulesAccepted(ctx context.Context, rev int64) (map[crm.ID]int64, error) {
	accepted := map[crm.ID]int64{}
	err := eachRow(ctx, s.Read(), `SELECT user_id, at FROM rules_accepted WHERE rev = ?`, func(scan func(...any) error) error {
		var id crm.ID
		var at int64
		err := scan(&id, &at)
		accepted[id] = at
		return err
	}, rev)
	return accepted, err
}

// HasAccepted tells whether a user has accepted a revision.
func (s *Store) HasAccepted(ctx context.Context, user crm.ID, rev int64) (bool, error) {
	var one int
	err := s.Read().QueryRowContext(ctx, `SELECT 1 FROM rules_accepted WHERE user_id = ? AND rev = ?`, user, rev).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// KeeperChange is a wish to name another data keeper, and what became of it.
type KeeperChange struct {
	ID         crm.ID
	Keeper     crm.ID // 0 for none
	ProposedBy crm.ID
	ProposedAt int64
	State      string // "open", "done", "refused"
	DecidedBy  crm.ID
	DecidedAt  int64
}

// KeeperChanges returns the last ones, newest first.
func (s *Store) KeeperChanges(ctx context.Context) (list []KeeperChange, err error) {
	err = eachRow(ctx, s.Read(), `SELECT id, keeper, proposed_by, proposed_at, state, decided_by, decided_at FROM keeper_change
		ORDER BY id DESC LIMIT 20`, func(scan func(...any) error) error {
		var c KeeperChange
		err := scan(&c.ID, &c.Keeper, &c.ProposedBy, &c.ProposedAt, &c.State, &c.DecidedBy, &c.DecidedAt)
		list = append(list, c)
		return err
	})
	return list, err
}

// ProposeKeeper keeps a wish; the one before it, if still open, is refused.
func (s *Store) ProposeKeeper(ctx context.Context, c KeeperChange) error {
	return s.Write(ctx, func(tx *Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE keeper_change SET state = 'refused', decided_by = ?, decided_at = ? WHERE state = 'open'`, c.ProposedBy, c.ProposedAt)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO keeper_change (id, keeper, proposed_by, proposed_at, state, decided_by, decided_at)
			VALUES (?,?,?,?,'open',0,0)`, c.ID, c.Keeper, c.ProposedBy, c.ProposedAt)
		return err
	})
}

// DecideKeeper ends an open wish. A confirmed one gives the role to the keeper named
// and takes it from everybody else; who is left without a role may do nothing.
func (s *Store) DecideKeeper(ctx context.Context, c KeeperChange, role crm.ID) error {
	return s.Write(ctx, func(tx *Tx) error {
		err := changeOne(ctx, tx, `UPDATE keeper_change SET state = ?, decided_by = ?, decided_at = ? WHERE id = ? AND state = 'open'`,
			c.State, c.DecidedBy, c.DecidedAt, c.ID)
		if err != nil || c.State != "done" {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM user_role WHERE role_id = ? AND user_id <> ?`, role, c.Keeper); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO user_role (user_id, role_id) SELECT id, ? FROM user_account WHERE id = ? ON CONFLICT DO NOTHING`, role, c.Keeper)
		if err != nil {
			return err
		}
		return officeChanged(ctx, tx)
	})
}

// RightUsed notes when a user last used a right.
func (s *Store) RightUsed(ctx context.Context, user crm.ID, action string, at int64) error {
	return s.exec(ctx, `INSERT INTO right_used (user_id, action, at) VALUES (?,?,?)
		ON CONFLICT (user_id, action) DO UPDATE SET at = excluded.at`, user, action, at)
}

// RightsUsed tells when each user last used each right.
func (s *Store) RightsUsed(ctx context.Context) (map[crm.ID]map[string]int64, error) {
	used := map[crm.ID]map[string]int64{}
	err := eachRow(ctx, s.Read(), `SELECT user_id, action, at FROM right_used`, func(scan func(...any) error) error {
		var id crm.ID
		var action string
		var at int64
		if err := scan(&id, &action, &at); err != nil {
			return err
		}
		if used[id] == nil {
			used[id] = map[string]int64{}
		}
		used[id][action] = at
		return nil
	})
	return used, err
}

// Review is a check of accounts and rights that go unused (SEC-25).
type Review struct {
	ID      crm.ID
	BegunBy crm.ID
	BegunAt int64
	DoneAt  int64 // 0 while something is undecided
	Items   []ReviewItem
}

// ReviewItem is an account, or with Action one right of it, that went unused.
type ReviewItem struct {
	User      crm.ID
	Action    string
	LastUsed  int64  // 0 for never
	Decision  string // "", "keep", "disable"
	DecidedBy crm.ID
	DecidedAt int64
}

// LastReview returns the newest review, nil where there was none.
func (s *Store) LastReview(ctx context.Context) (*Review, error) {
	r := &Review{}
	err := s.Read().QueryRowContext(ctx, `SELECT id, begun_by, begun_at, done_at FROM account_review ORDER BY id DESC LIMIT 1`).
		Scan(&r.ID, &r.BegunBy, &r.BegunAt, &r.DoneAt)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	err = eachRow(ctx, s.Read(), `SELECT user_id, action, last_used, decision, decided_by, decided_at FROM account_review_item
		WHERE review_id = ? ORDER BY user_id, action`, func(scan func(...any) error) error {
		var i ReviewItem
		err := scan(&i.User, &i.Action, &i.LastUsed, &i.Decision, &i.DecidedBy, &i.DecidedAt)
		r.Items = append(r.Items, i)
		return err
	}, r.ID)
	return r, err
}

// BeginReview keeps a new review. One with nothing to decide is done at once.
func (s *Store) BeginReview(ctx context.Context, r *Review) error {
	return s.Write(ctx, func(tx *Tx) error {
		if r.DoneAt = 0; len(r.Items) == 0 {
			r.DoneAt = r.BegunAt
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO account_review (id, begun_by, begun_at, done_at) VALUES (?,?,?,?)`, r.ID, r.BegunBy, r.BegunAt, r.DoneAt)
		if err != nil {
			return err
		}
		for _, i := range r.Items {
			_, err := tx.ExecContext(ctx, `INSERT INTO account_review_item (review_id, user_id, action, last_used, decision, decided_by, decided_at)
				VALUES (?,?,?,?,'',0,0)`, r.ID, i.User, i.Action, i.LastUsed)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// DecideReview decides one item; the last one ends the review. Decided ones stay.
func (s *Store) DecideReview(ctx context.Context, review crm.ID, i ReviewItem) error {
	return s.Write(ctx, func(tx *Tx) error {
		err := changeOne(ctx, tx, `UPDATE account_review_item SET decision = ?, decided_by = ?, decided_at = ?
			WHERE review_id = ? AND user_id = ? AND action = ? AND decision = ''`, i.Decision, i.DecidedBy, i.DecidedAt, review, i.User, i.Action)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE account_review SET done_at = ? WHERE id = ? AND NOT EXISTS
			(SELECT 1 FROM account_review_item WHERE review_id = ? AND decision = '')`, i.DecidedAt, review, review)
		return err
	})
}
