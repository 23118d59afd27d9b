package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"bellhop/firmware/boxapi"
	"bellhop/hub/auth"
	"bellhop/hub/crm"
)

func TestHubRestartsInMidCall(t *testing.T) {
	x := newExchange(t)
	li := x.user("li", crm.Sales)
	li.must("customer", obj{"name": "西湖机电", "phones": phones("13800138000")})
	x.box.Repeat(true) // and the box sends everything again, as after a lost acknowledgement
	page := x.watch(li, "")
	call := x.ring("13800138000")
	x.answer(call)
	id := li.last().str("id")
	li.put("/api/calls/"+id+"/note", obj{"version": 0, "text": "说到一半"}).ok()
	li.post("/api/calls/"+id+"/take", nil).ok()
	page.shows("call.handler.name", "LI")
	seen := page.lastID()

	x.stop()
	x.box.Emit(boxapi.Event{RecordingFinished: &boxapi.RecordingFinished{Call: call, File: "r.mp3", DurationMS: 9000, Complete: true}})
	x.box.Emit(boxapi.Event{LineChanged: &boxapi.LineChanged{Line: 1, State: boxapi.LineIdle}})
	x.open(t)
	li.o = x.office // the same browser, with the same cookie

	t.Run("TEL-07 call, card and note are there again, and nothing twice", func(t *testing.T) {
		x.waitFor("the box to be followed", x.calls.Connected)
		li.get("/api/calls/active").ok().want("cards.0.call.id", id).want("cards.0.call.state", "talking").
			want("cards.0.note.text", "说到一半").want("cards.0.note.version", 1).want("cards.0.call.handler.name", "LI").
			want("cards.0.party.label", "西湖机电")
		li.put("/api/calls/"+id+"/note", obj{"version": 1, "text": "说到一半，再接着"}).ok()
		x.hangUp(call, 9000)
		li.get("/api/calls?count=1").ok().want("count", 1).want("rows.0.outcome", "answered").want("rows.0.recording.state", "ready")
		li.query("activity", obj{"count": true}).want("count", 1).want("rows.0.values.text", "说到一半，再接着")
	})
	t.Run("a page of the time before is told to read everything anew", func(t *testing.T) {
		page := x.watch(li, seen)
		page.wait("reload", func(e event) bool { return e.name == "reload" })
	})
}

func TestBoxRestartsInMidCall(t *testing.T) {
	x := newExchange(t)
	li := x.user("li", crm.Sales)
	one, two := x.ring("13800138000"), x.ringOn(2, "13900139000")
	x.answer(one)
	x.answer(two)
	x.settled(x.box.Emit(boxapi.Event{BoxStarted: &boxapi.BoxStarted{Version: "2", Board: "sim", Lines: []boxapi.Line{
		{ID: 1, State: boxapi.LineIdle}, {ID: 2, State: boxapi.LineTalking, Call: two}}}}))
	li.get("/api/calls?number=13800138000").ok().want("rows.0.state", "ended").want("rows.0.outcome", "interrupted")
	li.get("/api/calls?number=13900139000").ok().want("rows.0.state", "talking")
	x.settled(x.box.Emit(boxapi.Event{CallEnded: &boxapi.CallEnded{Call: one, Outcome: boxapi.OutcomeInterrupted, TalkMS: 4321}}))
	li.get("/api/calls?number=13800138000").ok().want("rows.0.outcome", "interrupted").want("rows.0.talkMs", 4321)
}

func TestEventsForCallsNobodyKnowsDoNoHarm(t *testing.T) {
	x := newExchange(t)
	li := x.user("li", crm.Sales)
	x.box.Emit(boxapi.Event{CallAnswered: &boxapi.CallAnswered{Call: "never"}})
	x.box.Emit(boxapi.Event{CallEnded: &boxapi.CallEnded{Call: "never", Outcome: boxapi.OutcomeMissed}})
	x.box.Emit(boxapi.Event{})
	x.box.Emit(boxapi.Event{CallerUnreadable: &boxapi.CallerUnreadable{Line: 1, Why: "no-call"}})
	x.settled(x.box.Emit(boxapi.Event{SMSChanged: &boxapi.SMSChanged{ID: "never", State: boxapi.SMSSent}}))
	li.get("/api/calls").ok().want("rows", []any{})
}

