package api

import (
	"slices"
	"testing"

	"bellhop/hub/crm"
)

// minimal are values enough to make a record of each entity, given a customer.
func minimal(entity, customer string) obj {
	v := map[string]obj{
		"customer":       {"name": "秘密客户有限公司", "phones": phones("13912345678")},
		"contact":        {"name": "秘密联系人", "customer": customer, "phones": phones("13912345679")},
		"lead":           {"name": "秘密线索", "phones": phones("13912345670")},
		"channel":        {"name": "秘密渠道"},
		"supplier":       {"name": "秘密供应商"},
		"product":        {"name": "秘密商品"},
		"relationtype":   {"name": "秘密关系", "opposite": "秘密反向"},
		"privatecontact": {"name": "秘密朋友", "phones": phones("13912345671")},
		"activity":       {"text": "秘密记录", "at": 1790000000000, "customer": customer},
		"opportunity":    {"name": "秘密商机", "customer": customer, "amount": obj{"minor": 100, "currency": "CNY"}},
		"quote":          {"customer": customer, "subject": "秘密", "date": "2026-11-22", "amount": obj{"minor": 100, "currency": "CNY"}},
		"order":          {"customer": customer, "subject": "秘密", "date": "2026-11-22", "amount": obj{"minor": 100, "currency": "CNY"}},
		"receipt":        {"customer": customer, "date": "2026-11-22", "amount": obj{"minor": 100, "currency": "CNY"}, "notes": "秘密"},
		"ticket":         {"title": "秘密工单", "customer": customer},
		"warranty":       {"thing": "秘密设备", "customer": customer, "begin": "2026-11-22"},
		"schedule":       {"title": "秘密日程", "start": 1790000000000, "customer": customer},
	}
	return v[entity]
}

// TestForeignRecords walks every entity through every way to a record, as a user who
// has no right to it.
func TestForeignRecords(t *testing.T) {
	o := newOffice(t)
	boss, li, wang := o.user("boss", crm.Manager), o.user("li", crm.Sales), o.user("wang", crm.Sales)
	secret := li.must("customer", obj{"name": "秘密集团"}).str("id")
	shared := map[string]bool{"channel": true, "supplier": true, "product": true, "relationtype": true}
	for _, e := range o.server.Records.Schema().Entities() {
		t.Run(e.Name, func(t *testing.T) {
			values := minimal(e.Name, secret)
			if e.Name == "relation" {
				values = obj{"party": secret, "other": li.must("customer", obj{"name": "秘密分部"}).str("id"),
					"type": li.must("relationtype", obj{"name": "秘密上级", "opposite": "秘密下级"}).str("id")}
			}
			if e.Name == "stockin" {
				values = receipt(li.must("product", obj{"name": "秘密货物"}).str("id"), "1", 100)
			}
			if values == nil {
				t.Fatalf("give minimal values for %s", e.Name)
			}
			rec := li.must(e.Name, values)
			path := "/api/o/" + e.Name + "/" + rec.str("id")
			li.get(path).ok()
			readers := []*person{wang}
			if e.Access.Private {
				readers = append(readers, boss)
			} else {
				boss.get(path).ok().want("may.edit", true).want("may.delete", true)
			}
			for _, other := range readers {
				if shared[e.Name] {
					other.get(path).ok().want("may.edit", false)
					other.change(rec, obj{"notes": "x"}).is(403)
					other.delete(path + "?rev=1").is(403)
					continue
				}
				other.get(path).is(404)
				other.change(rec, obj{"notes": "x"}).is(404)
				other.delete(path + "?rev=1").is(404)
				other.get(path + "/timeline").is(404)
				other.query(e.Name, obj{"count": true}).want("count", 0).want("rows", []any{})
				other.query(e.Name, obj{"search": "秘密"}).want("rows", []any{})
				other.query(e.Name, obj{"filter": obj{"or": []obj{
					{"field": "createdAt", "op": "gt", "value": 0}, {"field": "updatedAt", "op": "notEmpty"}}}}).want("rows", []any{})
				other.get("/api/lookup?entity="+e.Name+"&q=%E7%A7%98%E5%AF%86").ok().want("rows", []any{})
			}
		})
	}
	t.Run("search", func(t *testing.T) {
		for _, q := range []string{"%E7%A7%98%E5%AF%86", "mm", "13912345"} {
			for _, group := range wang.get("/api/search?q=" + q).ok().list("groups") {
				if entity := group.(map[string]any)["entity"].(string); !shared[entity] {
					t.Errorf("%s finds %s of another owner", q, entity)
				}
			}
		}
	})
	t.Run("a reference to a foreign record is refused", func(t *testing.T) {
		wang.create("order", minimal("order", secret)).is(422).want("error.field", "customer")
		wang.query("order", obj{"filter": obj{"field": "customer", "op": "eq", "value": secret}}).want("rows", []any{})
	})
	t.Run("a duplicate tells the owner alone, and of private records nothing", func(t *testing.T) {
		hits := wang.post("/api/o/lead/duplicates", obj{"values": obj{"phones": phones("13912345678", "13912345671", "139 1234 5670")}}).ok().
			want("hits.0.entity", "customer").want("hits.0.label", "").want("hits.0.id", "").want("hits.0.owner.name", "LI").want("hits.0.open", false).want("hits.1.entity", "lead").list("hits")
		if len(hits) != 2 {
			t.Errorf("%d hits, want the customer and the lead alone", len(hits))
		}
	})
}

