package api

import (
	"context"
	"strings"
	"testing"
	"time"

	"bellhop/hub/auth"
	"bellhop/hub/crm"
	"bellhop/hub/records"
	"bellhop/hub/rights"
)

// role makes a role of the office's own and returns its ID.
func (p *person) role(name string, grants obj, fields obj) string {
	p.o.t.Helper()
	return p.post("/api/roles", obj{"name": name, "grants": grants, "fields": fields}).is(201).str("id")
}

// hire adds a user with roles through the API and logs him in.
func (p *person) hire(login string, more obj) *person {
	p.o.t.Helper()
	in := obj{"login": login, "name": strings.ToUpper(login), "password": password}
	for k, v := range more {
		in[k] = v
	}
	p.post("/api/users", in).is(201)
	return p.o.again(login)
}

// again opens a new session for a user there is.
func (o *office) again(login string) *person {
	o.t.Helper()
	secret, err := o.store.Secret(o.t.Context(), login)
	if err != nil {
		o.t.Fatal(err)
	}
	secret.User.Lang, secret.User.MustChange = "en", false
	if err := o.store.UpdateUser(o.t.Context(), secret.User); err != nil {
		o.t.Fatal(err)
	}
	session, token, err := o.auth.Open(o.t.Context(), secret.User, "test", "test")
	if err != nil {
		o.t.Fatal(err)
	}
	return &person{o: o, user: secret.User, cookie: token, csrf: session.CSRF}
}

func (p *person) id() string { return p.user.ID.String() }

func TestOrganisation(t *testing.T) {
	o := newOffice(t)
	admin := o.user("admin", crm.Admin)
	head := admin.post("/api/departments", obj{"name": "销售部"}).is(201).str("id")
	east := admin.post("/api/departments", obj{"name": "华东组", "parent": head, "position": 1}).is(201).str("id")
	boss := admin.hire("boss", obj{"department": head, "post": "销售总监", "mobile": "13800000001"})
	li := admin.hire("li", obj{"department": east, "superior": boss.id(), "post": "销售代表", "extension": "8001", "email": "li@example.com", "employeeNo": "E007", "state": "trial"})

	t.Run("SEC-01 a tree with employees, post, superior, contact and state", func(t *testing.T) {
		admin.get("/api/organisation").ok().want("departments.1.parent", head).want("users.2.post", "销售代表").want("users.2.department", east)
		users := admin.get("/api/users").ok()
		users.want("users.2.superior", boss.id()).want("users.2.extension", "8001").want("users.2.email", "li@example.com").
			want("users.2.employeeNo", "E007").want("users.2.state", "trial").want("users.1.mobile", "13800000001")
	})
	t.Run("SEC-01 nobody is his own superior's superior, no department below itself", func(t *testing.T) {
		admin.put("/api/users/"+boss.id(), obj{"superior": li.id()}).is(422).want("error.field", "superior")
		admin.put("/api/users/"+boss.id(), obj{"superior": boss.id()}).is(422).want("error.field", "superior")
		admin.put("/api/departments/"+head, obj{"parent": east}).is(422).want("error.field", "parent")
		admin.put("/api/departments/"+east, obj{"parent": east}).is(422)
		admin.put("/api/users/"+li.id(), obj{"department": "99"}).is(422).want("error.field", "department")
		admin.post("/api/departments", obj{"name": " "}).is(422).want("error.field", "name")
	})
	t.Run("SEC-01 a department with people in it stays", func(t *testing.T) {
		admin.delete("/api/departments/"+east).is(409).want("error.key", "department.not_empty")
		empty := admin.post("/api/departments", obj{"name": "空"}).is(201).str("id")
		admin.delete("/api/departments/" + empty).ok()
	})
	t.Run("SEC-01 disabling one logs him out at once", func(t *testing.T) {
		ended := ""
		o.auth.OnEnd(func(e auth.Ended) {
			if e.User == li.user.ID {
				ended = e.Reason
			}
		})
		li.get("/api/me").ok()
		admin.put("/api/users/"+li.id(), obj{"state": "left"}).ok().want("active", false)
		li.get("/api/me").is(401)
		if ended != "account" {
			t.Errorf("his pages are told %q", ended)
		}
		o.anonymous().post("/api/login", obj{"login": "li", "password": password}).is(401)
	})
}

