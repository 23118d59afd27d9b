package api

import (
	"context"
	"strings"
	"testing"

	"bellhop/hub/auth"
	"bellhop/hub/crm"
)

func TestSetup(t *testing.T) {
	o := newOffice(t)
	nobody := o.anonymous()
	good := obj{"company": "铃客", "areaCode": "0571", "name": "周敏", "login": "Admin", "password": password, "lang": "zh-TW"}
	with := func(key string, value any) obj {
		in := obj{}
		for k, v := range good {
			in[k] = v
		}
		in[key] = value
		return in
	}
	nobody.get("/api/setup").ok().want("needed", true)
	for name, tt := range map[string]struct {
		key, value, field string
	}{
		"no company":         {"company", " ", "company"},
		"area code":          {"areaCode", "571", "areaCode"},
		"no name":            {"name", "", "name"},
		"login with spaces":  {"login", "a b", "login"},
		"123456":             {"password", "123456", "password"},
		"a common word":      {"password", "password123", "password"},
		"digits in a row":    {"password", "12345678", "password"},
		"the login again":    {"password", "admin-admin", "password"},
		"a language unknown": {"lang", "fr", "lang"},
	} {
		t.Run(name, func(t *testing.T) {
			nobody.post("/api/setup", with(tt.key, tt.value)).is(422).want("error.field", tt.field)
		})
	}
	t.Run("another site can't do it", func(t *testing.T) {
		nobody.send("POST", "/api/setup", good, "Origin", "http://evil.example").is(403)
		nobody.send("POST", "/api/setup", good, "Sec-Fetch-Site", "cross-site").is(403)
	})
	a := nobody.post("/api/setup", good).ok().want("role", "admin").want("lang", "zh-TW").want("company", "铃客").want("areaCode", "0571")
	cookie := a.header.Get("Set-Cookie")
	for _, part := range []string{"HttpOnly", "SameSite=Lax", "path=/"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("cookie %q lacks %s", cookie, part)
		}
	}
	if strings.Contains(cookie, "secure") {
		t.Errorf("cookie %q does not work over plain HTTP", cookie)
	}
	nobody.get("/api/setup").ok().want("needed", false)
	nobody.post("/api/setup", with("login", "second")).is(409)
	nobody.post("/api/login", obj{"login": "ADMIN", "password": password}).ok().want("name", "周敏")
}

func TestSEC27(t *testing.T) {
	t.Run("SEC-27 five wrong passwords lock the account for a while", func(t *testing.T) {
		o := newOffice(t)
		o.user("li", crm.Sales)
		nobody := o.anonymous()
		for range auth.LockAfter - 1 {
			nobody.post("/api/login", obj{"login": "li", "password": "wrong"}).is(401).want("error.code", "unauthorized")
		}
		locked := nobody.post("/api/login", obj{"login": "LI", "password": "wrong"}).is(423).want("error.code", "locked")
		if wait, _ := locked.at("error.retryAfter").(float64); wait != auth.LockFor.Seconds() {
			t.Errorf("retryAfter %v, want %v", wait, auth.LockFor.Seconds())
		}
		nobody.post("/api/login", obj{"login": "li", "password": password}).is(423)
	})
	t.Run("SEC-27 a right password forgets the wrong ones before", func(t *testing.T) {
		o := newOffice(t)
		o.user("li", crm.Sales)
		nobody := o.anonymous()
		for range 2 {
			for range auth.LockAfter - 1 {
				nobody.post("/api/login", obj{"login": "li", "password": "wrong"}).is(401)
			}
			nobody.post("/api/login", obj{"login": "li", "password": password}).ok()
		}
	})
	t.Run("SEC-27 a disabled user is out at once", func(t *testing.T) {
		o := newOffice(t)
		admin, li := o.user("admin", crm.Admin), o.user("li", crm.Sales)
		var ended []auth.Ended
		o.auth.OnEnd(func(e auth.Ended) { ended = append(ended, e) })
		li.get("/api/me").ok()
		admin.put("/api/users/"+li.user.ID.String(), obj{"active": false}).ok().want("active", false)
		li.get("/api/me").is(401)
		o.anonymous().post("/api/login", obj{"login": "li", "password": password}).is(401)
		if len(ended) != 1 || ended[0].User != li.user.ID {
			t.Errorf("the open pages heard %+v", ended)
		}
	})
	t.Run("one address can't try the same password on every login", func(t *testing.T) {
		o := newOffice(t)
		nobody := o.anonymous()
		// Tries come back with time, and on a busy machine each takes a while.
		for range 10 * auth.AddressTries {
			if nobody.post("/api/login", obj{"login": "somebody", "password": "x"}).status == 429 {
				return
			}
		}
		t.Error("never told to wait")
	})
}

