package backup_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"bellhop/hub/backup"
	"bellhop/hub/boxclient"
	"bellhop/hub/boxclient/boxclienttest"
	"bellhop/hub/crm"
	"bellhop/hub/store"
)

// hub is what a backup is made of: a database in use, uploaded files, a box with recordings.
type hub struct {
	*backup.Service
	t        testing.TB
	data     string
	source   string
	store    *store.Store
	box      *boxclienttest.Box
	restarts atomic.Int32
	now      func() time.Time
}

// open starts a hub on a data folder as the program does: what a restore left is put in
// place first.
func open(t testing.TB, data, source string, box *boxclienttest.Box) (*hub, *backup.Run) {
	t.Helper()
	if source == "" {
		source = filepath.Join(data, "hub.db")
	}
	log := slog.New(slog.DiscardHandler)
	settled, err := backup.Settle(t.Context(), data, source, log)
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), source)
	if err != nil {
		t.Fatal(err)
	}
	h := &hub{t: t, data: data, source: source, store: db, box: box, now: time.Now}
	h.Service = backup.New(backup.Parts{Store: db, Source: source, Data: data, Version: "test", Log: log,
		Sounds:  backup.OneBox(boxclient.New(box.URL, boxclienttest.Token, log)),
		Restart: func() { h.restarts.Add(1) }, Now: func() time.Time { return h.now() }})
	t.Cleanup(h.close)
	return h, settled
}

func (h *hub) close() {
	h.Service.Close()
	h.store.Close()
}

func (h *hub) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// idle waits until nothing is under way and answers the newest run.
func (h *hub) idle() backup.Run {
	h.t.Helper()
	for end := time.Now().Add(2 * time.Minute); h.Running() != nil; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			h.t.Fatalf("still at work: %+v", h.Running())
		}
	}
	st, err := h.Status(h.t.Context())
	h.must(err)
	if len(st.History) == 0 {
		return backup.Run{}
	}
	return st.History[0]
}

// backUp makes a backup and wants it proven.
func (h *hub) backUp() (made, proven *backup.Run) {
	h.t.Helper()
	run, err := h.NowAndWait("admin")
	if err != nil {
		h.t.Fatalf("%v %+v", err, run)
	}
	st, err := h.Status(h.t.Context())
	h.must(err)
	if st.Proven == nil || st.Proven.Snapshot != run.Snapshot {
		h.t.Fatalf("the backup was not proven: %+v", st.History)
	}
	return run, st.Proven
}

var calls atomic.Int64

// call adds a call, and where n is above 0 its recording of so many bytes.
func (h *hub) call(ctx context.Context, n int) (*store.Call, error) {
	c := &store.Call{ID: crm.NewID(), Box: "test-box", BoxCall: fmt.Sprint("c", calls.Add(1)), State: store.Ended, Direction: "in",
		StartedAt: time.Now().UnixMilli(), Caller: store.CallerNumber, Number: "+8613800138000"}
	if n > 0 {
		c.Recording = store.Recording{State: store.RecordingReady, File: c.BoxCall + ".mp3", MS: 1000, Complete: true}
		h.box.SetFile(c.Recording.File, noise(n))
		h.box.SetFile(c.Recording.File+".peaks", []byte("peaks of "+c.BoxCall))
	}
	return c, h.store.Write(ctx, func(tx *store.Tx) error {
		if err := store.PutCall(ctx, tx, c); err != nil || n == 0 {
			return err
		}
		return store.PutSound(ctx, tx, store.Sound{Call: c.ID, Box: c.Box, File: c.Recording.File, Bytes: int64(n), FinishedAt: c.StartedAt})
	})
}

func noise(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8(sha256.Sum256([]byte(fmt.Sprint(n, calls.Add(1)))))
	r.Read(b)
	return b
}

// upload keeps a file as hub/files does.
func (h *hub) upload(name string, content []byte) string {
	h.t.Helper()
	hash := fmt.Sprintf("%x", sha256.Sum256(content))
	path := filepath.Join(h.data, "files", hash[:2], hash)
	write(h.t, path, string(content))
	h.must(h.store.AddFile(h.t.Context(), store.File{ID: crm.NewID(), Hash: hash, Name: name, Size: int64(len(content))}))
	return path
}

// count asks the database itself.
func (h *hub) count(what string) (n int) {
	h.t.Helper()
	h.must(h.store.Read().QueryRowContext(h.t.Context(), `SELECT count(*) FROM `+what).Scan(&n))
	return n
}