func TestRoles(t *testing.T) {
	o := newOffice(t)
	admin := o.user("admin", crm.Admin)
	t.Run("SEC-02 five roles are delivered, and can be changed and restored", func(t *testing.T) {
		roles := admin.get("/api/roles").ok()
		for i, key := range []string{"admin", "supervisor", "accountmanager", "sales", "keeper"} {
			roles.want("roles."+string(rune('0'+i))+".key", key).want("roles."+string(rune('0'+i))+".changed", false)
		}
		roles.want("roles.3.label", "Salesperson")
		order := named(roles.list("subjects"), "name", "order")["fields"].([]any)
		if f := named(order, "key", "lines_qty"); f == nil || f["label"] != "Lines · Qty" {
			t.Errorf("a field inside lines is told as %v of %v", f, order)
		}
		li := o.user("li", crm.Sales)
		li.must("customer", obj{"name": "甲"})
		li.get("/api/meta").ok().want("entities.customer.actions.export", false)
		admin.put("/api/roles/4", obj{"grants": obj{"*": obj{"actions": []string{"read", "create", "export"}, "reach": "own"}}}).ok().want("changed", true)
		li.get("/api/meta").ok().want("entities.customer.actions.export", true).want("entities.customer.actions.edit", false)
		admin.delete("/api/roles/4").ok()
		li.get("/api/meta").ok().want("entities.customer.actions.export", false).want("entities.customer.actions.edit", true)
	})
	t.Run("SEC-02 new roles; several for one user", func(t *testing.T) {
		a := admin.role("只看", obj{"*": obj{"actions": []string{"read"}, "reach": "own"}}, nil)
		b := admin.role("下单", obj{"order": obj{"actions": []string{"read", "create"}, "reach": "own"}}, nil)
		wu := admin.hire("wu", obj{"roles": []string{a, b}})
		wu.get("/api/meta").ok().want("entities.order.actions.create", true).want("entities.customer.actions.create", false)
		admin.delete("/api/roles/"+a).is(409).want("error.key", "role.in_use")
		admin.post("/api/roles", obj{"name": "下单"}).is(409).want("error.field", "name")
		admin.put("/api/users/"+wu.id(), obj{"roles": []string{}}).is(422).want("error.field", "roles")
		admin.put("/api/users/"+wu.id(), obj{"roles": []string{"77"}}).is(422).want("error.field", "roles")
	})
	t.Run("the administrator can't lock himself out", func(t *testing.T) {
		admin.put("/api/roles/1", obj{"grants": obj{}}).ok()
		admin.get("/api/users").ok()
		admin.delete("/api/roles/1").ok()
	})
	t.Run("what nobody can mean is refused", func(t *testing.T) {
		for _, grants := range []obj{{"nothing": obj{"actions": []string{"read"}, "reach": "own"}}, {"*": obj{"actions": []string{"fly"}, "reach": "own"}},
			{"*": obj{"actions": []string{"read"}, "reach": "far"}}} {
			admin.post("/api/roles", obj{"name": "x", "grants": grants}).is(422).want("error.key", "role.bad_grant")
		}
		admin.post("/api/roles", obj{"name": "x", "fields": obj{"customer": obj{"name": "hidden"}}}).is(422).want("error.key", "role.title_hidden")
		admin.post("/api/roles", obj{"name": ""}).is(422).want("error.field", "name")
		admin.put("/api/roles/5", obj{"name": "x"}).is(403).want("error.key", "role.keeper_fixed")
	})
}

