package api

import (
	"strings"
	"testing"

	"bellhop/hub/auth"
	"bellhop/hub/crm"
)

func TestPasswords(t *testing.T) {
	o := newOffice(t)
	admin, li := o.user("admin", crm.Admin), o.user("li", crm.Sales)
	t.Run("SEC-09 one's own with the old one", func(t *testing.T) {
		li.put("/api/me/password", obj{"old": "wrong", "new": "纸 船 过 河 123"}).is(422).want("error.field", "old")
		for _, weak := range []string{"123456", "12345678", "password1", "woaini520", "li-li-li-li", "qwerty123", "11111111"} {
			li.put("/api/me/password", obj{"old": password, "new": weak}).is(422).want("error.field", "password")
		}
		li.put("/api/me/password", obj{"old": password, "new": "纸 船 过 河 123"}).ok()
		o.anonymous().post("/api/login", obj{"login": "li", "password": "纸 船 过 河 123"}).ok()
	})
	t.Run("SEC-09 an entitled one resets another's, nobody else does", func(t *testing.T) {
		wang := o.user("wang", crm.Manager)
		wang.put("/api/users/"+li.id(), obj{"password": "blue horse 42"}).is(403)
		admin.put("/api/users/"+li.id(), obj{"password": "123456"}).is(422).want("error.field", "password")
		admin.put("/api/users/"+li.id(), obj{"password": "blue horse 42"}).ok()
		li.get("/api/me").is(401)
		o.anonymous().post("/api/login", obj{"login": "li", "password": "blue horse 42"}).ok().want("mustChangePassword", true)
	})
}

func TestSwitchUser(t *testing.T) {
	o := newOffice(t)
	li := o.user("li", crm.Sales)
	o.user("wang", crm.Sales)
	var ended []auth.Ended
	o.auth.OnEnd(func(e auth.Ended) { ended = append(ended, e) })
	t.Run("SEC-10 a wrong password leaves the first one in", func(t *testing.T) {
		li.post("/api/login", obj{"login": "wang", "password": "wrong"}).is(401)
		li.get("/api/me").ok().want("login", "li")
	})
	t.Run("SEC-10 another user logs in, the first is logged out", func(t *testing.T) {
		li.post("/api/login", obj{"login": "wang", "password": password}).ok().want("login", "wang")
		li.get("/api/me").is(401)
		if len(ended) != 1 || ended[0].Reason != "logout" {
			t.Errorf("the first one's pages are told %v", ended)
		}
	})
}

func TestLock(t *testing.T) {
	o := newOffice(t)
	admin, li := o.user("admin", crm.Admin), o.user("li", crm.Sales)
	customer := li.must("customer", obj{"name": "甲"}).str("id")
	t.Run("SEC-11 a covered page gets no data until the password is given", func(t *testing.T) {
		li.post("/api/lock", nil).ok()
		li.get("/api/me").ok().want("locked", true)
		for _, path := range []string{"/api/meta", "/api/o/customer/" + customer, "/api/search?q=x", "/api/organisation"} {
			li.get(path).is(423).want("error.key", "session.locked")
		}
		li.put("/api/o/customer/"+customer, obj{"rev": 1, "values": obj{"city": "杭州"}}).is(423)
		li.post("/api/unlock", obj{"password": "wrong"}).is(422).want("error.field", "password")
		li.get("/api/meta").is(423)
		li.post("/api/unlock", obj{"password": password}).ok()
		li.get("/api/o/customer/" + customer).ok()
	})
	t.Run("SEC-11 after the user's own minutes, not later than the office's", func(t *testing.T) {
		li.get("/api/me").ok().want("lockMinutes", 0)
		li.put("/api/me", obj{"lockMinutes": 15}).ok().want("lockMinutes", 15)
		admin.put("/api/login-rules", obj{"lockMinutes": 10}).ok()
		li.get("/api/me").ok().want("lockMinutes", 10)
		li.put("/api/me", obj{"lockMinutes": 5}).ok().want("lockMinutes", 5)
		li.put("/api/me", obj{"lockMinutes": -5}).is(422)
		li.put("/api/login-rules", obj{"lockMinutes": 0}).is(403)
		admin.put("/api/login-rules", obj{"seats": -1}).is(422)
	})
}

