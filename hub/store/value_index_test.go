package store

import (
	"fmt"
	"os"
	"testing"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/store/storetest"
)

// filterable is a table of n orders with an own field made filterable while it was used.
func filterable(t testing.TB, s *Store, n int) (*crm.Schema, *crm.Entity) {
	t.Helper()
	ctx := t.Context()
	plain := schemaOf(t)
	schema := schemaOf(t, field.Field{Key: "x9", Type: field.Text, Custom: true, Filtered: true})
	if err := s.Prepare(ctx, plain); err != nil {
		t.Fatal(err)
	}
	e, _ := schema.Entity("order")
	if err := s.AddColumn(ctx, e.Table, field.Column{Name: "x9", Kind: field.String}); err != nil {
		t.Fatal(err)
	}
	for from := 1; from <= n; from += 5000 {
		err := s.Write(ctx, func(tx *Tx) error {
			for i := from; i < min(from+5000, n+1); i++ {
				name := fmt.Sprint("单", i)
				values := map[string]any{"name": name}
				if i%2 == 0 {
					values["x9"] = fmt.Sprint("色", i%50)
				}
				if err := s.InsertRecord(ctx, tx, e, &RecordRow{Record: crm.Record{Entity: "order", ID: crm.ID(i), Rev: 1, Label: name, Values: values}}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return schema, e
}

func waitFilled(t testing.TB, s *Store) {
	t.Helper()
	for range 60000 {
		var left int
		if err := s.Read().QueryRowContext(t.Context(), `SELECT count(*) FROM value_index WHERE ready = 0`).Scan(&left); err != nil {
			t.Fatal(err)
		}
		if left == 0 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("the index is never filled")
}

func TestValueIndex(t *testing.T) {
	ctx := t.Context()
	s := openAt(t, storetest.Source(t))
	schema, e := filterable(t, s, 1200)
	if err := s.IndexEntity(ctx, e); err != nil {
		t.Fatal(err)
	}
	waitFilled(t, s)
	count := func(value string) int {
		t.Helper()
		q := crm.Query{Entity: "order", Scope: crm.Scope{All: true}, Sort: crm.Sort{Field: "updatedAt"}, Limit: 10,
			Filter: &crm.Filter{Field: "x9", Op: field.Eq, Value: value}}
		n, _, err := s.CountRecords(ctx, s.Read(), schema, &q)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	entries := func() (n int) {
		t.Helper()
		if err := s.Read().QueryRowContext(ctx, `SELECT count(*) FROM xi_order_x9`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	t.Run("CFG-15 what was there is found by it", func(t *testing.T) {
		if count("色4") != 24 || count("色5") != 0 || entries() != 600 {
			t.Errorf("%d of 24, %d of none, %d entries", count("色4"), count("色5"), entries())
		}
		b := s.build(schema).asking(ctx, s.Read())
		b.filter(e, "a", &crm.Filter{Field: "x9", Op: field.Eq, Value: "色4"})
		if want := `a.id IN (SELECT v.record_id FROM "xi_order_x9" v WHERE v.value = ?)`; b.String() != want {
			t.Errorf("asks %s", b.String())
		}
	})
	t.Run("CFG-15 it follows every write", func(t *testing.T) {
		row := func(id crm.ID, rev int64, value any) *RecordRow {
			return &RecordRow{Record: crm.Record{Entity: "order", ID: id, Rev: rev, Label: "单", Values: map[string]any{"name": "单", "x9": value}}}
		}
		write(t, s, func(tx *Tx) error { return s.UpdateRecord(ctx, tx, e, row(4, 2, "新"), 1) })
		write(t, s, func(tx *Tx) error { return s.InsertRecord(ctx, tx, e, row(5000, 1, "新")) })
		write(t, s, func(tx *Tx) error { return s.DeleteRecord(ctx, tx, e, 54, 1, 1, 0) })
		if count("色4") != 22 || count("新") != 2 || entries() != 600 {
			t.Errorf("%d of 22, %d of 2, %d entries", count("色4"), count("新"), entries())
		}
		write(t, s, func(tx *Tx) error { return s.RestoreRecord(ctx, tx, e, row(54, 3, "色4")) })
		write(t, s, func(tx *Tx) error { return s.UpdateRecord(ctx, tx, e, row(5000, 2, nil), 1) })
		if count("色4") != 23 || count("新") != 1 || entries() != 600 {
			t.Errorf("%d of 23, %d of 1, %d entries", count("色4"), count("新"), entries())
		}
	})
	t.Run("CFG-15 made again after it was given up", func(t *testing.T) {
		none := schemaOf(t, field.Field{Key: "x9", Type: field.Text, Custom: true})
		without, _ := none.Entity("order")
		if err := s.IndexEntity(ctx, without); err != nil {
			t.Fatal(err)
		}
		write(t, s, func(tx *Tx) error { return s.DeleteRecord(ctx, tx, e, 104, 1, 1, 0) })
		if count("色4") != 22 {
			t.Errorf("%d of 22 without an index", count("色4"))
		}
		if err := s.IndexEntity(ctx, e); err != nil {
			t.Fatal(err)
		}
		waitFilled(t, s)
		if count("色4") != 22 || entries() != 599 {
			t.Errorf("%d of 22, %d entries", count("色4"), entries())
		}
	})
	t.Run("CFG-15 no more than a table can keep up with", func(t *testing.T) {
		var many []field.Field
		for i := range maxValueIndexes + 1 {
			many = append(many, field.Field{Key: fmt.Sprint("x", i+20), Type: field.Text, Custom: true, Filtered: true})
		}
		wide, _ := schemaOf(t, many...).Entity("order")
		if err := s.IndexEntity(ctx, wide); !crm.IsCode(err, crm.Invalid) {
			t.Errorf("says %v", err)
		}
	})
}

// BenchmarkAddField adds a field to a large table and fills its index while somebody
// writes all the time, and tells how long he waited at most.
func BenchmarkAddField(b *testing.B) {
	n := 100_000
	if os.Getenv("BELLHOP_BENCH_ROWS") != "" {
		fmt.Sscan(os.Getenv("BELLHOP_BENCH_ROWS"), &n)
	}
	ctx := b.Context()
	s, err := Open(ctx, storetest.Source(b))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	_, e := filterable(b, s, n)
	waits := make(chan time.Duration)
	stop := make(chan struct{})
	go func() {
		var longest time.Duration
		for i := 0; ; i++ {
			select {
			case <-stop:
				waits <- longest
				return
			default:
			}
			began := time.Now()
			if err := s.SetSetting(ctx, "bench", fmt.Sprint(i)); err != nil {
				b.Error(err)
			}
			longest = max(longest, time.Since(began))
		}
	}()
	for i := range b.N {
		began := time.Now()
		if err := s.AddColumn(ctx, e.Table, field.Column{Name: fmt.Sprint("x", 100+i), Kind: field.String}); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(time.Since(began).Microseconds())/1000, "ms/column")
		if err := s.IndexEntity(ctx, e); err != nil {
			b.Fatal(err)
		}
		waitFilled(b, s)
		b.ReportMetric(time.Since(began).Seconds(), "s/index")
	}
	close(stop)
	b.ReportMetric(float64((<-waits).Microseconds())/1000, "ms-longest-write")
	b.ReportMetric(float64(n), "rows")
}