// fill makes an office worth losing.
func (h *hub) fill() {
	h.t.Helper()
	h.must(h.store.SetSetting(h.t.Context(), "company", "杭州铃客"))
	for i := range 60 {
		size := 0
		if i%2 == 0 {
			size = 4000 + i
		}
		if _, err := h.call(h.t.Context(), size); err != nil {
			h.t.Fatal(err)
		}
	}
	for i := range 5 {
		h.upload(fmt.Sprint("合同", i, ".pdf"), noise(30000+i))
	}
}

// TestFreshBox loses everything under load and becomes the old box again from each kind of
// target.
func TestFreshBox(t *testing.T) {
	need(t, "restic")
	kinds := map[string]func(testing.TB, *backup.Service) *backup.Target{
		"disk":   func(t testing.TB, _ *backup.Service) *backup.Target { return diskTarget(t) },
		"sftp":   func(t testing.TB, s *backup.Service) *backup.Target { target, _ := sftpTarget(t, s); return target },
		"smb":    func(t testing.TB, _ *backup.Service) *backup.Target { return smbTarget(t) },
		"webdav": func(t testing.TB, _ *backup.Service) *backup.Target { return webdavTarget(t) },
		"box":    func(t testing.TB, _ *backup.Service) *backup.Target { return boxTarget(t) },
		"s3":     func(t testing.TB, _ *backup.Service) *backup.Target { return s3Target(t) },
	}
	for kind, target := range kinds {
		t.Run("BOX-10 "+kind, func(t *testing.T) {
			old, _ := open(t, t.TempDir(), "", boxclienttest.Start(t))
			old.fill()
			to := target(t, old.Service)
			if err := old.Connect(t.Context(), to, "", false); err != nil {
				t.Fatal(err)
			}
			loadEnds := old.load(t)
			made, proven := old.backUp()
			written := loadEnds()
			sheet, err := old.Sheet()
			old.must(err)
			if made.Recordings < 30 || made.Files != 5 || proven.Rows != made.Rows || proven.Recordings == 0 {
				t.Fatalf("backup %+v\nproof %+v", made, proven)
			}
			// The box burns down: not even a database closed in good order is left.
			old.Service.Close()
			os.RemoveAll(old.data)

			fresh, _ := open(t, t.TempDir(), "", boxclienttest.Start(t))
			given, key, ok := backup.ParseCode(sheet.Code)
			if !ok || key != sheet.Key {
				t.Fatalf("the sheet's code is unreadable: %s", sheet.Code)
			}
			given.Secret, given.HostKey, given.UseKey = to.Secret, to.HostKey, to.UseKey
			if to.UseKey { // a new box has a new key; the server's keeper lets it in
				public, err := fresh.SSHKey()
				fresh.must(err)
				write(t, filepath.Join(filepath.Dir("/"+to.Folder), "authorized"), public+"\n")
			}
			from := backup.Source{Target: given, Key: strings.ToLower(strings.ReplaceAll(key, "-", " "))}
			points, err := fresh.Points(t.Context(), from)
			fresh.must(err)
			if len(points) != 1 {
				t.Fatalf("%d backups", len(points))
			}
			if m, err := fresh.Look(t.Context(), from, points[0].ID); err != nil || m.Company != "杭州铃客" {
				t.Fatalf("%+v %v", m, err)
			}
			fresh.must(fresh.Restore(from, points[0].ID, ""))
			if run := fresh.idle(); run.Error != "" || fresh.restarts.Load() != 1 {
				t.Fatalf("%+v, %d restarts", run, fresh.restarts.Load())
			}
			fresh.close()
			again, settled := open(t, fresh.data, "", fresh.box)
			if settled == nil || settled.Rows != made.Rows {
				t.Fatalf("settled %+v", settled)
			}
			if n := again.count("call"); n < 60 || n > 60+written {
				t.Errorf("%d calls of 60 and up to %d more", n, written)
			}
			if n := again.count("file"); n != 5 {
				t.Errorf("%d files", n)
			}
			again.sound(t)
			again.must(again.Start())
			again.settledDown(t)
			again.heard(t, old.box, made.Recordings)
			// It goes on backing up to the same place without being told anything.
			if run, _ := again.backUp(); run.Recordings != 0 {
				t.Errorf("it copied %d recordings anew", run.Recordings)
			}
		})
	}
}