func TestLoginLimits(t *testing.T) {
	o := newOffice(t)
	admin, li := o.user("admin", crm.Admin), o.user("li", crm.Sales)
	limit := func(more obj) {
		t.Helper()
		limits := obj{"boundDevices": false, "lanOnly": false, "pcOnly": false, "days": 0, "from": 0, "to": 0, "lockMinutes": 0}
		for k, v := range more {
			limits[k] = v
		}
		admin.put("/api/users/"+li.id(), obj{"limits": limits}).ok()
	}
	login := func(headers ...string) *answer {
		t.Helper()
		return o.anonymous().send("POST", "/api/login", obj{"login": "li", "password": password}, headers...)
	}
	const iPhone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148"
	t.Run("SEC-14 PC only", func(t *testing.T) {
		limit(obj{"pcOnly": true})
		login("User-Agent", iPhone).is(401).want("error.key", "login.pc_only")
		login("User-Agent", "Mozilla/5.0 (Windows NT 10.0)").ok()
	})
	t.Run("SEC-14 LAN only", func(t *testing.T) {
		limit(obj{"lanOnly": true})
		// Requests of this test come from 0.0.0.0, which is no address of an office.
		login().is(401).want("error.key", "login.lan_only")
		limit(nil)
		login().ok()
	})
	t.Run("SEC-12 only with bound devices; the others are refused, logged, and can be bound", func(t *testing.T) {
		limit(obj{"boundDevices": true})
		refused := login("User-Agent", "Mozilla/5.0 (Windows NT 10.0) Chrome/120").is(401).want("error.key", "login.device")
		cookie, _, _ := strings.Cut(refused.header.Get("Set-Cookie"), ";")
		if !strings.HasPrefix(cookie, "bellhop_device=") {
			t.Fatalf("no key is given: %q", cookie)
		}
		login("Cookie", cookie).is(401)
		devices := admin.get("/api/users/"+li.id()+"/devices").ok().want("devices.0.bound", false).want("devices.0.kind", "key")
		if len(devices.list("devices")) != 1 {
			t.Errorf("one browser is %d devices", len(devices.list("devices")))
		}
		path := "/api/users/" + li.id() + "/devices/" + devices.str("devices.0.id")
		li = o.again("li")
		li.put(path, obj{"bound": true}).is(403)
		admin.put(path, obj{"bound": true}).ok().want("devices.0.bound", true)
		login("Cookie", cookie).ok()
		login().is(401)
		admin.put(path, obj{"bound": false}).ok()
		login("Cookie", cookie).is(401)
		admin.post("/api/users/"+li.id()+"/devices", obj{"mac": "3C-52-82-1A-0B-9F", "label": "前台"}).ok().want("devices.0.shown", "3c:52:82:1a:0b:9f")
		admin.post("/api/users/"+li.id()+"/devices", obj{"mac": "3C-52"}).is(422).want("error.field", "mac")
		if a := admin.get("/api/audit/system?kind=login.refused"); a.status == 200 && !strings.Contains(a.text, "li") {
			t.Error("the refusal is not logged")
		}
	})
	t.Run("a change of limits ends the logins there are", func(t *testing.T) {
		limit(nil)
		li = o.again("li")
		li.get("/api/me").ok()
		limit(obj{"days": 31})
		li.get("/api/me").is(401)
		admin.put("/api/users/"+li.id(), obj{"limits": obj{"days": 300}}).is(422)
	})
}

func TestKeeper(t *testing.T) {
	o := newOffice(t)
	admin := o.user("admin", crm.Admin)
	li, wang := o.user("li", crm.Sales), o.user("wang", crm.Sales)
	t.Run("SEC-23 without a second person there is no keeper", func(t *testing.T) {
		admin.put("/api/users/"+li.id(), obj{"roles": []string{"4", "5"}}).is(403).want("error.key", "keeper.two_persons")
		admin.post("/api/users", obj{"login": "x", "name": "X", "password": password, "roles": []string{"5"}}).is(403)
		admin.post("/api/keeper", obj{"user": li.id()}).is(409).want("error.key", "keeper.nobody_confirms")
	})
	boss := o.user("boss", crm.Manager)
	t.Run("SEC-23 one proposes, another confirms", func(t *testing.T) {
		admin.post("/api/keeper", obj{"user": admin.id()}).is(422)
		id := admin.post("/api/keeper", obj{"user": li.id()}).ok().want("open.keeper.name", "LI").want("open.decide", false).str("open.id")
		path := "/api/keeper/" + id + "/decide"
		admin.post(path, obj{"confirm": true}).is(403)
		li.post(path, obj{"confirm": true}).is(403)
		boss.get("/api/keeper").ok().want("open.decide", true)
		boss.post(path, obj{"confirm": true}).ok().want("keepers.0.name", "LI")
		li.get("/api/me").ok().want("areas.audit", "[read export approve]")
	})
	t.Run("SEC-23 the administrator alone can't change, disable or become the keeper", func(t *testing.T) {
		path := "/api/users/" + li.id()
		for _, in := range []obj{{"roles": []string{"4"}}, {"active": false}, {"state": "left"}, {"password": "blue horse 42"}, {"role": "sales"}} {
			admin.put(path, in).is(403).want("error.key", "keeper.two_persons")
		}
		admin.put("/api/roles/5", obj{"grants": obj{}}).is(403)
		admin.put("/api/roles/1", obj{"grants": obj{"*": obj{"actions": []string{"read"}, "reach": "all"}, "audit": obj{"actions": []string{"read", "approve"}, "reach": "all"}}}).ok()
		if strings.Contains(admin.get("/api/me").ok().text, `"audit":["read","approve"]`) {
			t.Error("he gives himself what is the keeper's")
		}
		admin.delete("/api/roles/1").ok()
		admin.put(path, obj{"post": "资料员"}).ok()
	})
	t.Run("SEC-23 the keeper hands over to the next", func(t *testing.T) {
		id := admin.post("/api/keeper", obj{"user": wang.id()}).ok().str("open.id")
		boss.post("/api/keeper/"+id+"/decide", obj{"confirm": true}).is(403)
		li.post("/api/keeper/"+id+"/decide", obj{"confirm": false}).ok().want("open", nil).want("past.0.state", "refused")
		id = admin.post("/api/keeper", obj{"user": wang.id()}).ok().str("open.id")
		li.post("/api/keeper/"+id+"/decide", obj{"confirm": true}).ok().want("keepers.0.name", "WANG")
		li.get("/api/me").ok().want("areas.audit", nil)
		admin.put("/api/users/"+li.id(), obj{"active": false}).ok()
	})
}

