package store

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/search"
)

// CountCap is how far records are counted; beyond it the page says "1000+".
const CountCap = 1000

// builder writes one statement. Names in it come from definitions only, values are
// always bound.
type builder struct {
	strings.Builder
	schema *crm.Schema
	engine engine
	args   []any
	common []bool                                   // of the words of a search, which are; see weigh
	many   bool                                     // the one word of a search finds more than is worth putting in order
	newest int                                      // look only at so many of what a word finds, the newest; 0 for all
	ask    func(query string, args ...any) *sql.Row // asks before the statement is built; nil where that isn't worth it
}

func (s *Store) build(schema *crm.Schema) *builder { return &builder{schema: schema, engine: s.engine} }

// asking lets the builder look at the data to choose between forms of a statement.
func (b *builder) asking(ctx context.Context, q Querier) *builder {
	b.ask = func(query string, args ...any) *sql.Row { return q.QueryRowContext(ctx, query, args...) }
	return b
}

func (b *builder) add(format string, names ...any) { fmt.Fprintf(b, format, names...) }

func (b *builder) bind(sql string, args ...any) {
	b.WriteString(sql)
	b.args = append(b.args, args...)
}

// scope writes the condition that keeps a user to his records. It is the only place
// where a scope becomes SQL.
func (b *builder) scope(e *crm.Entity, alias string, s crm.Scope) {
	if s.All {
		b.WriteString("1=1")
		return
	}
	var parts []func()
	if len(s.Owners) > 0 {
		parts = append(parts, func() { b.owners(alias, s.Owners) })
	}
	if s.Shared != nil && len(s.Shared.With) > 0 && b.shares(e, s.Shared) {
		parts = append(parts, func() { b.shared(e, alias, s.Shared) })
	}
	for _, p := range s.Parents {
		parent, ok := b.schema.Entity(p.Entity)
		if _, known := e.Field(p.Field); ok && known {
			parts = append(parts, func() { b.parent(parent, alias, p) })
		}
	}
	// One part alone lets the engine read its records in the order of the list.
	switch len(parts) {
	case 0:
		b.WriteString("0=1")
		return
	case 1:
		parts[0]()
		return
	}
	for i, part := range parts {
		b.WriteString([]string{"(", " OR "}[min(i, 1)])
		part()
	}
	b.WriteString(")")
}

func (b *builder) parent(parent *crm.Entity, alias string, p crm.Parent) {
	inner := alias + "p"
	b.add("EXISTS (SELECT 1 FROM %s %s WHERE %s.id = %s.%s AND %s.deleted_at IS NULL AND ",
		quote(parent.Table), inner, inner, alias, quote(p.Field), inner)
	b.scope(parent, inner, p.Scope)
	b.WriteString(")")
}

// shares tells whether anything of e is shared with the user at all; to most users,
// most of the time, nothing is.
func (b *builder) shares(e *crm.Entity, s *crm.Shared) bool {
	if b.ask == nil {
		return true
	}
	args := []any{e.Name}
	for _, id := range s.With {
		args = append(args, id)
	}
	var one int
	err := b.ask(`SELECT 1 FROM rec_share WHERE entity = ? AND target IN (`+marks(len(s.With))+`) LIMIT 1`, args...).Scan(&one)
	return !errors.Is(err, sql.ErrNoRows)
}

// fewOwners are read one after the other and put in order; the records of more make up
// so much of a list that it is read in its own order and the others left out.
const fewOwners = 10

func (b *builder) owners(alias string, owners []crm.ID) {
	column := alias + ".owner"
	if len(owners) > fewOwners {
		column = b.engine.unindexed(column)
	}
	b.add("%s IN (?%s)", column, strings.Repeat(",?", len(owners)-1))
	for _, id := range owners {
		b.args = append(b.args, id)
	}
}

// shared is a list the engine makes once for a statement, not a question for each row:
// few records are shared with one user.
func (b *builder) shared(e *crm.Entity, alias string, s *crm.Shared) {
	b.bind(alias+".id IN (SELECT record_id FROM rec_share WHERE entity = ?", e.Name)
	b.add(" AND target IN (?%s)", strings.Repeat(",?", len(s.With)-1))
	for _, id := range s.With {
		b.args = append(b.args, id)
	}
	b.bind(" AND (expires = 0 OR expires > ?)", time.Now().UnixMilli())
	if s.Edit {
		b.WriteString(" AND level = 'edit'")
	}
	b.WriteString(")")
}