func TestFunctionRights(t *testing.T) {
	o := newOffice(t)
	admin := o.user("admin", crm.Admin)
	read := admin.role("看订单", obj{"order": obj{"actions": []string{"read"}, "reach": "all"}, "customer": obj{"actions": []string{"read"}, "reach": "all"}}, nil)
	wu := admin.hire("wu", obj{"roles": []string{read}})
	customer := admin.must("customer", obj{"name": "甲方"}).str("id")
	order := admin.must("order", minimal("order", customer))
	path := "/api/o/order/" + order.str("id")
	t.Run("SEC-03 the server refuses what the screen hides", func(t *testing.T) {
		wu.get(path).ok().want("may.edit", false).want("may.delete", false)
		wu.change(order, obj{"subject": "改"}).is(403)
		wu.delete(path + "?rev=1").is(403)
		wu.create("order", minimal("order", customer)).is(403)
		wu.post("/api/o/order/share", obj{"ids": []string{order.str("id")}, "targets": []string{wu.id()}, "level": "edit"}).is(403)
		wu.post("/api/o/order/transfer", obj{"ids": []string{order.str("id")}, "owner": wu.id()}).is(403)
		wu.post(path+"/reveal", obj{"field": "amount"}).is(403)
	})
	t.Run("SEC-05 a module without the right is nowhere", func(t *testing.T) {
		meta := wu.get("/api/meta").ok()
		if meta.at("entities.supplier") != nil || meta.at("entities.order") == nil || strings.Contains(meta.text, `"/o/supplier"`) ||
			strings.Contains(meta.text, `"/calls"`) || strings.Contains(meta.text, `"/sms"`) {
			t.Error(meta.text)
		}
		s := admin.must("supplier", obj{"name": "秘密供应商"})
		wu.get("/api/o/supplier/" + s.str("id")).is(404)
		wu.post("/api/o/supplier/query", obj{}).is(404)
		wu.get("/api/lookup?entity=supplier&q=").is(404)
		if found := wu.get("/api/search?q=%E7%A7%98%E5%AF%86").ok().text; strings.Contains(found, "秘密") {
			t.Error(found)
		}
	})
}

// TestReach is SEC-06: one customer for each of four people.
func TestReach(t *testing.T) {
	o := newOffice(t)
	admin := o.user("admin", crm.Admin)
	head := admin.post("/api/departments", obj{"name": "销售部"}).is(201).str("id")
	director := admin.role("总监", obj{"*": obj{"actions": []string{"read", "edit"}, "reach": "department"}}, nil)
	chief := admin.hire("chief", obj{"roles": []string{director}, "department": head})
	manager := admin.hire("manager", obj{"roles": []string{"3"}, "department": head})
	li := admin.hire("li", obj{"roles": []string{"4"}, "department": head, "superior": manager.id()})
	wang := admin.hire("wang", obj{"roles": []string{"4"}})
	for _, p := range []*person{chief, manager, li, wang} {
		admin.must("customer", obj{"name": "客户" + p.user.Login, "owner": p.id()})
	}
	sees := func(p *person, n int) {
		t.Helper()
		p.query("customer", obj{"count": true}).want("count", n)
		if hits := p.get("/api/lookup?entity=customer&q=%E5%AE%A2%E6%88%B7").ok().list("rows"); len(hits) != n {
			t.Errorf("search finds %d, want %d", len(hits), n)
		}
		p.post("/api/o/customer/summary", obj{}).ok().want("count", n)
	}
	t.Run("SEC-06 a salesperson sees his own and what is shared", func(t *testing.T) {
		sees(li, 1)
		sees(wang, 1)
	})
	t.Run("SEC-06 a manager also his subordinates'", func(t *testing.T) { sees(manager, 2) })
	t.Run("SEC-06 a director the department", func(t *testing.T) { sees(chief, 3) })
	t.Run("SEC-06 the administrator all", func(t *testing.T) { sees(admin, 4) })
	t.Run("SEC-06 who gets another superior is seen by him at once", func(t *testing.T) {
		admin.put("/api/users/"+wang.id(), obj{"superior": li.id()}).ok()
		sees(manager, 3)
		admin.put("/api/users/"+wang.id(), obj{"superior": "0"}).ok()
		sees(manager, 2)
	})
}

