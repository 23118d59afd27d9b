package api

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"bellhop/hub/crm"
)

// TestCustomerFile proves what a customer's file holds, through the API its page uses.
func TestCustomerFile(t *testing.T) {
	o := newOffice(t)
	boss := o.user("boss", crm.Manager)

	t.Run("CUS-01 a company is found by its name and by its short name", func(t *testing.T) {
		made := boss.must("customer", obj{"name": "广州甲乙软件技术有限公司", "shortName": "甲乙"})
		for _, typed := range []string{"甲乙软件", "甲乙", "gzjy"} {
			boss.query("customer", obj{"search": typed}).want("rows.0.id", made.str("id"))
		}
	})
	t.Run("CUS-02 a person has an age today and can be on a sales order", func(t *testing.T) {
		who := boss.must("customer", obj{"name": "林海燕", "kind": "person", "birthday": "1990-05-20", "marriage": "married"})
		born, now := time.Date(1990, 5, 20, 0, 0, 0, 0, time.Local), time.Now()
		age := now.Year() - born.Year()
		if now.YearDay() < time.Date(now.Year(), 5, 20, 0, 0, 0, 0, time.Local).YearDay() {
			age--
		}
		boss.get("/api/o/customer/"+who.str("id")).ok().want("values.age", age).want("values.marriage", "married")
		boss.must("order", obj{"customer": who.str("id"), "date": "2026-11-22", "amount": yuan(10)})
	})
	t.Run("CUS-04 founding, staff, finance are kept", func(t *testing.T) {
		made := boss.must("customer", obj{"name": "宁波财务示例厂", "founded": "2003-06-18", "staff": 260, "capital": yuan(5000), "revenue": yuan(3200), "profit": yuan(210)})
		boss.get("/api/o/customer/"+made.str("id")).ok().want("values.founded", "2003-06-18").want("values.staff", 260).
			want("values.capital.minor", 500000).want("values.revenue.minor", 320000)
	})
	t.Run("CUS-06 the choices of a customer are drop-downs of dictionaries", func(t *testing.T) {
		fields := boss.get("/api/meta").ok().list("entities.customer.fields")
		want := map[string]string{"area": "area", "nature": "nature", "source": "source", "category": "category", "level": "level", "industry": "industry",
			"scale": "scale", "years": "years", "standing": "standing", "settlement": "settlement", "productField": "productField"}
		for _, f := range fields {
			field := f.(map[string]any)
			if dict := want[field["key"].(string)]; dict != "" {
				if field["dict"] != dict || len(field["options"].([]any)) < 3 {
					t.Errorf("%s: dictionary %v with %v", field["key"], field["dict"], field["options"])
				}
				delete(want, field["key"].(string))
			}
		}
		if len(want) > 0 {
			t.Errorf("missing: %v", want)
		}
	})
	t.Run("CUS-07 four stars pass a filter of four or more and sort above three", func(t *testing.T) {
		four := boss.must("customer", obj{"name": "四星", "credit": 4}).str("id")
		three := boss.must("customer", obj{"name": "三星", "credit": 3}).str("id")
		boss.query("customer", obj{"filter": obj{"field": "credit", "op": "ge", "value": 4}, "count": true}).want("count", 1).want("rows.0.id", four)
		boss.query("customer", obj{"filter": obj{"field": "credit", "op": "notEmpty"}, "sort": obj{"field": "credit", "desc": true}}).
			want("rows.0.id", four).want("rows.1.id", three)
	})
	t.Run("CUS-08 prospect, current or lost, end customer or reseller are counted apart", func(t *testing.T) {
		other := newOffice(t)
		boss := other.user("boss", crm.Manager)
		for i, state := range []string{"prospect", "active", "active", "lost"} {
			boss.must("customer", obj{"name": fmt.Sprint("状态", i), "status": state, "category": []string{"end", "reseller"}[i%2]})
		}
		for state, n := range map[string]int{"prospect": 1, "active": 2, "lost": 1} {
			boss.query("customer", obj{"filter": obj{"field": "status", "op": "eq", "value": state}, "count": true}).want("count", n)
		}
		boss.query("customer", obj{"filter": obj{"field": "category", "op": "eq", "value": "reseller"}, "count": true}).want("count", 2)
	})
	t.Run("CUS-13 a relation shows on the other side in reverse words, and a renamed type everywhere", func(t *testing.T) {
		a, b := boss.must("customer", obj{"name": "子公司甲"}).str("id"), boss.must("customer", obj{"name": "母公司乙"}).str("id")
		kind := boss.must("relationtype", obj{"name": "子公司", "opposite": "母公司", "kind": "shareholding"})
		made := boss.must("relation", obj{"party": a, "type": kind.str("id"), "other": b, "share": "51"})
		onA := obj{"filter": obj{"field": "party", "op": "eq", "value": a}}
		onB := obj{"filter": obj{"field": "party", "op": "eq", "value": b}}
		boss.query("relation", onA).want("rows.0.values.type.label", "子公司").want("rows.0.values.other.label", "母公司乙")
		boss.query("relation", onB).want("rows.0.values.type.label", "母公司").want("rows.0.values.other.label", "子公司甲").want("rows.0.values.share", "51.00")

		boss.change(boss.get("/api/o/relationtype/"+kind.str("id")).ok(), obj{"name": "控股子公司", "opposite": "控股母公司"}).ok()
		boss.query("relation", onA).want("rows.0.values.type.label", "控股子公司")
		boss.query("relation", onB).want("rows.0.values.type.label", "控股母公司")

		boss.create("relation", obj{"party": a, "type": kind.str("id"), "other": a}).is(422).want("error.field", "other")
		boss.delete("/api/o/relation/" + made.str("id") + "?rev=" + fmt.Sprint(boss.get("/api/o/relation/"+made.str("id")).ok().at("rev"))).ok()
		boss.query("relation", onB).want("rows", []any{})
	})
	t.Run("CUS-14 one party in many roles; without the buyer role it is refused on an order", func(t *testing.T) {
		all := boss.must("customer", obj{"name": "多重角色", "roles": []string{"buyer", "payer", "shipTo", "dealer", "employee", "debtor"}})
		boss.must("order", obj{"customer": all.str("id"), "date": "2026-11-22", "amount": yuan(10)})
		none := boss.must("customer", obj{"name": "只是付款方", "roles": []string{"payer"}})
		answer := boss.create("order", obj{"customer": none.str("id"), "date": "2026-11-22", "amount": yuan(10)}).is(422).want("error.field", "customer")
		if text := answer.str("error.message"); !strings.Contains(text, "Buyer") || !strings.Contains(text, "只是付款方") {
			t.Errorf("the role isn't named: %s", text)
		}
	})
	t.Run("CUS-20 ticked products find the customer", func(t *testing.T) {
		printer, toner := boss.must("product", obj{"name": "激光打印机"}).str("id"), boss.must("product", obj{"name": "硒鼓"}).str("id")
		made := boss.must("customer", obj{"name": "关心产品的客户", "interests": []string{printer, toner}})
		boss.query("customer", obj{"filter": obj{"field": "interests", "op": "in", "value": []string{toner}}, "count": true}).
			want("count", 1).want("rows.0.id", made.str("id")).want("rows.0.values.interests.0.label", "激光打印机")
	})
	t.Run("CUS-21 a product named in a contact record is ticked on the customer", func(t *testing.T) {
		p := boss.must("product", obj{"name": "考勤机"}).str("id")
		made := boss.must("customer", obj{"name": "谈起考勤机的客户"})
		boss.must("activity", obj{"customer": made.str("id"), "at": 1790000000000, "text": "问考勤机价格", "products": []string{p}})
		boss.get("/api/o/customer/"+made.str("id")).ok().want("values.interests.0.id", p)
	})
	t.Run("CUS-22 two invoicing units and where invoices are posted", func(t *testing.T) {
		made := boss.must("customer", obj{"name": "开票客户", "invoicePost": "文三路 1 号", "invoicePostcode": "310012", "invoiceRecipient": "李会计",
			"invoiceUnits": []obj{
				{"values": obj{"name": "甲单位", "taxNo": "91330109MA2H0XK18P", "address": "文三路 1 号", "phone": "0571-88", "bank": "工行", "account": "6222"}},
				{"values": obj{"name": "乙单位", "taxNo": "91330109MA2H0XK19L"}}}})
		boss.get("/api/o/customer/"+made.str("id")).ok().want("values.invoiceUnits.0.values.name", "甲单位").want("values.invoiceUnits.1.values.name", "乙单位").
			want("values.invoiceUnits.0.values.account", "6222").want("values.invoiceRecipient", "李会计")
		boss.offers("order", "invoiceTo", "customer.invoiceUnits")
	})
	t.Run("CUS-23 a delivery address is picked from two and kept", func(t *testing.T) {
		made := boss.must("customer", obj{"name": "货运客户", "address": "总部路 9 号", "shipTos": []obj{
			{"values": obj{"address": "一号仓 滨江", "recipient": "老王"}}, {"values": obj{"address": "二号仓 余杭"}}}})
		boss.offers("order", "shipTo", "customer.shipTos")
		order := boss.must("order", obj{"customer": made.str("id"), "date": "2026-11-22", "amount": yuan(10), "shipTo": "二号仓 余杭"})
		boss.get("/api/o/order/"+order.str("id")).ok().want("values.shipTo", "二号仓 余杭")
	})
	t.Run("CUS-26 what a dealer wants to represent, and its own key accounts", func(t *testing.T) {
		p := boss.must("product", obj{"name": "工控机"}).str("id")
		big := boss.must("customer", obj{"name": "大客户集团"}).str("id")
		made := boss.must("channel", obj{"name": "华南代理", "wishes": []string{p}, "wishAreas": "广东、广西",
			"keyAccounts": []obj{{"values": obj{"name": "大客户集团", "customer": big}}}})
		boss.query("channel", obj{"search": "广西"}).want("rows.0.id", made.str("id"))
		boss.query("channel", obj{"filter": obj{"field": "wishes", "op": "in", "value": []string{p}}}).want("rows.0.id", made.str("id"))
		boss.get("/api/o/channel/"+made.str("id")).ok().want("values.keyAccounts.0.values.customer.label", "大客户集团")
	})
}

