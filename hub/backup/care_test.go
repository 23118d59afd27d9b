package backup_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bellhop/hub/backup"
	"bellhop/hub/boxclient/boxclienttest"
)

func TestRecordingsApart(t *testing.T) {
	need(t, "restic", "rclone")
	h, _ := open(t, t.TempDir(), "", boxclienttest.Start(t))
	h.fill()
	data, apart := diskTarget(t), webdavTarget(t)
	h.must(h.Connect(t.Context(), data, "", false))
	t.Run("REC-09 recordings are kept at a place of their own, chosen apart from the data's", func(t *testing.T) {
		h.must(h.Connect(t.Context(), apart, "", true))
		made, proven := h.backUp()
		if made.Recordings != 30 || proven.Recordings == 0 {
			t.Fatalf("%+v %+v", made, proven)
		}
		size := int64(0)
		filepath.WalkDir(data.Folder, func(_ string, d fs.DirEntry, err error) error {
			if info, e := d.Info(); err == nil && e == nil && !d.IsDir() {
				size += info.Size()
			}
			return nil
		})
		plan, err := h.Plan()
		h.must(err)
		if plan.Recordings != backup.RecordingsOther || !strings.HasPrefix(plan.OtherWords, "http://127.0.0.1:") {
			t.Errorf("%+v", plan)
		}
		h.must(h.Timetable(true, "02:30", 5, backup.RecordingsNone))
		if _, err := h.call(t.Context(), 5000); err != nil {
			t.Fatal(err)
		}
		if made, _ := h.backUp(); made.Recordings != 0 {
			t.Errorf("%d recordings were kept though none should be", made.Recordings)
		}
	})
	t.Run("SYS-11 the daily check names a stored file that can't be read", func(t *testing.T) {
		h.must(h.Timetable(true, "02:30", 5, backup.RecordingsOther))
		h.must(h.CheckFiles("admin"))
		if run := h.idle(); run.Error != "" || run.Files != 5 || run.Recordings == 0 {
			t.Fatalf("sound: %+v", run)
		}
		path := h.upload("报价单.pdf", noise(900))
		h.must(os.WriteFile(path, noise(900), 0o600))
		gone := h.upload("合同.docx", noise(700))
		h.must(os.Remove(gone))
		h.must(h.CheckFiles("admin"))
		run := h.idle()
		if lost := strings.Join(run.Lost, " "); run.Error != "backup.stored_spoilt" || !strings.Contains(lost, "报价单.pdf") || !strings.Contains(lost, "合同.docx") || len(run.Lost) != 2 {
			t.Errorf("%+v", run)
		}
		if kinds := h.alerts(t); kinds != "files-spoilt" {
			t.Errorf("alerts %q", kinds)
		}
	})
	t.Run("SYS-04 no secret leaves the folder, which is the hub's alone", func(t *testing.T) {
		plan, err := h.Plan()
		h.must(err)
		if plan.Target.Secret != "" || plan.Other.Secret != "" {
			t.Error("a login is told")
		}
		filepath.WalkDir(filepath.Join(h.data, "backup"), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return nil
			}
			info, _ := d.Info()
			b, _ := os.ReadFile(path)
			if bytes.Contains(b, []byte(secret)) && info.Mode().Perm() != 0o600 {
				t.Errorf("%s is %v and holds a login", path, info.Mode())
			}
			return nil
		})
	})
	t.Run("SYS-05 what goes wrong is told in the user's words", func(t *testing.T) {
		for name, c := range map[string]struct {
			change func(*backup.Target)
			key    string
		}{
			"wrong password": {func(w *backup.Target) { w.Secret = "wrong" }, "login_refused"},
			"unreachable":    {func(w *backup.Target) { w.URL = "http://127.0.0.1:9" }, "unreachable"},
		} {
			wrong := *apart
			c.change(&wrong)
			if err := h.Connect(t.Context(), &wrong, "", true); !backup.Is(err, c.key) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := h.Points(t.Context(), backup.Source{Target: data, Key: "AAAA"}); !backup.Is(err, "wrong_key") {
			t.Errorf("wrong key: %v", err)
		}
	})
}

func TestSFTPServerThatChanged(t *testing.T) {
	need(t, "restic", "rclone", "sshd", "ssh-keygen")
	h, _ := open(t, t.TempDir(), "", boxclienttest.Start(t))
	target, _ := sftpTarget(t, h.Service)
	other, _ := sftpTarget(t, h.Service)
	target.HostKey = strings.Replace(other.HostKey, strings.Fields(other.HostKey)[0], strings.Fields(target.HostKey)[0], 1)
	if err := h.Connect(t.Context(), target, "", false); !backup.Is(err, "host_key") {
		t.Errorf("%v", err)
	}
}

func FuzzParseCode(f *testing.F) {
	f.Add(backup.Code(&backup.Target{Kind: backup.SFTP, Host: "nas", Port: 2222, User: "u", Folder: "a b/备份"}, "ABCD-EFGH"))
	f.Add("bellhop:restore?kind=disk&key=%zz")
	f.Add("bellhop:restore?key= &kind=0")
	f.Fuzz(func(t *testing.T, code string) {
		target, key, ok := backup.ParseCode(code)
		if !ok {
			return
		}
		again, key2, ok := backup.ParseCode(backup.Code(target, key))
		if !ok || key2 != key || *again != *target {
			t.Errorf("%q gives %+v and then %+v", code, target, again)
		}
	})
}
