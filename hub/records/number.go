package records

import (
	"context"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/store"
)

// maxTaken bounds how many numbers typed by hand are stepped over at once.
const maxTaken = 10_000

// nextNumber takes the next number of a series. One that somebody typed already is
// stepped over; one taken is never given again, whatever becomes of its record.
func (r *Records) nextNumber(ctx context.Context, tx *store.Tx, e *crm.Entity, f *field.Field, at time.Time) (string, error) {
	for range maxTaken {
		n, err := r.store.NextNumber(ctx, tx, SeriesKey(e, f, at))
		if err != nil {
			return "", err
		}
		no := f.Series.Format(at, n)
		taken, err := r.store.Holder(ctx, tx, e, f, no, 0, true)
		if err != nil || taken == 0 {
			return no, err
		}
	}
	return "", &crm.Error{Code: crm.Invalid, Key: "field.numbers_taken", Field: f.Key}
}

// SeriesKey is under what the numbers of a field are counted: each field counts by
// itself, in each period anew. Another prefix counts on.
func SeriesKey(e *crm.Entity, f *field.Field, at time.Time) string {
	key := e.Name + "." + f.Key
	if period := f.Series.Period(at); period != "" {
		key += "." + period
	}
	return key
}