func TestPeople(t *testing.T) {
	o := newOffice(t)
	boss := o.user("boss", crm.Manager)
	customer := boss.must("customer", obj{"name": "杭州精工"}).str("id")

	t.Run("CON-01 any number of people, the primary first and on documents", func(t *testing.T) {
		for kind, party := range map[string]string{"customer": customer,
			"channel": boss.must("channel", obj{"name": "渠道"}).str("id"), "supplier": boss.must("supplier", obj{"name": "供方"}).str("id")} {
			first := boss.must("contact", obj{"name": "甲", kind: party, "primary": true}).str("id")
			boss.must("contact", obj{"name": "乙", kind: party})
			second := boss.must("contact", obj{"name": "丙", kind: party, "primary": true}).str("id")
			people := boss.query("contact", obj{"filter": obj{"field": kind, "op": "eq", "value": party}, "sort": obj{"field": "primary", "desc": true}, "count": true})
			people.want("count", 3).want("rows.0.id", second)
			if v := boss.get("/api/o/contact/" + first).ok().at("values.primary"); v == true {
				t.Errorf("%s: two are primary", kind)
			}
		}
		boss.must("order", obj{"customer": customer, "date": "2026-11-22", "amount": yuan(10)}).want("values.contact.label", "丙")
		for _, r := range boss.get("/api/meta").ok().list("entities.customer.related") {
			if r := r.(map[string]any); r["entity"] == "contact" && fmt.Sprint(r["sort"]) != "map[desc:true field:primary]" {
				t.Errorf("sort of people: %v", r["sort"])
			}
		}
	})
	t.Run("CON-02 a contact's details with three special days", func(t *testing.T) {
		days := []obj{{"values": obj{"name": "结婚纪念日", "day": "2010-05-01"}}, {"values": obj{"name": "公司成立日", "day": "2003-06-18"}}, {"values": obj{"name": "孩子生日", "day": "2015-09-09"}}}
		made := boss.must("contact", obj{"name": "王志强", "customer": customer, "title": "总经理", "department": "总经办", "qq": "10001", "wangwang": "jgmould",
			"msn": "wang@example.com", "wechat": "wzq", "email": "wzq@example.com", "birthday": "1976-03-12", "days": days,
			"phones": []obj{{"label": "mobile", "number": "13800138000"}, {"label": "office", "number": "0571-87654300"}}})
		boss.get("/api/o/contact/"+made.str("id")).ok().want("values.wangwang", "jgmould").want("values.days.2.values.name", "孩子生日").
			want("values.days.2.values.day", "2015-09-09").want("values.qq", "10001").want("values.msn", "wang@example.com")
	})
	t.Run("CON-03 influence high and personality cautious", func(t *testing.T) {
		want := boss.must("contact", obj{"name": "谨慎的人", "influence": "high", "personality": "cautious", "customer": customer}).str("id")
		boss.must("contact", obj{"name": "直爽的人", "influence": "high", "personality": "direct", "customer": customer})
		boss.query("contact", obj{"count": true, "filter": obj{"and": []obj{
			{"field": "influence", "op": "eq", "value": "high"}, {"field": "personality", "op": "eq", "value": "cautious"}}}}).want("count", 1).want("rows.0.id", want)
	})
	t.Run("CHN-01 a second-level reseller shows its parent, has its number and is no customer", func(t *testing.T) {
		first := boss.must("channel", obj{"name": "一级代理", "grade": "first"})
		second := boss.must("channel", obj{"name": "二级分销", "grade": "second", "parent": first.str("id")})
		got := boss.get("/api/o/channel/"+second.str("id")).ok().want("values.parent.label", "一级代理")
		if got.str("values.no") == first.str("values.no") || got.str("values.no") == "" {
			t.Errorf("number %q", got.str("values.no"))
		}
		boss.query("channel", obj{"filter": obj{"field": "parent", "op": "eq", "value": first.str("id")}}).want("rows.0.label", "二级分销")
		boss.query("customer", obj{"search": "二级分销"}).want("rows", []any{})
	})
}

func yuan(n int) obj { return obj{"minor": n * 100, "currency": "CNY"} }

// offers sees that the form of entity lets a field be picked from lines of another record.
func (p *person) offers(entity, key, from string) {
	p.o.t.Helper()
	for _, f := range p.get("/api/meta").ok().list("entities." + entity + ".fields") {
		if f := f.(map[string]any); f["key"] == key && f["offers"] == from {
			return
		}
	}
	p.o.t.Errorf("%s.%s does not offer %s", entity, key, from)
}