func TestShares(t *testing.T) {
	o := newOffice(t)
	admin := o.user("admin", crm.Admin)
	team := admin.post("/api/departments", obj{"name": "二组"}).is(201).str("id")
	li, wang := admin.hire("li", nil), admin.hire("wang", obj{"department": team})
	east := admin.post("/api/groups", obj{"name": "华东", "members": []string{wang.id()}}).is(201).str("id")
	customer := li.must("customer", obj{"name": "共享客户"})
	contact := li.must("contact", obj{"name": "共享人", "customer": customer.str("id")})
	order := li.must("order", minimal("order", customer.str("id")))
	path := "/api/o/customer/" + customer.str("id")
	share := func(target, level string, more obj) *answer {
		t.Helper()
		in := obj{"ids": []string{customer.str("id")}, "targets": []string{target}, "level": level}
		for k, v := range more {
			in[k] = v
		}
		return li.post("/api/o/customer/share", in)
	}
	unshare := func(target string) {
		t.Helper()
		li.post("/api/o/customer/unshare", obj{"ids": []string{customer.str("id")}, "targets": []string{target}}).ok()
	}
	for kind, target := range map[string]string{"user": wang.id(), "department": team, "group": east} {
		t.Run("SEC-06 shared with a "+kind, func(t *testing.T) {
			wang.get(path).is(404)
			share(target, "read", nil).ok()
			wang.get(path).ok().want("may.edit", false)
			wang.query("customer", obj{"count": true}).want("count", 1)
			wang.change(customer, obj{"address": "杭州"}).is(403)
			wang.get("/api/o/contact/" + contact.str("id")).ok()
			wang.get("/api/o/order/"+order.str("id")).ok().want("may.edit", false)
			wang.get("/api/shared").ok().want("rows.0.label", "共享客户").want("rows.0.sharedBy.name", "LI").want("rows.0.level", "read")
			li.get(path+"/shares").ok().want("shares.0.kind", kind)
			wang.post("/api/o/customer/share", obj{"ids": []string{customer.str("id")}, "targets": []string{east}, "level": "edit"}).is(403)
			unshare(target)
			wang.get(path).is(404)
			wang.get("/api/o/contact/" + contact.str("id")).is(404)
		})
	}
	t.Run("a share to edit lets edit, also its people, and not delete", func(t *testing.T) {
		share(wang.id(), "edit", nil).ok()
		changed := wang.change(wang.get(path).ok().want("may.edit", true).want("may.delete", false), obj{"address": "杭州"}).ok()
		wang.change(contact, obj{"title": "经理"}).ok()
		wang.change(order, obj{"subject": "改"}).is(403)
		wang.delete(path + "?rev=" + "2").is(403)
		wang.change(changed, obj{"owner": wang.id()}).is(422)
		unshare(wang.id())
	})
	t.Run("a share ends when it expires", func(t *testing.T) {
		share(wang.id(), "read", obj{"expires": 1}).is(422).want("error.field", "expires")
		share(wang.id(), "read", obj{"expires": time.Now().Add(time.Hour).UnixMilli()}).ok()
		wang.get(path).ok()
		sql := `UPDATE rec_share SET expires = 1`
		o.exec(sql)
		wang.get(path).is(404)
		wang.get("/api/shared").ok().want("rows", []any{})
	})
	t.Run("nobody to share with", func(t *testing.T) {
		share("1", "read", nil).is(422).want("error.field", "targets")
		share(wang.id(), "all", nil).is(422).want("error.field", "level")
	})
	t.Run("OWN-02 handed over, the owner before may go on reading", func(t *testing.T) {
		manager := admin.hire("manager", obj{"roles": []string{"3"}})
		admin.put("/api/users/"+li.id(), obj{"superior": manager.id()}).ok()
		li.post("/api/o/customer/transfer", obj{"ids": []string{customer.str("id")}, "owner": wang.id()}).is(403)
		manager.post("/api/o/customer/transfer", obj{"ids": []string{customer.str("id")}, "owner": wang.id(), "keep": true}).ok()
		wang.get(path).ok().want("values.owner.name", "WANG").want("may.edit", true)
		o.again("li").get(path).ok().want("may.edit", false)
	})
}

