package api

import (
	"strings"
	"testing"

	"bellhop/hub/crm"
)

// menuKeys are the keys of the user's menu.
func (p *person) menuKeys() string {
	p.o.t.Helper()
	var keys []string
	for _, item := range p.get("/api/meta").ok().list("menu") {
		keys = append(keys, item.(map[string]any)["key"].(string))
	}
	return " " + strings.Join(keys, " ") + " "
}

// TestInterface proves what a user and the administrator decide about the page.
func TestInterface(t *testing.T) {
	o := newOffice(t)
	admin, boss := o.user("root", crm.Admin), o.user("boss", crm.Manager)
	li, wang := o.user("li", crm.Sales), o.user("wang", crm.Sales)

	t.Run("UIX-01 the workbench goes from the menu of a user who switched it off, and from all by the administrator", func(t *testing.T) {
		li.put("/api/me/interface", obj{"workbench": "off"}).ok().want("interface.workbench", "off")
		if strings.Contains(li.menuKeys(), " home ") || !strings.Contains(wang.menuKeys(), " home ") {
			t.Errorf("menus: %q, %q", li.menuKeys(), wang.menuKeys())
		}
		li.put("/api/me/interface", obj{"workbench": "on"}).ok()
		li.put("/api/interface", obj{"workbench": false}).is(403)
		admin.put("/api/interface", obj{"workbench": false}).ok()
		if strings.Contains(li.menuKeys()+wang.menuKeys(), " home ") {
			t.Error("the administrator's switch does not hold")
		}
		admin.put("/api/interface", obj{"workbench": true}).ok()
	})
	t.Run("UIX-03 UIX-05 UIX-06 what was chosen is so after the next login, for this user only", func(t *testing.T) {
		li.put("/api/me/interface", obj{"nav": "hidden", "text": "larger", "look": "forest", "pane": "on"}).ok()
		again := o.again("li")
		again.get("/api/me").ok().want("interface.nav", "hidden").want("interface.text", "larger").want("interface.look", "forest").want("interface.pane", "on")
		wang.get("/api/me").ok().want("interface.nav", "wide").want("interface.text", "normal").want("interface.look", "harbour")
		li.put("/api/me/interface", obj{"look": "javascript:"}).is(422).want("error.field", "look")
	})
	t.Run("UIX-08 the forum link goes from this user's menu only", func(t *testing.T) {
		admin.put("/api/interface", obj{"workbench": true, "forumURL": "javascript:alert(1)"}).is(422).want("error.field", "forumURL")
		admin.put("/api/interface", obj{"workbench": true, "forumURL": "https://bbs.example.com/", "forumLabel": "内部论坛"}).ok()
		li.put("/api/me/interface", obj{"forum": "off"}).ok()
		if strings.Contains(li.menuKeys(), " forum ") || !strings.Contains(wang.menuKeys(), " forum ") {
			t.Errorf("menus: %q, %q", li.menuKeys(), wang.menuKeys())
		}
	})
	t.Run("UIX-02 a manager may gather his people's items, nobody those of his peers", func(t *testing.T) {
		boss.put("/api/me/interface", obj{"people": []string{li.id(), wang.id()}}).ok().want("interface.people.1", wang.id())
		li.put("/api/me/interface", obj{"people": []string{wang.id()}}).is(403)
		if people := li.get("/api/workbench/people").ok().list("people"); len(people) != 1 {
			t.Errorf("li may pick %v", people)
		}
	})
}

