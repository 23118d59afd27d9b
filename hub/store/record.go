package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"strings"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/phone"
	"bellhop/hub/search"
)

// RecordRow is a record as it is read or written, with what only the store needs.
type RecordRow struct {
	crm.Record
	MayWrite  bool            // within Query.Write
	WithLines bool            // its lines were read
	Document  search.Document // of a write
}

// Copy is a record whose values may be changed without changing r's.
func (r *RecordRow) Copy() *RecordRow {
	c := *r
	c.Values = maps.Clone(r.Values)
	return &c
}

// writtenColumns are the columns of an entity's fields that a write of the record sets;
// the owner's is a system column.
func writtenColumns(e *crm.Entity) (names []string) {
	for i := range e.Fields {
		if e.Fields[i].Key == "owner" || e.Fields[i].Kept {
			continue
		}
		for _, c := range e.Fields[i].Type.Columns(e.Fields[i].Key) {
			names = append(names, c.Name)
		}
	}
	return names
}

// insertKeys writes what a record is found by besides its words: numbers, what makes it
// the same as another, and what it points to. dropKeys takes it away.
func insertKeys(ctx context.Context, tx *Tx, e *crm.Entity, r *RecordRow) error {
	if err := insertPhones(ctx, tx, e, r); err != nil {
		return err
	}
	if err := insertMatchKeys(ctx, tx, e, r); err != nil {
		return err
	}
	return insertLinks(ctx, tx, e, r)
}

// InsertRecord writes a new record with its numbers and search words.
func (s *Store) InsertRecord(ctx context.Context, tx *Tx, e *crm.Entity, r *RecordRow) error {
	columns := []string{"id", "rev", "label", "sort_key", "search_text", "search_digits", "owner", "created_at", "updated_at", "created_by", "updated_by"}
	args := []any{r.ID, r.Rev, r.Label, search.SortKey(r.Label), r.Document.Text, r.Document.Digits, null(r.Owner),
		r.CreatedAt, r.UpdatedAt, null(r.CreatedBy), null(r.UpdatedBy)}
	for _, name := range writtenColumns(e) {
		columns = append(columns, quote(name))
	}
	args = append(args, bindFields(e, r.Values)...)
	_, err := tx.ExecContext(ctx, fmt.Sprintf(`INSERT INTO %s (%s) VALUES (?%s)`, quote(e.Table),
		strings.Join(columns, ", "), strings.Repeat(",?", len(columns)-1)), args...)
	if err != nil {
		return err
	}
	if err := insertKeys(ctx, tx, e, r); err != nil {
		return err
	}
	if err := writeLines(ctx, tx, e, r, true); err != nil {
		return err
	}
	if err := indexValues(ctx, tx, e.Table, r.ID); err != nil {
		return err
	}
	return s.PutSearch(ctx, tx, e.Name, r.ID, search.Document{}, r.Document)
}

// UpdateRecord writes r over the record of revision rev; a Conflict means that it has
// another one by now.
func (s *Store) UpdateRecord(ctx context.Context, tx *Tx, e *crm.Entity, r *RecordRow, rev int64) error {
	set := []string{"rev = ?", "label = ?", "sort_key = ?", "search_text = ?", "search_digits = ?", "owner = ?", "updated_at = ?", "updated_by = ?"}
	args := []any{r.Rev, r.Label, search.SortKey(r.Label), r.Document.Text, r.Document.Digits, null(r.Owner), r.UpdatedAt, null(r.UpdatedBy)}
	for _, name := range writtenColumns(e) {
		set = append(set, quote(name)+" = ?")
	}
	args = append(args, bindFields(e, r.Values)...)
	was, err := documentOf(ctx, tx, e, r.ID)
	if err != nil {
		return err
	}
	if err := unindexValues(ctx, tx, e.Table, r.ID); err != nil {
		return err
	}
	err = changeOne(ctx, tx, fmt.Sprintf(`UPDATE %s SET %s WHERE id = ? AND rev = ? AND deleted_at IS NULL`,
		quote(e.Table), strings.Join(set, ", ")), append(args, r.ID, rev)...)
	if err != nil {
		return err
	}
	if err := dropKeys(ctx, tx, e.Name, r.ID); err != nil {
		return err
	}
	if err := insertKeys(ctx, tx, e, r); err != nil {
		return err
	}
	if err := writeLines(ctx, tx, e, r, false); err != nil {
		return err
	}
	if err := indexValues(ctx, tx, e.Table, r.ID); err != nil {
		return err
	}
	return s.PutSearch(ctx, tx, e.Name, r.ID, was, r.Document)
}