// systemColumn names the columns of the fields every record has.
var systemColumn = map[string]string{"createdAt": "created_at", "updatedAt": "updated_at"}

// where writes all conditions of a query but the cursor.
func (b *builder) where(ctx context.Context, q Querier, e *crm.Entity, query *crm.Query) error {
	b.WriteString("a.deleted_at IS NULL AND ")
	b.scope(e, "a", query.Scope)
	b.ids(query.IDs)
	if query.Filter != nil {
		b.WriteString(" AND ")
		b.filter(e, "a", query.Filter)
	}
	if query.Search == "" {
		return nil
	}
	if b.common == nil {
		none, err := b.weigh(ctx, q, e, query)
		if err != nil || none {
			b.WriteString(" AND 0=1")
			return err
		}
	}
	b.WriteString(" AND ")
	b.search(e, query.People, search.Parse(query.Search))
	return nil
}

// ids keeps a query to the records named; nil names none of them out.
func (b *builder) ids(ids []crm.ID) {
	if ids == nil {
		return
	}
	if len(ids) == 0 {
		b.WriteString(" AND 0=1")
		return
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	b.bind(" AND a.id IN (?"+strings.Repeat(",?", len(ids)-1)+")", args...)
}

// sortColumn is the column a sort goes by, and whether it may be empty.
func sortColumn(e *crm.Entity, key string) (column string, nullable bool) {
	switch {
	case systemColumn[key] != "":
		return "a." + systemColumn[key], false
	case key == e.Title:
		return "a.sort_key", false
	}
	return "a." + quote(key), true
}

// cursor is where a page ended.
type cursor struct {
	Sort crm.Sort `json:"s"`
	At   any      `json:"a"`
	ID   crm.ID   `json:"i"`
}

func (c cursor) String() string {
	b, _ := json.Marshal(c)
	return base64.RawURLEncoding.EncodeToString(b)
}

var errCursor = &crm.Error{Code: crm.Invalid, Key: "query.bad_cursor"}

func parseCursor(text string, sort crm.Sort) (c cursor, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return c, errCursor
	}
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	if err := d.Decode(&c); err != nil || c.Sort != sort {
		return c, errCursor
	}
	switch at := c.At.(type) {
	case json.Number:
		if c.At, err = at.Int64(); err != nil {
			return c, errCursor
		}
	case nil, string:
	default:
		return c, errCursor
	}
	return c, nil
}

// after writes the condition of the rows beyond the cursor; empty values come last
// whichever way a list is sorted.
func (b *builder) after(e *crm.Entity, sort crm.Sort, c cursor) {
	column, nullable := sortColumn(e, sort.Field)
	beyond := ">"
	if sort.Desc {
		beyond = "<"
	}
	switch {
	case c.At == nil:
		b.bind(fmt.Sprintf(" AND (%s IS NULL AND a.id %s ?)", column, beyond), c.ID)
	case nullable:
		b.bind(fmt.Sprintf(" AND (%s %s ? OR (%s = ? AND a.id %s ?) OR %s IS NULL)", column, beyond, column, beyond, column), c.At, c.At, c.ID)
	default:
		b.bind(fmt.Sprintf(" AND (%s, a.id) %s (?, ?)", column, beyond), c.At, c.ID)
	}
}

// Records returns one page of q and the cursor of the next, "" at the end. write marks
// the rows a user may change.
func (s *Store) Records(ctx context.Context, q Querier, schema *crm.Schema, query *crm.Query, write crm.Scope) (list []*RecordRow, next string, err error) {
	ctx, done := bounded(ctx)
	defer done(&err)
	e, ok := schema.Entity(query.Entity)
	if !ok {
		return nil, "", crm.ErrNotFound
	}
	b := s.build(schema).asking(ctx, q)
	none, err := b.weigh(ctx, q, e, query)
	if err != nil || none {
		return nil, "", err
	}
	if query.Pick && b.many {
		newest := s.build(schema).asking(ctx, q)
		newest.common, newest.newest = []bool{false}, pickFrom*query.Limit
		if list, _, err = s.page(ctx, q, e, query, write, newest); err != nil || len(list) == query.Limit {
			return list, "", err
		}
	}
	return s.page(ctx, q, e, query, write, b)
}

