package api

import (
	"slices"
	"testing"

	"bellhop/hub/crm"
	"bellhop/hub/store"
)

func TestParties(t *testing.T) {
	o := newOffice(t)
	li, wang := o.user("li", crm.Sales), o.user("wang", crm.Sales)
	boss := o.user("boss", crm.Manager)

	t.Run("CUS-01 a company with the mandatory fields alone is found by name and short name", func(t *testing.T) {
		li.must("customer", obj{"name": "广州甲乙软件技术有限公司", "shortName": "甲乙"})
		for _, typed := range []string{"广州甲乙软件", "甲乙", "甲", "jy", "guangzhou", "gzjyrj"} {
			rows := li.query("customer", obj{"search": typed}).labels("rows")
			if !slices.Equal(rows, []string{"广州甲乙软件技术有限公司"}) {
				t.Errorf("%s finds %v", typed, rows)
			}
		}
	})
	t.Run("CUS-03 numbers count on and are found by their digits", func(t *testing.T) {
		err := o.store.Write(t.Context(), func(tx *store.Tx) error {
			for range 122 {
				if _, err := o.store.NextNumber(t.Context(), tx, "customer.no"); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		li.must("customer", obj{"name": "第一百二十四"}).want("values.no", "KH00124")
		li.must("customer", obj{"name": "第一百二十五"}).want("values.no", "KH00125")
		rows := li.get("/api/lookup?entity=customer&q=124").ok().labels("rows")
		if !slices.Equal(rows, []string{"第一百二十四"}) {
			t.Errorf("124 finds %v", rows)
		}
	})
	t.Run("CUS-48 a number, mail or WeChat that is known already is pointed out before saving", func(t *testing.T) {
		li.must("customer", obj{"name": "重复有限公司", "phones": phones("0571-8888 6666"), "email": "a@b.example.com", "wechat": "wx_dup"})
		li.must("contact", obj{"name": "重复人", "phones": phones("13300001111")})
		boss.must("supplier", obj{"name": "另一供应商", "phones": phones("13300002222")})
		for value, tt := range map[string]struct {
			entity string
			values obj
			label  string
		}{
			"landline in another writing": {"lead", obj{"phones": phones("88886666")}, "重复有限公司"},
			"a contact's mobile":          {"customer", obj{"phones": phones("+86 133 0000 1111")}, "重复人"},
			"a supplier's mobile":         {"customer", obj{"phones": phones("013300002222")}, "另一供应商"},
			"mail":                        {"customer", obj{"email": "a@B.Example.com"}, "重复有限公司"},
			"WeChat":                      {"customer", obj{"wechat": "wx_dup"}, "重复有限公司"},
			"name":                        {"customer", obj{"name": "重复有限公司"}, "重复有限公司"},
		} {
			t.Run(value, func(t *testing.T) {
				a := li.post("/api/o/"+tt.entity+"/duplicates", obj{"values": tt.values}).ok().want("hits.0.label", tt.label).want("hits.0.open", true)
				if n := len(a.list("hits")); n != 1 {
					t.Errorf("%d hits", n)
				}
			})
		}
		t.Run("two people may bear one name: it is pointed out with its owner, not refused", func(t *testing.T) {
			li.must("customer", obj{"name": "王伟", "kind": "person"})
			wang.post("/api/o/customer/duplicates", obj{"values": obj{"name": "王伟"}}).ok().
				want("hits.0.label", "").want("hits.0.id", "").want("hits.0.owner.name", "LI").want("hits.0.open", false)
			wang.must("customer", obj{"name": "王伟", "kind": "person"})
		})
		t.Run("a record is no duplicate of itself", func(t *testing.T) {
			self := li.must("customer", obj{"name": "只此一家", "phones": phones("13300009999")})
			li.post("/api/o/customer/duplicates", obj{"id": self.str("id"), "values": obj{"name": "只此一家", "phones": phones("13300009999")}}).ok().
				want("hits", []any{})
		})
	})
	t.Run("CHN-01 a second-level reseller shows its parent, has its own number and is no customer", func(t *testing.T) {
		first := boss.must("channel", obj{"name": "一级代理", "grade": "first"})
		second := boss.must("channel", obj{"name": "二级代理", "grade": "second", "parent": first.str("id")})
		boss.get("/api/o/channel/"+second.str("id")).ok().want("values.parent.label", "一级代理").want("values.no", "QD0002")
		boss.query("customer", obj{"search": "二级代理"}).want("rows", []any{})
	})
	t.Run("what is owed follows the orders", func(t *testing.T) {
		customer := li.must("customer", obj{"name": "欠款有限公司"})
		id := customer.str("id")
		balance := func(want any) {
			t.Helper()
			li.get("/api/o/customer/"+id).ok().want("values.balance.minor", want)
		}
		order := func(state string, amount, paid int) *answer {
			t.Helper()
			return li.must("order", obj{"customer": id, "date": "2026-11-22", "state": state, "due": "2026-12-22",
				"amount": obj{"minor": amount, "currency": "CNY"}, "paid": obj{"minor": paid, "currency": "CNY"}})
		}
		order("draft", 5000, 0)
		balance(nil)
		open := order("confirmed", 10000, 2500).want("values.balance.minor", 7500)
		order("shipped", 1000, 0)
		balance(8500)
		open = li.change(open, obj{"paid": obj{"minor": 10000, "currency": "CNY"}}).ok()
		balance(1000)
		open = li.change(open, obj{"state": "void"}).ok()
		balance(1000)
		li.change(customer, obj{"address": "杭州"}).ok()
		balance(1000)
		li.change(open, obj{"state": "confirmed", "paid": obj{"minor": 0, "currency": "CNY"}}).ok()
		balance(11000)
		boss.delete("/api/o/order/" + open.str("id") + "?rev=4").ok()
		balance(1000)
		li.change(li.get("/api/o/customer/"+id), obj{"balance": obj{"minor": 0, "currency": "CNY"}}).is(422)
	})
	t.Run("a contact record moves the last contact, on everyone it is about", func(t *testing.T) {
		customer := li.must("customer", obj{"name": "联系有限公司"}).str("id")
		contact := li.must("contact", obj{"name": "联系人", "customer": customer}).str("id")
		for _, at := range []int{1790000000000, 1780000000000} {
			li.must("activity", obj{"text": "电话沟通", "at": at, "customer": customer, "contact": contact})
		}
		li.get("/api/o/customer/"+customer).ok().want("values.lastContact", 1.79e12)
		li.get("/api/o/contact/"+contact).ok().want("values.lastContact", 1.79e12)
	})
	t.Run("the timeline tells it newest first, in pages, within rights", func(t *testing.T) {
		customer := li.must("customer", obj{"name": "时间线有限公司"}).str("id")
		for i := range 5 {
			li.must("activity", obj{"text": "第" + string(rune('一'+i)), "at": 1790000000000 + i*1000, "customer": customer, "kind": "visit"})
		}
		li.must("ticket", obj{"title": "工单", "customer": customer})
		path := "/api/o/customer/" + customer + "/timeline?limit=4"
		first := li.get(path).ok().want("items.0.kind", "record").want("items.0.record.entity", "ticket").want("items.1.kind", "activity").
			want("items.1.title", "Visit").want("items.1.who.name", "LI")
		second := li.get(path + "&before=" + first.str("next")).ok()
		if len(first.list("items")) != 4 || len(second.list("items")) != 2 || second.str("next") != "" {
			t.Errorf("pages of %d and %d", len(first.list("items")), len(second.list("items")))
		}
		wang.get(path).is(404)
	})
}
