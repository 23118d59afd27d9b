package store

import (
	"fmt"
	"strings"
	"testing"

	"bellhop/hub/crm"
	"bellhop/hub/search"
	"bellhop/hub/store/storetest"
)

// searched is a table of records found by their words.
type searched struct {
	t      *testing.T
	s      *Store
	schema *crm.Schema
	e      *crm.Entity
}

func newSearched(t *testing.T) *searched {
	s := openAt(t, storetest.Source(t))
	schema := compile(t)
	if err := s.Prepare(t.Context(), schema); err != nil {
		t.Fatal(err)
	}
	e, _ := schema.Entity("order")
	return &searched{t, s, schema, e}
}

func (x *searched) row(id crm.ID, rev int64, name, text, digits string) *RecordRow {
	return &RecordRow{
		Record:   crm.Record{Entity: "order", ID: id, Rev: rev, Label: name, Values: map[string]any{"name": name}},
		Document: search.Document{Text: search.Compose([]string{name}, []string{text}), Digits: digits},
	}
}

func (x *searched) put(id crm.ID, name, text, digits string) {
	x.t.Helper()
	write(x.t, x.s, func(tx *Tx) error { return x.s.InsertRecord(x.t.Context(), tx, x.e, x.row(id, 1, name, text, digits)) })
}

// finds gives the labels of what typed finds, "," between them.
func (x *searched) finds(typed string) string {
	x.t.Helper()
	q := crm.Query{Entity: "order", Limit: 10, Search: typed, Scope: crm.Scope{All: true}, Sort: crm.Sort{Field: "updatedAt", Desc: true}}
	rows, _, err := x.s.Records(x.t.Context(), x.s.Read(), x.schema, &q, crm.Scope{})
	if err != nil {
		x.t.Fatal(err)
	}
	var labels []string
	for _, r := range rows {
		labels = append(labels, r.Label)
	}
	return strings.Join(labels, ",")
}

func TestSearchIndex(t *testing.T) {
	x := newSearched(t)
	long := strings.Repeat("这一段与所找的无关。", 1500) + "SKF 6205 深沟球轴承到货"
	x.put(1, "北京金鼎机电有限公司", "", "861085321234")
	x.put(2, "曾雨桐", long, "8613800138000")
	x.put(3, "金色阳光鼎盛", "", "")
	for typed, want := range map[string]string{
		"QRY-04 a pair of characters":            "金鼎 → 北京金鼎机电有限公司",
		"QRY-04 one character":                   "桐 → 曾雨桐",
		"QRY-04 15,000 characters into a text":   "轴承 → 曾雨桐",
		"QRY-04 a Latin word there":              "skf → 曾雨桐",
		"QRY-04 pairs apart are not together":    "金鼎盛 → ",
		"QRY-04 initials":                        "jdjd → 北京金鼎机电有限公司",
		"QRY-04 pinyin":                          "zengyu → 曾雨桐",
		"QRY-04 long texts aren't spelled":       "zhoucheng → ",
		"QRY-04 four digits":                     "8532 → 北京金鼎机电有限公司",
		"QRY-04 three digits":                    "800 → 曾雨桐",
		"QRY-04 pieces apart are not one number": "85328000 → ",
		"QRY-04 two words":                       "曾 8000 → 曾雨桐",
		"QRY-04 a quote is not a command":        `金鼎" OR "曾 → `,
	} {
		t.Run(typed, func(t *testing.T) {
			query, label, _ := strings.Cut(want, " → ")
			if got := x.finds(query); got != label {
				t.Errorf("%q finds %q, want %q", query, got, label)
			}
		})
	}

	t.Run("QRY-04 what changes is found by its new words alone", func(t *testing.T) {
		write(t, x.s, func(tx *Tx) error {
			return x.s.UpdateRecord(t.Context(), tx, x.e, x.row(1, 2, "北京银河机电有限公司", "", "861085320000"), 1)
		})
		for typed, want := range map[string]string{"金鼎": "", "jdjd": "", "1234": "", "银河": "北京银河机电有限公司", "yhjd": "北京银河机电有限公司", "机电": "北京银河机电有限公司"} {
			if got := x.finds(typed); got != want {
				t.Errorf("%q finds %q, want %q", typed, got, want)
			}
		}
	})
	t.Run("QRY-04 what is deleted is not found, what comes back is", func(t *testing.T) {
		write(t, x.s, func(tx *Tx) error { return x.s.DeleteRecord(t.Context(), tx, x.e, 2, 1, 5, 0) })
		ids, err := x.s.Search(t.Context(), x.s.Read(), "order", "轴承", 5)
		if err != nil || len(ids) != 0 || x.finds("曾") != "" {
			t.Errorf("%v, %v", ids, err)
		}
		write(t, x.s, func(tx *Tx) error {
			return x.s.RestoreRecord(t.Context(), tx, x.e, x.row(2, 3, "曾雨桐", long, "8613800138000"))
		})
		ids, err = x.s.Search(t.Context(), x.s.Read(), "order", "轴承 zyt", 5)
		if err != nil || len(ids) != 1 || ids[0] != 2 {
			t.Errorf("%v, %v", ids, err)
		}
	})
	t.Run("QRY-04 texts beside the records", func(t *testing.T) {
		file := search.Document{Text: search.Compose([]string{"2026年轴承报价单.xlsx"}, nil)}
		write(t, x.s, func(tx *Tx) error { return x.s.PutSearch(t.Context(), tx, "file", 77, search.Document{}, file) })
		if ids, err := x.s.Search(t.Context(), x.s.Read(), "file", "轴承", 5); err != nil || len(ids) != 1 || ids[0] != 77 {
			t.Errorf("%v, %v", ids, err)
		}
		if got := x.finds("报价单"); got != "" {
			t.Errorf("a file is found as %q", got)
		}
	})
	t.Run("QRY-04 the index is made anew when its form changes", func(t *testing.T) {
		if err := x.s.SetSetting(t.Context(), "search.version", "0"); err != nil {
			t.Fatal(err)
		}
		write(t, x.s, func(tx *Tx) error { _, err := tx.ExecContext(t.Context(), `DELETE FROM search_gram`); return err })
		if got := x.finds("轴承"); got != "" {
			t.Fatalf("%q without an index", got)
		}
		if err := x.s.Prepare(t.Context(), x.schema); err != nil {
			t.Fatal(err)
		}
		if got := x.finds("轴承"); got != "曾雨桐" {
			t.Errorf("finds %q", got)
		}
	})
}

// A word of more records than it is worth looking up finds them all the same.
func TestCommonWord(t *testing.T) {
	x := newSearched(t)
	write(t, x.s, func(tx *Tx) error {
		for i := range commonGram + 10 {
			if err := x.s.InsertRecord(t.Context(), tx, x.e, x.row(crm.ID(i+1), 1, fmt.Sprintf("贸易公司%d", i), "", "")); err != nil {
				return err
			}
		}
		return nil
	})
	if got := strings.Count(x.finds("公司"), "贸易公司"); got != 10 {
		t.Errorf("finds %d of a page of 10", got)
	}
	if got := x.finds("公司 5003"); got != "贸易公司5003" {
		t.Errorf("finds %q", got)
	}
}