// load writes calls without pause until it is told to end; it answers how many.
func (h *hub) load(t testing.TB) (end func() int) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan int)
	go func() {
		n := 0
		for ctx.Err() == nil {
			if _, err := h.call(context.Background(), 0); err == nil {
				n++
			}
		}
		done <- n
	}()
	return func() int { cancel(); return <-done }
}

// sound wants the database file whole, by a tool that is not ours where there is one.
func (h *hub) sound(t testing.TB) {
	t.Helper()
	var said string
	h.must(h.store.Read().QueryRowContext(t.Context(), `PRAGMA integrity_check`).Scan(&said))
	if said != "ok" {
		t.Errorf("integrity: %s", said)
	}
}

// settledDown waits until every recording is back.
func (h *hub) settledDown(t testing.TB) {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		st, err := h.Status(t.Context())
		h.must(err)
		if !st.Restock && st.Now == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("recordings are still to be put back: %+v", st.History)
		}
	}
}

// heard compares the recordings of two boxes.
func (h *hub) heard(t testing.TB, old *boxclienttest.Box, n int) {
	t.Helper()
	rows, err := h.store.UncopiedSounds(t.Context(), "none", 0, 10000)
	h.must(err)
	if len(rows) != n {
		t.Errorf("the office knows %d recordings of %d", len(rows), n)
	}
	for _, r := range rows {
		for _, name := range []string{r.File, r.File + ".peaks"} {
			was, _ := old.File(name)
			is, ok := h.box.File(name)
			if !ok || !bytes.Equal(was, is) {
				t.Errorf("%s: %d octets of %d came back", name, len(is), len(was))
			}
		}
	}
}

