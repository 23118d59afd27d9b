package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bellhop/firmware/boxapi"
	"bellhop/hub/boxclient/boxclienttest"
)

// savedOffice is a real hub program on a folder of its own, without firmware.
type savedOffice struct {
	t          *testing.T
	data, addr string
	box        *boxclienttest.Box
	tokenFile  string
	hub        program
	client     *http.Client
	csrf       string
}

func openSavedOffice(t *testing.T) *savedOffice {
	t.Helper()
	dir := t.TempDir()
	o := &savedOffice{t: t, data: filepath.Join(dir, "hub"), addr: freeAddr(t), box: boxclienttest.Start(t), tokenFile: filepath.Join(dir, "token")}
	os.WriteFile(o.tokenFile, []byte(boxclienttest.Token), 0o600)
	t.Cleanup(func() { o.kill() })
	return o
}

func (o *savedOffice) kill() {
	if o.hub.cmd != nil {
		o.hub.cmd.Process.Kill()
		o.hub.cmd.Wait()
		o.hub.cmd = nil
	}
}

func (o *savedOffice) flags() []string {
	return []string{"-data", o.data, "-box", o.box.URL, "-box-token-file", o.tokenFile}
}

func (o *savedOffice) start() {
	o.t.Helper()
	cmd := exec.Command(os.Args[0], append([]string{"-listen", o.addr}, o.flags()...)...)
	cmd.Env = append(os.Environ(), "BELLHOP_RUN_AS_HUB=1")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		o.t.Fatal(err)
	}
	o.hub.cmd = cmd
	o.await("the hub to serve", func() bool {
		res, err := http.Get("http://" + o.addr + "/api/health")
		if err == nil {
			res.Body.Close()
		}
		return err == nil
	})
	jar, _ := cookiejar.New(nil)
	o.client = &http.Client{Jar: jar, Timeout: 2 * time.Minute}
}

func (o *savedOffice) await(what string, ok func() bool) {
	o.t.Helper()
	for end := time.Now().Add(2 * time.Minute); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			o.t.Fatalf("waited in vain for %s", what)
		}
	}
}

// ask sends a request and reads the answer; it gives the status.
func (o *savedOffice) ask(method, path string, in, out any) int {
	o.t.Helper()
	b, _ := json.Marshal(in)
	req, err := http.NewRequest(method, "http://"+o.addr+path, bytes.NewReader(b))
	if err != nil {
		o.t.Fatal(err)
	}
	req.Header.Set("X-CSRF", o.csrf)
	res, err := o.client.Do(req)
	if err != nil {
		return 0
	}
	defer res.Body.Close()
	var text bytes.Buffer
	text.ReadFrom(res.Body)
	if res.StatusCode/100 == 2 && out != nil {
		if err := json.Unmarshal(text.Bytes(), out); err != nil {
			o.t.Fatalf("%s %s: %s", method, path, text.String())
		}
	}
	return res.StatusCode
}

func (o *savedOffice) must(method, path string, in, out any) {
	o.t.Helper()
	if status := o.ask(method, path, in, out); status/100 != 2 {
		o.t.Fatalf("%s %s: %d", method, path, status)
	}
}

func (o *savedOffice) logIn() {
	o.t.Helper()
	var me struct{ CSRF string }
	o.must("POST", "/api/login", map[string]string{"login": "admin", "password": "correct-horse-7"}, &me)
	o.csrf = me.CSRF
}

type backupStatus struct {
	Now     *struct{ What, Step string }
	Good    *struct{ Rows int }
	Proven  *struct{ Rows int }
	Newest  *struct{ Error, Message string }
	Saved   []string
	Restock bool
	Plan    struct{ Target *struct{ Secret string } }
}

// settled waits until the backup is idle.
func (o *savedOffice) settled() (st backupStatus) {
	o.t.Helper()
	o.await("the backup", func() bool {
		st = backupStatus{}
		return o.ask("GET", "/api/backup", nil, &st) == 200 && st.Now == nil
	})
	return st
}

