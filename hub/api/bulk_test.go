package api

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"bellhop/hub/audit/trail"
	"bellhop/hub/crm"
	"bellhop/hub/store"
)

// bulk changes many records and waits for the end.
func (p *person) bulk(entity string, in obj) *answer {
	p.o.t.Helper()
	a := p.post("/api/o/"+entity+"/bulk", in).is(202)
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(2 * time.Millisecond) {
		if a = p.get("/api/bulk/" + a.str("id")).ok(); a.at("finished") == true {
			return a
		}
		if time.Now().After(end) {
			p.o.t.Fatalf("still under way: %s", a.text)
		}
	}
}

func (a *answer) ids() (ids []string) {
	for _, row := range a.list("rows") {
		ids = append(ids, row.(obj)["id"].(string))
	}
	return ids
}

func TestBulk(t *testing.T) {
	o := newOffice(t)
	boss, li, wang := o.user("boss", crm.Admin), o.user("li", crm.Sales), o.user("wang", crm.Sales)
	for i := range 8 {
		li.must("customer", obj{"name": fmt.Sprint("李客户", i), "level": "c", "phones": phones(fmt.Sprintf("1380000000%d", i))})
	}
	wang.must("customer", obj{"name": "王客户", "level": "c"})
	levelC := where("level", "eq", "c")

	t.Run("CUS-44 one field is set on all that match, after the count was confirmed", func(t *testing.T) {
		li.post("/api/o/customer/bulk", obj{"action": "set", "values": obj{"level": "a"}, "query": obj{"filter": levelC}, "expect": 7}).
			is(409).want("error.key", "bulk.other_count")
		li.query("customer", obj{"filter": levelC, "count": true}).want("count", 8)
		li.bulk("customer", obj{"action": "set", "values": obj{"level": "a"}, "query": obj{"filter": levelC}, "expect": 8}).
			want("changed", 8).want("failed", 0)
		li.query("customer", obj{"filter": where("level", "eq", "a"), "count": true}).want("count", 8)
		wang.query("customer", obj{"filter": levelC, "count": true}).want("count", 1)
		log, err := o.store.Entries(context.Background(), store.LogQuery{Log: trail.Change, Kinds: []string{"update"}, Via: trail.Batch, User: li.user.ID, Limit: 100})
		if err != nil || len(log) != 8 || log[0].Detail != `[{"f":"level","o":"c","n":"a"}]` {
			t.Errorf("%v, %d changes logged: %v", err, len(log), log)
		}
	})
	t.Run("CUS-44 what may not be changed stays, with the reason", func(t *testing.T) {
		own, other := li.query("customer", obj{"limit": 2}).ids(), wang.query("customer", obj{}).ids()
		a := li.bulk("customer", obj{"action": "set", "values": obj{"status": "active"}, "ids": append(own, other...)})
		a.want("changed", 2).want("failed", 1).want("failures.0.id", other[0]).want("failures.0.label", other[0])
		if a.str("failures.0.reason") == "" {
			t.Error("no reason")
		}
	})
	t.Run("CUS-44 a fault every record has is told before the first is touched", func(t *testing.T) {
		ids := li.query("customer", obj{"limit": 2}).ids()
		for name, in := range map[string]obj{
			"option":     {"action": "set", "values": obj{"level": "z"}, "ids": ids},
			"read-only":  {"action": "set", "values": obj{"no": "1"}, "ids": ids},
			"unknown":    {"action": "set", "values": obj{"deleted_at": 1}, "ids": ids},
			"required":   {"action": "set", "values": obj{"name": ""}, "ids": ids},
			"nothing":    {"action": "set", "values": obj{}, "ids": ids},
			"nobody":     {"action": "set", "values": obj{"level": "a"}, "ids": []string{}},
			"no action":  {"action": "burn", "ids": ids},
			"bad filter": {"action": "set", "values": obj{"level": "a"}, "query": obj{"filter": where("x", "eq", 1)}},
		} {
			t.Run(name, func(t *testing.T) { li.post("/api/o/customer/bulk", in).is(422) })
		}
	})
	t.Run("QRY-03 delete and hand over only with the right", func(t *testing.T) {
		ids := li.query("customer", obj{"limit": 2}).ids()
		li.post("/api/o/customer/bulk", obj{"action": "delete", "ids": ids}).is(403)
		li.post("/api/o/customer/bulk", obj{"action": "transfer", "owner": wang.user.ID, "ids": ids}).is(403)
		boss.bulk("customer", obj{"action": "transfer", "owner": wang.user.ID, "ids": ids}).want("changed", 2)
		wang.query("customer", obj{"count": true}).want("count", 3)
		boss.bulk("customer", obj{"action": "transfer", "owner": li.user.ID, "ids": ids}).want("changed", 2)
		li.post("/api/o/secret/bulk", obj{"action": "delete", "ids": ids}).is(404)
	})
	t.Run("a change belongs to who began it", func(t *testing.T) {
		id := li.bulk("customer", obj{"action": "set", "values": obj{"level": "b"}, "ids": li.query("customer", obj{}).ids()}).str("id")
		wang.get("/api/bulk/" + id).is(404)
		wang.delete("/api/bulk/" + id).is(404)
	})
	t.Run("CUS-45 five deleted leave all lists, the administrator brings them back whole", func(t *testing.T) {
		five := li.query("customer", obj{"sort": obj{"field": "name"}, "limit": 5}).ids()
		first := li.get("/api/o/customer/" + five[0]).ok()
		boss.bulk("customer", obj{"action": "delete", "ids": five}).want("changed", 5)
		li.query("customer", obj{"count": true}).want("count", 3)
		li.query("customer", obj{"search": "李客户0", "count": true}).want("count", 0)
		li.query("customer", obj{"filter": where("phones", "contains", "13800000000"), "count": true}).want("count", 0)
		if groups := li.get("/api/search?q=13800000000").ok().list("groups"); len(groups) != 0 {
			t.Errorf("found by its number: %v", groups)
		}
		li.get("/api/o/customer/" + five[0]).is(404)
		li.get("/api/recycle/customer").is(403)
		li.post("/api/recycle/customer/restore", obj{"ids": five}).is(403)
		bin := boss.get("/api/recycle/customer").ok()
		if got := bin.ids(); len(got) != 5 || !slices.Contains(got, five[0]) {
			t.Fatalf("recycle list: %v", got)
		}
		bin.want("rows.0.by", "BOSS").want("rows.0.owner", "LI")
		boss.post("/api/recycle/customer/restore", obj{"ids": five}).ok()
		boss.post("/api/recycle/customer/restore", obj{"ids": five[:1]}).is(404)
		li.query("customer", obj{"count": true}).want("count", 8)
		back := li.get("/api/o/customer/" + five[0]).ok()
		if fmt.Sprint(back.at("values")) != fmt.Sprint(first.at("values")) {
			t.Errorf("came back as %v, was %v", back.at("values"), first.at("values"))
		}
		li.query("customer", obj{"filter": where("phones", "contains", "13800000000"), "count": true}).want("count", 1)
		if groups := li.get("/api/search?q=13800000000").ok().list("groups"); len(groups) == 0 {
			t.Error("its number finds nobody any more")
		}
		boss.get("/api/recycle/privatecontact").is(404)
	})
	t.Run("CUS-45 a single deletion comes back with its effects", func(t *testing.T) {
		c := li.query("customer", obj{}).str("rows.0.id")
		order := li.must("order", obj{"customer": c, "date": "2026-03-01", "state": "confirmed", "amount": obj{"minor": 700}})
		balance := func() any { return li.get("/api/o/customer/" + c).at("values.balance.minor") }
		boss.delete("/api/o/order/" + order.str("id") + "?rev=1").ok()
		if got := fmt.Sprint(balance()); got != "0" {
			t.Error("deleted: ", got)
		}
		boss.post("/api/recycle/order/restore", obj{"ids": []string{order.str("id")}}).ok()
		if got := fmt.Sprint(balance()); got != "700" {
			t.Error("restored: ", got)
		}
	})
}

