package store

import "context"

// Try runs fn inside the transaction. If it returns an error nothing of what it wrote
// remains, its notes for the logs neither, and the transaction can go on.
func (t *Tx) Try(ctx context.Context, fn func() error) error {
	if _, err := t.ExecContext(ctx, `SAVEPOINT attempt`); err != nil {
		return err
	}
	notes := len(t.notes)
	failed := fn()
	if failed != nil {
		t.notes = t.notes[:notes]
		if _, err := t.ExecContext(ctx, `ROLLBACK TO SAVEPOINT attempt`); err != nil {
			return err
		}
	}
	if _, err := t.ExecContext(ctx, `RELEASE SAVEPOINT attempt`); err != nil {
		return err
	}
	return failed
}
