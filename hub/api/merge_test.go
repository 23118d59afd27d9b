package api

import (
	"fmt"
	"slices"
	"testing"

	"bellhop/hub/crm"
)

// TestMerge makes two records of one customer one, and two again.
func TestMerge(t *testing.T) {
	o := newOffice(t)
	boss, li, wang := o.user("boss", crm.Manager), o.user("li", crm.Sales), o.user("wang", crm.Sales)
	master := li.must("customer", obj{"name": "青岛金鼎机电", "phones": phones("13911112222"), "address": "青岛"})
	twin := li.must("customer", obj{"name": "青岛金鼎机电有限公司", "phones": phones("13911112222", "0532-83001234"), "address": "青岛市", "email": "a@jinding.cn"})
	id, twinID := master.str("id"), twin.str("id")
	zhao := li.must("contact", obj{"name": "赵工", "customer": twinID})
	li.must("order", obj{"customer": twinID, "date": "2026-11-22", "state": "confirmed", "amount": obj{"minor": 10000, "currency": "CNY"}})
	li.must("order", obj{"customer": id, "date": "2026-11-22", "state": "confirmed", "amount": obj{"minor": 500, "currency": "CNY"}})
	balance := func(id string, want any) {
		t.Helper()
		boss.get("/api/o/customer/"+id).ok().want("values.balance.minor", want)
	}
	path := "/api/o/customer/" + id
	merge := func(p *person, values obj) *answer {
		t.Helper()
		a, b := boss.get(path).ok(), boss.get("/api/o/customer/"+twinID).ok()
		return p.post(path+"/merge", obj{"twin": twinID, "rev": a.at("rev"), "twinRev": b.at("rev"), "values": values})
	}
	t.Run("what would move is told first", func(t *testing.T) {
		boss.get("/api/o/customer/"+twinID+"/children").ok().want("children.0.entity", "contact").want("children.0.count", 1).want("children.1.entity", "order")
		wang.get("/api/o/customer/" + twinID + "/children").is(404)
	})
	t.Run("nobody merges what he may not change or delete", func(t *testing.T) {
		merge(wang, nil).is(404)
		merge(li, nil).is(403) // his own, but he may not delete
		boss.post(path+"/merge", obj{"twin": id, "rev": 1, "twinRev": 1}).is(422).want("error.key", "merge.same")
		boss.post(path+"/merge", obj{"twin": twinID, "rev": 99, "twinRev": 1}).is(409).want("current.id", id)
	})
	var undo string
	t.Run("children, numbers and what is owed move; chosen values are taken", func(t *testing.T) {
		a := merge(boss, obj{"name": "青岛金鼎机电有限公司", "email": "a@jinding.cn"}).ok().
			want("record.values.name", "青岛金鼎机电有限公司").want("record.values.address", "青岛").want("moved", 2)
		undo = a.str("merge")
		if n := len(a.list("record.values.phones")); n != 2 {
			t.Errorf("%d numbers", n)
		}
		li.get("/api/o/contact/"+zhao.str("id")).ok().want("values.customer.id", id)
		balance(id, 10500)
		boss.get("/api/o/customer/" + twinID).is(404)
		li.post("/api/o/customer/duplicates", obj{"values": obj{"phones": phones("053283001234")}}).ok().want("hits.0.id", id)
		boss.get(path+"/merges").ok().want("merges.0.id", undo).want("merges.0.undo", true)
		li.get(path+"/merges").ok().want("merges.0.undo", false)
	})
	t.Run("undone, both are as they were, and what was changed since stays", func(t *testing.T) {
		now := li.get(path).ok()
		li.change(now, obj{"address": "胶州"}).ok()
		li.post("/api/merges/"+undo+"/undo", nil).is(404)
		boss.post("/api/merges/"+undo+"/undo", nil).ok().want("values.name", "青岛金鼎机电").want("values.address", "胶州").want("values.email", nil)
		boss.get("/api/o/customer/"+twinID).ok().want("values.name", "青岛金鼎机电有限公司").want("values.email", "a@jinding.cn")
		li.get("/api/o/contact/"+zhao.str("id")).ok().want("values.customer.id", twinID)
		balance(id, 500)
		balance(twinID, 10000)
		li.post("/api/o/customer/duplicates", obj{"values": obj{"phones": phones("053283001234")}}).ok().want("hits.0.id", twinID)
		boss.post("/api/merges/"+undo+"/undo", nil).is(422).want("error.key", "merge.undone")
	})
}

