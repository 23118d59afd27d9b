package backup_test

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"bellhop/hub/backup"
	"bellhop/hub/boxclient/boxclienttest"
	"bellhop/hub/store"
)

// BenchmarkOffice prints how long a backup, its proof, the next backup and the restore on a
// fresh box take, for a database of BELLHOP_BENCH_MB and as many recordings of 40 KB as
// BELLHOP_BENCH_RECORDINGS says (1024 and 10000 unless told), and how much a kill loses.
func BenchmarkOffice(b *testing.B) {
	need(b, "restic")
	number := func(name string, usual int) int {
		if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
			return n
		}
		return usual
	}
	megabytes, recordings := number("BELLHOP_BENCH_MB", 1024), number("BELLHOP_BENCH_RECORDINGS", 10000)
	h, _ := open(b, b.TempDir(), "", boxclienttest.Start(b))
	h.must(h.store.SetSetting(b.Context(), "company", "bench"))
	for i := range megabytes {
		h.must(h.store.Write(b.Context(), func(tx *store.Tx) error {
			_, err := tx.ExecContext(b.Context(), `INSERT INTO office_picture (name, mime, data, at) VALUES (?,?,?,?)`, strconv.Itoa(i), "", noise(1<<20), 0)
			return err
		}))
	}
	for range recordings {
		if _, err := h.call(b.Context(), 40<<10); err != nil {
			b.Fatal(err)
		}
	}
	target := diskTarget(b)
	h.must(h.Connect(b.Context(), target, "", false))
	b.ResetTimer()
	lap := func(name string, work func()) {
		began := time.Now()
		work()
		b.ReportMetric(time.Since(began).Seconds(), name+"-s")
	}
	lap("first-backup-and-proof", func() { h.backUp() })
	lap("next-backup-and-proof", func() { h.backUp() })
	sheet, err := h.Sheet()
	h.must(err)
	fresh, _ := open(b, b.TempDir(), "", boxclienttest.Start(b))
	lap("restore-until-the-office-works", func() {
		if _, err := fresh.RestoreAndWait(backup.Source{Target: target, Key: sheet.Key}, "latest", ""); err != nil {
			b.Fatal(err)
		}
		fresh.close()
		fresh, _ = open(b, fresh.data, "", fresh.box)
	})
	lap("recordings-back", func() {
		fresh.must(fresh.Start())
		for st, _ := fresh.Status(b.Context()); st.Restock || st.Now != nil; st, _ = fresh.Status(b.Context()) {
			time.Sleep(20 * time.Millisecond)
		}
	})
	if info, err := os.Stat(filepath.Join(fresh.data, "hub.db")); err == nil {
		b.ReportMetric(float64(info.Size()>>20), "MB")
	}
}
