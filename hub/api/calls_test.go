package api

import (
	"context"
	"strings"
	"testing"
	"time"

	"bellhop/firmware/boxapi"
	"bellhop/hub/crm"
)

func phones(numbers ...string) []obj {
	var list []obj
	for _, n := range numbers {
		list = append(list, obj{"label": "office", "number": n})
	}
	return list
}

func TestCallerOnTheCard(t *testing.T) {
	x := newExchange(t)
	boss, li, wang := x.user("boss", crm.Manager), x.user("li", crm.Sales), x.user("wang", crm.Sales)
	mold := li.must("customer", obj{"name": "苏州文博精密模具有限公司", "level": "a", "phones": phones("0512-6288 9000")})
	chief := li.must("contact", obj{"name": "王志强", "title": "采购经理", "customer": mold.str("id"), "phones": phones("+86 138-0013-8000")})
	channel := boss.must("channel", obj{"name": "杭州代理", "grade": "first", "phones": phones("87654321")})
	supplier := boss.must("supplier", obj{"name": "包装材料厂", "phones": phones("13900001111")})
	li.must("privatecontact", obj{"name": "老同学", "phones": phones("13511112222")})
	pages := map[*person]*page{boss: x.watch(boss, ""), li: x.watch(li, ""), wang: x.watch(wang, "")}

	t.Run("TEL-01 number, name and time are in the log while it rings", func(t *testing.T) {
		before := time.Now().UnixMilli()
		seq := x.box.Emit(boxapi.Event{CallStarted: &boxapi.CallStarted{Call: "named", Line: 1, Direction: boxapi.Incoming}})
		seq = x.box.Emit(boxapi.Event{CallerIdentified: &boxapi.CallerIdentified{Call: "named", Line: 1, Number: "02161234567",
			Name: "ZHANG", Time: "11221530", Standard: "bell202", BurstEnd: before}})
		x.settled(seq)
		call := boss.last().want("number", "+862161234567").want("display", "021-6123 4567").want("callerName", "ZHANG").
			want("state", "ringing").want("caller", "unknown")
		if at := int64(call.at("startedAt").(float64)); at < before-1 {
			t.Errorf("started at %d, before it did (%d)", at, before)
		}
		x.hangUp("named", 0)
		boss.last().want("state", "ended").want("outcome", "missed")
	})
	t.Run("TEL-02 DTMF caller ID before the first ring makes the same entry", func(t *testing.T) {
		x.box.Emit(boxapi.Event{CallStarted: &boxapi.CallStarted{Call: "dtmf", Line: 1, Direction: boxapi.Incoming}})
		seq := x.box.Emit(boxapi.Event{CallerIdentified: &boxapi.CallerIdentified{Call: "dtmf", Line: 1, Number: "013800138000", Standard: "dtmf"}})
		seq = x.box.Emit(boxapi.Event{LineChanged: &boxapi.LineChanged{Line: 1, State: boxapi.LineRinging, Call: "dtmf"}})
		x.settled(seq)
		boss.last().want("number", "+8613800138000").want("party.contact.label", "王志强")
		x.answer("dtmf")
		// A second number while they talk is somebody waiting, not the caller.
		x.settled(x.box.Emit(boxapi.Event{CallerIdentified: &boxapi.CallerIdentified{Call: "dtmf", Line: 1, Number: "13700000000"}}))
		boss.last().want("number", "+8613800138000").want("state", "talking")
		x.hangUp("dtmf", 5000)
	})
	t.Run("TEL-03 withheld, unavailable, unreadable and none are told apart, with no number", func(t *testing.T) {
		for caller, ev := range map[string]boxapi.Event{
			"withheld":    {CallerIdentified: &boxapi.CallerIdentified{Reason: "P"}},
			"unavailable": {CallerIdentified: &boxapi.CallerIdentified{Reason: "O"}},
			"unreadable":  {CallerUnreadable: &boxapi.CallerUnreadable{Why: "checksum", Raw: "80"}},
			"none":        {},
		} {
			call := x.ring("")
			if ev.CallerIdentified != nil {
				ev.CallerIdentified.Call = call
				x.settled(x.box.Emit(ev))
			}
			if ev.CallerUnreadable != nil {
				ev.CallerUnreadable.Call = call
				x.settled(x.box.Emit(ev))
			}
			boss.card().want("call.caller", caller).want("call.number", "").want("call.display", "").want("actions.sms", false)
			x.hangUp(call, 0)
		}
	})
	t.Run("TEL-04 every writing of a number meets its contact", func(t *testing.T) {
		for _, from := range []string{"13800138000", "013800138000", "+8613800138000", "17951013800138000", "8613800138000"} {
			call := x.ring(from)
			boss.card().want("call.party.contact.id", chief.str("id")).want("party.id", mold.str("id"))
			x.hangUp(call, 0)
		}
		for _, from := range []string{"87654321", "057187654321", "57187654321"} {
			call := x.ring(from)
			boss.card().want("party.id", channel.str("id")).want("call.display", "0571-8765 4321")
			x.hangUp(call, 0)
		}
		call := x.ring("010" + "87654321") // the same digits in another city are another subscriber
		boss.card().want("call.caller", "unknown").want("near.0.id", channel.str("id"))
		x.hangUp(call, 0)
		call = x.ring("3800138000") // the line lost the first digit
		boss.card().want("call.caller", "known").want("party.contact.id", chief.str("id"))
		x.hangUp(call, 0)
	})
	t.Run("TEL-05 every page sees name, kind, owner and level of a known party, and only who may", func(t *testing.T) {
		call := x.ring("13800138000")
		for _, p := range []*person{boss, li} {
			pages[p].shows("call.number", "+8613800138000").want("party.label", "王志强").want("party.company", "苏州文博精密模具有限公司").
				want("party.kindLabel", "Customer").want("party.owner.name", "LI").want("party.level.tone", "bad").
				want("party.contact.title", "采购经理").want("call.caller", "known").want("actions.open", true).want("mine.addressed", true)
		}
		x.hangUp(call, 0)
		call = x.ring("13900001111")
		pages[wang].shows("call.number", "+8613900001111").want("party.entity", "supplier").want("party.id", supplier.str("id")).
			want("party.label", "包装材料厂").want("actions.open", true)
		x.hangUp(call, 0)
		call = x.ring("13511112222")
		pages[li].shows("call.number", "+8613511112222").want("party.entity", "privatecontact").want("party.label", "老同学").want("call.caller", "known")
		for _, p := range []*person{boss, wang} {
			card := pages[p].shows("call.number", "+8613511112222").want("call.caller", "unknown").want("party", nil).want("call.restricted", nil)
			if strings.Contains(card.text, "老同学") {
				t.Errorf("a private contact is told to somebody else: %s", card.text)
			}
		}
		x.hangUp(call, 0)
	})
	t.Run("TEL-11 without right to the customer only the owner is told", func(t *testing.T) {
		call := x.ring("13800138000")
		pages[wang].shows("call.restricted.owner", "LI").want("call.number", "")
		for _, card := range []*answer{pages[wang].shows("call.display", "138****8000"), wang.card()} {
			card.want("party", nil).want("balance", nil).want("recent", []any{}).want("call.party", nil).want("actions.open", false).
				want("call.caller", "known").want("actions.sms", false).want("candidates", []any{})
			for _, secret := range []string{"文博", "王志强", mold.str("id"), chief.str("id")} {
				if strings.Contains(card.text, secret) {
					t.Errorf("%q is on the card: %s", secret, card.text)
				}
			}
		}
		wang.get("/api/calls?party=customer:" + mold.str("id")).is(404)
		if log := wang.get("/api/calls").ok(); strings.Contains(log.text, "文博") {
			t.Errorf("the log tells: %s", log.text)
		}
		id := wang.last().str("id")
		wang.post("/api/calls/"+id+"/link", obj{"entity": "supplier", "id": supplier.str("id")}).is(403)
		wang.post("/api/calls/"+id+"/ignore", nil).is(403)
		x.hangUp(call, 0)
	})
	t.Run("TEL-13 no card without caller display, but a line in the log", func(t *testing.T) {
		wang.put("/api/me", obj{"callerDisplay": false}).ok()
		call := x.ring("13000000001")
		pages[boss].shows("call.number", "+8613000000001")
		pages[wang].wait("the call", func(e event) bool { return e.name == "call" && e.data["number"] == "+8613000000001" })
		if pages[wang].has(func(e event) bool {
			return e.name == "card" && (&answer{t: t, body: e.data}).str("call.number") == "+8613000000001"
		}) != nil {
			t.Error("a card came to who switched them off")
		}
		wang.get("/api/calls/active").ok().want("cards", []any{})
		wang.last().want("number", "+8613000000001")
		wang.card().want("mine.addressed", false)
		wang.put("/api/me", obj{"callerDisplay": true}).ok()
		x.hangUp(call, 0)
	})
	t.Run("TEL-13 a line rings for its group", func(t *testing.T) {
		if err := x.store.SetRingGroup(context.Background(), 2, []crm.ID{boss.user.ID}); err != nil {
			t.Fatal(err)
		}
		call := x.ringOn(2, "13000000002")
		pages[boss].shows("call.number", "+8613000000002").want("call.line", 2)
		pages[li].wait("the call", func(e event) bool { return e.name == "call" && e.data["number"] == "+8613000000002" })
		if pages[li].has(func(e event) bool {
			return e.name == "card" && (&answer{t: t, body: e.data}).str("call.number") == "+8613000000002"
		}) != nil {
			t.Error("a card came to who is not in the group")
		}
		x.hangUp(call, 0)
	})
}