// pickFrom times as many as are shown to pick from are looked at, where a word finds more:
// the user may reach but a part of them, and of those the ones changed last come first.
const pickFrom = 20

// page reads one page with a builder that knows which words are common.
func (s *Store) page(ctx context.Context, q Querier, e *crm.Entity, query *crm.Query, write crm.Scope, b *builder) (list []*RecordRow, next string, err error) {
	column, nullable := sortColumn(e, query.Sort.Field)
	fields := readFields(e, query.Fields)
	b.add("SELECT %s, %s, ", column, selected(fields))
	b.scope(e, "a", write)
	b.add(" FROM %s a WHERE ", quote(e.Table))
	if err := b.where(ctx, q, e, query); err != nil {
		return nil, "", err
	}
	if query.After != "" {
		c, err := parseCursor(query.After, query.Sort)
		if err != nil {
			return nil, "", err
		}
		b.after(e, query.Sort, c)
	}
	direction := "ASC"
	if query.Sort.Desc {
		direction = "DESC"
	}
	last := ""
	if nullable {
		last = " NULLS LAST"
	}
	b.add(" ORDER BY %s %s%s, a.id %s LIMIT %d", column, direction, last, direction, query.Limit+1)
	list, sorts, err := s.scanRecords(ctx, q, e, fields, b)
	if err != nil {
		return nil, "", err
	}
	if len(list) > query.Limit {
		list = list[:query.Limit]
		next = cursor{query.Sort, sorts[query.Limit-1], list[query.Limit-1].ID}.String()
	}
	return list, next, s.readPhones(ctx, q, e, fields, list)
}

// Record returns one record within scope.
func (s *Store) Record(ctx context.Context, q Querier, schema *crm.Schema, ref crm.Ref, scope, write crm.Scope) (*RecordRow, error) {
	e, ok := schema.Entity(ref.Entity)
	if !ok {
		return nil, crm.ErrNotFound
	}
	b := s.build(schema).asking(ctx, q)
	fields := readFields(e, nil)
	b.add("SELECT NULL, %s, ", selected(fields))
	b.scope(e, "a", write)
	b.bind(fmt.Sprintf(" FROM %s a WHERE a.id = ? AND a.deleted_at IS NULL AND ", quote(e.Table)), ref.ID)
	b.scope(e, "a", scope)
	list, _, err := s.scanRecords(ctx, q, e, fields, b)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, crm.ErrNotFound
	}
	if err := s.ReadLines(ctx, q, e, list); err != nil {
		return nil, err
	}
	return list[0], s.readPhones(ctx, q, e, fields, list)
}

// CountRecords counts as far as CountCap.
func (s *Store) CountRecords(ctx context.Context, q Querier, schema *crm.Schema, query *crm.Query) (n int, capped bool, err error) {
	ctx, done := bounded(ctx)
	defer done(&err)
	e, ok := schema.Entity(query.Entity)
	if !ok {
		return 0, false, crm.ErrNotFound
	}
	b := s.build(schema).asking(ctx, q)
	b.add("SELECT count(*) FROM (SELECT 1 FROM %s a WHERE ", quote(e.Table))
	if err := b.where(ctx, q, e, query); err != nil {
		return 0, false, err
	}
	b.add(" LIMIT %d) counted", CountCap+1)
	err = q.QueryRowContext(ctx, b.String(), b.args...).Scan(&n)
	return min(n, CountCap), n > CountCap, err
}

// readField is a field that is read and the columns that hold it.
type readField struct {
	*field.Field
	columns []field.Column // none of the owner's, which is a system column
}

// readFields are the fields named; nil names all.
func readFields(e *crm.Entity, only []string) []readField {
	fields := make([]readField, 0, len(e.Fields))
	for i := range e.Fields {
		f := &e.Fields[i]
		if only != nil && !slices.Contains(only, f.Key) {
			continue
		}
		read := readField{Field: f}
		if f.Key != "owner" {
			read.columns = f.Type.Columns(f.Key)
		}
		fields = append(fields, read)
	}
	return fields
}

