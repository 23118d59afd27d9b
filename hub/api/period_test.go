package api

import (
	"fmt"
	"testing"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/rights"
)

func TestPeriod(t *testing.T) {
	o := newOffice(t)
	admin := o.user("admin", crm.Admin)
	chief := admin.hire("chief", obj{"roles": []string{rights.RoleAccountManager.String()}})
	equal := admin.hire("equal", obj{"roles": []string{rights.RoleAccountManager.String()}})
	li := admin.hire("li", obj{"superior": chief.id()})
	now := time.Now()
	month := now.Format("2006-01")
	first, _ := time.ParseInLocation("2006-01", month, time.Local)
	// Days of this month, whatever day it is: the first is past unless it is today.
	past, last := first.Format(time.DateOnly), first.AddDate(0, 1, -1).Format(time.DateOnly)
	before := first.AddDate(0, -1, 0)
	at := func(who *person, name, next string) string {
		v := obj{"name": name}
		if next != "" {
			v["nextContact"] = next
		}
		return who.must("customer", v).str("id")
	}
	at(li, "没有计划", "")
	at(li, "月底联系", last)
	at(li, "过期没联系", past)
	contacted := at(li, "过期但联系过", past)
	at(li, "上月计划", before.Format(time.DateOnly))
	li.must("activity", obj{"customer": contacted, "text": "谈过", "at": first.Add(26 * time.Hour).UnixMilli()})
	li.must("activity", obj{"customer": contacted, "text": "上月谈过", "at": before.Add(time.Hour).UnixMilli()})
	at(equal, "同级的客户", past)

	overdue := 1
	if now.Day() == 1 {
		overdue = 0
	}
	want := map[string]int{"new": 5, "contacted": 1, "planned": 3, "overdue": overdue}
	check := func(t *testing.T, who *person, a *answer, row int) {
		t.Helper()
		for name, n := range want {
			path := fmt.Sprintf("rows.%d.%s", row, name)
			a.want(path+".count", n)
			// The number opens exactly its list.
			who.query(a.str(path+".entity"), obj{"filter": a.at(path + ".filter"), "count": true}).want("count", n)
		}
	}
	t.Run("QRY-09 four numbers of a month, each opening its list", func(t *testing.T) {
		a := li.get("/api/period?month=" + month).ok()
		if n := len(a.list("rows")); n != 1 {
			t.Errorf("%d rows", n)
		}
		check(t, li, a, 0)
	})
	t.Run("QRY-10 the superior sees his subordinate's numbers", func(t *testing.T) {
		a := chief.get("/api/period?month="+month).ok().want("rows.0.new.count", 0)
		if n := len(a.list("rows")); n != 2 {
			t.Fatalf("%d rows: %s", n, a.text)
		}
		if got := a.str("rows.1.user.id"); got != li.id() {
			t.Fatal(got)
		}
		check(t, chief, a, 1)
	})
	t.Run("QRY-10 a colleague of equal rank sees nobody's but his own", func(t *testing.T) {
		a := equal.get("/api/period?month="+month).ok().want("rows.0.user.id", equal.id()).want("rows.0.new.count", 1)
		if n := len(a.list("rows")); n != 1 {
			t.Errorf("%d rows", n)
		}
	})
	li.get("/api/period?month=soon").is(422)
}
