package records_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"bellhop/hub/auth"
	"bellhop/hub/crm"
	"bellhop/hub/modules/all"
	"bellhop/hub/records"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// BenchmarkSaveLogged takes turns between saves of a customer that change a field, which
// leave an entry in the change log, and saves that change none, which don't; it tells
// what the entry and its chain cost at the median.
func BenchmarkSaveLogged(b *testing.B) {
	schema, err := crm.Compile(all.Modules)
	if err != nil {
		b.Fatal(err)
	}
	s, err := store.Open(b.Context(), b.TempDir()+"/hub.db")
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	if err := s.Prepare(b.Context(), schema); err != nil {
		b.Fatal(err)
	}
	u := auth.NewUser("chief", "周敏", crm.Admin)
	if err := s.CreateUser(b.Context(), u, "-"); err != nil {
		b.Fatal(err)
	}
	office, who := records.New(s, schema), rights.For(u, schema)
	var rows []*records.Row
	for i := range 200 {
		row, err := office.Create(b.Context(), who, "customer", map[string]any{
			"name": fmt.Sprintf("杭州精工模具有限公司 %d", i), "address": "杭州", "notes": "王总问第二批什么时候发，答应明天上午给准信。",
			"phones": []any{map[string]any{"label": "mobile", "number": fmt.Sprintf("138%08d", i)}},
		}, "")
		if err != nil {
			b.Fatal(err)
		}
		rows = append(rows, row)
	}
	var took [2][]time.Duration
	for i := 0; b.Loop(); i++ {
		which := i % 2
		row := rows[i*7919%len(rows)]
		website, _ := row.Values["website"].(string)
		if which == 1 {
			website = fmt.Sprintf("http://jinggong.example/%d", i)
		}
		began := time.Now()
		row, err := office.Update(b.Context(), who, crm.Ref{Entity: "customer", ID: row.ID}, row.Rev, map[string]any{"website": website})
		if err != nil {
			b.Fatal(err)
		}
		took[which] = append(took[which], time.Since(began))
		rows[i*7919%len(rows)] = row
	}
	if len(took[1]) == 0 {
		return
	}
	plain, logged := median(took[0]), median(took[1])
	b.ReportMetric(plain, "plain-us")
	b.ReportMetric(logged, "logged-us")
	b.ReportMetric(100*(logged-plain)/plain, "%-more")
}

func median(d []time.Duration) float64 {
	slices.Sort(d)
	return float64(d[len(d)/2].Microseconds())
}
