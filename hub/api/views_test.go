package api

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"bellhop/hub/crm"
	"bellhop/hub/store"
)

// views are a user's by name.
func (p *person) views(entity string) map[string]obj {
	p.o.t.Helper()
	out := map[string]obj{}
	for _, v := range p.get("/api/o/" + entity + "/views?count=1").ok().list("views") {
		out[v.(obj)["name"].(string)] = v.(obj)
	}
	return out
}

func (p *person) keepView(entity, name string, spec obj, shares ...obj) *answer {
	p.o.t.Helper()
	return p.post("/api/o/"+entity+"/views", obj{"name": name, "spec": spec, "shares": shares})
}

func TestViews(t *testing.T) {
	o := newOffice(t)
	boss, li, wang := o.user("boss", crm.Admin), o.user("li", crm.Sales), o.user("wang", crm.Sales)
	for i := range 15 {
		who := li
		if i >= 12 {
			who = wang
		}
		who.must("customer", obj{"name": fmt.Sprint("客户", i), "level": []string{"a", "b"}[i%2], "address": []string{"华南", "华南", "华北"}[i%3]})
	}
	southA := obj{"and": []obj{where("address", "eq", "华南"), where("level", "eq", "a")}}

	t.Run("QRY-07 a condition kept as 华南A级 stands in the list and runs with one click", func(t *testing.T) {
		spec := obj{"filter": southA, "columns": []obj{{"key": "name", "width": 240, "frozen": true}, {"key": "address"}}, "sort": obj{"field": "name"}}
		kept := li.keepView("customer", "华南A级", spec).is(201)
		view := li.views("customer")["华南A级"]
		if view == nil || view["kind"] != "mine" || view["id"] != kept.str("id") {
			t.Fatalf("views: %v", li.views("customer"))
		}
		run := li.query("customer", obj{"filter": view["spec"].(obj)["filter"], "count": true})
		run.want("count", 4)
		if fmt.Sprint(view["count"]) != "4" {
			t.Errorf("count %v", view["count"])
		}
		if got := fmt.Sprint(view["spec"].(obj)["columns"]); got != "[map[frozen:true key:name width:240] map[key:address]]" {
			t.Error(got)
		}
	})
	t.Run("QRY-08 mine tells how many and opens exactly those", func(t *testing.T) {
		mine := li.views("customer")["Mine"]
		if fmt.Sprint(mine["count"]) != "12" {
			t.Errorf("mine: %v", mine["count"])
		}
		boss.query("customer", obj{"filter": mine["spec"].(obj)["filter"], "count": true}).want("count", 0)
		li.query("customer", obj{"filter": mine["spec"].(obj)["filter"], "count": true}).want("count", 12)
	})
	t.Run("QRY-08 shared to me tells how many and opens exactly those", func(t *testing.T) {
		rows := li.query("customer", obj{"limit": 3})
		err := o.store.Write(context.Background(), func(tx *store.Tx) error {
			for _, id := range rows.ids() {
				_, err := tx.ExecContext(context.Background(), `INSERT INTO rec_share (entity, record_id, target, kind, level, expires, shared_by, shared_at)
					VALUES ('customer', ?, ?, 'user', 'read', 0, ?, 1)`, id, wang.user.ID, li.user.ID)
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		shared := wang.views("customer")["Shared to me"]
		if fmt.Sprint(shared["count"]) != "3" {
			t.Errorf("shared to me: %v", shared)
		}
		same(t, wang.query("customer", obj{"filter": shared["spec"].(obj)["filter"]}).labels("rows"), rows.labels("rows")...)
		if got := fmt.Sprint(li.views("customer")["Shared to me"]["count"]); got != "0" {
			t.Error("li:", got)
		}
	})
	t.Run("QRY-08 a view shared to one colleague or to all", func(t *testing.T) {
		li.keepView("customer", "给王", obj{"filter": southA}, obj{"kind": "user", "id": wang.user.ID}).is(201)
		li.keepView("customer", "给大家", obj{}, obj{"kind": "all", "id": "0"}).is(201)
		for name, tt := range map[string]struct {
			who  *person
			want string
		}{"wang": {wang, "给大家 给王"}, "boss": {boss, "给大家"}} {
			var got []string
			for _, view := range []string{"给大家", "给王", "华南A级"} {
				if v := tt.who.views("customer")[view]; v != nil {
					got = append(got, view)
					if v["kind"] != "shared" || v["owner"] != "LI" {
						t.Errorf("%s: %v", name, v)
					}
				}
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("%s sees %v", name, got)
			}
		}
		// The same view counts what each one may read: one of his own, one shared with him.
		if got := fmt.Sprint(wang.views("customer")["给王"]["count"]); got != "2" {
			t.Error("wang counts", got)
		}
		id := wang.views("customer")["给王"]["id"].(string)
		wang.put("/api/o/customer/views/"+id, obj{"name": "抢", "spec": obj{}}).is(403)
		wang.delete("/api/o/customer/views/" + id).is(403)
		boss.delete("/api/o/customer/views/" + id).is(404)
		li.put("/api/o/customer/views/"+id, obj{"name": "改名", "spec": obj{}, "shares": []obj{}}).ok()
		if wang.views("customer")["改名"] != nil {
			t.Error("no longer shared and still there")
		}
		li.delete("/api/o/customer/views/" + id).ok()
		if li.views("customer")["改名"] != nil {
			t.Error("dropped and still there")
		}
		everybody := boss.views("customer")["给大家"]["id"].(string)
		boss.put("/api/o/customer/views/"+everybody, obj{"name": "给大家", "spec": obj{"mode": "kanban", "group": "level"}, "shares": []obj{{"kind": "all", "id": "0"}}}).ok()
	})
	t.Run("a user's own columns stay his", func(t *testing.T) {
		id := li.views("customer")["给大家"]["id"].(string)
		wang.put("/api/o/customer/layouts/"+id, obj{"columns": []obj{{"key": "phones"}, {"key": "name"}}}).ok()
		wang.put("/api/o/customer/layouts/all", obj{"columns": []obj{{"key": "name"}}, "mode": "kanban", "group": "level"}).ok()
		if got := fmt.Sprint(wang.views("customer")["给大家"]["layout"]); got != "map[columns:[map[key:phones] map[key:name]]]" {
			t.Error(got)
		}
		if li.views("customer")["给大家"]["layout"] != nil || li.views("customer")["All"]["layout"] != nil {
			t.Error("li has wang's columns")
		}
		wang.send("PUT", "/api/o/customer/layouts/all", jsonNull{}).ok()
		if wang.views("customer")["All"]["layout"] != nil {
			t.Error("still arranged")
		}
	})
	t.Run("QRY-11 rows per page are the user's", func(t *testing.T) {
		li.put("/api/rows", obj{"rows": 50}).ok()
		li.get("/api/o/customer/views").ok().want("rows", 50)
		li.get("/api/o/order/views").ok().want("rows", 50)
		wang.get("/api/o/customer/views").ok().want("rows", 100)
		li.put("/api/rows", obj{"rows": 7}).is(422)
	})
	for name, tt := range map[string]struct{ name, spec any }{
		"no name":        {"  ", obj{}},
		"an endless one": {strings.Repeat("长", 41), obj{}},
		"a bad filter":   {"x", obj{"filter": where("password", "eq", "x")}},
		"a bad column":   {"x", obj{"columns": []obj{{"key": "deleted_at"}}}},
		"a bad mode":     {"x", obj{"mode": "pie"}},
		"a bad order":    {"x", obj{"sort": obj{"field": "phones"}}},
		"a bad grouping": {"x", obj{"group": "nothing"}},
	} {
		t.Run(name, func(t *testing.T) { li.keepView("customer", tt.name.(string), tt.spec.(obj)).is(422) })
	}
	li.keepView("secret", "x", obj{}).is(404)
}

// jsonNull is null as a request's body.
type jsonNull struct{}

func (jsonNull) MarshalJSON() ([]byte, error) { return []byte("null"), nil }

func TestSummary(t *testing.T) {
	o := newOffice(t)
	boss, li := o.user("boss", crm.Manager), o.user("li", crm.Sales)
	for i, who := range []*person{li, li, li, boss} {
		c := who.must("customer", obj{"name": fmt.Sprint("客户", i)}).str("id")
		who.must("order", obj{"customer": c, "date": "2026-03-01", "state": []string{"draft", "confirmed", "confirmed", "done"}[i], "amount": obj{"minor": (i + 1) * 10000}})
	}
	li.must("order", obj{"customer": li.query("customer", obj{}).str("rows.0.id"), "date": "2026-03-02", "amount": obj{"minor": 500, "currency": "USD"}})
	ask := func(who *person, in obj) *answer { return who.post("/api/o/order/summary", in).ok() }
	t.Run("totals are those of the user's own records, each currency apart", func(t *testing.T) {
		a := ask(li, obj{"totals": []string{"amount"}}).want("count", 4)
		sums := map[string]string{}
		for _, m := range a.list("totals.amount") {
			sums[m.(obj)["currency"].(string)] = fmt.Sprint(m.(obj)["minor"])
		}
		if fmt.Sprint(sums) != "map[CNY:60000 USD:500]" {
			t.Error(sums)
		}
		ask(boss, obj{"totals": []string{"amount"}, "filter": where("state", "eq", "done")}).want("count", 1).want("totals.amount.0.minor", 40000)
	})
	t.Run("groups of a kanban with count and sum", func(t *testing.T) {
		got := map[string]string{}
		for _, g := range ask(li, obj{"group": "state", "sum": "amount", "filter": where("date", "eq", "2026-03-01")}).list("groups") {
			got[g.(obj)["value"].(string)] = fmt.Sprint(g.(obj)["count"], " ", g.(obj)["sums"].([]any)[0].(obj)["minor"])
		}
		if fmt.Sprint(got) != "map[confirmed:2 50000 draft:1 10000]" {
			t.Error(got)
		}
	})
	t.Run("groups by owner and reference are named", func(t *testing.T) {
		ask(boss, obj{"group": "owner", "filter": where("state", "eq", "done")}).want("groups.0.value.name", "BOSS")
		ask(boss, obj{"group": "customer", "filter": where("state", "eq", "done")}).want("groups.0.value.label", "客户3")
	})
	for name, in := range map[string]obj{
		"a text adds up to nothing": {"totals": []string{"subject"}}, "no such field": {"totals": []string{"deleted_at"}},
		"group by a text": {"group": "subject"}, "sum of a date": {"group": "state", "sum": "date"},
		"too many": {"totals": strings.Split(strings.Repeat("amount ", 13), " ")},
	} {
		t.Run(name, func(t *testing.T) { li.post("/api/o/order/summary", in).is(422) })
	}
}
