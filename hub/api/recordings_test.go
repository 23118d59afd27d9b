package api

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"bellhop/firmware/boxapi"
	"bellhop/hub/backup"
	"bellhop/hub/crm"
	"bellhop/hub/store"
)

// recorded makes a finished call with its sound on the box; it answers the call's ID.
func (x *switchboard) recorded(p *person, from string, sound []byte) string {
	x.t.Helper()
	name := x.ring(from)
	x.answer(name)
	id := x.handled(p, name)
	x.hangUp(name, 1000)
	x.box.SetFile(name+".mp3", sound)
	x.box.SetFile(name+".mp3.peaks", []byte("peaks"))
	x.settled(x.box.Emit(boxapi.Event{RecordingFinished: &boxapi.RecordingFinished{Call: name, File: name + ".mp3", DurationMS: 1000,
		Bytes: int64(len(sound)), Complete: true}}))
	return id
}

// handled makes p take the call and answers its ID.
func (x *switchboard) handled(p *person, name string) string {
	x.t.Helper()
	c, err := store.BoxCall(x.t.Context(), x.store.Read(), "test-box", name)
	if err != nil {
		x.t.Fatal(err)
	}
	p.post("/api/calls/"+c.ID.String()+"/take", nil).ok()
	return c.ID.String()
}

// cares gives the server the backup's care for recordings.
func (x *switchboard) cares() *backup.Service {
	s := backup.New(backup.Parts{Store: x.store, Data: x.t.TempDir(), Sounds: x.calls, Changed: x.calls.ChangedSettings})
	x.t.Cleanup(s.Close)
	x.server.Backup = s
	return s
}

func (x *switchboard) rules(p *person, change obj) {
	x.t.Helper()
	in := obj{"forced": false, "place": "box", "limitMB": 0, "rule": "stop"}
	for key, v := range change {
		in[key] = v
	}
	p.put("/api/recordings/rules", in).ok()
}

