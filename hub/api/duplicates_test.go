package api

import (
	"strings"
	"testing"

	"bellhop/hub/crm"
)

// TestDuplicates types values into a form, as its page does, and saves it.
func TestDuplicates(t *testing.T) {
	o := newOffice(t)
	admin, li, wang := o.user("admin", crm.Admin), o.user("li", crm.Sales), o.user("wang", crm.Sales)
	first := li.must("customer", obj{"name": "青岛金鼎机电有限公司", "phones": phones("13911112222"), "wechat": "Jinding-Qd", "email": "Sales@Jinding.cn"})
	zhao := li.must("contact", obj{"name": "赵工", "customer": first.str("id"), "qq": "80012345", "phones": phones("0532-83001234")})
	check := func(p *person, entity string, values obj) *answer {
		return p.post("/api/o/"+entity+"/duplicates", obj{"values": values}).ok()
	}
	t.Run("CUS-48 a value on any party shows its record before saving", func(t *testing.T) {
		for name, tt := range map[string]struct {
			entity string
			values obj
			field  string
			id     string
		}{
			"mobile, with the country in front":    {"customer", obj{"phones": phones("+86 139-1111-2222")}, "phones", first.str("id")},
			"mobile, on a contact":                 {"contact", obj{"phones": phones("13911112222")}, "phones", first.str("id")},
			"landline, of a contact, on a lead":    {"lead", obj{"phones": phones("(0532)8300 1234")}, "phones", zhao.str("id")},
			"mail, in other letters, on a contact": {"contact", obj{"email": "sales@jinding.CN"}, "email", first.str("id")},
			"mail, on a supplier":                  {"supplier", obj{"email": "SALES@jinding.cn"}, "email", first.str("id")},
			"QQ, of a contact":                     {"contact", obj{"qq": "80012345"}, "qq", zhao.str("id")},
			"WeChat, on a lead":                    {"lead", obj{"wechat": "jinding-qd"}, "wechat", first.str("id")},
		} {
			t.Run(name, func(t *testing.T) {
				a := check(li, tt.entity, tt.values).want("hits.0.id", tt.id).want("hits.0.field", tt.field).want("hits.0.open", true).want("hits.0.similar", false)
				if n := len(a.list("hits")); n != 1 {
					t.Errorf("%d hits: %s", n, a.text)
				}
			})
		}
	})
	t.Run("CUS-48 of a record that is not his own a user learns that it is there, whose, and when it was last in touch", func(t *testing.T) {
		li.must("activity", obj{"text": "电话回访", "at": 1790000000000, "customer": first.str("id")})
		a := check(wang, "customer", obj{"phones": phones("13911112222")}).want("hits.0.open", false).want("hits.0.entity", "customer").
			want("hits.0.owner.name", "LI").want("hits.0.lastContact", 1.79e12)
		for _, secret := range []string{"金鼎", first.str("id")} {
			if strings.Contains(a.text, secret) {
				t.Errorf("told %q: %s", secret, a.text)
			}
		}
	})
	t.Run("CUS-48 saving asks for a reason, and keeps it", func(t *testing.T) {
		values := obj{"name": "另一家", "phones": phones("13911112222")}
		a := wang.post("/api/o/customer", obj{"values": values, "check": obj{}}).is(409).
			want("error.key", "record.duplicate").want("hits.0.owner.name", "LI").want("hits.0.open", false)
		if a.at("current") != nil {
			t.Error("told a record")
		}
		wang.post("/api/o/customer", obj{"values": values, "check": obj{"reason": "  "}}).is(409)
		made := wang.post("/api/o/customer", obj{"values": values, "check": obj{"reason": "同一栋楼的总机"}}).is(201)
		wang.get("/api/o/customer/"+made.str("id")+"/duplicates").ok().want("passes.0.reason", "同一栋楼的总机").
			want("passes.0.user.name", "WANG").want("passes.0.matches.0.owner.name", "LI")
		admin.get("/api/o/customer/"+made.str("id")+"/duplicates").ok().want("passes.0.reason", "同一栋楼的总机").want("passes.0.matches", []any{})
		li.get("/api/o/customer/" + made.str("id") + "/duplicates").is(404)

		t.Run("a number that stood there before is not asked about again", func(t *testing.T) {
			changed := wang.send("PUT", "/api/o/customer/"+made.str("id"), obj{"rev": 1, "check": obj{}, "values": obj{"phones": phones("13911112222", "13700001111")}}).ok()
			wang.send("PUT", "/api/o/customer/"+made.str("id"), obj{"rev": changed.at("rev"), "check": obj{}, "values": obj{"email": "sales@jinding.cn"}}).is(409)
		})
		t.Run("a request sent again finds not itself", func(t *testing.T) {
			once := obj{"values": obj{"name": "只有一个", "phones": phones("13799990000")}, "check": obj{}}
			a := wang.send("POST", "/api/o/customer", once, "Idempotency-Key", "k1").is(201)
			wang.send("POST", "/api/o/customer", once, "Idempotency-Key", "k1").is(201).want("id", a.str("id"))
		})
	})
	t.Run("a deleted record's values are free again", func(t *testing.T) {
		gone := li.must("customer", obj{"name": "短命", "wechat": "duanming"})
		admin.delete("/api/o/customer/" + gone.str("id") + "?rev=1").ok()
		check(li, "customer", obj{"wechat": "duanming"}).want("hits", []any{})
	})

	forms := func(change obj) *answer { return admin.put("/api/forms", change).ok() }
	t.Run("CUS-49 a part of a name finds the company while it is typed, if the office wants that", func(t *testing.T) {
		made := li.must("customer", obj{"name": "广州甲乙软件技术有限公司"})
		check(li, "customer", obj{"name": "甲乙软件"}).want("hits.0.label", "广州甲乙软件技术有限公司").want("hits.0.similar", true)
		check(li, "lead", obj{"name": "甲乙软件"}).want("hits.0.id", made.str("id"))
		check(wang, "customer", obj{"name": "甲乙软件"}).want("hits.0.label", "").want("hits.0.value", "").want("hits.0.owner.name", "LI")
		t.Run("names alike don't stop saving", func(t *testing.T) {
			li.post("/api/o/customer", obj{"values": obj{"name": "甲乙软件"}, "check": obj{}}).is(201)
		})
		forms(obj{"similarNames": false})
		for _, hit := range check(li, "customer", obj{"name": "甲乙软"}).list("hits") {
			t.Errorf("off, and found %v", hit)
		}
		forms(obj{"similarNames": true})
		if len(check(li, "customer", obj{"name": "甲乙软"}).list("hits")) != 2 {
			t.Error("on again, and not both are found")
		}
	})
	t.Run("CUS-50 common words make nobody alike, and the list is the office's own", func(t *testing.T) {
		li.must("customer", obj{"name": "广州戊己有限公司"})
		words := forms(obj{}).list("ignoredWords")
		forms(obj{"ignoredWords": []string{"有限公司", "广州"}})
		check(li, "customer", obj{"name": "广州丙丁有限公司"}).want("hits", []any{})
		forms(obj{"ignoredWords": []string{"技术"}})
		if len(check(li, "customer", obj{"name": "广州丙己有限公司"}).list("hits")) == 0 {
			t.Error("nothing ignored, and 广州丙己有限公司 is not like 广州戊己有限公司")
		}
		if len(words) == 0 {
			t.Error("no words to begin with")
		}
		li.put("/api/forms", obj{"ignoredWords": []string{}}).is(403)
		admin.put("/api/forms", obj{"ignoredWords": []string{strings.Repeat("长", 31)}}).is(422).want("error.field", "ignoredWords")
	})
	t.Run("CUS-24 stock phrases are the office's, for everybody", func(t *testing.T) {
		forms(obj{"phrases": []string{"已寄样品", " 已寄样品 ", "约下周回访", ""}})
		wang.get("/api/forms").ok().want("phrases", []any{"已寄样品", "约下周回访"})
		wang.put("/api/forms", obj{"phrases": []string{"x"}}).is(403)
	})
}