// selected lists what is read of a record, in scanRecords' order.
func selected(fields []readField) string {
	var columns strings.Builder
	columns.WriteString("a.id, a.rev, a.label, a.created_at, a.updated_at, a.created_by, a.updated_by, a.owner")
	for _, f := range fields {
		for _, c := range f.columns {
			columns.WriteString(", a." + quote(c.Name))
		}
	}
	return columns.String()
}

// scanRecords reads rows of: sort value, selected, may write.
func (s *Store) scanRecords(ctx context.Context, q Querier, e *crm.Entity, fields []readField, b *builder) (list []*RecordRow, sorts []any, err error) {
	rows, err := q.QueryContext(ctx, b.String(), b.args...)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	var at any
	var r RecordRow
	var createdBy, updatedBy, owner sql.NullInt64
	into := []any{&at, &r.ID, &r.Rev, &r.Label, &r.CreatedAt, &r.UpdatedAt, &createdBy, &updatedBy, &owner}
	var cells []any
	for _, f := range fields {
		cells = append(cells, make([]any, len(f.columns))...)
	}
	for i := range cells {
		into = append(into, &cells[i])
	}
	into = append(into, &r.MayWrite)
	filled := 0
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, nil, err
		}
		row := r
		row.Entity, row.Values = e.Name, make(map[string]any, filled)
		row.CreatedBy, row.UpdatedBy, row.Owner = crm.ID(createdBy.Int64), crm.ID(updatedBy.Int64), crm.ID(owner.Int64)
		scanFields(fields, &row, cells)
		filled = len(row.Values) // the next one holds about as many
		list, sorts = append(list, &row), append(sorts, at)
	}
	return list, sorts, rows.Err()
}

func scanFields(fields []readField, r *RecordRow, cells []any) {
	for _, f := range fields {
		if f.Key == "owner" {
			if r.Owner != 0 {
				r.Values["owner"] = field.Person{ID: int64(r.Owner)}
			}
			continue
		}
		n := len(f.columns)
		if n == 0 {
			continue
		}
		if v := f.Type.Scan(cells[:n]); v != nil {
			r.Values[f.Key] = v
		}
		cells = cells[n:]
	}
}

// readPhones fills in the telephone numbers of the records in one query.
func (s *Store) readPhones(ctx context.Context, q Querier, e *crm.Entity, fields []readField, list []*RecordRow) error {
	has := slices.ContainsFunc(fields, func(f readField) bool { return f.Type == field.Phones })
	if !has || len(list) == 0 {
		return nil
	}
	byID := map[crm.ID]*RecordRow{}
	args := []any{e.Name}
	for _, r := range list {
		byID[r.ID] = r
		args = append(args, r.ID)
	}
	rows, err := q.QueryContext(ctx, `SELECT record_id, field, label, raw, display, canonical FROM phone_number
		WHERE entity = ? AND record_id IN (?`+strings.Repeat(",?", len(list)-1)+`) ORDER BY record_id, field, position`, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id crm.ID
		var key string
		var p field.Phone
		if err := rows.Scan(&id, &key, &p.Label, &p.Raw, &p.Display, &p.Number); err != nil {
			return err
		}
		before, _ := byID[id].Values[key].([]field.Phone)
		byID[id].Values[key] = append(before, p)
	}
	return rows.Err()
}

// Labels tells what those records of an entity are called that lie within scope,
// deleted ones too.
func (s *Store) Labels(ctx context.Context, q Querier, schema *crm.Schema, e *crm.Entity, ids []int64, scope crm.Scope) (map[int64]string, error) {
	labels := map[int64]string{}
	if len(ids) == 0 || scope.None() {
		return labels, nil
	}
	b := s.build(schema)
	b.add("SELECT a.id, a.label FROM %s a WHERE a.id IN (?%s) AND ", quote(e.Table), strings.Repeat(",?", len(ids)-1))
	for _, id := range ids {
		b.args = append(b.args, id)
	}
	b.scope(e, "a", scope)
	err := eachRow(ctx, q, b.String(), func(scan func(...any) error) error {
		var id int64
		var label string
		err := scan(&id, &label)
		labels[id] = label
		return err
	}, b.args...)
	return labels, err
}