func TestRecordingsKept(t *testing.T) {
	x := newExchange(t)
	care := x.cares()
	boss, li, wang := x.user("boss", crm.Admin), x.user("li", crm.Sales), x.user("wang", crm.Sales)

	t.Run("REC-03 users start and stop a recording themselves, unless it is forced", func(t *testing.T) {
		name := x.ring("13800000001")
		x.answer(name)
		id := x.handled(li, name)
		x.settled(x.box.Emit(boxapi.Event{RecordingStarted: &boxapi.RecordingStarted{Call: name}}))
		li.get("/api/calls/"+id).ok().want("recording.control", true)
		li.post("/api/calls/"+id+"/record", obj{"on": false}).ok().want("recording.why", "held")
		li.post("/api/calls/"+id+"/record", obj{"on": true}).ok().want("recording.why", nil)
		var told []bool
		for _, c := range x.box.Commands() {
			if c.Record != nil && c.Record.Call == name {
				told = append(told, c.Record.On)
			}
		}
		if fmt.Sprint(told) != "[false true]" {
			t.Errorf("the box was told %v", told)
		}
		wang.post("/api/calls/"+id+"/record", obj{"on": false}).is(403) // it isn't his
		x.rules(boss, obj{"forced": true})
		li.get("/api/calls/"+id).ok().want("recording.control", nil)
		li.post("/api/calls/"+id+"/record", obj{"on": false}).is(403).want("error.key", "call.forced")
		boss.post("/api/calls/"+id+"/record", obj{"on": false}).ok()
		boss.put("/api/settings", obj{"company": "铃客测试", "areaCode": "0571", "recordIncoming": false, "recordOutgoing": false}).ok()
		x.rules(boss, nil)
		x.waitFor("the switches to count", func() bool { return !x.lastOptions().Incoming })
		x.rules(boss, obj{"forced": true})
		x.waitFor("everything to be recorded again", func() bool { return x.lastOptions().Incoming && x.lastOptions().Outgoing })
		x.hangUp(name, 1000)
		done := x.recorded(li, "13800000002", []byte("kept"))
		li.get("/api/calls/"+done).ok().want("recording.delete", nil)
		boss.get("/api/recordings/rules").ok().want("forced", true).want("delete", true)
		li.get("/api/recordings/rules").ok().want("delete", false)
		li.put("/api/recordings/rules", obj{"forced": false, "place": "box", "rule": "stop"}).is(403)
		x.rules(boss, nil)
	})
	t.Run("REC-06 fifty recordings come as one archive with an index", func(t *testing.T) {
		var ids []string
		sounds := map[string]bool{}
		for i := range 50 {
			sound := []byte(fmt.Sprint("sound ", i))
			sounds[fmt.Sprintf("%x", sha256.Sum256(sound))] = true
			ids = append(ids, x.recorded(boss, fmt.Sprintf("139000000%02d", i), sound))
		}
		li.post("/api/recordings/export", obj{"ids": ids}).is(403)
		url := boss.post("/api/recordings/export", obj{"ids": ids}).ok().str("url")
		if status := li.get(url).status; status != http.StatusNotFound {
			t.Errorf("somebody else fetches it: %d", status)
		}
		a := boss.get(url).ok()
		if boss.get(url).status != http.StatusNotFound {
			t.Error("it can be fetched twice")
		}
		archive, err := zip.NewReader(strings.NewReader(a.text), int64(len(a.text)))
		if err != nil {
			t.Fatal(err)
		}
		named := regexp.MustCompile(`^\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d_139\d{8}_incoming(_\d+)?\.mp3$`)
		n := 0
		for _, f := range archive.File {
			in, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			b, _ := io.ReadAll(in)
			if f.Name == "index.xlsx" {
				book, err := excelize.OpenReader(bytes.NewReader(b))
				if err != nil {
					t.Fatal(err)
				}
				rows, err := book.GetRows(book.GetSheetName(0))
				if err != nil || len(rows) != 51 || rows[0][2] != "Number" || !strings.HasSuffix(rows[1][7], ".mp3") || rows[1][1] != "incoming" {
					t.Errorf("%v: %v", err, rows[:min(2, len(rows))])
				}
				continue
			}
			n++
			if !named.MatchString(f.Name) || !sounds[fmt.Sprintf("%x", sha256.Sum256(b))] {
				t.Errorf("%s holds %q", f.Name, b)
			}
		}
		if n != 50 {
			t.Errorf("%d recordings", n)
		}
	})
	t.Run("REC-07 a deleted recording leaves its call, with who and when", func(t *testing.T) {
		first, second := x.recorded(boss, "13700000001", []byte("one")), x.recorded(boss, "13700000002", []byte("two"))
		li.post("/api/recordings/delete", obj{"ids": []string{first}}).is(403)
		boss.post("/api/recordings/delete", obj{"ids": []string{first, second}}).ok().want("count", 2)
		call := boss.get("/api/calls/"+first).ok().want("recording.state", "deleted").want("recording.by.name", "BOSS").want("recording.play", false)
		if at, _ := call.at("recording.at").(float64); at < float64(time.Now().Add(-time.Minute).UnixMilli()) {
			t.Errorf("deleted at %v", at)
		}
		boss.get("/api/calls/" + first + "/recording").is(404)
		if err := care.Care(t.Context()); err != nil {
			t.Fatal(err)
		}
		c, err := x.store.Call(t.Context(), parseID(t, first))
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := x.box.File(c.Recording.File); ok {
			t.Error("the box still has it")
		}
		boss.post("/api/recordings/delete", obj{"ids": []string{first}}).is(404)
		entries, err := x.store.Entries(t.Context(), store.LogQuery{Log: "access", Kinds: []string{"recording.delete"}, Limit: 10})
		if err != nil || len(entries) != 2 || entries[0].Name != "BOSS" {
			t.Errorf("%v %+v", err, entries)
		}
	})
	t.Run("REC-08 with client chosen the call shows on which computer its recording lies", func(t *testing.T) {
		id := x.recorded(li, "13600000001", []byte("for the computer"))
		li.post("/api/calls/"+id+"/place", obj{"place": "下载/a.mp3"}).is(409) // files stay on the box
		x.rules(boss, obj{"place": "client"})
		wang.post("/api/calls/"+id+"/place", obj{"place": "下载/a.mp3"}).is(403)
		li.get("/api/calls/" + id + "/recording").ok()
		li.post("/api/calls/"+id+"/place", obj{"place": "LI-PC: 录音/a.mp3", "sure": true}).ok().
			want("recording.state", "placed").want("recording.place", "LI-PC: 录音/a.mp3").want("recording.by.name", "LI")
		c, err := x.store.Call(t.Context(), parseID(t, id))
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := x.box.File(c.Recording.File); ok {
			t.Error("the box still has what was read back on the computer")
		}
		wang.get("/api/calls/"+id).ok().want("recording.place", nil)
		unsure := x.recorded(li, "13600000002", []byte("perhaps"))
		li.post("/api/calls/"+unsure+"/place", obj{"place": "下载/b.mp3"}).ok().want("recording.state", "placed")
		if err := care.Care(t.Context()); err != nil {
			t.Fatal(err)
		}
		if c, _ = x.store.Call(t.Context(), parseID(t, unsure)); c == nil {
			t.Fatal("no call")
		}
		if _, ok := x.box.File(c.Recording.File); !ok {
			t.Error("the box gave up at once what nobody has read back")
		}
		x.rules(boss, nil)
	})
	t.Run("REC-11 a warning at 80 %, the chosen rule at the limit, and calls go on", func(t *testing.T) {
		bytes, _, err := x.store.SoundSpace(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		mb := func(n int64) []byte { return make([]byte, n) }
		x.recorded(boss, "13500000001", mb(21<<20+1<<19-bytes)) // 86 % of the limit below
		x.rules(boss, obj{"limitMB": 25})
		kinds := func() string {
			if err := care.Care(t.Context()); err != nil {
				t.Fatal(err)
			}
			alerts, err := x.store.Alerts(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			text := ""
			for _, a := range alerts {
				text += a.Kind + " "
			}
			return text
		}
		if k := kinds(); k != "recordings-80 " {
			t.Fatalf("alerts %q", k)
		}
		x.recorded(boss, "13500000002", mb(5<<20))
		if k := kinds(); k != "recordings-full " {
			t.Fatalf("alerts %q", k)
		}
		paused := func(want bool) {
			x.waitFor("the box to hear of it", func() bool {
				return x.lastOptions().Paused == want
			})
		}
		paused(true)
		name := x.ring("13500000003") // calls are logged all the same
		x.hangUp(name, 0)
		boss.must("customer", obj{"name": "数据库照常工作"})

		x.rules(boss, obj{"limitMB": 25, "rule": "oldest"}) // none is kept a second time: none may go
		if k := kinds(); k != "recordings-full " {
			t.Fatalf("alerts %q", k)
		}
		list, err := x.store.UncopiedSounds(t.Context(), "repo", 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		var copies []store.SoundCopy
		for _, s := range list[:len(list)-1] {
			copies = append(copies, store.SoundCopy{Call: s.Call, Repository: "repo", Snapshot: "s", Hash: "h", Bytes: s.Bytes, At: 1})
		}
		if err := x.store.AddCopies(t.Context(), copies); err != nil {
			t.Fatal(err)
		}
		if k := kinds(); k != "" {
			t.Errorf("alerts %q", k)
		}
		paused(false)
		left, err := x.store.Sounds(t.Context(), []crm.ID{list[len(list)-1].Call})
		if err != nil || left[list[len(list)-1].Call].DeletedAt != 0 {
			t.Errorf("what is nowhere else went: %+v", left)
		}
		x.rules(boss, nil)
	})
}

// lastOptions is what the box was last told to record.
func (x *switchboard) lastOptions() (o boxapi.SetRecording) {
	for _, c := range x.box.Commands() {
		if c.SetRecording != nil {
			o = *c.SetRecording
		}
	}
	return o
}

func parseID(t *testing.T, text string) crm.ID {
	t.Helper()
	id, err := crm.ParseID(text)
	if err != nil {
		t.Fatal(err)
	}
	return id
}