func TestDealingsOnTheCard(t *testing.T) {
	x := newExchange(t)
	li := x.user("li", crm.Sales)
	c := li.must("customer", obj{"name": "杭州西湖机电有限公司", "phones": phones("13800138000")})
	id := c.str("id")
	day := func(days int) string { return time.Now().AddDate(0, 0, days).Format(time.DateOnly) }
	cny := func(yuan int) obj { return obj{"minor": yuan * 100, "currency": "CNY"} }
	for i, o := range []obj{
		{"date": day(-40), "amount": cny(5000), "paid": cny(2000), "due": day(-10), "state": "done"},
		{"date": day(-5), "amount": cny(1280), "due": day(25), "state": "confirmed"},
		{"date": day(-3), "amount": cny(999), "state": "void"},
		{"date": day(-2), "amount": cny(10), "paid": cny(10), "state": "shipped"},
	} {
		o["customer"], o["subject"] = id, i
		o["subject"] = "S"
		li.must("order", o)
	}
	li.must("ticket", obj{"title": "旧问题", "customer": id, "state": "closed"})
	li.must("ticket", obj{"title": "电机异响", "customer": id})
	li.must("opportunity", obj{"name": "二期十二套", "customer": id, "amount": cny(3600), "stage": "offer"})
	li.must("opportunity", obj{"name": "丢了的", "customer": id, "stage": "lost"})
	for i := range 5 {
		li.must("activity", obj{"customer": id, "kind": "visit", "text": "第" + string(rune('1'+i)) + "次\n拜访", "at": time.Now().Add(time.Duration(i-10) * time.Hour).UnixMilli()})
	}
	call := x.ring("13800138000")
	t.Run("TEL-06 balance, orders, opportunities, tickets and contact records, newest first", func(t *testing.T) {
		li.card().want("balance.due.minor", 428000).want("balance.overdue.minor", 300000).want("balance.due.currency", "CNY").
			want("tickets.count", 1).want("tickets.newest.title", "电机异响").
			want("opportunities.count", 1).want("opportunities.newest.title", "二期十二套").want("opportunities.newest.amount.minor", 360000).
			want("orders.0.date", day(-2)).want("orders.1.amount.minor", 128000).want("orders.2.state.tone", "ok").want("orders.3", nil).
			want("recent.0.text", "第5次 拜访").want("recent.2.text", "第3次 拜访").want("recent.3", nil).want("recent.0.who", "LI")
	})
	t.Run("TEL-09 business starts from the card for what the user may create", func(t *testing.T) {
		li.card().want("actions.start", []any{"quote", "order", "ticket", "opportunity", "schedule"}).want("actions.sms", true)
	})
	x.hangUp(call, 0)
}
