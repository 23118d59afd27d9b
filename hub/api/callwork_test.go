package api

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"bellhop/firmware/boxapi"
	"bellhop/hub/crm"
	"bellhop/hub/store"
)

func TestNotes(t *testing.T) {
	x := newExchange(t)
	boss, li := x.user("boss", crm.Manager), x.user("li", crm.Sales)
	c := li.must("customer", obj{"name": "杭州西湖机电有限公司", "phones": phones("13800138000")})
	call := x.ring("13800138000")
	id := li.last().str("id")
	note := "/api/calls/" + id + "/note"
	activities := func() *answer {
		t.Helper()
		return li.query("activity", obj{"count": true})
	}

	t.Run("TEL-07 a note becomes the customer's contact record and stays in step", func(t *testing.T) {
		li.put(note, obj{"version": 0, "text": "要更新"}).ok().want("version", 1)
		x.answer(call)
		li.put(note, obj{"version": 1, "text": "要更新报价，\n周五前回复"}).ok().want("version", 2)
		record := activities().want("count", 1).want("rows.0.values.text", "要更新报价，\n周五前回复").
			want("rows.0.values.customer.id", c.str("id")).want("rows.0.values.kind", "phone").want("rows.0.values.call", id).
			want("rows.0.values.owner.name", "LI")
		started := li.last().at("startedAt")
		record.want("rows.0.values.at", started)
		x.record(call, "a.mp3", []byte("sound"))
		x.hangUp(call, 61_000)
		item := li.get("/api/o/customer/" + c.str("id") + "/timeline").ok()
		found := false
		for i := range item.list("items") {
			at := fmt.Sprintf("items.%d.", i)
			if item.str(at+"kind") == "call" {
				found = true
				item.want(at+"record.id", record.str("rows.0.id"))
				item.want(at+"call.direction", "in").want(at+"call.talkMs", 61000).want(at+"call.recording.play", true).
					want(at+"call.notes.0.text", "要更新报价，\n周五前回复").want(at+"call.startedAt", started)
			}
		}
		if !found || len(item.list("items")) != 1 {
			t.Errorf("not one call on the timeline: %s", item.text)
		}
	})
	t.Run("TEL-07 the record edited afterwards is still told once, as the call's note", func(t *testing.T) {
		record := activities()
		before := record.str("rows.0.values.text")
		row := li.get("/api/o/activity/" + record.str("rows.0.id")).ok()
		edit := func(row *answer, text string) *answer {
			t.Helper()
			changed := li.change(row, obj{"text": text}).ok()
			x.waitFor("the note to follow", func() bool { return li.last().str("notes.0.text") == text })
			items := li.get("/api/o/customer/" + c.str("id") + "/timeline").ok()
			if n := len(items.list("items")); n != 1 {
				t.Errorf("told %d times: %s", n, items.text)
			}
			items.want("items.0.call.notes.0.text", text)
			return changed
		}
		changed := edit(row, "报价已更新")
		edit(changed, before)
		li.put(note, obj{"version": 2, "text": "stale"}).is(409).want("version", 4)
		if err := x.store.Write(t.Context(), func(tx *store.Tx) error { // as the tests below count
			_, err := tx.ExecContext(t.Context(), `UPDATE call_user SET note_version = 2`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("TEL-07 a stale note is refused with the one that stands, a repeated one is not", func(t *testing.T) {
		li.put(note, obj{"version": 1, "text": "anderes"}).is(409).want("version", 2).want("text", "要更新报价，\n周五前回复").
			want("error.key", "call.note_changed")
		li.put(note, obj{"version": 1, "text": "要更新报价，\n周五前回复"}).ok().want("version", 2)
	})
	t.Run("TEL-07 each user has his own note, both are shown", func(t *testing.T) {
		boss.put(note, obj{"version": 0, "text": "我来跟"}).ok().want("version", 1)
		activities().want("count", 2)
		li.card().want("note.text", "要更新报价，\n周五前回复").want("call.notes.1.text", "我来跟").want("call.notes.1.user.name", "BOSS")
		boss.card().want("note.text", "我来跟").want("note.version", 1)
	})
	t.Run("TEL-07 an emptied note takes its contact record back", func(t *testing.T) {
		boss.put(note, obj{"version": 1, "text": ""}).ok()
		activities().want("count", 1)
	})
	t.Run("TEL-07 a note before the caller is known is filed when he is", func(t *testing.T) {
		call := x.ring("")
		early := "/api/calls/" + li.last().str("id") + "/note"
		li.put(early, obj{"version": 0, "text": "声音熟"}).ok()
		activities().want("count", 1)
		x.settled(x.box.Emit(boxapi.Event{CallerIdentified: &boxapi.CallerIdentified{Call: call, Line: 1, Number: "13800138000"}}))
		x.waitFor("the contact record", func() bool { return activities().at("count") == 2.0 })
		x.hangUp(call, 0)
	})
	t.Run("what is too long is refused with a sentence", func(t *testing.T) {
		li.put(note, obj{"version": 2, "text": strings.Repeat("长", 10_001)}).is(422).want("error.field", "text")
	})
}

func TestNewCaller(t *testing.T) {
	x := newExchange(t)
	li := x.user("li", crm.Sales)
	x.ring("13700137000")
	id := li.last().str("id")
	t.Run("TEL-08 an unknown number offers new records or ignore, and is linked to what was saved", func(t *testing.T) {
		li.card().want("call.caller", "unknown").want("actions.create", []any{"customer", "contact", "lead"}).want("actions.open", false)
		li.put("/api/calls/"+id+"/note", obj{"version": 0, "text": "问价格"}).ok()
		made := li.must("lead", obj{"name": "吴先生", "phones": phones("13700137000")})
		li.post("/api/calls/"+id+"/link", obj{"entity": "lead", "id": made.str("id")}).ok().
			want("call.caller", "known").want("party.label", "吴先生").want("call.party.entity", "lead").want("actions.start", []any{"schedule"})
		li.query("activity", obj{}).want("rows.0.values.lead.id", made.str("id")).want("rows.0.values.text", "问价格")
		li.get("/api/calls?party=lead:"+made.str("id")).ok().want("rows.0.id", id)
	})
	t.Run("TEL-08 attached to another party the contact record moves along", func(t *testing.T) {
		c := li.must("customer", obj{"name": "新客户"})
		person := li.must("contact", obj{"name": "吴先生", "customer": c.str("id")})
		li.post("/api/calls/"+id+"/link", obj{"entity": "customer", "id": c.str("id"), "contact": person.str("id")}).ok().
			want("party.contact.label", "吴先生").want("party.company", "新客户")
		li.query("activity", obj{"count": true}).want("count", 1).want("rows.0.values.lead", nil).want("rows.0.values.customer.label", "新客户").
			want("rows.0.values.contact.label", "吴先生")
	})
	t.Run("TEL-08 a contact of somebody else is refused", func(t *testing.T) {
		other := li.must("customer", obj{"name": "另一家"})
		stranger := li.must("contact", obj{"name": "别人", "customer": other.str("id")})
		c := li.must("customer", obj{"name": "第三家"})
		li.post("/api/calls/"+id+"/link", obj{"entity": "customer", "id": c.str("id"), "contact": stranger.str("id")}).is(422)
		li.post("/api/calls/"+id+"/link", obj{"entity": "order", "id": "1"}).is(422)
		li.post("/api/calls/"+id+"/link", obj{"entity": "customer", "id": "1"}).is(404)
	})
	t.Run("TEL-08 ignored", func(t *testing.T) {
		x.ring("13700137001")
		id := li.last().str("id")
		li.post("/api/calls/"+id+"/ignore", nil).ok().want("call.ignored", true)
	})
	t.Run("TEL-08 neighbours of an unknown number and earlier missed calls", func(t *testing.T) {
		near := li.must("customer", obj{"name": "总机用户", "phones": phones("0755-83001200")})
		li.must("customer", obj{"name": "远处", "phones": phones("0755-83009900")})
		for range 2 {
			x.hangUp(x.ring("0755-83001234"), 0)
		}
		x.ring("0755-83001234")
		li.card().want("missedBefore", 2).want("near.0.id", near.str("id")).want("near.1", nil)
	})
}

func TestSharedNumber(t *testing.T) {
	x := newExchange(t)
	li, wang := x.user("li", crm.Sales), x.user("wang", crm.Sales)
	first := li.must("customer", obj{"name": "甲公司", "phones": phones("0512-62889000")})
	one := li.must("contact", obj{"name": "刘芳", "title": "财务", "customer": first.str("id"), "phones": phones("0512-62889000")})
	two := li.must("contact", obj{"name": "王强", "customer": first.str("id"), "phones": phones("051262889000")})
	li.must("activity", obj{"customer": first.str("id"), "contact": two.str("id"), "kind": "phone", "text": "谈过", "at": time.Now().UnixMilli()})
	theirs := wang.must("customer", obj{"name": "丙公司", "phones": phones("0512-62889000")})
	x.ring("051262889000")
	id := li.last().str("id")
	t.Run("TEL-10 every holder of the number is listed, none is guessed", func(t *testing.T) {
		card := li.card().want("call.caller", "shared").want("party", nil)
		var who []string
		for _, c := range card.list("candidates") {
			c := c.(obj)
			person, _ := c["contact"].(obj)
			who = append(who, fmt.Sprint(c["label"], "/", person["label"]))
		}
		if len(who) != 3 || !strings.Contains(strings.Join(who, " "), "甲公司/刘芳") || !strings.Contains(strings.Join(who, " "), "甲公司/王强") {
			t.Errorf("candidates %v", who)
		}
	})
	t.Run("TEL-11 of a candidate outside one's rights only the owner is told", func(t *testing.T) {
		card := li.card()
		if strings.Contains(card.text, "丙公司") || strings.Contains(card.text, theirs.str("id")) {
			t.Errorf("the card tells: %s", card.text)
		}
		if !strings.Contains(card.text, `"owner":"WANG"`) {
			t.Errorf("the owner is missing: %s", card.text)
		}
		li.post("/api/calls/"+id+"/link", obj{"entity": "customer", "id": theirs.str("id")}).is(404)
	})
	t.Run("TEL-10 picking the second files the call under the second only", func(t *testing.T) {
		li.post("/api/calls/"+id+"/link", obj{"entity": "customer", "id": first.str("id"), "contact": two.str("id")}).ok().
			want("call.caller", "known").want("party.contact.id", two.str("id")).want("candidates", []any{})
		li.get("/api/calls?count=1&party=contact:"+two.str("id")).ok().want("count", 1)
		li.get("/api/calls?count=1&party=contact:"+one.str("id")).ok().want("count", 0)
		wang.get("/api/calls?count=1&party=customer:"+theirs.str("id")).ok().want("count", 0)
		wang.get("/api/calls/"+id).ok().want("restricted.owner", "LI")
	})
}

func TestTakingACall(t *testing.T) {
	x := newExchange(t)
	li, wang := x.user("li", crm.Sales), x.user("wang", crm.Sales)
	pages := []*page{x.watch(li, ""), x.watch(wang, ""), x.watch(li, "")}
	call := x.ring("13700137000")
	id := li.last().str("id")
	t.Run("TEL-12 of two at once one becomes handler and the other is told who", func(t *testing.T) {
		var wg sync.WaitGroup
		status := map[*person]int{}
		var mu sync.Mutex
		for _, p := range []*person{li, wang} {
			wg.Go(func() {
				a := p.post("/api/calls/"+id+"/take", nil)
				mu.Lock()
				defer mu.Unlock()
				status[p] = a.status
				if a.status == 409 && !strings.Contains(a.str("error.message"), "LI") && !strings.Contains(a.str("error.message"), "WANG") {
					t.Errorf("nobody is named: %s", a.text)
				}
			})
		}
		wg.Wait()
		if status[li]+status[wang] != 200+409 {
			t.Fatalf("answers %d and %d", status[li], status[wang])
		}
		handler := "LI"
		if status[wang] == 200 {
			handler = "WANG"
		}
		for _, page := range pages {
			page.shows("call.handler.name", handler).want("actions.take", false)
		}
	})
	t.Run("TEL-12 taking again what one has changes nothing", func(t *testing.T) {
		winner := li
		if li.last().str("handler.name") == "WANG" {
			winner = wang
		}
		winner.post("/api/calls/"+id+"/take", nil).ok()
	})
	t.Run("a card put away is put away on all pages of its user and of nobody else", func(t *testing.T) {
		li.post("/api/calls/"+id+"/close", nil).ok().want("call", nil)
		for _, page := range []*page{pages[0], pages[2]} {
			page.wait("closed", func(e event) bool { return e.name == "closed" && e.data["call"] == id })
		}
		x.answer(call) // something later
		pages[1].shows("call.state", "talking").want("mine.closed", false)
		pages[1].none("closed")
		li.get("/api/calls/active").ok().want("cards", []any{})
		wang.get("/api/calls/active").ok().want("cards.0.call.id", id).want("connected", true).want("lines.0.state", "ringing").want("lines.0.call", id)
	})
	x.hangUp(call, 1000)
}

func TestCallLog(t *testing.T) {
	x := newExchange(t)
	boss, li := x.user("boss", crm.Manager), x.user("li", crm.Sales)
	c := li.must("customer", obj{"name": "西湖机电", "phones": phones("13800138000")})
	hour := int64(3_600_000)
	now := time.Now().UnixMilli()
	past := func(call string, line int, dir boxapi.Direction, number string, ago int64, talk int64, file string) {
		t.Helper()
		at := now - ago
		x.box.Emit(boxapi.Event{At: at, CallStarted: &boxapi.CallStarted{Call: call, Line: line, Direction: dir}})
		if dir == boxapi.Incoming {
			x.box.Emit(boxapi.Event{At: at, CallerIdentified: &boxapi.CallerIdentified{Call: call, Number: number}})
		} else {
			x.box.Emit(boxapi.Event{At: at, NumberDialled: &boxapi.NumberDialled{Call: call, Number: number[:4]}})
			x.box.Emit(boxapi.Event{At: at, NumberDialled: &boxapi.NumberDialled{Call: call, Number: number}})
		}
		outcome := boxapi.OutcomeMissed
		if talk > 0 {
			x.box.Emit(boxapi.Event{At: at + 1000, CallAnswered: &boxapi.CallAnswered{Call: call}})
			outcome = boxapi.OutcomeAnswered
		}
		seq := x.box.Emit(boxapi.Event{At: at + 1000 + talk, CallEnded: &boxapi.CallEnded{Call: call, Outcome: outcome, TalkMS: talk}})
		if file != "" {
			seq = x.box.Emit(boxapi.Event{RecordingFinished: &boxapi.RecordingFinished{Call: call, File: file, DurationMS: talk, Complete: true}})
		}
		x.settled(seq)
	}
	past("a", 1, boxapi.Incoming, "13800138000", 50*hour, 60_000, "a.mp3")
	past("b", 1, boxapi.Incoming, "13900139000", 5*hour, 0, "")
	past("c", 2, boxapi.Outgoing, "13800138000", 4*hour, 30_000, "c.mp3")
	past("d", 2, boxapi.Outgoing, "95588", 3*hour, 20_000, "d.mp3")
	past("e", 1, boxapi.Incoming, "", 2*hour, 0, "")
	taken := li.get("/api/calls?number=13800138000&direction=out").ok().str("rows.0.id")
	li.post("/api/calls/"+taken+"/take", nil).ok()
	noted := li.get("/api/calls?number=95588").ok().str("rows.0.id")
	boss.put("/api/calls/"+noted+"/note", obj{"version": 0, "text": "银行"}).ok()

	for name, tt := range map[string]struct{ query, want string }{
		"TEL-14 all, newest first":                   {"", " 95588 +8613800138000 +8613900139000 +8613800138000"},
		"TEL-14 by number":                           {"number=138-0013-8000", "+8613800138000 +8613800138000"},
		"TEL-14 by part of a number":                 {"number=0139", "+8613900139000"},
		"TEL-14 by period":                           {fmt.Sprintf("from=%d&to=%d", now-6*hour, now-4*hour+1), "+8613800138000 +8613900139000"},
		"TEL-14 incoming":                            {"direction=in", " +8613900139000 +8613800138000"},
		"TEL-14 missed":                              {"direction=missed", " +8613900139000"},
		"TEL-14 by line":                             {"line=2", "95588 +8613800138000"},
		"TEL-14 by customer":                         {"party=customer:" + c.str("id"), "+8613800138000 +8613800138000"},
		"TEL-14 by user who took it":                 {"user=" + li.user.ID.String(), "+8613800138000"},
		"TEL-14 by user who wrote about it":          {"user=" + boss.user.ID.String(), "95588"},
		"REC-04 recorded":                            {"recorded=1", "95588 +8613800138000 +8613800138000"},
		"REC-04 outgoing, this week, user, recorded": {fmt.Sprintf("recorded=1&direction=out&from=%d&user=%s", now-48*hour, li.user.ID), "+8613800138000"},
		"TEL-14 nothing":                             {"number=12345678901234", ""},
	} {
		t.Run(name, func(t *testing.T) {
			page := boss.get("/api/calls?count=1&" + tt.query).ok()
			var got []string
			for _, row := range page.list("rows") {
				got = append(got, row.(obj)["number"].(string))
			}
			if strings.Join(got, " ") != tt.want || int(page.at("count").(float64)) != len(got) {
				t.Errorf("got %q, count %v, want %q", got, page.at("count"), tt.want)
			}
		})
	}
	t.Run("TEL-14 each line has length, customer and recording", func(t *testing.T) {
		boss.get("/api/calls?number=13800138000&direction=out").ok().want("rows.0.talkMs", 30000).want("rows.0.party.label", "西湖机电").
			want("rows.0.recording.durationMs", 30000).want("rows.0.recording.play", true).want("rows.0.handler.name", "LI").
			want("rows.0.direction", "out").want("rows.0.outcome", "answered")
	})
	t.Run("TEL-14 page by page nothing is lost or told twice", func(t *testing.T) {
		seen, after := map[string]bool{}, ""
		for range 5 {
			page := boss.get("/api/calls?limit=2&after=" + after).ok()
			for _, row := range page.list("rows") {
				seen[row.(obj)["id"].(string)] = true
			}
			if after = page.str("next"); after == "" {
				break
			}
		}
		if len(seen) != 5 {
			t.Errorf("%d calls on all pages", len(seen))
		}
	})
}

func TestRecordings(t *testing.T) {
	x := newExchange(t)
	admin, li, wang := x.user("boss", crm.Admin), x.user("li", crm.Sales), x.user("wang", crm.Sales)
	li.must("customer", obj{"name": "西湖机电", "phones": phones("13800138000")})
	sound := []byte("0123456789abcdefghij")
	page := x.watch(li, "")
	call := x.ring("13800138000")
	x.answer(call)
	t.Run("REC-01 the recording is linked to the call without a click", func(t *testing.T) {
		x.settled(x.box.Emit(boxapi.Event{RecordingStarted: &boxapi.RecordingStarted{Call: call}}))
		page.shows("call.recording.state", "recording").want("call.recording.play", false)
		x.hangUp(call, 61_000)
		x.record(call, "r1.mp3", sound)
		page.shows("call.recording.state", "ready").want("call.recording.durationMs", 61000).want("call.recording.complete", true).
			want("call.recording.play", true)
	})
	id := li.last().str("id")
	path := "/api/calls/" + id + "/recording"
	t.Run("REC-05 plays whole and by Range", func(t *testing.T) {
		a := li.get(path).ok()
		if a.text != string(sound) || a.header.Get("Content-Type") != "audio/mpeg" || a.header.Get("Accept-Ranges") != "bytes" {
			t.Errorf("got %q %v", a.text, a.header)
		}
		a = li.send("GET", path, nil, "Range", "bytes=5-9").is(206)
		if a.text != "56789" || a.header.Get("Content-Range") != "bytes 5-9/20" {
			t.Errorf("got %q %v", a.text, a.header)
		}
		li.send("GET", path, nil, "Range", "bytes=99-").is(416)
		li.get("/api/calls/"+id+"/peaks").ok().want("durationMs", 61000).want("peaks.0", 0).want("peaks.2", 1)
	})
	t.Run("REC-10 outside one's scope there is no play button and a refusal by direct address", func(t *testing.T) {
		wang.get("/api/calls/"+id).ok().want("recording.play", false)
		wang.get(path).is(403).want("error.key", "call.play_forbidden")
		wang.get("/api/calls/" + id + "/peaks").is(403)
	})
	t.Run("REC-10 every listening is written down with user and time, once a play", func(t *testing.T) {
		admin.get(path).ok()
		admin.send("GET", path, nil, "Range", "bytes=5-").is(206)
		n, err := crm.ParseID(id)
		if err != nil {
			t.Fatal(err)
		}
		list, err := x.store.Listenings(context.Background(), n)
		if err != nil || len(list) != 2 || list[0].User != li.user.ID || list[1].User != admin.user.ID || list[1].At < time.Now().Add(-time.Minute).UnixMilli() {
			t.Errorf("written down: %+v, %v", list, err)
		}
	})
	t.Run("REC-10 unknown callers are heard by who took the call and by who sees everything", func(t *testing.T) {
		call := x.ring("13700137000")
		x.answer(call)
		x.record(call, "r2.mp3", sound)
		x.hangUp(call, 1000)
		id := wang.last().str("id")
		wang.get("/api/calls/" + id + "/recording").is(403)
		admin.get("/api/calls/" + id + "/recording").ok()
		wang.post("/api/calls/"+id+"/take", nil).ok().want("call.recording.play", true)
		wang.get("/api/calls/" + id + "/recording").ok()
		li.get("/api/calls/" + id + "/recording").is(403)
	})
	t.Run("a recording that failed says so and can't be played", func(t *testing.T) {
		call := x.ring("13800138000")
		x.settled(x.box.Emit(boxapi.Event{RecordingFailed: &boxapi.RecordingFailed{Call: call, Why: "disk-full"}}))
		failed := li.last().want("recording.state", "failed").want("recording.why", "disk-full").want("recording.play", false)
		li.get("/api/calls/" + failed.str("id") + "/recording").is(404)
		x.hangUp(call, 0)
	})
	t.Run("a recording the box no longer has is told in a sentence", func(t *testing.T) {
		call := x.ring("13800138000")
		x.settled(x.box.Emit(boxapi.Event{RecordingFinished: &boxapi.RecordingFinished{Call: call, File: "lost.mp3", DurationMS: 1000}}))
		li.get("/api/calls/"+li.last().str("id")+"/recording").is(404).want("error.key", "call.no_recording")
		x.hangUp(call, 0)
	})
	t.Run("REC-02 what is recorded follows the settings", func(t *testing.T) {
		settings := admin.get("/api/settings").ok().body
		settings["recordIncoming"], settings["recordOutgoing"] = true, false
		admin.put("/api/settings", settings).ok()
		x.waitFor("the box to be told", func() bool {
			commands := x.box.Commands()
			return len(commands) > 0 && commands[len(commands)-1].SetRecording != nil &&
				*commands[len(commands)-1].SetRecording == boxapi.SetRecording{Incoming: true}
		})
		x.box.Emit(boxapi.Event{CallStarted: &boxapi.CallStarted{Call: "out", Line: 1, Direction: boxapi.Outgoing}})
		x.settled(x.box.Emit(boxapi.Event{NumberDialled: &boxapi.NumberDialled{Call: "out", Number: "13800138000"}}))
		li.last().want("direction", "out").want("recording", nil).want("party.label", "西湖机电")
	})
}