func TestCSRF(t *testing.T) {
	o := newOffice(t)
	li := o.user("li", crm.Sales)
	lead := obj{"values": obj{"name": "x"}}
	li.send("POST", "/api/o/lead", lead, csrfHeader, "").is(403).want("error.key", "error.csrf")
	li.send("POST", "/api/o/lead", lead, csrfHeader, "guess").is(403)
	li.send("POST", "/api/o/lead", lead, "Origin", "http://evil.example").is(403)
	li.send("POST", "/api/o/lead", lead, "Sec-Fetch-Site", "cross-site").is(403)
	li.send("POST", "/api/o/lead", lead, "Origin", "http://example.com").is(201)
	o.anonymous().post("/api/o/lead", lead).is(401)
}

func TestPasswordChange(t *testing.T) {
	o := newOffice(t)
	admin, li := o.user("admin", crm.Admin), o.user("li", crm.Sales)
	second, _, err := func() (*person, string, error) {
		session, token, err := o.auth.Open(context.Background(), li.user, "test", "other browser")
		return &person{o: o, user: li.user, cookie: token, csrf: session.CSRF}, token, err
	}()
	if err != nil {
		t.Fatal(err)
	}
	li.put("/api/me/password", obj{"old": "no", "new": "a new horse 43"}).is(422).want("error.field", "old")
	li.put("/api/me/password", obj{"old": password, "new": "123456"}).is(422)
	li.put("/api/me/password", obj{"old": password, "new": "a new horse 43"}).ok()
	li.get("/api/me").ok()
	second.get("/api/me").is(401)
	admin.put("/api/users/"+li.user.ID.String(), obj{"password": "another horse 44"}).ok()
	li.get("/api/me").is(401)
	o.anonymous().post("/api/login", obj{"login": "li", "password": "another horse 44"}).ok().want("mustChangePassword", true)
}

func TestOwnChoices(t *testing.T) {
	o := newOffice(t)
	li := o.user("li", crm.Sales)
	li.put("/api/me", obj{"lang": "zh-TW", "theme": "dark", "density": "compact", "ringSound": "once", "callerDisplay": false}).ok()
	li.get("/api/me").ok().want("lang", "zh-TW").want("theme", "dark").want("density", "compact").want("ringSound", "once").want("callerDisplay", false)
	li.put("/api/me", obj{"theme": "pink"}).is(422).want("error.field", "theme")
	li.put("/api/me", obj{"role": "admin"}).ok().want("role", "sales")
}

func TestLogout(t *testing.T) {
	o := newOffice(t)
	li := o.user("li", crm.Sales)
	li.post("/api/logout", nil).ok()
	li.get("/api/me").is(401)
}

func TestErrorsInTheReadersLanguage(t *testing.T) {
	o := newOffice(t)
	nobody := o.anonymous()
	nobody.send("GET", "/api/me", nil, "X-Lang", "en").is(401).want("error.message", "Log in first.")
	nobody.send("GET", "/api/me", nil, "Accept-Language", "zh-HK,zh;q=0.9").is(401).want("error.message", "請先登入")
	nobody.send("GET", "/api/me", nil, "Accept-Language", "fr").is(401).want("error.message", "请先登录")
	o.user("li", crm.Sales).send("GET", "/api/o/customer/1", nil, "X-Lang", "zh-CN").is(404).
		want("error.message", "There is no such record, or it is not among those you may see.")
}

func TestUsersAndSettings(t *testing.T) {
	o := newOffice(t)
	admin := o.user("admin", crm.Admin)
	li := admin.post("/api/users", obj{"login": "li", "name": "李伟", "role": "sales", "password": password, "lines": []int{2, 1}}).is(201).want("lines", []int{1, 2})
	admin.post("/api/users", obj{"login": "LI", "name": "另一个", "role": "sales", "password": password}).is(409).want("error.field", "login")
	admin.post("/api/users", obj{"login": "wu", "name": "吴", "role": "king", "password": password}).is(422).want("error.field", "role")
	admin.post("/api/users", obj{"login": "wu", "name": "吴", "role": "sales"}).is(422).want("error.field", "password")
	admin.put("/api/users/"+admin.user.ID.String(), obj{"role": "sales"}).is(409).want("error.key", "user.last_admin")
	o.anonymous().post("/api/login", obj{"login": "li", "password": password}).ok().want("mustChangePassword", true)

	changed := 0
	o.server.ChangedSettings = func(context.Context) { changed++ }
	admin.put("/api/settings", obj{"company": "新名", "areaCode": "021", "recordIncoming": false, "recordOutgoing": true,
		"lines": []obj{{"id": 1, "label": "总机", "users": []string{li.str("id")}}, {"id": 2, "label": "", "users": []string{}}}}).ok()
	admin.get("/api/settings").ok().want("company", "新名").want("areaCode", "021").want("recordIncoming", false).want("recordOutgoing", true).
		want("lines.0.label", "总机").want("lines.0.users.0", li.str("id")).want("lines.0.name", "Line 1").want("lines.1.label", "").want("lines.1.name", "Line 2").want("lines.1.users", []any{})
	if changed != 1 {
		t.Errorf("telephony was told %d times", changed)
	}
	admin.put("/api/settings", obj{"areaCode": "9"}).is(422).want("error.field", "areaCode")
	admin.put("/api/settings", obj{"lines": []obj{{"id": 0}}}).is(422)
}
