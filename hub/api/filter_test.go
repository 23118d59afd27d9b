package api

import (
	"slices"
	"testing"
	"time"

	"bellhop/hub/crm"
)

func related(entity, key string, filter obj) obj {
	return obj{"related": obj{"entity": entity, "field": key, "filter": filter}}
}

func where(key, op string, value any) obj { return obj{"field": key, "op": op, "value": value} }

func (p *person) found(entity string, filter obj) []string {
	p.o.t.Helper()
	names := p.query(entity, obj{"filter": filter, "sort": obj{"field": "name"}, "limit": 200}).labels("rows")
	slices.Sort(names)
	return names
}

func same(t *testing.T, got []string, want ...string) {
	t.Helper()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}

func TestRelatedFilters(t *testing.T) {
	o := newOffice(t)
	boss, li := o.user("boss", crm.Manager), o.user("li", crm.Sales)
	// Every customer has three of the four and the last one all.
	facts := []string{"level", "title", "text", "order"}
	for i, name := range []string{"少级别", "少职务", "少内容", "少订单", "全有"} {
		has := func(fact string) bool { return i >= len(facts) || facts[i] != fact }
		pick := func(fact, yes, no string) string {
			if has(fact) {
				return yes
			}
			return no
		}
		c := boss.must("customer", obj{"name": name, "level": pick("level", "a", "b")}).str("id")
		boss.must("contact", obj{"name": "王", "customer": c, "title": pick("title", "采购经理", "会计")})
		boss.must("activity", obj{"customer": c, "text": pick("text", "已寄样品两件", "电话问候"), "at": 1})
		boss.must("order", obj{"customer": c, "date": "2026-03-01", "amount": obj{"minor": map[bool]int{true: 1000001, false: 1000000}[has("order")]}})
	}
	four := obj{"and": []obj{
		where("level", "eq", "a"),
		related("contact", "customer", where("title", "contains", "经理")),
		related("activity", "customer", where("text", "contains", "样品")),
		related("order", "customer", where("amount", "gt", obj{"minor": 1000000})),
	}}
	t.Run("QRY-01 level A and contact title 经理 and activity text 样品 and order over 10,000", func(t *testing.T) {
		same(t, boss.found("customer", four), "全有")
		for i, want := range []string{"少级别", "少职务", "少内容", "少订单"} {
			three := slices.Delete(slices.Clone(four["and"].([]obj)), i, i+1)
			same(t, boss.found("customer", obj{"and": three}), "全有", want)
		}
	})
	t.Run("QRY-01 customers without such a record", func(t *testing.T) {
		none := obj{"related": obj{"entity": "activity", "field": "customer", "none": true, "filter": where("text", "contains", "样品")}}
		same(t, boss.found("customer", none), "少内容")
	})
	t.Run("QRY-01 another's records stay out of reach", func(t *testing.T) {
		mine := li.must("customer", obj{"name": "李的"}).str("id")
		// His contact at his customer; the manager's order there he reads, as it is his customer's.
		li.must("contact", obj{"name": "赵", "customer": mine, "title": "经理"})
		same(t, li.found("customer", related("contact", "customer", where("title", "contains", "经理"))), "李的")
		// A private contact of a colleague can't be asked for by way of anything.
		li.post("/api/o/customer/query", obj{"filter": related("privatecontact", "customer", where("name", "contains", "x"))}).is(422)
	})
	t.Run("QRY-02 channels and suppliers by own field, contact and activity", func(t *testing.T) {
		for _, kind := range []string{"channel", "supplier"} {
			a := boss.must(kind, obj{"name": "甲" + kind, "address": "宁波"}).str("id")
			b := boss.must(kind, obj{"name": "乙" + kind, "address": "宁波"}).str("id")
			c := boss.must(kind, obj{"name": "丙" + kind, "address": "上海"}).str("id")
			for _, id := range []string{a, c} {
				boss.must("contact", obj{"name": "孙", kind: id, "title": "销售经理"})
				boss.must("activity", obj{"text": "谈代理", kind: id, "at": 1})
			}
			boss.must("contact", obj{"name": "钱", kind: b, "title": "经理"})
			same(t, boss.found(kind, obj{"and": []obj{
				where("address", "eq", "宁波"), related("contact", kind, where("title", "contains", "经理")), related("activity", kind, where("text", "contains", "代理")),
			}}), "甲"+kind)
		}
	})
	for name, filter := range map[string]obj{
		"no such entity":          related("secret", "customer", where("title", "empty", nil)),
		"no reference":            related("contact", "name", where("title", "empty", nil)),
		"a reference elsewhere":   related("contact", "channel", where("title", "empty", nil)),
		"a field of the parent":   related("contact", "customer", where("level", "eq", "a")),
		"two kinds in one":        {"field": "name", "related": obj{"entity": "contact", "field": "customer"}},
		"a field and a wrong one": where("createdAt", "lt", obj{"field": "name"}),
		"SQL as another field":    where("createdAt", "lt", obj{"field": "updated_at) OR (1=1"}),
		"no such span":            where("nextContact", "eq", obj{"rel": "someday"}),
		"a span of a text":        where("name", "eq", obj{"rel": "today"}),
		"between nothing":         where("nextContact", "between", []any{nil, nil}),
		"between three":           where("nextContact", "between", []any{"2026-01-01", "2026-01-02", "2026-01-03"}),
	} {
		t.Run(name, func(t *testing.T) { li.post("/api/o/customer/query", obj{"filter": filter}).is(422) })
	}
}

