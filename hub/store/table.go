package store

import (
	"context"
	"fmt"

	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// systemColumns stand in every entity's table, before those of its fields. The
// tables are plain: adding a column to a STRICT one reads it through.
//
//	label       what the record is called
//	sort_key    the label as a list orders it
//	search_text the folded text the search box looks in; search_digits its numbers
var systemColumns = []struct{ name, kind string }{
	{"rev", "INTEGER NOT NULL"},
	{"label", "TEXT NOT NULL"},
	{"sort_key", "TEXT NOT NULL"},
	{"search_text", "TEXT NOT NULL"},
	{"search_digits", "TEXT NOT NULL"},
	{"owner", "INTEGER"},
	{"created_at", "INTEGER NOT NULL"},
	{"updated_at", "INTEGER NOT NULL"},
	{"created_by", "INTEGER"},
	{"updated_by", "INTEGER"},
	{"deleted_at", "INTEGER"},
}

// Prepare brings the tables in step with the definitions: it creates and extends,
// and never drops.
func (s *Store) Prepare(ctx context.Context, schema *crm.Schema) error {
	return s.engine.exclusive(ctx, s.writer, func() error {
		err := s.Write(ctx, func(tx *Tx) error {
			for _, e := range schema.Entities() {
				if err := prepareTable(ctx, tx, e); err != nil {
					return fmt.Errorf("table %s: %w", e.Table, err)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if err := s.refreshSearch(ctx, schema); err != nil {
			return err
		}
		s.fillIndexes()
		return nil
	})
}

func prepareTable(ctx context.Context, tx *Tx, e *crm.Entity) error {
	there, err := tx.engine.columns(ctx, tx, e.Table)
	if err != nil {
		return err
	}
	if len(there) == 0 {
		if err := createTable(ctx, tx, e, there); err != nil {
			return err
		}
	}
	for _, c := range columnsOf(e) {
		if there[c.Name] {
			continue
		}
		if err := tx.define(ctx, fmt.Sprintf(`ALTER TABLE %s ADD COLUMN %s %s`, quote(e.Table), quote(c.Name), c.Kind)); err != nil {
			return err
		}
		there[c.Name] = true
	}
	if err := createIndexes(ctx, tx, e); err != nil {
		return err
	}
	for _, f := range lineFields(e) {
		if err := prepareLines(ctx, tx, e, f); err != nil {
			return err
		}
	}
	return nil
}

// prepareLines makes and extends the table of the lines of a field.
func prepareLines(ctx context.Context, tx *Tx, e *crm.Entity, f *field.Field) error {
	table := e.LinesTable(f)
	there, err := tx.engine.columns(ctx, tx, table)
	if err != nil {
		return err
	}
	if len(there) == 0 {
		err := tx.define(ctx, `CREATE TABLE `+quote(table)+` (id INTEGER PRIMARY KEY, record_id INTEGER NOT NULL, position INTEGER NOT NULL)`)
		if err != nil {
			return err
		}
		if err := tx.define(ctx, `CREATE INDEX `+quote(table+"_of")+` ON `+quote(table)+` (record_id, position)`); err != nil {
			return err
		}
	}
	for _, c := range lineColumns(f) {
		if there[c.Name] {
			continue
		}
		if err := tx.define(ctx, fmt.Sprintf(`ALTER TABLE %s ADD COLUMN %s %s`, quote(table), quote(c.Name), c.Kind)); err != nil {
			return err
		}
	}
	return nil
}

func columnsOf(e *crm.Entity) (columns []field.Column) {
	for i := range e.Fields {
		columns = append(columns, e.Fields[i].Type.Columns(e.Fields[i].Key)...)
	}
	return columns
}

func createTable(ctx context.Context, tx *Tx, e *crm.Entity, there map[string]bool) error {
	ddl := `CREATE TABLE ` + quote(e.Table) + ` (id INTEGER PRIMARY KEY`
	for _, c := range systemColumns {
		ddl += ", " + c.name + " " + c.kind
		there[c.name] = true
	}
	for _, c := range columnsOf(e) {
		if !there[c.Name] {
			ddl += ", " + quote(c.Name) + " " + string(c.Kind)
			there[c.Name] = true
		}
	}
	return tx.define(ctx, ddl+")")
}

// createIndexes serves the lists: newest first, by owner, by what a record belongs
// to, and by each field that sorts.
func createIndexes(ctx context.Context, tx *Tx, e *crm.Entity) error {
	index := func(name, columns string) error {
		return tx.define(ctx, fmt.Sprintf(`CREATE INDEX IF NOT EXISTS %s ON %s (%s) WHERE deleted_at IS NULL`,
			quote(e.Table+"_by_"+name), quote(e.Table), columns))
	}
	_, err := tx.ExecContext(ctx, fmt.Sprintf(`CREATE INDEX IF NOT EXISTS %s ON %s (deleted_at, id) WHERE deleted_at IS NOT NULL`,
		quote(e.Table+"_deleted"), quote(e.Table)))
	if err != nil {
		return err
	}
	if err := index("updated_at", "updated_at, id"); err != nil {
		return err
	}
	if err := index("owner", "owner, updated_at, id"); err != nil {
		return err
	}
	if err := index("label", "sort_key, id"); err != nil {
		return err
	}
	for i := range e.Fields {
		f := &e.Fields[i]
		switch {
		case f.Custom: // see IndexEntity
		case f.Type == field.Reference:
			// Most references of a record are empty: they need no place in the index.
			err := tx.define(ctx, fmt.Sprintf(`CREATE INDEX IF NOT EXISTS %s ON %s (%s, created_at, id) WHERE deleted_at IS NULL AND %s IS NOT NULL`,
				quote(e.Table+"_of_"+f.Key), quote(e.Table), quote(f.Key), quote(f.Key)))
			if err != nil {
				return err
			}
		case (f.Unique || f.Series != nil) && len(f.Type.Columns(f.Key)) > 0:
			// A number isn't given out again while a deleted record holds it.
			err := tx.define(ctx, fmt.Sprintf(`CREATE INDEX IF NOT EXISTS %s ON %s (%s, id)`,
				quote(e.Table+"_all_"+f.Key), quote(e.Table), quote(f.Key)))
			if err != nil {
				return err
			}
		case indexed(f) && (f.Key != e.Title || f.Compared) && len(f.Type.Columns(f.Key)) > 0:
			if err := index(f.Key, quote(f.Key)+", id"); err != nil {
				return err
			}
		}
	}
	return nil
}

// indexed tells whether lists look for or order by f often enough.
func indexed(f *field.Field) bool {
	return f.Sortable || f.Filtered || f.Compared || f.Unique || f.Series != nil
}