func TestDrafts(t *testing.T) {
	o := newOffice(t)
	li, wang := o.user("li", crm.Sales), o.user("wang", crm.Sales)
	put := func(p *person, key string, values obj) *answer {
		return p.put("/api/drafts", obj{"key": key, "body": obj{"values": values}})
	}
	put(li, "customer.new", obj{"name": "写了一半"}).ok()
	t.Run("a draft is there on another device of the same user, and for nobody else", func(t *testing.T) {
		session, token, err := o.auth.Open(t.Context(), li.user, "phone", "elsewhere")
		if err != nil {
			t.Fatal(err)
		}
		phone := &person{o: o, user: li.user, cookie: token, csrf: session.CSRF}
		phone.get("/api/drafts?key=customer.new").ok().want("drafts.0.body.values.name", "写了一半")
		wang.get("/api/drafts?key=customer.new").ok().want("drafts", []any{})
		wang.get("/api/drafts").ok().want("drafts", []any{})
		wang.delete("/api/drafts?key=customer.new").ok()
		phone.get("/api/drafts").ok().want("drafts.0.key", "customer.new")
	})
	t.Run("the last word counts, and a dropped one is gone", func(t *testing.T) {
		put(li, "customer.new", obj{"name": "写完了"}).ok()
		li.get("/api/drafts?key=customer.new").ok().want("drafts.0.body.values.name", "写完了")
		li.delete("/api/drafts?key=customer.new").ok()
		li.get("/api/drafts?key=customer.new").ok().want("drafts", []any{})
	})
	t.Run("drafts are bounded in size and number", func(t *testing.T) {
		put(li, "big", obj{"notes": strings.Repeat("大", 100_000)}).is(422).want("error.key", "draft.too_large")
		put(li, "", nil).is(422)
		li.put("/api/drafts", obj{"key": "k", "body": "text"}).is(422)
		for i := range 105 {
			put(li, "customer."+string(rune('一'+i)), obj{"name": "x"}).ok()
		}
		if n := len(li.get("/api/drafts").ok().list("drafts")); n != 100 {
			t.Errorf("%d drafts kept", n)
		}
	})
}
