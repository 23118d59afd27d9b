package store

import (
	"context"

	"bellhop/hub/crm"
)

// SumAmounts adds up an amount over the records of a query, by currency.
func (s *Store) SumAmounts(ctx context.Context, q Querier, schema *crm.Schema, query *crm.Query, key string) (map[string]int64, error) {
	e, ok := schema.Entity(query.Entity)
	if !ok {
		return nil, crm.ErrNotFound
	}
	b := s.build(schema)
	b.add("SELECT a.%s, CAST(sum(a.%s) AS BIGINT) FROM %s a WHERE a.%s IS NOT NULL AND ", quote(key+"_currency"), quote(key), quote(e.Table), quote(key))
	if err := b.where(ctx, q, e, query); err != nil {
		return nil, err
	}
	b.add(" GROUP BY a.%s", quote(key+"_currency"))
	rows, err := q.QueryContext(ctx, b.String(), b.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	sums := map[string]int64{}
	for rows.Next() {
		var currency string
		var sum int64
		if err := rows.Scan(&currency, &sum); err != nil {
			return nil, err
		}
		sums[currency] = sum
	}
	return sums, rows.Err()
}
