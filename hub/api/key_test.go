package api

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"bellhop/hub/auth"
	"bellhop/hub/crm"
)

// program speaks with a key, as another program does.
type program struct {
	*person
	key string
}

func (o *office) program(key string) *program { return &program{o.anonymous(), key} }

func (p *program) send(method, path string, in any, headers ...string) *answer {
	p.o.t.Helper()
	return p.person.send(method, path, in, append([]string{"Authorization", "Bearer " + p.key, langHeader, "en"}, headers...)...)
}

func (p *program) get(path string) *answer          { p.o.t.Helper(); return p.send("GET", path, nil) }
func (p *program) post(path string, in any) *answer { p.o.t.Helper(); return p.send("POST", path, in) }

// must makes a record with an Idempotency-Key of its own.
func (p *program) must(entity string, values obj) *answer {
	p.o.t.Helper()
	return p.post("/api/o/"+entity, obj{"values": values}).is(201)
}

func (p *program) change(a *answer, values obj) *answer {
	p.o.t.Helper()
	return p.send("PUT", "/api/o/"+a.str("entity")+"/"+a.str("id"), obj{"rev": a.at("rev"), "values": values})
}

// newKey makes a key whose role may do actions with every entity, as far as reach.
func (p *person) newKey(name, reach string, more obj) (*program, *answer) {
	p.o.t.Helper()
	role := p.role("role of "+name, obj{"*": obj{"actions": []string{"read", "create", "edit", "delete", "export", "batch"}, "reach": reach}}, nil)
	in := obj{"name": name, "roles": []string{role}}
	for k, v := range more {
		in[k] = v
	}
	made := p.post("/api/keys", in).is(201)
	return p.o.program(made.str("key")), made
}