func TestBatchEntry(t *testing.T) {
	o := newOffice(t)
	li := o.user("li", crm.Sales)
	var rows []obj
	for i := range 30 {
		v := obj{"name": fmt.Sprint("表格客户", i), "level": "b", "phones": phones(fmt.Sprintf("139000000%02d", i))}
		switch i {
		case 4:
			delete(v, "name")
		case 9:
			v["level"] = "z"
		case 20:
			v["phones"] = phones("电话")
		}
		rows = append(rows, obj{"key": fmt.Sprint("sheet-", i), "values": v})
	}
	bad := map[int]string{4: "name", 9: "level", 20: "phones"}
	t.Run("CUS-43 thirty rows are checked, nothing is kept yet", func(t *testing.T) {
		results := li.post("/api/o/customer/batch", obj{"rows": rows, "dry": true}).ok()
		for i := range rows {
			if got := results.str(fmt.Sprintf("results.%d.error.field", i)); got != bad[i] {
				t.Errorf("row %d: fault in %q, want %q", i, got, bad[i])
			}
		}
		li.query("customer", obj{"count": true}).want("count", 0)
	})
	t.Run("CUS-43 good rows are kept, bad ones are told with the reason, again is not twice", func(t *testing.T) {
		for range 2 {
			results := li.post("/api/o/customer/batch", obj{"rows": rows}).ok()
			for i := range rows {
				kept, reason := results.str(fmt.Sprintf("results.%d.record.id", i)) != "", results.str(fmt.Sprintf("results.%d.error.message", i))
				if _, isBad := bad[i]; isBad == kept || isBad == (reason == "") {
					t.Errorf("row %d: kept %v, reason %q", i, kept, reason)
				}
			}
			li.query("customer", obj{"count": true}).want("count", 27)
		}
	})
	t.Run("too many at once", func(t *testing.T) {
		many := make([]obj, 201)
		for i := range many {
			many[i] = obj{"key": fmt.Sprint(i), "values": obj{}}
		}
		li.post("/api/o/customer/batch", obj{"rows": many}).is(422)
	})
	li.post("/api/o/secret/batch", obj{"rows": rows}).is(404)
}