func TestRightsFollowTheCustomer(t *testing.T) {
	o := newOffice(t)
	boss, li, wang := o.user("boss", crm.Manager), o.user("li", crm.Sales), o.user("wang", crm.Sales)
	customer := li.must("customer", obj{"name": "跟随有限公司"}).str("id")
	contact := boss.must("contact", obj{"name": "老板加的人", "customer": customer})
	note := boss.must("activity", obj{"text": "老板写的", "at": 1790000000000, "customer": customer})

	t.Run("who owns the customer edits its people", func(t *testing.T) {
		li.change(contact, obj{"title": "经理"}).ok()
	})
	t.Run("he reads what others wrote, and leaves it as it is", func(t *testing.T) {
		li.get("/api/o/activity/"+note.str("id")).ok().want("may.edit", false)
		li.change(note, obj{"text": "改"}).is(403)
	})
	t.Run("handing over is for those who see all", func(t *testing.T) {
		mine := li.get("/api/o/customer/" + customer)
		li.change(mine, obj{"owner": wang.user.ID.String()}).is(422).want("error.field", "owner")
		li.change(mine, obj{"owner": li.user.ID.String(), "address": "杭州"}).ok()
		boss.change(boss.get("/api/o/customer/"+customer), obj{"owner": wang.user.ID.String()}).ok()
		li.get("/api/o/customer/" + customer).is(404)
		wang.get("/api/o/contact/" + contact.str("id")).ok()
	})
	t.Run("read-only fields stay as they are", func(t *testing.T) {
		mine := wang.get("/api/o/customer/" + customer)
		wang.change(mine, obj{"balance": obj{"minor": 1, "currency": "CNY"}}).is(422)
		wang.change(mine, obj{"no": "KH99999"}).is(422)
	})
	t.Run("settings and users are the administrator's", func(t *testing.T) {
		for _, who := range []*person{boss, wang} {
			who.get("/api/users").is(403)
			who.get("/api/settings").is(403)
			who.put("/api/settings", obj{"company": "x"}).is(403)
			who.post("/api/users", obj{"login": "x"}).is(403)
		}
	})
}

func TestMetaIsPruned(t *testing.T) {
	o := newOffice(t)
	meta := o.user("li", crm.Sales).get("/api/meta").ok().
		want("entities.customer.actions.create", true).want("entities.customer.actions.delete", false).
		want("entities.customer.label", "Customer").want("entities.privatecontact.party", true)
	if slices.ContainsFunc(meta.list("entities.activity.fields"), func(f any) bool { return f.(obj)["key"] == "call" }) {
		t.Error("a hidden field is told")
	}
}