func TestRestoreAndUndo(t *testing.T) {
	top := t
	need(t, "restic")
	ctx := t.Context()
	box := boxclienttest.Start(t)
	h, _ := open(t, t.TempDir(), "", box)
	h.fill()
	h.must(h.Connect(ctx, diskTarget(t), "", false))
	made, _ := h.backUp()

	t.Run("SYS-04 the database of a backup opens with standard tools", func(t *testing.T) {
		need(t, "sqlite3")
		key, err := os.ReadFile(filepath.Join(h.data, "backup", "key"))
		h.must(err)
		plan, err := h.Plan()
		h.must(err)
		out := t.TempDir()
		cmd := exec.Command("restic", "-r", plan.Target.Folder, "restore", made.Snapshot, "--target", out)
		cmd.Env = append(os.Environ(), "RESTIC_PASSWORD="+strings.TrimSpace(string(key)), "RESTIC_CACHE_DIR="+t.TempDir())
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s", text)
		}
		os.Chmod(filepath.Join(out, "snapshot"), 0o500) // as on a disk that can't be written
		text, err := exec.Command("sqlite3", "-readonly", filepath.Join(out, "snapshot", "hub.db"), "PRAGMA integrity_check; SELECT count(*) FROM call; SELECT value FROM setting WHERE key='company'").CombinedOutput()
		if err != nil || string(text) != "ok\n60\n杭州铃客\n" {
			t.Errorf("sqlite3 says %q %v", text, err)
		}
		if n := len(glob(t, filepath.Join(out, "files", "*", "*"))); n != 5 {
			t.Errorf("%d uploaded files", n)
		}
	})
	t.Run("SYS-06 a backup is tried, and what is spoilt is told", func(t *testing.T) {
		st, err := h.Status(ctx)
		h.must(err)
		if st.Proven == nil || st.Proven.Rows == 0 || st.Proven.Files != 5 || st.Proven.Recordings == 0 {
			t.Fatalf("%+v", st.Proven)
		}
		spoilt, _ := open(t, t.TempDir(), "", boxclienttest.Start(t))
		spoilt.fill()
		target := diskTarget(t)
		spoilt.must(spoilt.Connect(ctx, target, "", false))
		spoilt.backUp()
		for _, pack := range glob(t, filepath.Join(target.Folder, "data", "*", "*")) {
			b, err := os.ReadFile(pack)
			spoilt.must(err)
			b[len(b)/3] ^= 0x55
			os.Chmod(pack, 0o600)
			spoilt.must(os.WriteFile(pack, b, 0o600))
		}
		spoilt.must(spoilt.Prove("admin"))
		if run := spoilt.idle(); run.What != backup.DidTrial || run.Error == "" {
			t.Errorf("a spoilt backup passed: %+v", run)
		}
		st, err = spoilt.Status(ctx)
		spoilt.must(err)
		if st.Proven == nil || st.Newest.Error == "" {
			t.Errorf("the page shows %+v %+v", st.Proven, st.Newest)
		}
	})
	t.Run("SYS-07 a restore saves the present state, and can be taken back", func(t *testing.T) {
		for range 7 {
			if _, err := h.call(ctx, 0); err != nil {
				t.Fatal(err)
			}
		}
		late := h.upload("later.pdf", noise(500))
		h.must(h.Restore(backup.Source{}, made.Snapshot, "admin"))
		if run := h.idle(); run.Error != "" || h.restarts.Load() != 1 {
			t.Fatalf("%+v", run)
		}
		h.close()
		back, _ := open(top, h.data, "", box)
		if n, f := back.count("call"), back.count("file"); n != 60 || f != 5 {
			t.Errorf("restored: %d calls, %d files", n, f)
		}
		saved := back.Saved()
		if len(saved) != 1 {
			t.Fatalf("saved states: %v", saved)
		}
		back.must(back.Undo(saved[0], "admin"))
		back.idle()
		back.close()
		undone, _ := open(top, h.data, "", box)
		if n, f := undone.count("call"), undone.count("file"); n != 67 || f != 6 {
			t.Errorf("taken back: %d calls, %d files", n, f)
		}
		if _, err := os.Stat(late); err != nil {
			t.Errorf("the file of the present state is gone: %v", err)
		}
		undone.must(undone.Undo(undone.Saved()[0], "admin")) // and back again
		undone.idle()
		undone.close()
		again, _ := open(top, h.data, "", box)
		if n := again.count("call"); n != 60 {
			t.Errorf("restored again: %d calls", n)
		}
		h = again
	})
	t.Run("SYS-05 at the set time a backup is made and old ones beyond the number go", func(t *testing.T) {
		h.must(h.Timetable(true, "02:30", 2, backup.RecordingsSame))
		day := time.Date(2031, 5, 1, 12, 0, 0, 0, time.Local)
		for range 4 {
			day = day.AddDate(0, 0, 1)
			h.now = func() time.Time { return day }
			h.must(h.Tick(ctx))
			if run := h.idle(); run.Error != "" {
				t.Fatalf("%+v", run)
			}
			h.must(h.Tick(ctx)) // once a day is enough
			h.idle()
		}
		points, err := h.Points(ctx, backup.Source{})
		h.must(err)
		st, err := h.Status(ctx)
		h.must(err)
		backups := 0
		for _, r := range st.History {
			if r.What == backup.DidBackup && r.By == "" {
				backups++
			}
		}
		if len(points) != 2 || backups != 4 {
			t.Errorf("%d backups are kept of %d made", len(points), backups)
		}
	})
	t.Run("SYS-05 a failure, or none for two days, is told", func(t *testing.T) {
		plan, err := h.Plan()
		h.must(err)
		day := h.now().AddDate(0, 0, 1)
		h.now = func() time.Time { return day }
		h.must(os.Rename(plan.Target.Folder, plan.Target.Folder+".unplugged"))
		h.must(h.Tick(ctx))
		if run := h.idle(); run.Error != "backup.disk_missing" {
			t.Fatalf("%+v", run)
		}
		h.must(h.Tick(ctx))
		if kinds := h.alerts(t); kinds != "backup-failed" {
			t.Errorf("alerts %q", kinds)
		}
		day = day.AddDate(0, 0, 2)
		h.must(h.Tick(ctx))
		h.idle()
		h.must(h.Tick(ctx))
		if kinds := h.alerts(t); kinds != "backup-late" {
			t.Errorf("alerts %q", kinds)
		}
		h.must(os.Rename(plan.Target.Folder+".unplugged", plan.Target.Folder))
		h.backUp()
		h.must(h.Tick(ctx))
		if kinds := h.alerts(t); kinds != "" {
			t.Errorf("alerts %q after a good one", kinds)
		}
	})
}

func (h *hub) alerts(t testing.TB) string {
	t.Helper()
	list, err := h.store.Alerts(t.Context())
	h.must(err)
	var kinds []string
	for _, a := range list {
		kinds = append(kinds, a.Kind)
	}
	return strings.Join(kinds, " ")
}

func glob(t testing.TB, pattern string) []string {
	t.Helper()
	list, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return list
}