func TestSecurityRules(t *testing.T) {
	o := newOffice(t)
	admin, li := o.user("admin", crm.Admin), o.user("li", crm.Sales)
	li.get("/api/me").ok().want("acceptRules", false)
	t.Run("SEC-26 who has not accepted gets nothing else", func(t *testing.T) {
		admin.put("/api/rules", obj{"text": "客户资料不得外传。"}).ok().want("rev", 1)
		li.get("/api/me").ok().want("acceptRules", true)
		li.get("/api/meta").is(403).want("error.key", "rules.needed")
		li.get("/api/rules").ok().want("text", "客户资料不得外传。").want("accepted", false)
		li.post("/api/rules/accept", obj{"rev": 7}).is(409)
		li.post("/api/rules/accept", obj{"rev": 1}).ok().want("accepted", true)
		li.get("/api/meta").ok()
		li.put("/api/rules", obj{"text": "都可以"}).is(403)
	})
	t.Run("SEC-26 who has not is listed", func(t *testing.T) {
		admin.post("/api/rules/accept", obj{"rev": 1}).ok()
		o.user("wang", crm.Sales)
		rows := admin.get("/api/rules/accepted").ok().want("rows.2.name", "WANG").want("rows.2.at", 0)
		if at, _ := rows.at("rows.1.at").(float64); at == 0 {
			t.Error("who has accepted is not told from who has not")
		}
	})
	t.Run("SEC-26 again when they change, and not when they are the same", func(t *testing.T) {
		admin.put("/api/rules", obj{"text": " 客户资料不得外传。 "}).ok().want("rev", 1)
		li.get("/api/meta").ok()
		admin.put("/api/rules", obj{"text": "客户资料不得外传，也不得拍照。"}).ok()
		li.get("/api/meta").is(403)
		admin.post("/api/rules/accept", obj{"rev": 2}).ok()
		admin.put("/api/rules", obj{"text": ""}).ok().want("rev", 0)
		li.get("/api/meta").ok()
		admin.put("/api/rules", obj{"text": "客户资料不得外传。"}).ok().want("rev", 4)
		li.get("/api/meta").is(403)
	})
}

func TestAccountReview(t *testing.T) {
	o := newOffice(t)
	admin, li, wang := o.user("admin", crm.Admin), o.user("li", crm.Manager), o.user("wang", crm.Sales)
	boss := o.user("boss", crm.Manager)
	gone := boss.must("customer", obj{"name": "删"})
	boss.delete("/api/o/customer/" + gone.str("id") + "?rev=1").ok()
	o.exec(`UPDATE user_account SET last_login = 1 WHERE id = ?`, wang.user.ID)
	admin.get("/api/review").ok().want("due", true).want("last", nil)
	review := admin.post("/api/review", nil).ok()
	has := func(who *person, action string) bool {
		for _, item := range review.list("last.items") {
			item := item.(obj)
			if item["user"].(obj)["id"] == who.id() && (item["action"] == action || action == "" && item["action"] == nil) {
				return true
			}
		}
		return false
	}
	t.Run("SEC-25 unused accounts and rights are listed", func(t *testing.T) {
		if !has(wang, "") || has(li, "") || !has(li, "delete") || has(boss, "delete") || !has(boss, "export") || has(wang, "reveal") {
			t.Error(review.text)
		}
	})
	t.Run("SEC-25 each is confirmed or disabled; a disabled account is out at once", func(t *testing.T) {
		wang.get("/api/me").ok()
		admin.put("/api/review", obj{"user": wang.id(), "decision": "disable"}).ok()
		wang.get("/api/me").is(401)
		admin.put("/api/review", obj{"user": wang.id(), "decision": "keep"}).is(409)
		admin.post("/api/review", nil).is(409).want("error.key", "review.open")
		li.put("/api/review", obj{"user": li.id(), "action": "delete", "decision": "keep"}).is(403)
		for _, item := range review.list("last.items") {
			item := item.(obj)
			if id := item["user"].(obj)["id"]; id != wang.id() {
				admin.put("/api/review", obj{"user": id, "action": item["action"], "decision": "keep"}).ok()
			}
		}
		done := admin.get("/api/review").ok().want("due", false).want("last.items.0.decidedBy.name", "ADMIN")
		if done.at("last.doneAt") == nil {
			t.Error("not done")
		}
	})
}