func TestFieldRights(t *testing.T) {
	o := newOffice(t)
	admin := o.user("admin", crm.Admin)
	all := obj{"actions": []string{"read", "create", "edit", "batch", "reveal", "export"}, "reach": "all"}
	role := admin.role("客服", obj{"*": all}, obj{"customer": obj{"notes": "hidden", "balance": "hidden", "phones": "masked", "email": "masked", "address": "read"}})
	wu := admin.hire("wu", obj{"roles": []string{role}})
	c := admin.must("customer", obj{"name": "甲方公司", "phones": phones("13812345678"), "notes": "绝密备忘", "email": "wang@example.com", "address": "杭州"})
	path := "/api/o/customer/" + c.str("id")
	t.Run("SEC-07 hidden, read-only and editable in record and definition", func(t *testing.T) {
		a := wu.get(path).ok().want("values.address", "杭州").want("values.phones.0.display", "138****5678").want("values.phones.0.number", "").want("values.email", "w***@example.com")
		for _, secret := range []string{"绝密", "13812345678", "1381234", "wang@"} {
			if strings.Contains(a.text, secret) {
				t.Errorf("%s in %s", secret, a.text)
			}
		}
		meta := wu.get("/api/meta").ok()
		for _, f := range meta.list("entities.customer.fields") {
			switch f := f.(obj); f["key"] {
			case "notes", "balance":
				t.Errorf("%s is told", f["key"])
			case "address":
				if f["readOnly"] != true {
					t.Error("the city may be written")
				}
			case "phones":
				if f["mask"] != "all" {
					t.Error("no mask is told")
				}
			}
		}
	})
	t.Run("SEC-07 hidden fields are nothing to filter, sort, group or write by", func(t *testing.T) {
		for _, field := range []string{"notes", "balance"} {
			wu.post("/api/o/customer/query", obj{"filter": obj{"field": field, "op": "notEmpty"}}).is(422).want("error.key", "query.no_such_field")
			wu.post("/api/o/customer/query", obj{"sort": obj{"field": field}}).is(422)
			wu.post("/api/o/customer/summary", obj{"totals": []string{field}}).is(422)
			wu.change(c, obj{field: "x"}).is(422).want("error.key", "field.unknown")
		}
		wu.change(c, obj{"address": "上海"}).is(422).want("error.key", "field.read_only")
		wu.change(c, obj{"email": "w***@example.com", "phones": []obj{{"label": "office", "number": "", "display": "138****5678", "masked": true}}, "name": "甲方公司"}).ok()
		admin.get(path).ok().want("values.email", "wang@example.com").want("values.phones.0.number", "+8613812345678").want("values.notes", "绝密备忘")
		wu.change(wu.get(path), obj{"email": "wang@example.com"}).is(422) // a right guess is told like a wrong one
		wu.change(wu.get(path), obj{"email": "li@example.com"}).is(422)
	})
	t.Run("SEC-07 nobody is found by words he doesn't see", func(t *testing.T) {
		wu.query("customer", obj{"search": "绝密", "count": true}).want("rows", []any{}).want("count", 0)
		wu.post("/api/o/customer/summary", obj{"search": "绝密"}).ok().want("count", 0)
		wu.get("/api/search?q=%E7%BB%9D%E5%AF%86").ok().want("groups", []any{})
		wu.query("customer", obj{"search": "甲方", "count": true}).want("rows.0.label", "甲方公司").want("count", 1)
		admin.query("customer", obj{"search": "绝密"}).want("rows.0.label", "甲方公司")
	})
	t.Run("SEC-19 a masked number is found whole, never by a piece", func(t *testing.T) {
		for _, piece := range []string{"5678", "138123", "1381234567", "12345678", "wang"} {
			wu.query("customer", obj{"search": piece, "count": true}).want("rows", []any{}).want("count", 0)
		}
		wu.query("customer", obj{"search": "138 1234 5678"}).want("rows.0.label", "甲方公司")
		wu.post("/api/o/customer/query", obj{"filter": obj{"field": "phones", "op": "contains", "value": "5678"}}).is(422)
		wu.post("/api/o/customer/query", obj{"filter": obj{"field": "email", "op": "contains", "value": "wang"}}).is(422)
		wu.post("/api/o/customer/query", obj{"filter": obj{"field": "email", "op": "startsWith", "value": "w"}}).is(422)
		wu.query("customer", obj{"filter": obj{"field": "email", "op": "eq", "value": "wang@example.com"}}).want("rows.0.label", "甲方公司")
	})
	t.Run("SEC-19 the entitled reveal it, which is written down first", func(t *testing.T) {
		var told []records.Revealed
		var refuse error
		o.server.Records.OnReveal(func(_ context.Context, who *rights.Rights, what records.Revealed) error {
			told = append(told, what)
			return refuse
		})
		wu.post(path+"/reveal", obj{"field": "phones"}).ok().want("value.0.number", "+8613812345678")
		wu.post(path+"/dial", obj{"field": "phones", "index": 0}).ok().want("tel", "tel:+8613812345678")
		wu.post(path+"/reveal", obj{"field": "notes"}).is(422)
		wu.post(path+"/reveal", obj{"field": "name"}).ok()
		if len(told) != 2 || told[0].Field != "phones" || told[0].Use != "reveal" || told[1].Use != "dial" || told[0].Label != "甲方公司" {
			t.Errorf("written down: %+v", told)
		}
		refuse = &crm.Error{Code: crm.Unavailable, Key: "error.disk_full"}
		if a := wu.post(path+"/reveal", obj{"field": "phones"}).is(503); strings.Contains(a.text, "5678") {
			t.Error("shown without being written down")
		}
		refuse = nil
		blind := admin.role("无揭示", obj{"*": obj{"actions": []string{"read"}, "reach": "all"}}, obj{"customer": obj{"phones": "masked"}})
		admin.hire("qian", obj{"roles": []string{blind}}).post(path+"/reveal", obj{"field": "phones"}).is(403)
	})
	t.Run("a reference to a record out of reach has no name", func(t *testing.T) {
		order := admin.must("order", minimal("order", c.str("id")))
		only := admin.role("看订单", obj{"order": obj{"actions": []string{"read"}, "reach": "all"}, "customer": obj{"actions": []string{"read"}, "reach": "own"}}, nil)
		sun := admin.hire("sun", obj{"roles": []string{only}})
		if a := sun.get("/api/o/order/" + order.str("id")).ok(); strings.Contains(a.text, "甲方") {
			t.Error(a.text)
		}
	})
}

