package store

import (
	"testing"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/store/storetest"
)

// A question that takes too long ends with what to do about it, and the next works.
func TestSlowQuestion(t *testing.T) {
	s := openAt(t, storetest.Source(t))
	ask := func(limit time.Duration) (n int, err error) {
		ctx, done := boundedBy(t.Context(), limit)
		defer done(&err)
		err = s.Read().QueryRowContext(ctx, `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
			SELECT count(*) FROM n WHERE i > 0`, int64(1)<<30).Scan(&n)
		return n, err
	}
	if _, err := ask(30 * time.Millisecond); !crm.IsCode(err, crm.Invalid) {
		t.Errorf("says %v", err)
	}
	var one int
	if err := s.Read().QueryRowContext(t.Context(), `SELECT 1`).Scan(&one); err != nil || one != 1 {
		t.Errorf("%d, %v", one, err)
	}
}
