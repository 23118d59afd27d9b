package store

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"

	"bellhop/hub/audit/trail"
	"bellhop/hub/store/storetest"
)

func logged(t *testing.T, s *Store, ctx context.Context, n int) {
	t.Helper()
	for i := range n {
		e := trail.Entry{At: int64(1700000000000 + i), Kind: "update", Entity: "customer", Record: int64(i % 3), Label: fmt.Sprintf("客户 %d", i)}
		if err := s.Log(ctx, trail.System, e); err != nil {
			t.Fatal(err)
		}
	}
}

func faults(t *testing.T, s *Store, log trail.Log) []trail.Fault {
	t.Helper()
	report, err := s.VerifyLog(t.Context(), log)
	if err != nil {
		t.Fatal(err)
	}
	return report.Faults
}

// TestTamperedLog: whoever gets at the database itself leaves a trace.
func TestTamperedLog(t *testing.T) {
	for name, tt := range map[string]struct {
		sql  []string
		want []trail.Fault
	}{
		"SEC-15 untouched":          {nil, nil},
		"SEC-15 an entry altered":   {[]string{`UPDATE system_log SET user_name = '别人' WHERE seq = 7`}, []trail.Fault{{Seq: 7, What: trail.Altered}}},
		"SEC-15 its hash altered":   {[]string{`UPDATE system_log SET hash = 'ff' WHERE seq = 20`}, []trail.Fault{{Seq: 20, What: trail.Altered}}},
		"SEC-15 an entry removed":   {[]string{`DELETE FROM system_log WHERE seq = 7`}, []trail.Fault{{Seq: 7, What: trail.Removed}}},
		"SEC-15 the newest removed": {[]string{`DELETE FROM system_log WHERE seq > 17`}, []trail.Fault{{Seq: 18, To: 20, What: trail.Removed}}},
		"SEC-15 removed, numbers closed up": {[]string{
			`DELETE FROM system_log WHERE seq = 7`, `UPDATE system_log SET seq = seq - 1 WHERE seq > 7`,
		}, []trail.Fault{{Seq: 7, What: trail.Removed}}},
		"SEC-15 an entry inserted": {[]string{
			`UPDATE system_log SET seq = -seq - 1 WHERE seq >= 7`, `UPDATE system_log SET seq = -seq WHERE seq < 0`,
			`INSERT INTO system_log SELECT 7, at, user_id, '别人', address, device, kind, via, entity, record_id, label, detail, hash FROM system_log WHERE seq = 6`,
		}, []trail.Fault{{Seq: 7, What: trail.Inserted}}},
		"SEC-15 one added at the end": {[]string{
			`INSERT INTO system_log SELECT 21, at, user_id, '别人', address, device, kind, via, entity, record_id, label, detail, hash FROM system_log WHERE seq = 20`,
		}, []trail.Fault{{Seq: 21, What: trail.Inserted}}},
		"SEC-15 two entries reordered": {[]string{
			`UPDATE system_log SET seq = -7 WHERE seq = 7`, `UPDATE system_log SET seq = 7 WHERE seq = 9`, `UPDATE system_log SET seq = 9 WHERE seq = -7`,
		}, []trail.Fault{{Seq: 7, What: trail.Reordered}}},
		"SEC-15 the head turned back": {[]string{`UPDATE audit_head SET seq = 19 WHERE log = 'system'`}, []trail.Fault{{Seq: 20, What: trail.Inserted}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := openAt(t, storetest.Source(t))
			logged(t, s, t.Context(), 20)
			write(t, s, func(tx *Tx) error {
				for _, sql := range tt.sql {
					if _, err := tx.ExecContext(t.Context(), sql); err != nil {
						return err
					}
				}
				return nil
			})
			if got := faults(t, s, trail.System); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("found %v, want %v", got, tt.want)
			}
		})
	}
}

// TestChainOfManyWriters: entries have one order without gaps, and one of a write that
// failed is as if it had never been.
func TestChainOfManyWriters(t *testing.T) {
	s := openAt(t, storetest.Source(t))
	broken := errors.New("broken")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range 25 {
				err := s.Write(t.Context(), func(tx *Tx) error {
					tx.Note(trail.Change, trail.Entry{Kind: "update"})
					tx.Note(trail.Access, trail.Entry{Kind: "view"})
					if i%5 == 0 {
						return broken
					}
					return nil
				})
				if err != nil && err != broken {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for _, log := range []trail.Log{trail.Change, trail.Access} {
		report, err := s.VerifyLog(t.Context(), log)
		if err != nil || report.Faults != nil || report.Entries != 160 || report.Head != 160 {
			t.Errorf("%+v, %v", report, err)
		}
	}
}

// TestChainOfTwoHubs: two processes that write one database keep one chain.
func TestChainOfTwoHubs(t *testing.T) {
	source := storetest.Source(t)
	hubs := []*Store{openAt(t, source), openAt(t, source)}
	var wg sync.WaitGroup
	for _, hub := range hubs {
		for range 3 {
			wg.Go(func() {
				for range 20 {
					if err := hub.Log(t.Context(), trail.System, trail.Entry{Kind: "login"}); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	wg.Wait()
	report, err := hubs[0].VerifyLog(t.Context(), trail.System)
	if err != nil || report.Faults != nil || report.Head != 120 {
		t.Errorf("%+v, %v", report, err)
	}
}

// TestOperationIsTold: the first write of a request tells what the request does, unless
// it tells of itself.
func TestOperationIsTold(t *testing.T) {
	s := openAt(t, storetest.Source(t))
	doing := func() context.Context {
		ctx := trail.With(t.Context(), trail.Origin{User: 5, Name: "周敏", Address: "10.0.0.8", Device: "Chrome 142 · Windows", Via: trail.Page})
		return trail.Doing(ctx, &trail.Operation{Entry: trail.Entry{Kind: "settings"}})
	}
	fail := errors.New("no")
	ctx := doing()
	if err := s.Write(ctx, func(*Tx) error { return fail }); err != fail {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.SetSetting(ctx, "company", "铃客"); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Log(doing(), trail.Change, trail.Entry{Kind: "update"}); err != nil {
		t.Fatal(err)
	}
	list, err := s.Entries(t.Context(), LogQuery{Log: trail.System, Limit: 10})
	if err != nil || len(list) != 1 {
		t.Fatalf("%v, %v", list, err)
	}
	if e := list[0]; e.Kind != "settings" || e.Name != "周敏" || e.User != 5 || e.Address != "10.0.0.8" || e.Device != "Chrome 142 · Windows" || e.At == 0 {
		t.Errorf("%+v", e)
	}
}
