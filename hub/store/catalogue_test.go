package store

import (
	"fmt"
	"testing"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/store/storetest"
)

func TestAddColumn(t *testing.T) {
	ctx := t.Context()
	s := openAt(t, storetest.Source(t))
	small, large := compile(t), compile(t, field.Field{Key: "x77", Type: field.Text})
	if err := s.Prepare(ctx, small); err != nil {
		t.Fatal(err)
	}
	e, _ := small.Entity("order")
	id := crm.NewID()
	write(t, s, func(tx *Tx) error {
		return s.InsertRecord(ctx, tx, e, &RecordRow{Record: crm.Record{Entity: "order", ID: id, Rev: 1, Label: "旧", Values: map[string]any{"name": "旧"}}})
	})
	for range 2 {
		if err := s.AddColumn(ctx, "order", field.Column{Name: "x77", Kind: field.String}); err != nil {
			t.Fatal(err)
		}
	}
	all := crm.Scope{All: true}
	row, err := s.Record(ctx, s.Read(), large, crm.Ref{Entity: "order", ID: id}, all, all)
	if err != nil || row.Values["x77"] != nil || row.Text("name") != "旧" {
		t.Errorf("%+v, %v", row, err)
	}
	t.Run("CFG-15 a table doesn't grow without end", func(t *testing.T) {
		for n := 0; n < maxColumns; n++ {
			err = s.AddColumn(ctx, "order", field.Column{Name: fmt.Sprint("x", 1000+n), Kind: field.Integer})
			if err != nil {
				break
			}
		}
		if !crm.IsCode(err, crm.Invalid) {
			t.Errorf("says %v", err)
		}
	})
	if err := s.AddColumn(ctx, "nowhere", field.Column{Name: "x1", Kind: field.String}); err == nil {
		t.Error("a column of no table")
	}
}