// A number that is kept from somebody is not found by typing pieces of it.
func TestCallLogOfOthers(t *testing.T) {
	x := newExchange(t)
	li, wang := x.user("li", crm.Sales), x.user("wang", crm.Sales)
	li.must("customer", obj{"name": "李的客户", "phones": phones("13800138000")})
	x.hangUp(x.ring("13800138000"), 0)
	x.hangUp(x.ring("13511112222"), 0)
	rows := func(p *person, query string, n int) *answer {
		t.Helper()
		a := p.get("/api/calls?count=1" + query).ok()
		if len(a.list("rows")) != n {
			t.Errorf("%s: %d rows, want %d", query, len(a.list("rows")), n)
		}
		return a.want("count", n)
	}
	rows(li, "&number=8000", 1).want("rows.0.number", "+8613800138000")
	a := rows(wang, "", 2).want("rows.1.display", "138****8000").want("rows.1.number", "").want("rows.1.restricted.owner", "LI").want("rows.1.callerName", nil)
	if strings.Contains(a.text, "1380013") || strings.Contains(a.text, "李的客户") {
		t.Error(a.text)
	}
	rows(wang, "&number=0013", 0)
	rows(wang, "&number=1111", 1)
	rows(wang, "&number=13800138000", 1).want("rows.0.display", "138****8000")
}