// TestMergePointers moves what points to a record by several references, by lines and by
// shares, and gives it back.
func TestMergePointers(t *testing.T) {
	o := newOffice(t)
	boss, li, wang, zhao := o.user("boss", crm.Admin), o.user("li", crm.Sales), o.user("wang", crm.Sales), o.user("zhao", crm.Sales)
	pump, pumps := boss.must("product", obj{"name": "水泵"}).str("id"), boss.must("product", obj{"name": "水泵 "}).str("id")
	wishes := func(p *person, ids ...string) string {
		return p.must("customer", obj{"name": "想要 " + p.user.Login, "interests": ids}).str("id")
	}
	one, both := wishes(li, pumps), wishes(wang, pump, pumps)
	order := li.must("order", obj{"customer": one, "date": "2026-11-22", "amount": obj{"minor": 200, "currency": "CNY"}, "lines": []obj{{"values": obj{"product": pumps, "name": "水泵", "qty": "2", "price": obj{"minor": 100, "currency": "CNY"}}}}})
	interests := func(customer string) (ids []string) {
		t.Helper()
		for _, ref := range boss.get("/api/o/customer/" + customer).ok().list("values.interests") {
			ids = append(ids, ref.(obj)["id"].(string))
		}
		return ids
	}
	wanting := func(product string) int {
		t.Helper()
		return len(boss.query("customer", obj{"filter": obj{"field": "interests", "op": "eq", "value": product}}).list("rows"))
	}
	merge := func(entity, into, twin string) string {
		t.Helper()
		a, b := boss.get("/api/o/"+entity+"/"+into).ok(), boss.get("/api/o/"+entity+"/"+twin).ok()
		return boss.post("/api/o/"+entity+"/"+into+"/merge", obj{"twin": twin, "rev": a.at("rev"), "twinRev": b.at("rev")}).ok().str("merge")
	}
	product := func() string {
		t.Helper()
		return li.get("/api/o/order/" + order.str("id")).ok().str("values.lines.0.values.product.id")
	}
	t.Run("CUS-47 references in fields of several and in lines move, and come back", func(t *testing.T) {
		boss.get("/api/o/product/"+pumps+"/children").ok().want("children.0.count", 2).want("children.1.entity", "order").want("children.1.count", 1)
		undo := merge("product", pump, pumps)
		if a, b := interests(one), interests(both); !slices.Equal(a, []string{pump}) || !slices.Equal(b, []string{pump}) {
			t.Errorf("after the merge %v %v", a, b)
		}
		if product() != pump || wanting(pump) != 2 {
			t.Errorf("the line names %s, %d customers want it", product(), wanting(pump))
		}
		boss.post("/api/merges/"+undo+"/undo", nil).ok()
		if a, b := interests(one), interests(both); !slices.Equal(a, []string{pumps}) || !slices.Equal(b, []string{pump, pumps}) {
			t.Errorf("undone %v %v", a, b)
		}
		if product() != pumps || wanting(pump) != 1 || wanting(pumps) != 2 {
			t.Errorf("undone the line names %s, %d and %d want them", product(), wanting(pump), wanting(pumps))
		}
	})
	t.Run("CUS-47 who saw the twin by a share sees the master, until it is undone", func(t *testing.T) {
		master, twin := li.must("customer", obj{"name": "大厂"}).str("id"), li.must("customer", obj{"name": "大厂厂"}).str("id")
		share := func(id, level string, to *person) {
			t.Helper()
			li.post("/api/o/customer/share", obj{"ids": []string{id}, "targets": []string{to.user.ID.String()}, "level": level}).ok()
		}
		share(twin, "edit", wang)
		share(twin, "edit", zhao)
		share(master, "read", zhao)
		path := "/api/o/customer/" + master
		wang.get(path).is(404)
		zhao.get(path).ok().want("may.edit", false)
		undo := merge("customer", master, twin)
		wang.get(path).ok().want("may.edit", true)
		zhao.get(path).ok().want("may.edit", true)
		boss.post("/api/merges/"+undo+"/undo", nil).ok()
		wang.get(path).is(404)
		zhao.get(path).ok().want("may.edit", false)
		wang.get("/api/o/customer/"+twin).ok().want("may.edit", true)
	})
	t.Run("CUS-45 what a restored record refers to is found by again", func(t *testing.T) {
		boss.delete("/api/o/customer/" + one + "?rev=" + fmt.Sprint(boss.get("/api/o/customer/"+one).ok().at("rev"))).ok()
		boss.post("/api/recycle/customer/restore", obj{"ids": []string{one}}).ok()
		if wanting(pumps) != 2 {
			t.Errorf("%d customers want it", wanting(pumps))
		}
	})
}