func TestKeys(t *testing.T) {
	o := newOffice(t)
	admin, li := o.user("admin", crm.Admin), o.user("li", crm.Sales)
	shop, made := admin.newKey("网店", "own", nil)
	t.Run("IMP-09 another program with a key reads and writes customers, products, orders and receipts", func(t *testing.T) {
		customer := shop.must("customer", obj{"name": "网上买家", "phones": phones("13812345678")}).want("createdBy.name", "网店").str("id")
		product := shop.must("product", obj{"name": "水泵"}).str("id")
		order := shop.must("order", obj{"customer": customer, "date": "2026-11-22", "state": "confirmed", "amount": obj{"minor": 100000, "currency": "CNY"},
			"lines": []obj{{"values": obj{"product": product, "name": "水泵", "qty": "2", "price": obj{"minor": 50000, "currency": "CNY"}}}}})
		receipt := shop.must("receipt", obj{"customer": customer, "order": order.str("id"), "date": "2026-11-22", "amount": obj{"minor": 50000, "currency": "CNY"}, "method": "wechat"})
		balance := func(want int) {
			t.Helper()
			shop.get("/api/o/order/"+order.str("id")).ok().want("values.balance.minor", want).want("values.paid.minor", 100000-want)
			shop.get("/api/o/customer/"+customer).ok().want("values.balance.minor", want)
		}
		balance(50000)
		receipt = shop.change(receipt, obj{"amount": obj{"minor": 70000, "currency": "CNY"}}).ok()
		balance(30000)
		for _, entity := range []string{"customer", "product", "order", "receipt"} {
			shop.post("/api/o/"+entity+"/query", obj{"count": true}).ok().want("count", 1)
		}
		other := shop.must("customer", obj{"name": "另一位"}).str("id")
		shop.post("/api/o/receipt", obj{"values": obj{"customer": other, "order": order.str("id"), "date": "2026-11-22", "amount": obj{"minor": 1, "currency": "CNY"}}}).
			is(422).want("error.key", "receipt.other_customer").want("error.field", "order")
		shop.send("DELETE", "/api/o/receipt/"+receipt.str("id")+"?rev="+fmt.Sprint(receipt.at("rev")), nil).ok()
		balance(100000)
	})
	t.Run("FIN-01 a receipt of 500 booked to the customer lowers the receivable by 500", func(t *testing.T) {
		customer := admin.must("customer", obj{"name": "老客户"}).str("id")
		receipt := admin.must("receipt", obj{"customer": customer, "date": "2026-11-22", "amount": obj{"minor": 50000, "currency": "CNY"}})
		admin.get("/api/o/customer/"+customer).ok().want("values.balance.minor", -50000)
		order := admin.must("order", obj{"customer": customer, "date": "2026-11-22", "state": "confirmed", "amount": obj{"minor": 80000, "currency": "CNY"}}).str("id")
		admin.get("/api/o/customer/"+customer).ok().want("values.balance.minor", 30000)
		admin.change(receipt, obj{"order": order}).ok()
		admin.get("/api/o/customer/"+customer).ok().want("values.balance.minor", 30000)
		admin.get("/api/o/order/"+order).ok().want("values.balance.minor", 30000)
	})
	t.Run("IMP-09 within the key's rights: scope, hidden fields, actions", func(t *testing.T) {
		theirs := li.must("customer", obj{"name": "李的客户"}).str("id")
		shop.get("/api/o/customer/" + theirs).is(404)
		shop.post("/api/o/customer/query", obj{"search": "李的"}).ok().want("rows", []any{})
		role := admin.role("看不见税号", obj{"*": obj{"actions": []string{"read"}, "reach": "all"}}, obj{"customer": obj{"taxNo": "hidden"}})
		reader := o.program(admin.post("/api/keys", obj{"name": "报表", "roles": []string{role}}).is(201).str("key"))
		row := reader.get("/api/o/customer/" + theirs).ok()
		if _, told := row.at("values").(obj)["taxNo"]; told {
			t.Error("a hidden field is told")
		}
		reader.post("/api/o/customer/query", obj{"filter": obj{"field": "taxNo", "op": "notEmpty"}}).is(422)
		reader.post("/api/o/customer", obj{"values": obj{"name": "x"}}).is(403)
	})
	t.Run("IMP-09 narrowed to entities and to reading", func(t *testing.T) {
		narrow, _ := admin.newKey("只看商品", "all", obj{"entities": []string{"product"}, "readOnly": true})
		narrow.post("/api/o/product/query", obj{"count": true}).ok().want("count", 1)
		narrow.post("/api/o/product", obj{"values": obj{"name": "x"}}).is(403)
		if a := narrow.post("/api/o/customer/query", obj{}); a.status == 200 && len(a.list("rows")) > 0 {
			t.Errorf("other entities are told: %s", a.text)
		}
		if meta := narrow.get("/api/meta").ok(); len(meta.at("entities").(obj)) != 1 {
			t.Errorf("the definitions tell of others")
		}
		if found := narrow.get("/api/search?q=%E7%BD%91%E4%B8%8A").ok(); len(found.list("groups")) != 0 {
			t.Errorf("the search tells of others: %s", found.text)
		}
	})
	t.Run("IMP-09 for its addresses alone, without a browser's login beside it", func(t *testing.T) {
		for _, path := range []string{"/api/users", "/api/keys", "/api/settings", "/api/calls", "/api/events", "/api/me", "/api/logs/change", "/api/o/customer/views", "/api/organisation"} {
			shop.get(path).is(403).want("error.key", "key.not_here")
		}
		shop.post("/api/o/customer/export", obj{}).is(403)
		shop.post("/api/o/customer/bulk", obj{}).is(403)
		shop.send("POST", "/api/o/customer/query", obj{}, "Cookie", sessionCookie+"="+admin.cookie).is(401).want("error.key", "key.and_session")
		li.post("/api/keys", obj{"name": "x", "roles": []string{"1"}}).is(403)
		li.get("/api/keys").is(403)
	})
	t.Run("IMP-09 a request sent twice makes one record", func(t *testing.T) {
		first := shop.send("POST", "/api/o/customer", obj{"values": obj{"name": "只一次"}}, "Idempotency-Key", "a-1").is(201)
		again := shop.send("POST", "/api/o/customer", obj{"values": obj{"name": "只一次"}}, "Idempotency-Key", "a-1").is(201)
		if first.str("id") != again.str("id") {
			t.Error("made twice")
		}
	})
	t.Run("IMP-09 the log names the key", func(t *testing.T) {
		customer := shop.must("customer", obj{"name": "查日志"})
		shop.change(customer, obj{"address": "杭州"}).ok()
		admin.get("/api/o/customer/"+customer.str("id")+"/changes").ok().want("rows.0.user.name", "网店").want("rows.0.via", "API")
	})
	t.Run("IMP-09 the key is told once and kept as a hash; its use is shown", func(t *testing.T) {
		list := admin.get("/api/keys").ok()
		if strings.Contains(list.text, shop.key) || strings.Contains(list.text, auth.KeyPrefix) {
			t.Error("the key is told again")
		}
		for _, k := range list.list("keys") {
			if k := k.(obj); k["id"] == made.str("id") && (k["lastUsed"] == nil || k["hint"] != shop.key[len(shop.key)-4:]) {
				t.Errorf("%v", k)
			}
		}
		kept, err := o.store.Keys(t.Context())
		if err != nil || len(kept) == 0 {
			t.Fatal(err)
		}
		for _, k := range kept {
			if strings.Contains(fmt.Sprint(k), shop.key) {
				t.Error("the key itself is kept")
			}
		}
	})
	t.Run("IMP-09 who it acts as is nobody's login", func(t *testing.T) {
		for _, u := range admin.get("/api/users").ok().list("users") {
			if strings.HasPrefix(u.(obj)["login"].(string), "key:") {
				t.Error("it is listed among people")
			}
		}
		k, _ := o.store.Keys(t.Context())
		admin.put("/api/users/"+k[0].User.String(), obj{"password": "correct horse 43"}).is(404)
		o.anonymous().post("/api/login", obj{"login": "key:" + k[0].ID.String(), "password": ""}).is(401)
	})
	t.Run("IMP-09 revoked and expired it is refused at once", func(t *testing.T) {
		brief, answer := admin.newKey("短期", "all", obj{"expiresAt": time.Now().Add(time.Hour).UnixMilli()})
		brief.get("/api/meta").ok()
		o.exec(`UPDATE api_key SET expires_at = ? WHERE id = ?`, time.Now().Add(-time.Second).UnixMilli(), answer.str("id"))
		brief.get("/api/meta").is(401).want("error.key", "key.expired")
		admin.delete("/api/keys/" + made.str("id")).ok()
		shop.get("/api/meta").is(401).want("error.key", "key.revoked")
		admin.put("/api/keys/"+made.str("id"), obj{"name": "wieder"}).is(409)
		o.program("bellhop_wrong").get("/api/meta").is(401).want("error.key", "key.unknown")
		o.program("").get("/api/meta").is(401)
	})
	t.Run("IMP-09 too many requests are refused for a while", func(t *testing.T) {
		busy, _ := admin.newKey("太勤", "all", nil)
		for range auth.KeyRequests {
			if a := busy.get("/api/lookup?entity=product&q="); a.status == 429 {
				t.Fatalf("refused before %d", auth.KeyRequests)
			}
		}
		refused := 0
		for range 50 { // some come back while these are sent
			if a := busy.get("/api/lookup?entity=product&q="); a.status == 429 {
				refused++
				if a.header.Get("Retry-After") == "" {
					t.Fatal("not told how long")
				}
			}
		}
		if refused == 0 {
			t.Error("never refused")
		}
	})
}
