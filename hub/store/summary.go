package store

import (
	"context"
	"database/sql"
	"slices"

	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// Group is the records of a query that hold one value of a field.
type Group struct {
	Value any // as its column holds it; nil for none
	Count int64
	Sums  []any // of the field summed: one value, of an amount one for each currency
}

// maxGroups is how many groups one question tells apart, the largest first.
const maxGroups = 200

// ExactCount counts all records of a query, however long it takes within ctx.
func (s *Store) ExactCount(ctx context.Context, q Querier, schema *crm.Schema, query *crm.Query) (n int64, err error) {
	e, ok := schema.Entity(query.Entity)
	if !ok {
		return 0, crm.ErrNotFound
	}
	b := s.build(schema)
	b.add("SELECT count(*) FROM %s a WHERE ", quote(e.Table))
	if err := b.where(ctx, q, e, query); err != nil {
		return 0, err
	}
	err = q.QueryRowContext(ctx, b.String(), b.args...).Scan(&n)
	return n, err
}

// Total adds up a field over the records of a query: one value, of an amount one for
// each currency, in the Go type of the field.
func (s *Store) Total(ctx context.Context, q Querier, schema *crm.Schema, query *crm.Query, f *field.Field) ([]any, error) {
	sums, err := s.sums(ctx, q, schema, query, "", f)
	if err != nil {
		return nil, err
	}
	return sums[nil], nil
}

// Groups counts the records of a query by the value of the field by, and adds up sum
// in each if it is not nil.
func (s *Store) Groups(ctx context.Context, q Querier, schema *crm.Schema, query *crm.Query, by string, sum *field.Field) (groups []Group, err error) {
	ctx, done := bounded(ctx)
	defer done(&err)
	e, ok := schema.Entity(query.Entity)
	if !ok {
		return nil, crm.ErrNotFound
	}
	b := s.build(schema)
	b.add("SELECT a.%s, count(*) AS n FROM %s a WHERE ", quote(by), quote(e.Table))
	if err := b.where(ctx, q, e, query); err != nil {
		return nil, err
	}
	b.add(" GROUP BY a.%s ORDER BY n DESC LIMIT %d", quote(by), maxGroups)
	rows, err := q.QueryContext(ctx, b.String(), b.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var g Group
		if err := rows.Scan(&g.Value, &g.Count); err != nil {
			return nil, err
		}
		groups = append(groups, g)
	}
	if err := rows.Err(); err != nil || sum == nil {
		return groups, err
	}
	sums, err := s.sums(ctx, q, schema, query, by, sum)
	for i := range groups {
		groups[i].Sums = sums[groups[i].Value]
	}
	return groups, err
}

// sums adds up f by the value of the field by, or under nil all of it.
func (s *Store) sums(ctx context.Context, q Querier, schema *crm.Schema, query *crm.Query, by string, f *field.Field) (sums map[any][]any, err error) {
	ctx, done := bounded(ctx)
	defer done(&err)
	e, ok := schema.Entity(query.Entity)
	columns := f.Type.Columns(f.Key)
	if !ok || len(columns) == 0 {
		return nil, crm.ErrNotFound
	}
	// The first column is the number, the others say of what: they keep sums apart.
	var apart []string
	if by != "" {
		apart = append(apart, "a."+quote(by))
	}
	for _, c := range columns[1:] {
		apart = append(apart, "a."+quote(c.Name))
	}
	b := s.build(schema)
	b.WriteString("SELECT ")
	for _, column := range apart {
		b.WriteString(column + ", ")
	}
	b.add("CAST(sum(a.%s) AS BIGINT) FROM %s a WHERE a.%s IS NOT NULL AND ", quote(columns[0].Name), quote(e.Table), quote(columns[0].Name))
	if err := b.where(ctx, q, e, query); err != nil {
		return nil, err
	}
	for i, column := range apart {
		b.WriteString([]string{" GROUP BY ", ", "}[min(i, 1)] + column)
	}
	rows, err := q.QueryContext(ctx, b.String(), b.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	sums = map[any][]any{}
	for rows.Next() {
		cells := make([]any, len(apart))
		var n sql.NullInt64
		into := []any{}
		for i := range cells {
			into = append(into, &cells[i])
		}
		if err := rows.Scan(append(into, &n)...); err != nil {
			return nil, err
		}
		if !n.Valid {
			continue
		}
		var key any
		if by != "" {
			key, cells = cells[0], cells[1:]
		}
		sums[key] = append(sums[key], f.Type.Scan(slices.Concat([]any{n.Int64}, cells)))
	}
	return sums, rows.Err()
}