// TestFavourites proves stars and pages shown to colleagues.
func TestFavourites(t *testing.T) {
	o := newOffice(t)
	li, wang, boss := o.user("li", crm.Sales), o.user("wang", crm.Sales), o.user("boss", crm.Manager)
	own := li.must("customer", obj{"name": "海天集团"})
	path := "/api/favourites/customer/" + own.str("id")

	t.Run("UIX-11 a starred record is in My favourites until it is unstarred or gone", func(t *testing.T) {
		li.put(path, nil).ok()
		li.put(path, nil).ok()
		li.get("/api/favourites").ok().want("rows.0.label", "海天集团").want("rows.0.id", own.str("id"))
		if rows := wang.get("/api/favourites").ok().list("rows"); len(rows) != 0 {
			t.Errorf("wang sees li's: %v", rows)
		}
		li.delete(path).ok()
		if rows := li.get("/api/favourites").ok().list("rows"); len(rows) != 0 {
			t.Errorf("still there: %v", rows)
		}
	})
	t.Run("UIX-11 a record out of reach can be neither starred nor kept in view by a star", func(t *testing.T) {
		wang.put(path, nil).is(404)
		boss.put(path, nil).ok()
		boss.get("/api/favourites").ok().want("rows.0.label", "海天集团")
		other := wang.must("customer", obj{"name": "转手客户"})
		wang.put("/api/favourites/customer/"+other.str("id"), nil).ok()
		boss.change(other, obj{"owner": li.id()}).ok()
		if rows := wang.get("/api/favourites").ok().list("rows"); len(rows) != 0 {
			t.Errorf("the star still tells the name: %v", rows)
		}
		boss.delete("/api/o/customer/" + own.str("id") + "?rev=1").ok()
		if rows := boss.get("/api/favourites").ok().list("rows"); len(rows) != 0 {
			t.Errorf("a deleted record is offered: %v", rows)
		}
	})
	t.Run("UIX-11 a page sent to a colleague opens only for those with the right", func(t *testing.T) {
		secret := li.must("customer", obj{"name": "不给别人看"})
		page := "/o/customer/" + secret.str("id")
		for _, bad := range []string{"//evil.example", "https://evil.example", `/\evil.example`, ""} {
			li.post("/api/pages", obj{"to": []string{wang.id()}, "path": bad, "title": "x"}).is(422)
		}
		li.post("/api/pages", obj{"to": []string{}, "path": page, "title": "x"}).is(422).want("error.field", "to")
		li.post("/api/pages", obj{"to": []string{wang.id(), boss.id()}, "path": page, "title": "这个客户", "text": "请看一下"}).is(201)
		got := boss.get("/api/pages").ok().want("rows.0.path", page).want("rows.0.from.name", "LI").want("rows.0.read", false)
		boss.get("/api" + page).ok()
		wang.get("/api" + page).is(404)
		boss.post("/api/pages/"+got.str("rows.0.id")+"/read", nil).ok()
		boss.get("/api/pages").ok().want("rows.0.read", true)
		wang.get("/api/pages").ok().want("rows.0.read", false)
	})
}

// TestFamily proves that a customer's page tells of those below it.
func TestFamily(t *testing.T) {
	o := newOffice(t)
	boss, li := o.user("boss", crm.Manager), o.user("li", crm.Sales)
	b := boss.must("customer", obj{"name": "乙集团"})
	a := boss.must("customer", obj{"name": "甲公司", "parent": b.str("id")})
	deep := boss.must("customer", obj{"name": "甲公司门市", "parent": a.str("id")})
	for i, c := range []*answer{b, a, deep} {
		boss.must("order", obj{"customer": c.str("id"), "date": "2026-11-22", "amount": yuan(100 * (i + 1))})
		boss.must("opportunity", obj{"customer": c.str("id"), "name": "机会", "amount": yuan(1000)})
	}
	void := boss.must("order", obj{"customer": a.str("id"), "date": "2026-11-22", "amount": yuan(5000)})
	boss.change(void, obj{"state": "void"}).ok()
	path := "/api/o/customer/" + b.str("id") + "/family"

	t.Run("CUS-12 a subsidiary shows below its parent and the deals of both are added up", func(t *testing.T) {
		boss.get(path).ok().want("members.1.label", "甲公司").want("members.1.parent", b.str("id")).want("members.2.depth", 2).
			want("members.1.deals.order.count", 1).want("members.1.deals.order.sums.0.minor", 20000).
			want("totals.order.count", 3).want("totals.order.sums.0.minor", 60000).want("totals.opportunity.sums.0.minor", 300000)
		boss.get("/api/o/customer/"+a.str("id")+"/family").ok().want("above.label", "乙集团").want("totals.order.sums.0.minor", 50000)
	})
	t.Run("CUS-12 what the user may not read is neither there nor in the sums", func(t *testing.T) {
		li.get(path).is(404)
		boss.change(b, obj{"owner": li.id()}).ok()
		li.get(path).ok().want("totals.order.sums.0.minor", 10000)
		if members := li.get(path).ok().list("members"); len(members) != 1 {
			t.Errorf("li sees %v", members)
		}
	})
	t.Run("CUS-12 a ring of parents does not run for ever", func(t *testing.T) {
		b := boss.get("/api/o/customer/" + b.str("id")).ok()
		boss.change(b, obj{"parent": deep.str("id")}).ok()
		if members := boss.get(path).ok().list("members"); len(members) != 3 {
			t.Errorf("members %v", members)
		}
	})
}
