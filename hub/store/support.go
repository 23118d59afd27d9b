package store

import (
	"context"

	"bellhop/hub/crm"
)

// TableCounts is how many rows each kind of record has, by its table: state for a
// technician, without a word of what is in them.
func (s *Store) TableCounts(ctx context.Context, schema *crm.Schema) (map[string]int64, error) {
	counts := map[string]int64{}
	for _, e := range schema.Entities() {
		var n int64
		if err := s.readers.QueryRowContext(ctx, "SELECT count(*) FROM "+quote(e.Table)).Scan(&n); err != nil {
			return nil, err
		}
		counts[e.Table] = n
	}
	return counts, nil
}