// command runs the program as the technician's console does.
func (o *savedOffice) command(name string, more ...string) string {
	o.t.Helper()
	cmd := exec.Command(os.Args[0], append(append([]string{name}, o.flags()...), more...)...)
	cmd.Env = append(os.Environ(), "BELLHOP_RUN_AS_HUB=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		o.t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}

func (o *savedOffice) customers() (n int) {
	o.t.Helper()
	var page struct{ Count int }
	o.must("POST", "/api/o/customer/query", map[string]any{"count": true, "limit": 1}, &page)
	return page.Count
}

// TestNewBoxFromBackup kills a real hub in mid-work, loses its folder and goes on from the
// recovery sheet, once by the console's command and once by the first page.
func TestNewBoxFromBackup(t *testing.T) {
	if testing.Short() {
		t.Skip("starts real programs")
	}
	if _, err := exec.LookPath("restic"); err != nil {
		t.Skip("restic is not installed")
	}
	old := openSavedOffice(t)
	old.start()
	var me struct{ CSRF string }
	old.must("POST", "/api/setup", map[string]string{"company": "测试公司", "areaCode": "0571", "name": "管理员", "login": "admin",
		"password": "correct-horse-7", "lang": "zh-CN"}, &me)
	old.csrf = me.CSRF
	for i := range 12 {
		old.must("POST", "/api/o/customer", map[string]any{"values": map[string]any{"name": fmt.Sprint("客户", i)}}, nil)
	}
	old.box.SetFile("c1.mp3", []byte("the sound of a call"))
	old.box.SetFile("c1.mp3.peaks", []byte("its peaks"))
	old.box.Emit(boxapi.Event{CallStarted: &boxapi.CallStarted{Call: "c1", Line: 1, Direction: boxapi.Incoming}})
	old.box.Emit(boxapi.Event{CallEnded: &boxapi.CallEnded{Call: "c1", Outcome: boxapi.OutcomeAnswered, TalkMS: 1000}})
	last := old.box.Emit(boxapi.Event{RecordingFinished: &boxapi.RecordingFinished{Call: "c1", File: "c1.mp3", DurationMS: 1000, Bytes: 19, Complete: true}})
	old.await("the call", func() bool { return old.box.Acked() == last })

	usb := filepath.Join(t.TempDir(), "usb")
	target := map[string]any{"kind": "disk", "folder": usb}
	old.must("POST", "/api/backup/target", map[string]any{"target": target}, nil)
	var sheet struct{ Key, Code string }
	old.must("GET", "/api/backup/sheet", nil, &sheet)
	old.must("POST", "/api/backup/run", map[string]string{"what": "backup"}, nil)
	st := old.settled()
	if st.Good == nil || st.Proven == nil || st.Proven.Rows != st.Good.Rows {
		t.Fatalf("%+v %+v", st, st.Newest)
	}
	old.must("POST", "/api/o/customer", map[string]any{"values": map[string]any{"name": "备份之后的客户"}}, nil)
	old.kill()
	os.RemoveAll(old.data)

	t.Run("BOX-10 a new box from the sheet, by the console's command", func(t *testing.T) {
		fresh := openSavedOffice(t)
		fresh.box.SetName("new-box") // each is its own, and counts its events from 1
		if out := fresh.command("restore", "-sheet", sheet.Code, "-list"); strings.Count(out, "\n") != 1 {
			t.Fatalf("-list says %q", out)
		}
		if out := fresh.command("restore", "-sheet", sheet.Code); !strings.Contains(out, "sound") {
			t.Fatalf("restore says %q", out)
		}
		fresh.goesOn(t)
	})
	t.Run("BOX-10 a new box from the sheet, by the first page", func(t *testing.T) {
		fresh := openSavedOffice(t)
		fresh.box.SetName("new-box") // each is its own, and counts its events from 1
		fresh.start()
		wrong := map[string]any{"target": target, "key": "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA"}
		if status := fresh.ask("POST", "/api/setup/backup/points", wrong, nil); status/100 == 2 {
			t.Error("a wrong key opens the backup")
		}
		var found struct {
			Points []struct{ ID string }
			Newest struct{ Company string }
		}
		given := map[string]any{"code": sheet.Code}
		fresh.must("POST", "/api/setup/backup/points", given, &found)
		if len(found.Points) != 1 || found.Newest.Company != "测试公司" {
			t.Fatalf("%+v", found)
		}
		given["snapshot"] = found.Points[0].ID
		fresh.must("POST", "/api/setup/backup/restore", given, nil)
		fresh.await("the restored office", func() bool {
			var needed struct{ Needed bool }
			return fresh.ask("GET", "/api/setup", nil, &needed) == 200 && !needed.Needed
		})
		if status := fresh.ask("POST", "/api/setup/backup/points", given, nil); status != 403 {
			t.Errorf("the first page's way stays open: %d", status)
		}
		fresh.kill()
		fresh.goesOn(t)

		t.Run("SYS-07 restored and taken back while the hub runs, by the console's command", func(t *testing.T) {
			fresh.must("POST", "/api/o/customer", map[string]any{"values": map[string]any{"name": "新客户"}}, nil)
			fresh.command("restore")
			fresh.await("the older state", func() bool {
				return fresh.ask("GET", "/api/me", nil, nil) == 401
			})
			fresh.logIn()
			if n := fresh.customers(); n != 12 {
				t.Errorf("%d customers after the restore", n)
			}
			st := fresh.settled()
			fresh.must("POST", "/api/backup/undo", map[string]string{"state": st.Saved[0]}, nil)
			fresh.await("the state before", func() bool { return fresh.ask("GET", "/api/me", nil, nil) == 401 })
			fresh.logIn()
			if n := fresh.customers(); n != 13 {
				t.Errorf("%d customers after it was taken back", n)
			}
		})
	})
}

// goesOn starts a restored hub: everything is there, calls come in, the plan goes on.
func (o *savedOffice) goesOn(t *testing.T) {
	t.Helper()
	o.start()
	o.logIn()
	if n := o.customers(); n != 12 {
		t.Errorf("%d customers", n)
	}
	o.await("the recording on the new box", func() bool { b, ok := o.box.File("c1.mp3"); return ok && string(b) == "the sound of a call" })
	st := o.settled()
	if st.Plan.Target == nil || st.Plan.Target.Secret != "" || st.Restock {
		t.Errorf("%+v", st)
	}
	last := o.box.Emit(boxapi.Event{CallStarted: &boxapi.CallStarted{Call: "after", Line: 1, Direction: boxapi.Incoming}})
	o.await("a call on the new box", func() bool { return o.box.Acked() == last })
	var log struct{ Rows []struct{ Number string } }
	o.must("GET", "/api/calls", nil, &log)
	if len(log.Rows) != 2 {
		t.Errorf("%d calls", len(log.Rows))
	}
}
