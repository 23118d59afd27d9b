package store

import (
	"context"
	"testing"
	"testing/fstest"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/search"
	"bellhop/hub/store/storetest"
)

var noLabels = fstest.MapFS{
	"labels/zh-CN.json": {Data: []byte("{}")}, "labels/zh-TW.json": {Data: []byte("{}")}, "labels/en.json": {Data: []byte("{}")},
}

func compile(t *testing.T, fields ...field.Field) *crm.Schema {
	t.Helper()
	return schemaOf(t, fields...)
}

func schemaOf(t testing.TB, fields ...field.Field) *crm.Schema {
	t.Helper()
	e := &crm.Entity{Name: "order", Title: "name", Fields: append([]field.Field{{Key: "name", Type: field.Text}}, fields...),
		List: crm.List{Sort: crm.Sort{Field: "updatedAt"}}}
	schema, err := crm.Compile([]crm.Module{{Name: "test", Entities: []*crm.Entity{e}, Labels: noLabels}})
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func openAt(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// TestTablesFollowTheDefinitions starts one database three times, with a field more
// and then less: nothing is lost, and nothing dropped.
func TestTablesFollowTheDefinitions(t *testing.T) {
	ctx := context.Background()
	path := storetest.Source(t)
	small, large := compile(t), compile(t, field.Field{Key: "select", Type: field.Amount, Sortable: true})
	id := crm.NewID()
	all := crm.Scope{All: true}
	ref := crm.Ref{Entity: "order", ID: id}

	s := openAt(t, path)
	for range 2 {
		if err := s.Prepare(ctx, small); err != nil {
			t.Fatal(err)
		}
	}
	e, _ := small.Entity("order")
	write(t, s, func(tx *Tx) error {
		return s.InsertRecord(ctx, tx, e, &RecordRow{Record: crm.Record{Entity: "order", ID: id, Rev: 1, Label: "旧", Values: map[string]any{"name": "旧"}}})
	})
	s.Close()

	s = openAt(t, path)
	if err := s.Prepare(ctx, large); err != nil {
		t.Fatal(err)
	}
	row, err := s.Record(ctx, s.Read(), large, ref, all, all)
	if err != nil || row.Text("name") != "旧" || row.Values["select"] != nil {
		t.Fatalf("%+v, %v", row, err)
	}
	e, _ = large.Entity("order")
	row.Rev, row.Values["select"] = 2, field.CNY(1280)
	write(t, s, func(tx *Tx) error { return s.UpdateRecord(ctx, tx, e, row, 1) })
	s.Close()

	s = openAt(t, path)
	if err := s.Prepare(ctx, small); err != nil {
		t.Fatal(err)
	}
	row, err = s.Record(ctx, s.Read(), large, ref, all, all)
	if err != nil || row.Values["select"] != field.CNY(1280) {
		t.Errorf("%+v, %v", row, err)
	}
}

func write(t *testing.T, s *Store, fn func(tx *Tx) error) {
	t.Helper()
	if err := s.Write(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

func TestMigrationsRunOnce(t *testing.T) {
	path := storetest.Source(t)
	count := func() (n int) {
		s := openAt(t, path)
		defer s.Close()
		if err := s.Read().QueryRowContext(context.Background(), `SELECT count(*) FROM migration`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if first, second := count(), count(); first == 0 || first != second {
		t.Errorf("%d and then %d migrations", first, second)
	}
}

func TestReadersCannotWrite(t *testing.T) {
	s := openAt(t, storetest.Source(t))
	if _, err := s.readers.db.Exec(`INSERT INTO setting VALUES ('a', 'b')`); err == nil {
		t.Error("a reader wrote")
	}
	if storetest.Postgres() {
		return
	}
	var mode string
	var synchronous int
	s.writer.QueryRow(`PRAGMA journal_mode`).Scan(&mode)
	s.writer.QueryRow(`PRAGMA synchronous`).Scan(&synchronous)
	if mode != "wal" || synchronous != 2 {
		t.Errorf("journal %s, synchronous %d; want wal and 2 (FULL)", mode, synchronous)
	}
}

func TestFailedWriteLeavesNothing(t *testing.T) {
	ctx := context.Background()
	s := openAt(t, storetest.Source(t))
	schema := compile(t)
	if err := s.Prepare(ctx, schema); err != nil {
		t.Fatal(err)
	}
	e, _ := schema.Entity("order")
	row := &RecordRow{Record: crm.Record{Entity: "order", ID: 1, Rev: 1}, Document: search.Document{Text: "金鼎"}}
	err := s.Write(ctx, func(tx *Tx) error {
		if err := s.InsertRecord(ctx, tx, e, row); err != nil {
			t.Fatal(err)
		}
		return s.InsertRecord(ctx, tx, e, row) // the same ID again
	})
	if err == nil {
		t.Fatal("two records of one ID")
	}
	var n int
	s.Read().QueryRowContext(ctx, `SELECT (SELECT count(*) FROM "order") + (SELECT count(*) FROM search_key)`).Scan(&n)
	if n != 0 {
		t.Errorf("%d rows are left", n)
	}
}

// An empty scope reaches nothing, whatever is asked.
func TestEmptyScope(t *testing.T) {
	ctx := context.Background()
	s := openAt(t, storetest.Source(t))
	schema := compile(t)
	if err := s.Prepare(ctx, schema); err != nil {
		t.Fatal(err)
	}
	e, _ := schema.Entity("order")
	write(t, s, func(tx *Tx) error {
		return s.InsertRecord(ctx, tx, e, &RecordRow{Record: crm.Record{Entity: "order", ID: 1, Rev: 1}})
	})
	q := crm.Query{Entity: "order", Limit: 10, Sort: crm.Sort{Field: "updatedAt"}, Filter: &crm.Filter{Or: []crm.Filter{
		{Field: "name", Op: field.Empty}, {Field: "name", Op: field.NotEmpty}}}}
	if rows, _, err := s.Records(ctx, s.Read(), schema, &q, crm.Scope{All: true}); err != nil || len(rows) != 0 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	q.Scope = crm.Scope{All: true}
	if rows, _, err := s.Records(ctx, s.Read(), schema, &q, crm.Scope{}); err != nil || len(rows) != 1 || rows[0].MayWrite {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}
