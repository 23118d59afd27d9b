package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// Merge is two records made one.
type Merge struct {
	ID           crm.ID
	At           int64
	User         crm.ID
	Entity       string
	Master, Twin crm.ID
	Before       string // JSON of the values it changed, as they were
	After        string // and as it left them
	UndoneAt     int64
}

// Pointer is a place that points to records: a reference field of an entity or of its
// lines, a field of several references, or the party of calls and texts.
type Pointer struct {
	Entity string // of the child; "call", "sms"
	Field  string
	table  string
	column string
	party  string       // the column that names the entity, where several are pointed to
	own    bool         // a record with a revision of its own
	line   bool         // a line of a record
	refs   *field.Field // of a field that points to several
}

// PointersTo lists every place that may point to a record of entity.
func PointersTo(schema *crm.Schema, entity string) []Pointer {
	var list []Pointer
	for _, e := range schema.Entities() {
		for i := range e.Fields {
			list = append(list, pointersIn(e, &e.Fields[i], entity)...)
		}
	}
	return append(list,
		Pointer{Entity: "call", Field: "party", table: "call", column: "party_id", party: "party_entity"},
		Pointer{Entity: "sms", Field: "party", table: "sms", column: "party_id", party: "party_entity"})
}

// Own tells that a record's one reference is meant, not its lines or a field of several.
func (p Pointer) Own() bool { return p.own }

func pointersIn(e *crm.Entity, f *field.Field, entity string) (list []Pointer) {
	switch {
	case f.Type == field.Lines:
		for i := range f.Lines {
			if sub := &f.Lines[i]; sub.Ref == entity && sub.Type == field.Reference {
				list = append(list, Pointer{Entity: e.Name, Field: f.Key + "." + sub.Key, table: e.LinesTable(f), column: sub.Key, line: true})
			}
		}
	case f.Ref != entity:
	case f.Type == field.Reference:
		list = append(list, Pointer{Entity: e.Name, Field: f.Key, table: e.Table, column: f.Key, own: true})
	case f.Type == field.References:
		list = append(list, Pointer{Entity: e.Name, Field: f.Key, table: e.Table, column: f.Key, refs: f})
	}
	return list
}

// CountPointing counts the records that point to a record from one place.
func (s *Store) CountPointing(ctx context.Context, q Querier, p Pointer, to crm.Ref) (n int, err error) {
	if p.line {
		err = q.QueryRowContext(ctx, fmt.Sprintf(`SELECT count(DISTINCT record_id) FROM %s WHERE %s = ?`, quote(p.table), quote(p.column)), to.ID).Scan(&n)
		return n, err
	}
	ids, err := s.Pointing(ctx, q, p, to)
	return len(ids), err
}

// Pointing lists what points to a record from one place, deleted children too: they may
// come back. Of lines it lists the lines.
func (s *Store) Pointing(ctx context.Context, q Querier, p Pointer, to crm.Ref) ([]crm.ID, error) {
	if p.refs != nil {
		return s.ids(ctx, q, `SELECT record_id FROM record_link WHERE entity = ? AND field = ? AND value = ? ORDER BY record_id`, p.Entity, p.Field, to.ID.String())
	}
	query := fmt.Sprintf(`SELECT id FROM %s WHERE %s = ?`, quote(p.table), quote(p.column))
	args := []any{to.ID}
	if p.party != "" {
		query += " AND " + quote(p.party) + " = ?"
		args = append(args, to.Entity)
	}
	return s.ids(ctx, q, query+" ORDER BY id", args...)
}