func TestReplayToManyPages(t *testing.T) {
	x := newExchange(t)
	const pages = 50
	people := make([]*person, pages)
	for i := range people {
		people[i] = x.user(fmt.Sprintf("user%d", i), crm.Sales)
	}
	open := make([]*page, pages)
	for i, p := range people {
		open[i] = x.watch(p, "")
	}
	x.waitFor("all streams", func() bool { return x.streams.Streams() == pages })
	first := x.ring("13800138000")
	last := make([]string, pages)
	for i, w := range open {
		w.shows("call.number", "+8613800138000")
		last[i] = w.lastID()
		w.cancel()
	}
	x.waitFor("the hub to notice that the pages went", func() bool { return x.streams.Streams() == 0 })
	// While nobody listens: the first call is answered and a second rings.
	x.answer(first)
	second := x.ringOn(2, "13900139000")
	var wg sync.WaitGroup
	for i, p := range people {
		wg.Go(func() {
			w := x.watch(p, last[i])
			w.shows("call.number", "+8613900139000")
			w.shows("call.state", "talking").want("call.number", "+8613800138000")
			w.none("reload")
		})
	}
	wg.Wait()
	x.hangUp(second, 0)
}

func TestStream(t *testing.T) {
	x := newExchange(t)
	boss, li := x.user("boss", crm.Admin), x.user("li", crm.Sales)

	t.Run("nobody listens without a session", func(t *testing.T) {
		response, err := http.Get(x.url + "/api/events")
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != 401 {
			t.Errorf("status %d", response.StatusCode)
		}
	})
	t.Run("a page that can't set headers asks with ?last=", func(t *testing.T) {
		w := x.watch(li, "")
		x.hangUp(x.ring("13800138000"), 0)
		w.shows("call.state", "ended")
		request, _ := http.NewRequest("GET", x.url+"/api/events?last="+w.lastID(), nil)
		request.Header.Set("Cookie", sessionCookie+"="+li.cookie)
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		response, err := http.DefaultClient.Do(request.WithContext(ctx))
		if err != nil {
			t.Fatal(err)
		}
		again := &page{t: t}
		go again.read(response)
		again.wait("hello", func(e event) bool { return e.name == "hello" && e.data["me"] == li.user.ID.String() })
		again.none("reload")
	})
	t.Run("SEC-27 bye when the session is over, to that session alone", func(t *testing.T) {
		other := x.user("other", crm.Sales)
		w, stays := x.watch(other, ""), x.watch(li, "")
		other.post("/api/logout", nil).ok()
		w.wait("bye", func(e event) bool { return e.name == "bye" && e.data["reason"] == "logout" })
		x.waitFor("the stream to end", func() bool { w.mu.Lock(); defer w.mu.Unlock(); return w.over })
		call := x.ring("13700137000")
		stays.shows("call.number", "+8613700137000")
		stays.none("bye")
		x.hangUp(call, 0)
	})
	t.Run("SEC-27 a disabled user is out at once", func(t *testing.T) {
		w := x.watch(li, "")
		boss.put("/api/users/"+li.user.ID.String(), obj{"login": "li", "name": "LI", "role": "sales", "active": false}).ok()
		w.wait("bye", func(e event) bool { return e.name == "bye" })
		li.get("/api/calls").is(401)
	})
	t.Run("the administrator's password is reset from the console", func(t *testing.T) {
		w := x.watch(boss, "")
		hash := auth.Hash("new password from the console")
		x.settled(x.box.Emit(boxapi.Event{AdministratorReset: &boxapi.AdministratorReset{PasswordHash: hash}}))
		w.wait("bye", func(e event) bool { return e.name == "bye" })
		boss.get("/api/me").is(401)
		x.anonymous().post("/api/login", obj{"login": "boss", "password": "new password from the console"}).ok().want("mustChangePassword", true)
		x.settled(x.box.Emit(boxapi.Event{AdministratorReset: &boxapi.AdministratorReset{PasswordHash: "plain text"}}))
		x.anonymous().post("/api/login", obj{"login": "boss", "password": "new password from the console"}).ok()
	})
}