func TestFilterOperators(t *testing.T) {
	o := newOffice(t)
	li := o.user("li", crm.Sales)
	today := time.Now()
	day := func(n int) string { return today.AddDate(0, 0, n).Format(time.DateOnly) }
	for _, v := range []obj{
		{"name": "昨天", "nextContact": day(-1), "level": "a"}, {"name": "今天", "nextContact": day(0), "level": "b"},
		{"name": "明天", "nextContact": day(1), "level": "c"}, {"name": "下月", "nextContact": day(40), "address": "华南"}, {"name": "无", "address": "华南区"},
	} {
		li.must("customer", v)
	}
	for name, tt := range map[string]struct {
		filter obj
		want   []string
	}{
		"today":                      {where("nextContact", "eq", obj{"rel": "today"}), []string{"今天"}},
		"not today":                  {where("nextContact", "ne", obj{"rel": "today"}), []string{"昨天", "明天", "下月", "无"}},
		"before today":               {where("nextContact", "lt", obj{"rel": "today"}), []string{"昨天"}},
		"not after today":            {where("nextContact", "le", obj{"rel": "today"}), []string{"昨天", "今天"}},
		"after today":                {where("nextContact", "gt", obj{"rel": "today"}), []string{"明天", "下月"}},
		"the last 30 days":           {where("nextContact", "eq", obj{"rel": "days", "n": -30}), []string{"昨天", "今天"}},
		"the next 7 days":            {where("nextContact", "eq", obj{"rel": "days", "n": 7}), []string{"今天", "明天"}},
		"later than in 30 days":      {where("nextContact", "gt", obj{"rel": "days", "n": 30}), []string{"下月"}},
		"made today, a moment":       {where("createdAt", "eq", obj{"rel": "today"}), []string{"昨天", "今天", "明天", "下月", "无"}},
		"made last month":            {where("createdAt", "eq", obj{"rel": "lastMonth"}), nil},
		"between two days":           {where("nextContact", "between", []any{day(-1), day(0)}), []string{"昨天", "今天"}},
		"between, open end":          {where("nextContact", "between", []any{day(1), nil}), []string{"明天", "下月"}},
		"none of":                    {where("level", "notIn", []string{"a", "b"}), []string{"明天", "下月", "无"}},
		"starts with":                {where("address", "startsWith", "华南"), []string{"下月", "无"}},
		"starts with, not inside":    {where("address", "startsWith", "南"), nil},
		"mine":                       {where("owner", "eq", obj{"rel": "me"}), []string{"昨天", "今天", "明天", "下月", "无"}},
		"planned before it was made": {where("nextContact", "lt", obj{"field": "createdAt"}), []string{"昨天", "今天"}},
		"made before the plan":       {where("createdAt", "lt", obj{"field": "nextContact"}), []string{"明天", "下月"}},
	} {
		t.Run("QRY-06 "+name, func(t *testing.T) { same(t, li.found("customer", tt.filter), tt.want...) })
	}
}

func TestCustomFilter(t *testing.T) {
	o := newOffice(t)
	li := o.user("li", crm.Sales)
	c := li.must("customer", obj{"name": "x"}).str("id")
	for i, v := range []obj{
		{"subject": "1", "state": "confirmed", "minor": 5000001}, {"subject": "2", "state": "confirmed", "minor": 5000000},
		{"subject": "3", "state": "done", "minor": 100}, {"subject": "4", "state": "done", "minor": 9000000}, {"subject": "5", "state": "draft", "minor": 9000000},
	} {
		li.must("order", obj{"customer": c, "date": "2026-03-0" + string(rune('1'+i)), "subject": v["subject"], "state": v["state"], "amount": obj{"minor": v["minor"]}})
	}
	t.Run("QRY-06 one field and (another or an amount over 50,000)", func(t *testing.T) {
		filter := obj{"and": []obj{where("state", "in", []string{"confirmed", "done"}), {"or": []obj{where("state", "eq", "done"), where("amount", "gt", obj{"minor": 5000000})}}}}
		rows := li.query("order", obj{"filter": filter, "sort": obj{"field": "date"}})
		var got []string
		for i := range rows.list("rows") {
			got = append(got, rows.str("rows."+string(rune('0'+i))+".values.subject"))
		}
		same(t, got, "1", "3", "4")
	})
}

func TestListSearchFindsPeople(t *testing.T) {
	o := newOffice(t)
	boss := o.user("boss", crm.Manager)
	for _, kind := range []string{"channel", "supplier"} {
		t.Run("CHN-05 part of a contact's name or remark finds the "+kind, func(t *testing.T) {
			a := boss.must(kind, obj{"name": "东方" + kind, "address": "海曙区中山西路88号"}).str("id")
			boss.must(kind, obj{"name": "南方" + kind})
			boss.must("contact", obj{"name": "欧阳振华", kind: a, "notes": "喜欢龙井茶"})
			for _, typed := range []string{"振华", "龙井", "中山西", "东方", "东方 龙井", "oyzh"} {
				same(t, boss.query(kind, obj{"search": typed}).labels("rows"), "东方"+kind)
			}
			same(t, boss.query(kind, obj{"search": "南方 龙井"}).labels("rows"))
		})
	}
}
