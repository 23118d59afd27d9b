package api

import (
	"slices"
	"testing"

	"bellhop/hub/crm"
)

func TestRecordLife(t *testing.T) {
	o := newOffice(t)
	li := o.user("li", crm.Sales)
	c := li.must("customer", obj{"name": "杭州西湖机电有限公司", "shortName": "西湖机电", "level": "a", "phones": []obj{
		{"label": "office", "number": "85321234"}, {"label": "mobile", "number": "0138 0013 8000"}}})
	c.want("values.phones.0.number", "+8657185321234").want("values.phones.1.number", "+8613800138000").
		want("values.owner.name", "LI").want("values.no", "KH00001").want("values.kind", "company").
		want("values.email", nil).want("may.edit", true).want("may.delete", false).want("rev", 1)

	t.Run("a stale write gets the record as it is", func(t *testing.T) {
		li.change(c, obj{"level": "b"}).ok().want("rev", 2).want("values.level", "b").want("values.shortName", "西湖机电")
		li.change(c, obj{"level": "c"}).is(409).want("error.code", "conflict").want("current.rev", 2).want("current.values.level", "b")
	})
	t.Run("faults name their fields", func(t *testing.T) {
		a := li.create("customer", obj{"level": "z", "phones": []obj{{"label": "mobile", "number": "no digits"}}, "email": "x", "colour": 1}).is(422)
		var fields []string
		for _, f := range a.list("error.fields") {
			fields = append(fields, f.(map[string]any)["field"].(string))
		}
		slices.Sort(fields)
		if want := []string{"colour", "email", "level", "name", "phones"}; !slices.Equal(fields, want) {
			t.Errorf("fields %v, want %v: %s", fields, want, a.text)
		}
	})
	t.Run("a repeated request makes no second record", func(t *testing.T) {
		first := li.send("POST", "/api/o/lead", obj{"values": obj{"name": "吴先生"}}, "Idempotency-Key", "k1").is(201)
		li.send("POST", "/api/o/lead", obj{"values": obj{"name": "吴先生"}}, "Idempotency-Key", "k1").is(201).want("id", first.str("id"))
		li.query("lead", obj{"count": true}).want("count", 1)
	})
	t.Run("a deleted record is gone from everywhere", func(t *testing.T) {
		boss := o.user("boss", crm.Manager)
		gone := boss.must("customer", obj{"name": "将删除的客户", "phones": []obj{{"label": "mobile", "number": "13911112222"}}})
		path := "/api/o/customer/" + gone.str("id")
		li.delete(path + "?rev=1").is(404)
		boss.delete(path + "?rev=7").is(409)
		boss.delete(path + "?rev=1").ok()
		boss.get(path).is(404)
		boss.get("/api/search?q=13911112222").ok().want("groups", []any{})
		boss.post("/api/o/customer/duplicates", obj{"values": obj{"phones": []obj{{"number": "13911112222"}}}}).ok().want("hits", []any{})
	})
}