// DeleteRecord hides a record. Its numbers find nobody any more.
func (s *Store) DeleteRecord(ctx context.Context, tx *Tx, e *crm.Entity, id crm.ID, rev, at int64, by crm.ID) error {
	was, err := documentOf(ctx, tx, e, id)
	if err != nil {
		return err
	}
	if err := unindexValues(ctx, tx, e.Table, id); err != nil {
		return err
	}
	err = changeOne(ctx, tx, `UPDATE `+quote(e.Table)+` SET deleted_at = ?, rev = rev + 1, updated_at = ?, updated_by = ?
		WHERE id = ? AND rev = ? AND deleted_at IS NULL`, at, at, null(by), id, rev)
	if err != nil {
		return err
	}
	if err := s.PutSearch(ctx, tx, e.Name, id, was, search.Document{}); err != nil {
		return err
	}
	return hideKeys(ctx, tx, e.Name, id)
}

// errRev is told when a conditional write found another revision.
var errRev = &crm.Error{Code: crm.Conflict, Key: "record.changed_meanwhile"}

func changeOne(ctx context.Context, tx *Tx, query string, args ...any) error {
	result, err := tx.ExecContext(ctx, query, args...)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return errRev
}

func dropKeys(ctx context.Context, tx *Tx, entity string, id crm.ID) error {
	for _, table := range []string{"phone_number", "match_key", "record_link"} {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE entity = ? AND record_id = ?`, entity, id); err != nil {
			return err
		}
	}
	return nil
}

func bindFields(e *crm.Entity, values map[string]any) (args []any) {
	for i := range e.Fields {
		if f := &e.Fields[i]; f.Key != "owner" && !f.Kept {
			args = append(args, f.Type.Bind(values[f.Key])...)
		}
	}
	return args
}

func insertPhones(ctx context.Context, tx *Tx, e *crm.Entity, r *RecordRow) error {
	for i := range e.Fields {
		f := &e.Fields[i]
		list, _ := r.Values[f.Key].([]field.Phone)
		for position, p := range list {
			_, err := tx.ExecContext(ctx, `INSERT INTO phone_number
				(entity, record_id, field, position, label, raw, display, canonical, tail, switchboard) VALUES (?,?,?,?,?,?,?,?,?,?)`,
				e.Name, r.ID, f.Key, position, p.Label, p.Raw, p.Display, p.Number, phone.Tail(p.Number), phone.Switchboard(p.Number))
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// Apply carries out an effect on another record. A record that is gone is left alone.
func (s *Store) Apply(ctx context.Context, tx *Tx, schema *crm.Schema, effect crm.Effect) error {
	e, ok := schema.Entity(effect.Ref.Entity)
	if !ok || effect.Ref.ID == 0 {
		return nil
	}
	f, ok := e.Field(effect.Field)
	if !ok || !f.Kept {
		return fmt.Errorf("effect on %s.%s, which is not kept by effects", e.Name, effect.Field)
	}
	columns := f.Type.Columns(f.Key)
	column := quote(columns[0].Name)
	set, args := column+" = ?", []any{effect.Max, effect.Ref.ID, effect.Max}
	where := fmt.Sprintf("(%s IS NULL OR %s < ?)", column, column)
	if effect.Max == 0 {
		set, where = fmt.Sprintf("%s = coalesce(%s, 0) + ?", column, column), "1=1"
		args = []any{effect.Add, effect.Ref.ID}
	}
	if f.Type == field.Amount {
		set += fmt.Sprintf(", %s = coalesce(%s, 'CNY')", quote(columns[1].Name), quote(columns[1].Name))
	}
	update := fmt.Sprintf("UPDATE %s SET %s WHERE id = ? AND %s", quote(e.Table), set, where)
	if effect.Max == 0 && effect.Add != 0 {
		return noteEffect(ctx, tx, e, f, effect, update, args)
	}
	return updateOne(ctx, tx, e.Table, effect.Ref.ID, update, args...)
}

// InScope tells whether a record is there and within scope.
func (s *Store) InScope(ctx context.Context, q Querier, schema *crm.Schema, ref crm.Ref, scope crm.Scope) (bool, error) {
	e, ok := schema.Entity(ref.Entity)
	if !ok {
		return false, nil
	}
	b := s.build(schema)
	b.add(`SELECT 1 FROM %s a WHERE a.id = ? AND a.deleted_at IS NULL AND `, quote(e.Table))
	b.args = append(b.args, ref.ID)
	b.scope(e, "a", scope)
	var one int
	err := q.QueryRowContext(ctx, b.String(), b.args...).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// NextNumber counts on in a series of numbers.
func (s *Store) NextNumber(ctx context.Context, tx *Tx, series string) (n int64, err error) {
	err = tx.QueryRowContext(ctx, `INSERT INTO number_counter (series, last) VALUES (?, 1)
		ON CONFLICT (series) DO UPDATE SET last = number_counter.last + 1 RETURNING last`, series).Scan(&n)
	return n, err
}

// Holder finds a record other than self that holds a value in f; 0 is none. With
// deleted, one that was deleted counts too.
func (s *Store) Holder(ctx context.Context, q Querier, e *crm.Entity, f *field.Field, v any, self crm.ID, deleted bool) (id crm.ID, err error) {
	columns := f.Type.Columns(f.Key)
	cells := f.Type.Bind(v)
	if len(columns) == 0 || len(cells) == 0 || cells[0] == nil {
		return 0, nil
	}
	query := fmt.Sprintf(`SELECT id FROM %s WHERE %s = ? AND id <> ?`, quote(e.Table), quote(columns[0].Name))
	if !deleted {
		query += ` AND deleted_at IS NULL`
	}
	err = q.QueryRowContext(ctx, query+` LIMIT 1`, cells[0], self).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return id, err
}

// PhoneHolder finds a record other than self of the same entity with a telephone number
// in f; 0 is none.
func (s *Store) PhoneHolder(ctx context.Context, q Querier, e *crm.Entity, f *field.Field, canonical string, self crm.ID) (id crm.ID, err error) {
	err = q.QueryRowContext(ctx, `SELECT record_id FROM phone_number WHERE canonical = ? AND entity = ? AND field = ? AND record_id <> ? LIMIT 1`,
		canonical, e.Name, f.Key, self).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return id, err
}

// SetKept writes a field that effects keep otherwise.
func (s *Store) SetKept(ctx context.Context, tx *Tx, e *crm.Entity, f *field.Field, id crm.ID, v any) error {
	var set []string
	for _, c := range f.Type.Columns(f.Key) {
		set = append(set, quote(c.Name)+" = ?")
	}
	return updateOne(ctx, tx, e.Table, id, `UPDATE `+quote(e.Table)+` SET `+strings.Join(set, ", ")+` WHERE id = ?`, append(f.Type.Bind(v), id)...)
}

// MadeBefore finds the record a request with this key made.
func (s *Store) MadeBefore(ctx context.Context, q Querier, user crm.ID, key string) (ref crm.Ref, ok bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT entity, record_id FROM idempotency WHERE user_id = ? AND key = ?`, user, key).
		Scan(&ref.Entity, &ref.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return ref, false, nil
	}
	return ref, err == nil, err
}

// keptKeys is how long a repeated request is recognised.
const keptKeys = 7 * 24 * 3600 * 1000

// Made keeps the key of the request that made a record.
func (s *Store) Made(ctx context.Context, tx *Tx, user crm.ID, key string, ref crm.Ref, at int64) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM idempotency WHERE at < ?`, at-keptKeys); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO idempotency (user_id, key, entity, record_id, at) VALUES (?,?,?,?,?)`,
		user, key, ref.Entity, ref.ID, at)
	return err
}

func null(id crm.ID) any {
	if id == 0 {
		return nil
	}
	return int64(id)
}