func TestBoxOnThePages(t *testing.T) {
	x := newExchange(t)
	li := x.user("li", crm.Sales)
	w := x.watch(li, "")
	x.box.SetStatus(func(s *boxapi.Status) { s.FreeBytes = 12345 })
	x.box.Emit(boxapi.Event{ModemChanged: &boxapi.ModemChanged{Modem: "1", State: boxapi.ModemReady, Operator: "中国移动", SignalDB: -71}})
	w.wait("modem", func(e event) bool { return e.name == "modem" && e.data["state"] == "ready" })
	x.settled(x.box.Emit(boxapi.Event{AlertChanged: &boxapi.AlertChanged{Kind: "disk-low", Raised: true, Detail: "8 %"}}))
	w.wait("alert", func(e event) bool { return e.name == "alert" && e.data["raised"] == true })
	li.get("/api/box").ok().want("connected", true).want("board", "sim").want("freeBytes", 12345).want("lines.1.label", "Line 2").
		want("modems.0.operator", "中国移动").want("alerts.0.kind", "disk-low").want("alerts.0.detail", "8 %")
	x.settled(x.box.Emit(boxapi.Event{AlertChanged: &boxapi.AlertChanged{Kind: "disk-low"}}))
	li.get("/api/box").ok().want("alerts", []any{})
	call := x.ring("13800138000")
	w.wait("lines", func(e event) bool { return e.name == "lines" })
	li.get("/api/calls/active").ok().want("lines.0.state", "ringing").want("lines.0.call", li.last().str("id")).want("lines.1.state", "idle")
	x.hangUp(call, 0)
}

