package api

import (
	"testing"

	"bellhop/hub/crm"
)

func TestRightsQuery(t *testing.T) {
	o := newOffice(t)
	admin := o.user("admin", crm.Admin)
	team := admin.post("/api/departments", obj{"name": "二组"}).is(201).str("id")
	blind := admin.role("客服", obj{"customer": obj{"actions": []string{"read"}, "reach": "own"}}, obj{"customer": obj{"phones": "masked"}})
	manager := admin.hire("manager", obj{"roles": []string{"3"}})
	li := admin.hire("li", obj{"superior": manager.id()})
	wang := admin.hire("wang", obj{"department": team, "roles": []string{blind}})
	c := li.must("customer", obj{"name": "甲"})
	order := li.must("order", minimal("order", c.str("id")))
	manager.must("order", minimal("order", c.str("id")))
	li.must("customer", obj{"name": "乙"})
	li.post("/api/o/customer/share", obj{"ids": []string{c.str("id")}, "targets": []string{team}, "level": "read"}).ok()

	subject := func(a *answer, name string) *answer {
		t.Helper()
		for _, s := range a.list("subjects") {
			if s := s.(obj); s["name"] == name {
				return &answer{t: t, body: s, text: a.text}
			}
		}
		t.Fatalf("nothing of %s", name)
		return nil
	}
	t.Run("SEC-08 every right of a user with its reason, and what he sees", func(t *testing.T) {
		a := admin.get("/api/rights/users/"+li.id()).ok().want("roles.0.label", "Salesperson")
		subject(a, "customer").want("actions.0.action", "read").want("actions.0.why.0.role", "Salesperson").want("actions.0.why.0.reach", "own").
			want("reach.total", 2).want("reach.parts.0.why", "owner").want("reach.parts.0.count", 2)
		subject(a, "order").want("reach.total", 2).want("reach.parts.0.count", 1).want("reach.parts.1.why", "parent").want("reach.parts.1.count", 2).want("reach.parts.1.entity", "customer")
		subject(a, "settings").want("actions", []any{})
		w := admin.get("/api/rights/users/" + wang.id()).ok()
		subject(w, "customer").want("reach.total", 1).want("reach.parts.0.why", "shared").want("fields.0.key", "phones").want("fields.0.level", "masked").want("fields.0.roles.0", "客服")
		subject(w, "order").want("actions", []any{})
		subject(admin.get("/api/rights/users/"+manager.id()).ok(), "customer").want("reach.parts.0.why", "subordinate").want("reach.parts.0.count", 2)
	})
	t.Run("SEC-08 who can see a customer, and why", func(t *testing.T) {
		a := admin.get("/api/rights/records/customer/"+c.str("id")).ok().
			want("seers.0.name", "ADMIN").want("seers.0.reasons.0.why", "all").want("seers.0.reasons.0.roles.0", "Administrator").
			want("seers.1.name", "MANAGER").want("seers.1.reasons.0.why", "subordinate").want("seers.1.edit", true).
			want("seers.2.name", "LI").want("seers.2.reasons.0.why", "owner").
			want("seers.3.name", "WANG").want("seers.3.reasons.0.why", "shared").want("seers.3.reasons.0.via", "二组").want("seers.3.edit", false)
		if len(a.list("seers")) != 4 {
			t.Error(a.text)
		}
		li.get("/api/rights/records/order/"+order.str("id")).ok().want("seers.2.reasons.0.why", "owner").want("seers.2.reasons.1.why", "parent").want("seers.2.reasons.1.via", "Customer")
	})
	t.Run("one may ask about oneself and one's own records alone", func(t *testing.T) {
		li.get("/api/rights/users/" + li.id()).ok()
		li.get("/api/rights/users/" + wang.id()).is(403)
		wang.get("/api/rights/records/order/" + order.str("id")).is(404)
		wang.get("/api/rights/records/customer/" + c.str("id")).is(403)
	})
}
