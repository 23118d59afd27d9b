package api

import (
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"bellhop/hub/audit"
	"bellhop/hub/audit/trail"
	"bellhop/hub/crm"
	"bellhop/hub/rights"
)

// kinds are the kinds of the rows of an answer, newest first.
func kinds(a *answer) []string {
	out := []string{}
	for _, row := range a.list("rows") {
		out = append(out, row.(map[string]any)["kind"].(string))
	}
	return out
}

func TestChangeLog(t *testing.T) {
	o := newOffice(t)
	boss, zhao := o.user("boss", crm.Admin), o.user("zhao", crm.Sales)
	made := zhao.must("customer", obj{"name": "杭州精工", "level": "b", "phones": []obj{{"label": "mobile", "number": "13800138000"}}})
	path := "/api/o/customer/" + made.str("id") + "/changes"

	t.Run("CUS-41 each change shows old and new value, user, time and device", func(t *testing.T) {
		before := time.Now().UnixMilli()
		res := zhao.send("PUT", "/api/o/customer/"+made.str("id"), obj{"rev": made.body["rev"], "values": obj{
			"level": "a", "address": "杭州", "phones": []obj{{"label": "mobile", "number": "13800138001"}}, "owner": boss.user.ID.String()}},
			"User-Agent", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36")
		if res.status == 422 { // handing over is not for sales: the rest is
			res = zhao.send("PUT", "/api/o/customer/"+made.str("id"), obj{"rev": made.body["rev"], "values": obj{
				"level": "a", "address": "杭州", "phones": []obj{{"label": "mobile", "number": "13800138001"}}}},
				"User-Agent", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36")
		}
		res.ok()
		log := zhao.get(path).ok()
		if got := kinds(log); !reflect.DeepEqual(got, []string{"update", "create"}) {
			t.Fatalf("kinds %v", got)
		}
		log.want("rows.0.user.name", "ZHAO").want("rows.0.device", "Chrome 142 · Windows").want("rows.0.what", "Customer changed").want("rows.0.via", "Page")
		if at := log.at("rows.0.at").(float64); int64(at) < before {
			t.Errorf("at %v, began %v", at, before)
		}
		changed := map[string]string{}
		for _, c := range log.list("rows.0.changes") {
			m := c.(map[string]any)
			changed[m["label"].(string)] = fmt.Sprint(m["old"], " → ", m["new"])
		}
		want := map[string]string{"Level": "B Good → A Key", "Address": " → 杭州", "Phone": "138 0013 8000 → 138 0013 8001"}
		for label, text := range want {
			if label == "Level" { // the options' own words are the module's
				if !strings.HasPrefix(changed[label], "B") || !strings.Contains(changed[label], "→ A") {
					t.Errorf("level: %q", changed[label])
				}
				continue
			}
			if changed[label] != text {
				t.Errorf("%s: %q, want %q in %v", label, changed[label], text, changed)
			}
		}
	})
	t.Run("CUS-41 in the reader's language", func(t *testing.T) {
		zhao.put("/api/me", obj{"lang": "zh-CN"}).ok()
		log := zhao.get(path).ok()
		if text := log.text; !strings.Contains(text, "级别") || !strings.Contains(text, "修改客户") {
			t.Errorf("%s", text)
		}
	})
	t.Run("CUS-41 a save that changes nothing leaves no entry", func(t *testing.T) {
		now := zhao.get("/api/o/customer/" + made.str("id")).ok()
		zhao.change(now, obj{"level": "a"}).ok()
		if n := len(zhao.get(path).ok().list("rows")); n != 2 {
			t.Errorf("%d entries", n)
		}
	})
	t.Run("CUS-41 batches, merges and imports say so", func(t *testing.T) {
		for _, via := range []string{trail.Batch, trail.Merge, trail.Import, trail.API, trail.Rule} {
			ctx := trail.Through(t.Context(), via)
			who := rights.For(boss.user, o.server.Records.Schema())
			ref := crm.Ref{Entity: "customer", ID: idOf(t, made.str("id"))}
			row, err := o.server.Records.Get(ctx, who, ref)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := o.server.Records.Update(ctx, who, ref, row.Rev, map[string]any{"address": via}); err != nil {
				t.Fatal(err)
			}
			boss.get(path).ok().want("rows.0.via", map[string]string{"batch": "Batch", "merge": "Merge", "import": "Import", "api": "API", "rule": "Automatic"}[via])
		}
	})
	t.Run("CUS-41 what follows from another record's change is told as automatic", func(t *testing.T) {
		order := minimal("order", made.str("id"))
		order["state"] = "confirmed"
		zhao.must("order", order)
		log := zhao.get(path).ok()
		log.want("rows.0.via", "自动").want("rows.0.user.name", "ZHAO").want("rows.0.changes.0.field", "balance")
		if now := zhao.get("/api/o/customer/" + made.str("id")).ok(); fmt.Sprint(log.at("rows.0.changes.0.new")) == "" || now.at("values.balance") == nil {
			t.Errorf("%s", log.text)
		}
	})
	t.Run("CUS-41 a foreign record's log is not there", func(t *testing.T) {
		other := o.user("qian", crm.Sales)
		other.get(path).is(404)
	})
	t.Run("CUS-41 the deletion is told, to those who read the whole log", func(t *testing.T) {
		now := boss.get("/api/o/customer/" + made.str("id")).ok()
		boss.delete(fmt.Sprintf("/api/o/customer/%s?rev=%v", made.str("id"), now.body["rev"])).ok()
		log := boss.get("/api/logs/change?entity=customer&id=" + made.str("id")).ok()
		log.want("rows.0.kind", "delete").want("rows.0.label", "杭州精工")
	})
}

func idOf(t *testing.T, s string) crm.ID {
	t.Helper()
	id, err := crm.ParseID(s)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestSystemLog(t *testing.T) {
	o := newOffice(t)
	boss := o.user("boss", crm.Admin)
	t.Run("SEC-15 login, refused login, operation and logout are listed", func(t *testing.T) {
		visitor := o.anonymous()
		visitor.post("/api/login", obj{"login": "boss", "password": "wrong"}).is(401)
		in := visitor.post("/api/login", obj{"login": "boss", "password": password}).ok()
		session := &person{o: o, csrf: in.str("csrf")}
		for _, cookie := range (&http.Response{Header: in.header}).Cookies() {
			if cookie.Name == sessionCookie {
				session.cookie = cookie.Value
			}
		}
		session.post("/api/users", obj{"login": "new", "name": "New", "role": "sales", "password": "a long password 7"}).is(201)
		session.post("/api/logout", nil).ok()
		log := boss.get("/api/logs/system").ok()
		if got := kinds(log)[:4]; !reflect.DeepEqual(got, []string{"logout", "post users", "login", "login.refused"}) {
			t.Errorf("%v", got)
		}
		log.want("rows.1.what", "User added").want("rows.1.user.name", "BOSS").want("rows.3.label", "boss")
		if strings.Contains(log.text, "a long password") || strings.Contains(log.text, "wrong\"") {
			t.Errorf("a password is in the log: %s", log.text)
		}
		boss.get("/api/logs/system?kind=login").ok().want("rows.0.user.name", "BOSS")
		if n := len(boss.get("/api/logs/system?q=nobody").ok().list("rows")); n != 0 {
			t.Errorf("%d rows", n)
		}
	})
	t.Run("SEC-15 a write that fails is told by nobody", func(t *testing.T) {
		n := len(boss.get("/api/logs/system").ok().list("rows"))
		boss.put("/api/settings", obj{"company": ""}).is(422)
		if now := len(boss.get("/api/logs/system").ok().list("rows")); now != n {
			t.Errorf("%d entries, had %d", now, n)
		}
	})
	t.Run("SEC-15 SEC-24 nobody alters or removes a log", func(t *testing.T) {
		for _, log := range trail.Logs {
			for _, method := range []string{"PUT", "POST", "DELETE", "PATCH"} {
				for _, path := range []string{"/api/logs/" + string(log), "/api/logs/" + string(log) + "/1"} {
					if a := boss.send(method, path, obj{}); a.status < 400 {
						t.Errorf("%s %s is answered with %d", method, path, a.status)
					}
				}
			}
		}
		for _, log := range boss.post("/api/logs/verify", nil).ok().list("logs") {
			if report := log.(map[string]any); len(report["faults"].([]any)) > 0 {
				t.Errorf("%v", report)
			}
		}
	})
	t.Run("SEC-15 not for everybody", func(t *testing.T) {
		zhao := o.user("zhao", crm.Sales)
		zhao.get("/api/logs/system").is(403)
		zhao.get("/api/logs/system/csv").is(403)
		zhao.post("/api/logs/verify", nil).is(403)
		boss.get("/api/logs/system?kind=refused").ok().want("rows.0.user.name", "ZHAO")
	})
	t.Run("SEC-15 exported without formulas", func(t *testing.T) {
		o.anonymous().post("/api/login", obj{"login": "=cmd|' /C calc'!A0", "password": "x"}).is(401)
		csv := boss.get("/api/logs/system/csv").ok()
		if !strings.Contains(csv.text, "'=cmd|") || strings.Contains(csv.text, ",=cmd") {
			t.Errorf("%s", csv.text)
		}
		boss.get("/api/logs/access?kind=export").ok().want("rows.0.user.name", "BOSS")
	})
	t.Run("SEC-15 pages go on", func(t *testing.T) {
		first := boss.get("/api/logs/system?limit=2").ok()
		second := boss.get(fmt.Sprintf("/api/logs/system?limit=2&before=%v", first.at("next"))).ok()
		if first.at("rows.1.seq").(float64)-1 != second.at("rows.0.seq").(float64) {
			t.Errorf("%v then %v", first.at("rows.1.seq"), second.at("rows.0.seq"))
		}
	})
}

func TestAccessLog(t *testing.T) {
	o := newOffice(t)
	boss, zhao := o.user("boss", crm.Admin), o.user("zhao", crm.Sales)
	made := zhao.must("customer", obj{"name": "宁波海天", "phones": []obj{{"label": "mobile", "number": "13900139000"}}})
	path := "/api/o/customer/" + made.str("id")
	t.Run("SEC-20 SEC-24 who viewed a customer, administrators too", func(t *testing.T) {
		zhao.get(path).ok()
		zhao.get(path).ok() // the page fetched it again: one opening
		boss.get(path).ok()
		log := boss.get(path + "/access").ok()
		if got := kinds(log); !reflect.DeepEqual(got, []string{"view", "view"}) {
			t.Fatalf("%v", got)
		}
		log.want("rows.0.user.name", "BOSS").want("rows.1.user.name", "ZHAO").want("rows.0.label", "宁波海天")
		boss.get("/api/logs/access?via=admin").ok().want("rows.0.user.name", "BOSS").want("rows.0.kind", "view")
		boss.query("customer", obj{})
		boss.get(path + "/access").ok()
		boss.get("/api/logs/access?via=admin&kind=list").ok().want("rows.0.kind", "list")
	})
	t.Run("SEC-20 who exported, printed or revealed it, also as one of many", func(t *testing.T) {
		who := rights.For(zhao.user, o.server.Records.Schema())
		id := idOf(t, made.str("id"))
		named := audit.Named{Entity: "customer", Search: "海天"}
		taking, err := o.server.Audit.Take(t.Context(), who, audit.Export, named, 1, 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := taking.Add(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if err := taking.Done(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := o.server.Audit.Note(t.Context(), who, audit.Access{Kind: audit.Reveal, Ref: crm.Ref{Entity: "customer", ID: id}, Label: "宁波海天", Fields: []string{"phones"}}); err != nil {
			t.Fatal(err)
		}
		log := boss.get(path + "/access").ok()
		if got := kinds(log)[:2]; !reflect.DeepEqual(got, []string{"reveal", "export"}) {
			t.Errorf("%v", got)
		}
		log.want("rows.0.note", "Phone")
	})
	t.Run("SEC-20 the mark on a leaked page leads to its user and time", func(t *testing.T) {
		mark := zhao.get("/api/security").ok().str("mark.code")
		if again := zhao.get("/api/security").ok().str("mark.code"); mark == "" || again != mark {
			t.Fatalf("%q, then %q", mark, again)
		}
		if other := boss.get("/api/security").ok().str("mark.code"); other == mark {
			t.Error("two users have one mark")
		}
		boss.get("/api/security/marks/"+strings.ToLower(mark)).ok().want("user.name", "ZHAO")
		boss.get("/api/security/marks/XXXXXX").is(404)
		zhao.get("/api/security/marks/" + mark).is(403)
	})
	t.Run("SEC-20 finding, person and measure are kept", func(t *testing.T) {
		found := boss.post("/api/security/findings", obj{"entity": "customer", "record": made.str("id"), "finding": "照片流出", "person": zhao.user.ID.String()}).ok()
		boss.put("/api/security/findings/"+found.str("id"), obj{"finding": "照片流出", "person": zhao.user.ID.String(), "measure": "书面警告"}).ok()
		boss.get("/api/security/findings?entity=customer&id="+made.str("id")).ok().want("rows.0.person.name", "ZHAO").want("rows.0.measure", "书面警告").want("rows.0.label", "宁波海天")
		zhao.post("/api/security/findings", obj{"finding": "x"}).is(403)
		boss.post("/api/security/findings", obj{"finding": " "}).is(422).want("error.field", "finding")
	})
	t.Run("SEC-22 pages, records and bytes per user and day", func(t *testing.T) {
		today := time.Now().Format(time.DateOnly)
		before := zhaoTraffic(boss, today)
		zhao.query("customer", obj{})
		zhao.get(path).ok()
		after := zhaoTraffic(boss, today)
		if after["pages"]-before["pages"] != 2 || after["records"]-before["records"] != 2 || after["bytes"]-before["bytes"] < 300 {
			t.Errorf("%v, then %v", before, after)
		}
		if before["exports"] != 1 {
			t.Errorf("%v exports", before["exports"])
		}
		zhao.get("/api/security/traffic?from=" + today + "&to=" + today).is(403)
	})
	t.Run("UIX-14 which modules each person used", func(t *testing.T) {
		today := time.Now().Format(time.DateOnly)
		use := boss.get("/api/security/usage?from=" + today + "&to=" + today + "&user=" + zhao.user.ID.String()).ok()
		use.want("rows.0.module", "customer").want("rows.0.label", "Customers").want("rows.0.days", 1)
	})
}

func zhaoTraffic(boss *person, day string) map[string]float64 {
	out := map[string]float64{}
	for _, row := range boss.get("/api/security/traffic?from=" + day + "&to=" + day).ok().list("rows") {
		m := row.(map[string]any)
		if m["user"].(map[string]any)["name"] == "ZHAO" {
			for _, key := range []string{"pages", "records", "exports", "bytes"} {
				out[key] += m[key].(float64)
			}
		}
	}
	return out
}

func TestUnusualReading(t *testing.T) {
	o := newOffice(t)
	boss, zhao := o.user("boss", crm.Admin), o.user("zhao", crm.Sales)
	boss.put("/api/security/policy", obj{"openLimit": 5}).ok()
	open := func(n int) {
		for i := range n {
			made := zhao.must("customer", obj{"name": fmt.Sprintf("客户 %d", i)})
			zhao.get("/api/o/customer/" + made.str("id")).ok()
		}
		if err := o.server.Audit.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("SEC-21 as many as the limit are no alert", func(t *testing.T) {
		open(5)
		if n := len(boss.get("/api/security/alerts").ok().list("rows")); n != 0 {
			t.Errorf("%d alerts", n)
		}
	})
	t.Run("SEC-21 one more alerts the keeper with the list, once", func(t *testing.T) {
		open(1)
		open(1)
		alerts := boss.get("/api/security/alerts").ok()
		if n := len(alerts.list("rows")); n != 1 {
			t.Fatalf("%d alerts", n)
		}
		alerts.want("rows.0.user.name", "ZHAO").want("rows.0.opened", 6).want("rows.0.allowed", 5)
		if n := len(alerts.list("rows.0.list")); n != 6 {
			t.Errorf("%d records in the list", n)
		}
		boss.get("/api/security").ok().want("alerts", 1)
		boss.post("/api/security/alerts/"+alerts.str("rows.0.id")+"/seen", nil).ok()
		boss.get("/api/security").ok().want("alerts", 0)
		zhao.get("/api/security/alerts").is(403)
	})
	t.Run("SEC-21 the usual limit is 100", func(t *testing.T) {
		newOffice(t).user("chief", crm.Admin).get("/api/security/policy").ok().want("openLimit", 100)
	})
}

func TestExportNeedsApproval(t *testing.T) {
	o := newOffice(t)
	boss, second, zhao := o.user("boss", crm.Admin), o.user("second", crm.Admin), o.user("zhao", crm.Sales)
	who := rights.For(zhao.user, o.server.Records.Schema())
	named := audit.Named{Entity: "customer", Search: "海天"}
	take := func(n audit.Named, grant string) error {
		id, _ := crm.ParseID(grant)
		_, err := o.server.Audit.Take(t.Context(), who, audit.Export, n, 3, id)
		return err
	}
	refused := func(err error, key string) {
		t.Helper()
		refusal, ok := err.(*crm.Error)
		if !ok || refusal.Code != crm.Forbidden || refusal.Key != key {
			t.Errorf("%v, want %s", err, key)
		}
	}
	t.Run("SEC-17 without a rule it is free and logged", func(t *testing.T) {
		if err := take(named, ""); err != nil {
			t.Fatal(err)
		}
		boss.get("/api/logs/access?kind=export").ok().want("rows.0.user.name", "ZHAO")
	})
	t.Run("SEC-17 a reason alone", func(t *testing.T) {
		boss.put("/api/security/policy", obj{"export": "reason"}).ok()
		refused(take(named, ""), "audit.reason_needed")
		zhao.post("/api/access-requests", obj{"kind": "export", "entity": "customer", "search": "海天", "reason": " "}).is(422).want("error.field", "reason")
		asked := zhao.post("/api/access-requests", obj{"kind": "export", "entity": "customer", "search": "海天", "reason": "寄样品册"}).is(201)
		asked.want("state", "approved")
		if err := take(named, asked.str("id")); err != nil {
			t.Fatal(err)
		}
		boss.get("/api/logs/access?kind=export").ok().want("rows.0.note", "3 records · For: 寄样品册")
	})
	t.Run("SEC-17 only after approval, for what was named, by the one who asked, once", func(t *testing.T) {
		boss.put("/api/security/policy", obj{"export": "approval"}).ok()
		refused(take(named, ""), "audit.approval_needed")
		asked := zhao.post("/api/access-requests", obj{"kind": "export", "entity": "customer", "search": "海天", "reason": "寄样品册", "count": 3}).is(201)
		asked.want("state", "open")
		refused(take(named, asked.str("id")), "audit.grant_void")
		boss.get("/api/security").ok().want("requests", 1)
		boss.get("/api/access-requests?box=inbox&state=open").ok().want("rows.0.user.name", "ZHAO").want("rows.0.reason", "寄样品册").want("rows.0.named.search", "海天")
		zhao.get("/api/access-requests?box=inbox").is(403)
		zhao.post("/api/access-requests/"+asked.str("id")+"/decide", obj{"approve": true}).is(403)
		boss.post("/api/access-requests/"+asked.str("id")+"/decide", obj{"approve": true, "remark": "仅此一次"}).ok()
		second.post("/api/access-requests/"+asked.str("id")+"/decide", obj{"approve": false}).is(409)
		zhao.get("/api/access-requests").ok().want("rows.0.state", "approved").want("rows.0.remark", "仅此一次").want("rows.0.decidedBy.name", "BOSS")
		refused(take(audit.Named{Entity: "customer"}, asked.str("id")), "audit.grant_void")
		who = rights.For(second.user, o.server.Records.Schema())
		refused(take(named, asked.str("id")), "audit.grant_void")
		who = rights.For(zhao.user, o.server.Records.Schema())
		if err := take(named, asked.str("id")); err != nil {
			t.Fatal(err)
		}
		refused(take(named, asked.str("id")), "audit.grant_void")
		zhao.get("/api/access-requests").ok().want("rows.0.state", "used")
	})
	t.Run("SEC-17 refused stays refused, nobody decides his own", func(t *testing.T) {
		asked := zhao.post("/api/access-requests", obj{"kind": "export", "entity": "customer", "reason": "x"}).is(201)
		boss.post("/api/access-requests/"+asked.str("id")+"/decide", obj{"approve": false, "remark": "用途不清"}).ok()
		refused(take(audit.Named{Entity: "customer"}, asked.str("id")), "audit.grant_void")
		own := boss.post("/api/access-requests", obj{"kind": "export", "entity": "customer", "reason": "x"}).is(201)
		boss.post("/api/access-requests/"+own.str("id")+"/decide", obj{"approve": true}).is(403).want("error.key", "audit.own_request")
	})
	t.Run("SEC-17 reading on beyond a day's limit asks too", func(t *testing.T) {
		wang := o.user("wang", crm.Sales)
		for i := range 3 {
			wang.must("customer", obj{"name": fmt.Sprintf("客户 %d", i)})
		}
		boss.put("/api/security/policy", obj{"export": "approval", "listLimit": 5}).ok()
		wang.query("customer", obj{})
		wang.query("customer", obj{})
		list := func() *answer { return wang.post("/api/o/customer/query", obj{}) }
		list().is(403).want("error.key", "audit.approval_needed")
		asked := wang.post("/api/access-requests", obj{"kind": "list", "entity": "customer", "reason": "月度核对"}).is(201)
		list().is(403).want("error.key", "audit.waiting")
		boss.post("/api/access-requests/"+asked.str("id")+"/decide", obj{"approve": true}).ok()
		list().ok()
		list().ok()
		list().is(403).want("error.key", "audit.approval_needed")
		boss.put("/api/security/policy", obj{"listLimit": 0}).ok()
		list().ok()
	})
	t.Run("SEC-16 who may not copy out neither prints nor exports", func(t *testing.T) {
		boss.put("/api/security/policy", obj{"export": "off", "copying": []obj{{"subject": "user", "id": zhao.user.ID.String(), "allowed": false}}}).ok()
		refused(take(named, ""), "audit.no_copying")
		_, err := o.server.Audit.Take(t.Context(), who, audit.Print, named, 1, 0)
		refused(err, "audit.no_copying")
		zhao.get("/api/security").ok().want("copying", false).want("watermark", true)
		boss.get("/api/security").ok().want("copying", true).want("watermark", false)
	})
	t.Run("SEC-16 by role, and a user goes before his role", func(t *testing.T) {
		boss.put("/api/security/policy", obj{"copying": []obj{{"subject": "role", "id": "4", "allowed": false}}}).ok()
		zhao.get("/api/security").ok().want("copying", false)
		boss.put("/api/security/policy", obj{"copying": []obj{{"subject": "role", "id": "4", "allowed": false},
			{"subject": "user", "id": zhao.user.ID.String(), "allowed": true}}}).ok()
		zhao.get("/api/security").ok().want("copying", true)
		zhao.put("/api/security/policy", obj{"copying": []obj{}}).is(403)
	})
}

func TestExportRouteAsks(t *testing.T) {
	o := newOffice(t)
	boss, chen := o.user("boss", crm.Admin), o.user("chen", crm.Manager)
	made := chen.must("customer", obj{"name": "宁波海天"})
	list := obj{"search": "海天", "format": "csv"}
	boss.put("/api/security/policy", obj{"export": "approval"}).ok()
	t.Run("SEC-17 an export runs only after approval, once, and the customer's audit tells it", func(t *testing.T) {
		chen.post("/api/o/customer/export", list).is(403).want("error.key", "audit.approval_needed")
		asked := chen.post("/api/access-requests", obj{"kind": "export", "entity": "customer", "search": "海天", "reason": "寄年历"}).is(201)
		boss.post("/api/access-requests/"+asked.str("id")+"/decide", obj{"approve": true}).ok()
		chen.send("POST", "/api/o/customer/export", obj{"search": "", "format": "csv"}, grantHeader, asked.str("id")).is(403).want("error.key", "audit.grant_void")
		file := chen.send("POST", "/api/o/customer/export", list, grantHeader, asked.str("id")).ok()
		if text := chen.get(file.str("url")).ok().text; !strings.Contains(text, "宁波海天") {
			t.Errorf("%s", text)
		}
		chen.send("POST", "/api/o/customer/export", list, grantHeader, asked.str("id")).is(403).want("error.key", "audit.grant_void")
		log := boss.get("/api/o/customer/" + made.str("id") + "/access").ok()
		if got := kinds(log); !slices.Contains(got, "export") {
			t.Errorf("%v", got)
		}
	})
	t.Run("SEC-16 with copying out off the server refuses, and the page offers nothing", func(t *testing.T) {
		boss.put("/api/security/policy", obj{"export": "off"}).ok()
		chen.post("/api/o/customer/export", list).ok()
		chen.get("/api/meta").ok().want("entities.customer.actions.export", true)
		boss.put("/api/security/policy", obj{"copying": []obj{{"subject": "user", "id": chen.user.ID.String(), "allowed": false}}}).ok()
		chen.post("/api/o/customer/export", list).is(403)
		chen.get("/api/meta").ok().want("entities.customer.actions.export", false).want("entities.customer.actions.print", false)
	})
}

func TestKeeperDecides(t *testing.T) {
	o := newOffice(t)
	admin, boss, li, zhao := o.user("admin", crm.Admin), o.user("boss", crm.Manager), o.user("li", crm.Sales), o.user("zhao", crm.Sales)
	admin.put("/api/security/policy", obj{"export": "approval"}).ok()
	id := admin.post("/api/keeper", obj{"user": li.id()}).ok().str("open.id")
	boss.post("/api/keeper/"+id+"/decide", obj{"confirm": true}).ok()
	asked := zhao.post("/api/access-requests", obj{"kind": "export", "entity": "customer", "reason": "年度对账"}).is(201)
	t.Run("SEC-23 the keeper receives requests, an administrator no longer", func(t *testing.T) {
		admin.get("/api/access-requests?box=inbox").is(403)
		admin.post("/api/access-requests/"+asked.str("id")+"/decide", obj{"approve": true}).is(403)
		admin.get("/api/security").ok().want("keeps", false).want("reads", true).want("requests", 0)
		li.get("/api/security").ok().want("keeps", true).want("requests", 1)
		li.get("/api/access-requests?box=inbox&state=open").ok().want("rows.0.reason", "年度对账")
		li.post("/api/access-requests/"+asked.str("id")+"/decide", obj{"approve": true}).ok().want("state", "approved")
	})
	t.Run("SEC-23 SEC-24 the keeper reads what administrators read", func(t *testing.T) {
		made := admin.must("customer", obj{"name": "宁波海天"})
		admin.get("/api/o/customer/" + made.str("id")).ok()
		li.get("/api/o/customer/"+made.str("id")+"/access").ok().want("rows.0.user.name", "ADMIN")
		li.get("/api/logs/access?via=admin&kind=view").ok().want("rows.0.label", "宁波海天")
		boss.get("/api/logs/access").is(403)
	})
}

func TestImportantCustomer(t *testing.T) {
	o := newOffice(t)
	boss, zhao := o.user("boss", crm.Admin), o.user("zhao", crm.Sales)
	made := zhao.must("customer", obj{"name": "绝密精工", "important": true, "address": "杭州", "phones": []obj{{"label": "mobile", "number": "13700137000"}}})
	path := "/api/o/customer/" + made.str("id")
	closed := func(p *person, key string) {
		t.Helper()
		for _, way := range []string{path, path + "/timeline", path + "/changes"} {
			p.get(way).is(403).want("error.key", key)
		}
		p.put(path, obj{"rev": 1, "values": obj{"important": false}}).is(403)
		p.delete(path + "?rev=1").is(403)
		for _, list := range []*answer{p.query("customer", obj{}), p.query("customer", obj{"search": "绝密"})} {
			list.want("rows.0.label", "绝密精工").want("rows.0.values.phones", nil).want("rows.0.values.address", nil)
		}
		if found := p.get("/api/lookup?entity=customer&q=绝密").ok(); strings.Contains(found.text, "7000") {
			t.Errorf("the number is found: %s", found.text)
		}
	}
	t.Run("SEC-18 opening asks for the reason, whoever opens", func(t *testing.T) {
		closed(boss, "audit.purpose_needed")
		closed(zhao, "audit.purpose_needed")
	})
	t.Run("SEC-18 with the reason it opens, and both are kept", func(t *testing.T) {
		zhao.post("/api/access-requests", obj{"kind": "view", "entity": "customer", "id": made.str("id"), "reason": "回访"}).is(201).want("state", "approved")
		zhao.get(path).ok().want("values.address", "杭州")
		zhao.query("customer", obj{}).want("rows.0.values.address", "杭州")
		closed(boss, "audit.purpose_needed") // for the one who asked alone
		boss.get("/api/logs/access?kind=purpose").ok().want("rows.0.user.name", "ZHAO").want("rows.0.note", "For: 回访").want("rows.0.label", "绝密精工")
	})
	t.Run("SEC-18 where set, only after approval", func(t *testing.T) {
		boss.put("/api/security/policy", obj{"important": "approval"}).ok()
		second := o.user("second", crm.Manager)
		closed(second, "audit.purpose_needed")
		asked := second.post("/api/access-requests", obj{"kind": "view", "entity": "customer", "id": made.str("id"), "reason": "投诉"}).is(201)
		asked.want("state", "open").want("label", "绝密精工")
		second.get(path).is(403).want("error.key", "audit.waiting")
		boss.post("/api/access-requests/"+asked.str("id")+"/decide", obj{"approve": true}).ok()
		second.get(path).ok()
		boss.get("/api/logs/access?kind=purpose").ok().want("rows.0.user.name", "SECOND").want("rows.0.note", "For: 投诉")
	})
	t.Run("SEC-18 a customer outside one's rights can't be asked for", func(t *testing.T) {
		other := o.user("qian", crm.Sales)
		other.post("/api/access-requests", obj{"kind": "view", "entity": "customer", "id": made.str("id"), "reason": "x"}).is(404)
	})
	t.Run("SEC-18 off is off", func(t *testing.T) {
		boss.put("/api/security/policy", obj{"important": "off"}).ok()
		boss.get(path).ok()
	})
}

func TestRevealIsLogged(t *testing.T) {
	o := newOffice(t)
	boss := o.user("boss", crm.Admin)
	masked := boss.role("遮号", obj{"*": obj{"actions": []string{"read", "reveal"}, "reach": "all"}}, obj{"customer": obj{"phones": "masked"}})
	wu := boss.hire("wu", obj{"roles": []string{masked}})
	made := boss.must("customer", obj{"name": "甲方公司", "phones": []obj{{"label": "mobile", "number": "13812345678"}}})
	path := "/api/o/customer/" + made.str("id")
	t.Run("SEC-19 a masked number is masked in the change log too", func(t *testing.T) {
		boss.change(made, obj{"phones": []obj{{"label": "mobile", "number": "13987654321"}}}).ok()
		log := wu.get(path + "/changes").ok()
		if strings.Contains(log.text, "12345678") || strings.Contains(log.text, "1234 5678") || strings.Contains(log.text, "8765") {
			t.Errorf("%s", log.text)
		}
		log.want("rows.0.changes.0.old", "138****5678").want("rows.0.changes.0.new", "139****4321")
	})
	t.Run("CUS-41 a hidden field is absent from the change log", func(t *testing.T) {
		blind := boss.role("无号", obj{"*": obj{"actions": []string{"read"}, "reach": "all"}}, obj{"customer": obj{"phones": "hidden"}})
		qian := boss.hire("qian", obj{"roles": []string{blind}})
		if log := qian.get(path + "/changes").ok(); len(log.list("rows.0.changes")) != 0 || strings.Contains(log.text, "5678") {
			t.Errorf("%s", log.text)
		}
	})
	t.Run("SEC-19 SEC-20 revealing and dialling are in the access log", func(t *testing.T) {
		wu.post(path+"/reveal", obj{"field": "phones"}).ok()
		wu.post(path+"/dial", obj{"field": "phones", "index": 0}).ok()
		log := boss.get(path + "/access").ok()
		if got := kinds(log)[:2]; !reflect.DeepEqual(got, []string{"dial", "reveal"}) {
			t.Errorf("%v", got)
		}
		log.want("rows.1.label", "甲方公司").want("rows.1.note", "Phone")
	})
	t.Run("SEC-18 SEC-19 of an important customer only after a purpose", func(t *testing.T) {
		secret := boss.must("customer", obj{"name": "绝密", "important": true, "phones": []obj{{"label": "mobile", "number": "13700001111"}}})
		wu.post("/api/o/customer/"+secret.str("id")+"/reveal", obj{"field": "phones"}).is(403).want("error.key", "audit.purpose_needed")
	})
}

func TestFeedback(t *testing.T) {
	o := newOffice(t)
	boss, zhao, qian := o.user("boss", crm.Admin), o.user("zhao", crm.Sales), o.user("qian", crm.Sales)
	t.Run("UIX-14 a note from any page reaches the administrator and gets an answer", func(t *testing.T) {
		zhao.post("/api/feedback", obj{"text": "  ", "page": "/o/order"}).is(422).want("error.field", "text")
		made := zhao.post("/api/feedback", obj{"text": "订单列表希望有毛利", "page": "/o/order"}).is(201)
		boss.get("/api/feedback?all=1").ok().want("rows.0.text", "订单列表希望有毛利").want("rows.0.page", "/o/order").want("rows.0.user.name", "ZHAO")
		zhao.post("/api/feedback/"+made.str("id")+"/answer", obj{"answer": "x"}).is(403)
		boss.post("/api/feedback/"+made.str("id")+"/answer", obj{"answer": "下月会有"}).ok()
		zhao.get("/api/feedback").ok().want("rows.0.answer", "下月会有").want("rows.0.answeredBy.name", "BOSS")
		if n := len(qian.get("/api/feedback").ok().list("rows")); n != 0 {
			t.Errorf("%d notes of others", n)
		}
		qian.get("/api/feedback?all=1").is(403)
	})
}
