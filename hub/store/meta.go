package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/options"
)

// Overlay reads what the office changed of the definitions.
func (s *Store) Overlay(ctx context.Context, q Querier) (*crm.Overlay, error) {
	o := &crm.Overlay{Labels: map[string]map[string]string{}, Entities: map[string]crm.EntityChange{}, Values: options.Values{}}
	if err := q.QueryRowContext(ctx, `SELECT rev FROM meta_rev WHERE id = 1`).Scan(&o.Rev); err != nil {
		return nil, err
	}
	for _, read := range []func(context.Context, Querier, *crm.Overlay) error{readLabels, readFieldChanges, readDicts, readOptionChanges, readLayouts, readOptionValues} {
		if err := read(ctx, q, o); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// each runs fn for every row.
func each(ctx context.Context, q Querier, query string, fn func(rows *sql.Rows) error) error {
	rows, err := q.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func readLabels(ctx context.Context, q Querier, o *crm.Overlay) error {
	return each(ctx, q, `SELECT label, lang, words FROM meta_label`, func(rows *sql.Rows) error {
		var key, lang, text string
		err := rows.Scan(&key, &lang, &text)
		if o.Labels[lang] == nil {
			o.Labels[lang] = map[string]string{}
		}
		o.Labels[lang][key] = text
		return err
	})
}

func readFieldChanges(ctx context.Context, q Querier, o *crm.Overlay) error {
	return each(ctx, q, `SELECT id, entity, parent, name, custom, props FROM meta_field ORDER BY id`, func(rows *sql.Rows) error {
		var c crm.FieldChange
		var custom int64
		var props string
		if err := rows.Scan(&c.ID, &c.Entity, &c.Parent, &c.Key, &custom, &props); err != nil {
			return err
		}
		c.Custom = custom != 0
		if err := json.Unmarshal([]byte(props), &c); err != nil {
			return fmt.Errorf("field %s.%s: %w", c.Entity, c.Key, err)
		}
		o.Fields = append(o.Fields, c)
		return nil
	})
}

func readDicts(ctx context.Context, q Querier, o *crm.Overlay) error {
	return each(ctx, q, `SELECT dict FROM meta_dict ORDER BY dict`, func(rows *sql.Rows) error {
		var d crm.Dict
		err := rows.Scan(&d.Key)
		o.Dicts = append(o.Dicts, d)
		return err
	})
}

func readOptionChanges(ctx context.Context, q Querier, o *crm.Overlay) error {
	return each(ctx, q, `SELECT dict, id, tone, position, retired FROM meta_option ORDER BY dict, position, id`, func(rows *sql.Rows) error {
		var c crm.OptionChange
		var retired int64
		err := rows.Scan(&c.Dict, &c.ID, &c.Tone, &c.Position, &retired)
		c.Retired = retired != 0
		o.Options = append(o.Options, c)
		return err
	})
}

func readLayouts(ctx context.Context, q Querier, o *crm.Overlay) error {
	return each(ctx, q, `SELECT entity, kind, role, body FROM meta_layout`, func(rows *sql.Rows) error {
		var entity, kind, role, body string
		if err := rows.Scan(&entity, &kind, &role, &body); err != nil {
			return err
		}
		if kind == "list" {
			var c crm.EntityChange
			err := json.Unmarshal([]byte(body), &c)
			o.Entities[entity] = c
			return err
		}
		f := crm.FormChange{Entity: entity, Role: role}
		err := json.Unmarshal([]byte(body), &f.Sections)
		o.Forms = append(o.Forms, f)
		return err
	})
}

func readOptionValues(ctx context.Context, q Querier, o *crm.Overlay) error {
	settings := map[string]string{}
	err := each(ctx, q, `SELECT key, value FROM setting`, func(rows *sql.Rows) error {
		var key, value string
		err := rows.Scan(&key, &value)
		settings[key] = value
		return err
	})
	o.Values = options.FromSettings(settings)
	return err
}

// NextMeta counts a change of the definitions.
func (s *Store) NextMeta(ctx context.Context, tx *Tx) error {
	_, err := tx.ExecContext(ctx, `UPDATE meta_rev SET rev = rev + 1 WHERE id = 1`)
	return err
}

// MetaRev is the number of the last change of the definitions, by whatever process.
func (s *Store) MetaRev(ctx context.Context) (rev int64, err error) {
	err = s.readers.QueryRowContext(ctx, `SELECT rev FROM meta_rev WHERE id = 1`).Scan(&rev)
	return rev, err
}

// Touched tells of the last change of a thing the office arranges: its number in MetaRev
// and who made it; 0 and "" for none.
func (s *Store) Touched(ctx context.Context, tx *Tx, thing string) (rev int64, author string, err error) {
	err = tx.QueryRowContext(ctx, `SELECT rev, author FROM meta_touch WHERE thing = ?`, thing).Scan(&rev, &author)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return rev, author, err
}

// Touch notes that the change just counted by NextMeta was one of thing.
func (s *Store) Touch(ctx context.Context, tx *Tx, thing, author string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO meta_touch (thing, rev, author) VALUES (?, (SELECT rev FROM meta_rev WHERE id = 1), ?)
		ON CONFLICT (thing) DO UPDATE SET rev = excluded.rev, author = excluded.author`, thing, author)
	return err
}

// DropFieldChange makes a field as the code has it again.
func (s *Store) DropFieldChange(ctx context.Context, tx *Tx, entity, parent, key string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM meta_field WHERE entity = ? AND parent = ? AND name = ? AND custom = 0`, entity, parent, key)
	return err
}

// SetLabel keeps a name of the office; an empty one goes back to that of the code.
func (s *Store) SetLabel(ctx context.Context, tx *Tx, key, lang, text string) error {
	if text == "" {
		_, err := tx.ExecContext(ctx, `DELETE FROM meta_label WHERE label = ? AND lang = ?`, key, lang)
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO meta_label (label, lang, words) VALUES (?,?,?)
		ON CONFLICT (label, lang) DO UPDATE SET words = excluded.words`, key, lang, text)
	return err
}

// SetFieldChange keeps a change of a field, or a field of the office's own.
func (s *Store) SetFieldChange(ctx context.Context, tx *Tx, c *crm.FieldChange) error {
	props, err := json.Marshal(c)
	if err != nil {
		return err
	}
	custom := 0
	if c.Custom {
		custom = 1
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO meta_field (id, entity, parent, name, custom, props) VALUES (?,?,?,?,?,?)
		ON CONFLICT (entity, parent, name) DO UPDATE SET props = excluded.props`, c.ID, c.Entity, c.Parent, c.Key, custom, string(props))
	return err
}

// AddDict keeps a dictionary the office made.
func (s *Store) AddDict(ctx context.Context, tx *Tx, key string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO meta_dict (dict) VALUES (?)`, key)
	return err
}

// SetOptions keeps all choices of a dictionary.
func (s *Store) SetOptions(ctx context.Context, tx *Tx, dict string, list []field.Option) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM meta_option WHERE dict = ?`, dict); err != nil {
		return err
	}
	for position, o := range list {
		retired := 0
		if o.Retired {
			retired = 1
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO meta_option (dict, id, tone, position, retired) VALUES (?,?,?,?,?)`,
			dict, o.ID, string(o.Tone), position, retired)
		if err != nil {
			return err
		}
	}
	return nil
}

// SetArrangement keeps how a form or list of an entity is arranged; nil goes back to the code.
func (s *Store) SetArrangement(ctx context.Context, tx *Tx, entity, kind, role string, body any) error {
	if body == nil {
		_, err := tx.ExecContext(ctx, `DELETE FROM meta_layout WHERE entity = ? AND kind = ? AND role = ?`, entity, kind, role)
		return err
	}
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO meta_layout (entity, kind, role, body) VALUES (?,?,?,?)
		ON CONFLICT (entity, kind, role) DO UPDATE SET body = excluded.body`, entity, kind, role, string(text))
	return err
}

// SetOptionValue keeps a choice of the office.
func (s *Store) SetOptionValue(ctx context.Context, tx *Tx, name, value string) error {
	return setSetting(ctx, tx, options.Prefix+name, value)
}

// PrepareEntity brings the tables of one entity in step with its definition while the
// hub runs: fields of the office's own, tables of lines.
func (s *Store) PrepareEntity(ctx context.Context, e *crm.Entity) error {
	for i := range e.Fields {
		if !e.Fields[i].Custom {
			continue
		}
		for _, c := range e.Fields[i].Type.Columns(e.Fields[i].Key) {
			if err := s.AddColumn(ctx, e.Table, c); err != nil {
				return err
			}
		}
	}
	for _, f := range lineFields(e) {
		if err := s.Write(ctx, func(tx *Tx) error { return prepareLines(ctx, tx, e, f) }); err != nil {
			return err
		}
	}
	return nil
}

// Doubled finds a value that two records hold in f, nil if there is none.
func (s *Store) Doubled(ctx context.Context, e *crm.Entity, f *field.Field) (v any, err error) {
	columns := f.Type.Columns(f.Key)
	if len(columns) == 0 {
		return nil, nil
	}
	column := quote(columns[0].Name)
	err = s.readers.QueryRowContext(ctx, fmt.Sprintf(`SELECT %s FROM %s WHERE %s IS NOT NULL AND deleted_at IS NULL GROUP BY %s HAVING count(*) > 1 LIMIT 1`,
		column, quote(e.Table), column, column)).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	cells := make([]any, len(columns))
	cells[0] = v
	return f.Type.Scan(cells), nil
}

// LastNumber is the last number given in a series, 0 for none.
func (s *Store) LastNumber(ctx context.Context, q Querier, series string) (n int64, err error) {
	err = q.QueryRowContext(ctx, `SELECT last FROM number_counter WHERE series = ?`, series).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return n, err
}

// SetLastNumber sets where a series goes on.
func (s *Store) SetLastNumber(ctx context.Context, tx *Tx, series string, last int64) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO number_counter (series, last) VALUES (?,?)
		ON CONFLICT (series) DO UPDATE SET last = excluded.last`, series, last)
	return err
}

// Picture returns a picture of the office, crm.ErrNotFound without one.
func (s *Store) Picture(ctx context.Context, name string) (mime string, data []byte, at int64, err error) {
	err = s.readers.QueryRowContext(ctx, `SELECT mime, data, at FROM office_picture WHERE name = ?`, name).Scan(&mime, &data, &at)
	if errors.Is(err, sql.ErrNoRows) {
		err = crm.ErrNotFound
	}
	return mime, data, at, err
}

// SetPicture keeps a picture of the office; no data removes it.
func (s *Store) SetPicture(ctx context.Context, name, mime string, data []byte, at int64) error {
	return s.Write(ctx, func(tx *Tx) error {
		if len(data) == 0 {
			_, err := tx.ExecContext(ctx, `DELETE FROM office_picture WHERE name = ?`, name)
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO office_picture (name, mime, data, at) VALUES (?,?,?,?)
			ON CONFLICT (name) DO UPDATE SET mime = excluded.mime, data = excluded.data, at = excluded.at`, name, mime, data, at)
		return err
	})
}