func TestSMS(t *testing.T) {
	x := newExchange(t)
	li, wang := x.user("li", crm.Sales), x.user("wang", crm.Sales)
	c := li.must("customer", obj{"name": "西湖机电", "phones": phones("13800138000")})
	mine, theirs := x.watch(li, ""), x.watch(wang, "")
	state := func(want string) {
		t.Helper()
		mine.wait("the text to be "+want, func(e event) bool { return e.name == "sms" && e.data["state"] == want })
	}
	sent := func() boxapi.Command {
		t.Helper()
		var last boxapi.Command
		x.waitFor("the box to get the text", func() bool {
			for _, c := range x.box.Commands() {
				if c.SendSMS != nil {
					last = c
				}
			}
			return last.SendSMS != nil
		})
		return last
	}
	t.Run("SMS-01 a text leaves by the modem and stands in the history with its state", func(t *testing.T) {
		text := obj{"to": "138-0013-8000", "text": "您好，报价已发。", "party": obj{"entity": "customer", "id": c.str("id")}, "key": "k1"}
		m := li.post("/api/sms", text).ok().want("state", "queued").want("display", "138 0013 8000").want("party.label", "西湖机电").want("user.name", "LI")
		li.post("/api/sms", text).ok().want("id", m.str("id")) // the answer was lost, the page asks again
		command := sent()
		if *command.SendSMS != (boxapi.SendSMS{To: "+8613800138000", Text: "您好，报价已发。"}) {
			t.Errorf("the box got %+v", command.SendSMS)
		}
		for _, s := range []boxapi.SMSState{boxapi.SMSSending, boxapi.SMSSent, boxapi.SMSDelivered} {
			x.box.Emit(boxapi.Event{SMSChanged: &boxapi.SMSChanged{ID: command.ID, State: s, Parts: 1}})
			state(string(s))
		}
		li.get("/api/o/customer/"+c.str("id")+"/timeline").ok().want("items.0.kind", "sms").want("items.0.text", "您好，报价已发。").want("items.0.sms.state", "delivered")
		li.get("/api/sms?party=customer:"+c.str("id")).ok().want("rows.0.state", "delivered").want("rows.1", nil)
		li.post("/api/sms/"+m.str("id")+"/resend", nil).is(409)
	})
	t.Run("SMS-01 what failed is sent again only when a person says so, under a new command", func(t *testing.T) {
		m := li.post("/api/sms", obj{"to": "13800138000", "text": "second"}).ok()
		x.waitFor("the second text", func() bool { return sent().SendSMS.Text == "second" })
		first := sent()
		x.box.Emit(boxapi.Event{SMSChanged: &boxapi.SMSChanged{ID: first.ID, State: boxapi.SMSFailed, Why: "no-credit"}})
		state("failed")
		li.post("/api/sms/"+m.str("id")+"/resend", nil).ok().want("state", "queued").want("why", nil)
		x.waitFor("the text again", func() bool { return sent().ID != first.ID })
	})
	t.Run("SMS-01 a text the box refuses has failed", func(t *testing.T) {
		x.box.Refuse("no-modem")
		m := li.post("/api/sms", obj{"to": "13800138000", "text": "third"}).ok()
		mine.wait("the refusal", func(e event) bool {
			return e.name == "sms" && e.data["id"] == m.str("id") && e.data["why"] == "no-modem"
		})
		x.box.Refuse("")
	})
	t.Run("SMS-01 wrong numbers and empty texts are refused", func(t *testing.T) {
		li.post("/api/sms", obj{"to": "0571-87654321", "text": "x"}).is(422).want("error.field", "to")
		li.post("/api/sms", obj{"to": "13800138000", "text": " \n"}).is(422).want("error.field", "text")
		li.post("/api/sms", obj{"to": "13800138000", "text": strings.Repeat("长", 1001)}).is(422)
		wang.post("/api/sms", obj{"to": "13800138000", "text": "x", "party": obj{"entity": "customer", "id": c.str("id")}}).is(404)
	})
	t.Run("SMS-05 a text from a contact goes to its owner and the history", func(t *testing.T) {
		in := boxapi.SMSReceived{ID: "in-1", From: "+8613800138000", Text: "好的[…]", Complete: false}
		x.box.Emit(boxapi.Event{SMSReceived: &in})
		in.Text, in.Complete = "好的，谢谢", true
		x.settled(x.box.Emit(boxapi.Event{SMSReceived: &in}))
		mine.wait("the text", func(e event) bool { return e.name == "sms" && e.data["text"] == "好的，谢谢" })
		theirs.none("sms")
		li.get("/api/sms?party=customer:"+c.str("id")).ok().want("rows.0.text", "好的，谢谢").want("rows.0.state", "received").want("rows.0.party.label", "西湖机电")
		wang.get("/api/sms?number=13800138000").ok().want("rows", []any{})
		wang.get("/api/sms?inbox=1").ok().want("rows", []any{})
	})
	t.Run("SMS-05 unknown senders go to the common inbox until somebody files them", func(t *testing.T) {
		x.settled(x.box.Emit(boxapi.Event{SMSReceived: &boxapi.SMSReceived{ID: "in-2", From: "106901234567", Text: "验证码 1234", Complete: true}}))
		theirs.wait("the text", func(e event) bool { return e.name == "sms" && e.data["text"] == "验证码 1234" })
		inbox := wang.get("/api/sms?inbox=1").ok().want("rows.0.number", "106901234567").want("rows.0.party", nil)
		supplier := x.user("boss", crm.Manager).must("supplier", obj{"name": "短信平台"})
		wang.post("/api/sms/"+inbox.str("rows.0.id")+"/link", obj{"entity": "supplier", "id": supplier.str("id")}).ok().want("party.label", "短信平台")
		wang.get("/api/sms?inbox=1").ok().want("rows", []any{})
	})
	t.Run("SMS-01 a text waits while the hub or the box is away and goes once", func(t *testing.T) {
		x.box.Cut()
		m := li.post("/api/sms", obj{"to": "13900139000", "text": "later", "key": "k9"}).ok()
		x.stop()
		x.open(t)
		li.o = x.office
		x.waitFor("the text", func() bool { return sent().SendSMS.Text == "later" })
		n := 0
		for _, c := range x.box.Commands() {
			if c.SendSMS != nil && c.SendSMS.Text == "later" {
				n++
			}
		}
		if n != 1 {
			t.Errorf("it went %d times", n)
		}
		li.post("/api/sms", obj{"to": "13900139000", "text": "later", "key": "k9"}).ok().want("id", m.str("id"))
	})
}

func TestStreamIDsGrow(t *testing.T) {
	x := newExchange(t)
	li := x.user("li", crm.Sales)
	w := x.watch(li, "")
	x.hangUp(x.ring("13800138000"), 0)
	w.shows("call.state", "ended")
	w.mu.Lock()
	defer w.mu.Unlock()
	var before uint64
	for _, e := range w.events {
		if e.id == "" {
			continue
		}
		id, err := strconv.ParseUint(e.id, 10, 64)
		if err != nil || id < before {
			t.Errorf("%s after %d: %v", e.id, before, err)
		}
		before = id
	}
	if before < uint64(time.Now().Add(-time.Hour).UnixMilli()) {
		t.Errorf("IDs could repeat after a restart: %d", before)
	}
}
