package store

import (
	"context"

	"bellhop/hub/crm"
)

// Feedback is what a user told the administrator from a page, and the answer.
type Feedback struct {
	ID         crm.ID
	User       crm.ID
	At         int64
	Page       string // its address
	Text       string
	Answer     string
	AnsweredBy crm.ID
	AnsweredAt int64
}

// AddFeedback keeps a note.
func (s *Store) AddFeedback(ctx context.Context, f Feedback) error {
	return s.exec(ctx, `INSERT INTO feedback (id, user_id, at, page, text, answer, answered_by, answered_at) VALUES (?,?,?,?,?,'',0,0)`,
		f.ID, f.User, f.At, f.Page, f.Text)
}

// Feedbacks lists notes, newest first: of one user, or of all (0).
func (s *Store) Feedbacks(ctx context.Context, user crm.ID, limit int) ([]Feedback, error) {
	query, args := `SELECT id, user_id, at, page, text, answer, answered_by, answered_at FROM feedback`, []any{}
	if user != 0 {
		query, args = query+` WHERE user_id = ?`, append(args, user)
	}
	rows, err := s.Read().QueryContext(ctx, query+` ORDER BY id DESC LIMIT ?`, append(args, limit)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := []Feedback{}
	for rows.Next() {
		var f Feedback
		if err := rows.Scan(&f.ID, &f.User, &f.At, &f.Page, &f.Text, &f.Answer, &f.AnsweredBy, &f.AnsweredAt); err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	return list, rows.Err()
}

// AnswerFeedback keeps the answer and tells whose note it was.
func (s *Store) AnswerFeedback(ctx context.Context, id crm.ID, answer string, by crm.ID, at int64) (user crm.ID, err error) {
	err = s.Write(ctx, func(tx *Tx) error {
		result, err := tx.ExecContext(ctx, `UPDATE feedback SET answer = ?, answered_by = ?, answered_at = ? WHERE id = ?`, answer, by, at, id)
		if err := oneRow(result, err, crm.ErrNotFound); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `SELECT user_id FROM feedback WHERE id = ?`, id).Scan(&user)
	})
	return user, err
}