func (s *Store) ids(ctx context.Context, q Querier, query string, args ...any) ([]crm.ID, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []crm.ID
	for rows.Next() {
		var id crm.ID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// Repoint makes children that point to one record point to another. A child that has
// been pointed elsewhere meanwhile is left alone; one in both goes on pointing to the
// first as well.
func (s *Store) Repoint(ctx context.Context, tx *Tx, p Pointer, children []crm.ID, both map[crm.ID]bool, from, to crm.Ref) error {
	set := quote(p.column) + " = ?"
	if p.own {
		set += ", rev = rev + 1"
	}
	for _, id := range children {
		var err error
		switch {
		case p.refs != nil:
			err = repointRefs(ctx, tx, p, id, both[id], from, to)
		case p.line:
			_, err = tx.ExecContext(ctx, fmt.Sprintf(`UPDATE %s SET %s WHERE id = ? AND %s = ?`, quote(p.table), set, quote(p.column)), to.ID, id, from.ID)
		default:
			err = updateOne(ctx, tx, p.table, id, fmt.Sprintf(`UPDATE %s SET %s WHERE id = ? AND %s = ?`, quote(p.table), set, quote(p.column)), to.ID, id, from.ID)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// repointRefs changes one of the several references of a child, in its place.
func repointRefs(ctx context.Context, tx *Tx, p Pointer, child crm.ID, both bool, from, to crm.Ref) error {
	var cell any
	err := tx.QueryRowContext(ctx, fmt.Sprintf(`SELECT %s FROM %s WHERE id = ?`, quote(p.column), quote(p.table)), child).Scan(&cell)
	if err != nil {
		return err
	}
	was, _ := p.refs.Type.Scan([]any{cell}).([]field.Ref)
	at := slices.IndexFunc(was, func(r field.Ref) bool { return r.ID == int64(from.ID) })
	if at < 0 {
		return nil
	}
	now := slices.DeleteFunc(slices.Clone(was), func(r field.Ref) bool { return r.ID == int64(to.ID) })
	at = slices.IndexFunc(now, func(r field.Ref) bool { return r.ID == int64(from.ID) })
	now = slices.Insert(now, at+1, field.Ref{ID: int64(to.ID)})
	if !both {
		now = slices.Delete(now, at, at+1)
		if _, err := tx.ExecContext(ctx, `DELETE FROM record_link WHERE entity = ? AND field = ? AND value = ? AND record_id = ?`,
			p.Entity, p.Field, from.ID.String(), child); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO record_link (entity, field, value, record_id) VALUES (?,?,?,?) ON CONFLICT DO NOTHING`,
		p.Entity, p.Field, to.ID.String(), child); err != nil {
		return err
	}
	return updateOne(ctx, tx, p.table, child, fmt.Sprintf(`UPDATE %s SET %s = ?, rev = rev + 1 WHERE id = ?`, quote(p.table), quote(p.column)),
		append(p.refs.Type.Bind(now), child)...)
}

// AddMerge keeps a merge and what it moved.
func (s *Store) AddMerge(ctx context.Context, tx *Tx, m Merge) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO merge_log (id, at, user_id, entity, master_id, twin_id, before, after, undone_at)
		VALUES (?,?,?,?,?,?,?,?,0)`, m.ID, m.At, m.User, m.Entity, m.Master, m.Twin, m.Before, m.After)
	return err
}

// AddMoved keeps which children a merge moved from one place; those in both pointed to
// the master too.
func (s *Store) AddMoved(ctx context.Context, tx *Tx, merge crm.ID, p Pointer, children []crm.ID, both map[crm.ID]bool) error {
	for _, id := range children {
		if err := addMoved(ctx, tx, merge, p.Entity, p.Field, id, both[id]); err != nil {
			return err
		}
	}
	return nil
}

func addMoved(ctx context.Context, tx *Tx, merge crm.ID, entity, field string, id crm.ID, kept bool) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO merge_moved (merge_id, entity, field, record_id, kept) VALUES (?,?,?,?,?)`, merge, entity, field, id, kept)
	return err
}

// Both tells which children of one place point to a record too.
func (s *Store) Both(ctx context.Context, q Querier, p Pointer, children []crm.ID, to crm.Ref) (map[crm.ID]bool, error) {
	if p.refs == nil || len(children) == 0 {
		return nil, nil
	}
	others, err := s.Pointing(ctx, q, p, to)
	both := map[crm.ID]bool{}
	for _, id := range others {
		both[id] = slices.Contains(children, id)
	}
	return both, err
}

// Moved lists which children a merge moved from one place, and which of them pointed to
// the master before.
func (s *Store) Moved(ctx context.Context, q Querier, merge crm.ID, p Pointer) (children []crm.ID, both map[crm.ID]bool, err error) {
	both = map[crm.ID]bool{}
	err = eachRow(ctx, q, `SELECT record_id, kept FROM merge_moved WHERE merge_id = ? AND entity = ? AND field = ? ORDER BY record_id`,
		func(scan func(...any) error) error {
			var id crm.ID
			var kept int
			err := scan(&id, &kept)
			children, both[id] = append(children, id), kept != 0
			return err
		}, merge, p.Entity, p.Field)
	return children, both, err
}

// Shares that a merge gave the master are kept among what it moved: by whom they let
// see it, and whether they were new or let more be done.
const (
	sharesMoved = "share"
	shareNew    = "new"
	shareRaised = "edit"
)

// MergeShares lets those whom the twin was shared with see the master as well.
func (s *Store) MergeShares(ctx context.Context, tx *Tx, merge crm.ID, twin, master crm.Ref) error {
	var list []Share
	there := map[crm.ID]string{}
	for _, ref := range []crm.Ref{twin, master} {
		err := eachRow(ctx, tx, `SELECT target, kind, level, expires, shared_by, shared_at FROM rec_share WHERE entity = ? AND record_id = ? ORDER BY target`,
			func(scan func(...any) error) error {
				n := Share{Ref: master}
				err := scan(&n.Target, &n.Kind, &n.Level, &n.Expires, &n.By, &n.At)
				if ref == twin {
					list = append(list, n)
				} else {
					there[n.Target] = n.Level
				}
				return err
			}, ref.Entity, ref.ID)
		if err != nil {
			return err
		}
	}
	for _, n := range list {
		how := shareNew
		switch {
		case there[n.Target] == "":
		case there[n.Target] == "read" && n.Level == "edit":
			how = shareRaised
		default:
			continue
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO rec_share (entity, record_id, target, kind, level, expires, shared_by, shared_at)
			VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (entity, record_id, target) DO UPDATE SET level = excluded.level`,
			n.Entity, n.ID, n.Target, n.Kind, n.Level, n.Expires, n.By, n.At)
		if err != nil {
			return err
		}
		if err := addMoved(ctx, tx, merge, sharesMoved, how, n.Target, false); err != nil {
			return err
		}
	}
	return nil
}

// UnmergeShares takes back what MergeShares gave; the twin has kept its own. A share
// that was made anew since stays.
func (s *Store) UnmergeShares(ctx context.Context, tx *Tx, merge crm.ID, twin, master crm.Ref) error {
	for how, query := range map[string]string{
		shareNew: `DELETE FROM rec_share WHERE entity = ? AND record_id = ? AND target IN (SELECT record_id FROM merge_moved WHERE merge_id = ? AND entity = ? AND field = ?)
			AND shared_at IN (SELECT t.shared_at FROM rec_share t WHERE t.entity = ? AND t.record_id = ? AND t.target = rec_share.target)`,
		shareRaised: `UPDATE rec_share SET level = 'read' WHERE entity = ? AND record_id = ? AND target IN (SELECT record_id FROM merge_moved WHERE merge_id = ? AND entity = ? AND field = ?)
			AND EXISTS (SELECT 1 FROM rec_share t WHERE t.entity = ? AND t.record_id = ? AND t.target = rec_share.target)`,
	} {
		if _, err := tx.ExecContext(ctx, query, master.Entity, master.ID, merge, sharesMoved, how, twin.Entity, twin.ID); err != nil {
			return err
		}
	}
	return nil
}

// MergeByID reads a merge.
func (s *Store) MergeByID(ctx context.Context, q Querier, id crm.ID) (Merge, error) {
	m := Merge{ID: id}
	err := q.QueryRowContext(ctx, `SELECT at, user_id, entity, master_id, twin_id, before, after, undone_at FROM merge_log WHERE id = ?`, id).
		Scan(&m.At, &m.User, &m.Entity, &m.Master, &m.Twin, &m.Before, &m.After, &m.UndoneAt)
	if errors.Is(err, sql.ErrNoRows) {
		return m, crm.ErrNotFound
	}
	return m, err
}

// UndoneMerge marks a merge as undone; only one of two at the same moment succeeds.
func (s *Store) UndoneMerge(ctx context.Context, tx *Tx, id crm.ID, at int64) error {
	return changeOne(ctx, tx, `UPDATE merge_log SET undone_at = ? WHERE id = ? AND undone_at = 0`, at, id)
}

// MergesInto lists the merges a record took in, newest first, undone ones left out.
func (s *Store) MergesInto(ctx context.Context, ref crm.Ref) ([]Merge, error) {
	rows, err := s.readers.QueryContext(ctx, `SELECT id, at, user_id, twin_id FROM merge_log
		WHERE entity = ? AND master_id = ? AND undone_at = 0 ORDER BY id DESC LIMIT 50`, ref.Entity, ref.ID)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Merge
	for rows.Next() {
		m := Merge{Entity: ref.Entity, Master: ref.ID}
		if err := rows.Scan(&m.ID, &m.At, &m.User, &m.Twin); err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, rows.Err()
}
