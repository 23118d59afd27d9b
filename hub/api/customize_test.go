package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"bellhop/hub/crm"
	"bellhop/hub/customize"
	"bellhop/hub/records"
	"bellhop/hub/rights"
)

// named gives the element of a list whose key says so.
func named(list []any, key, value string) obj {
	for _, item := range list {
		if o, ok := item.(obj); ok && o[key] == value {
			return o
		}
	}
	return nil
}

// onePixel is the smallest PNG.
var onePixel = func() []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		panic(err)
	}
	return b.Bytes()
}()

// raw sends a body that is no JSON.
func (p *person) raw(method, path, mime string, data []byte) *answer {
	t := p.o.t
	t.Helper()
	req := httptest.NewRequest(method, path, bytes.NewReader(data))
	req.Header.Set("Content-Type", mime)
	req.Header.Set("Cookie", sessionCookie+"="+p.cookie)
	req.Header.Set(csrfHeader, p.csrf)
	res, err := p.o.server.App().Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := &answer{t: t, status: res.StatusCode, header: res.Header, text: string(b)}
	json.Unmarshal(b, &a.body)
	return a
}

// restarted is another hub on the store of o.
func restarted(t *testing.T, o *office) *office {
	t.Helper()
	again := *o
	r := records.New(o.store, o.server.Records.Schema().Base())
	custom := customize.New(o.store, r, nil)
	if err := custom.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	again.server = New(Parts{Store: o.store, Records: r, Auth: o.auth, Customize: custom})
	return &again
}

// metaFieldOf is a field of an entity as a user's page gets it.
func metaFieldOf(p *person, entity, key string) obj {
	p.o.t.Helper()
	return named(p.get("/api/meta").ok().list("entities."+entity+".fields"), "key", key)
}

func zh(text string) obj { return obj{"zh-CN": text} }

func TestCustomize(t *testing.T) {
	o := newOffice(t)
	admin, li := o.user("root", crm.Admin), o.user("li", crm.Sales)
	li.user.Lang = "zh-CN"
	if err := o.store.UpdateUser(t.Context(), li.user); err != nil {
		t.Fatal(err)
	}
	add := func(entity string, in obj) string {
		t.Helper()
		return admin.post("/api/customize/"+entity+"/fields", in).is(201).str("key")
	}

	t.Run("only administrators change definitions", func(t *testing.T) {
		for _, path := range []string{"/api/customize", "/api/dicts", "/api/numbers", "/api/options", "/api/customize/customer/fields", "/api/customize/customer/form"} {
			li.get(path).is(403)
		}
		li.post("/api/customize/customer/fields", obj{"type": "text", "labels": zh("x")}).is(403)
		li.put("/api/options", obj{"values": obj{"login.list": true}}).is(403)
		li.put("/api/dicts/level", obj{"options": []obj{}}).is(403)
		li.put("/api/numbers/customer/no", obj{"prefix": "X"}).is(403)
	})

	t.Run("CFG-03 renaming 客户级别 to 客户星级 shows at once, in that language", func(t *testing.T) {
		before := admin.get("/api/meta").at("rev")
		admin.put("/api/customize/customer/fields/level", obj{"labels": zh("客户星级")}).ok()
		if got := metaFieldOf(li, "customer", "level")["label"]; got != "客户星级" {
			t.Errorf("label %v", got)
		}
		if got := metaFieldOf(admin, "customer", "level")["label"]; got != "Level" {
			t.Errorf("in English %v", got)
		}
		if after := admin.get("/api/meta").at("rev"); fmt.Sprint(after) == fmt.Sprint(before) {
			t.Error("the definitions have the same number")
		}
		admin.put("/api/customize/customer/fields/level", obj{"labels": zh("")}).ok()
		if got := metaFieldOf(li, "customer", "level")["label"]; got != "级别" {
			t.Errorf("taken back it is %v", got)
		}
		admin.put("/api/customize/customer", obj{"labels": zh("客户档案"), "plurals": zh("客户档案")}).ok()
		li.get("/api/meta").want("entities.customer.label", "客户档案")
		admin.put("/api/customize/customer/fields/level", obj{"labels": zh(strings.Repeat("长", 41))}).is(422).want("error.field", "labels")
		admin.put("/api/customize/customer/fields/level", obj{"labels": obj{"fr": "x"}}).is(422)
	})

	t.Run("CUS-11 a drop-down 经营年限 is at once on form, list and search", func(t *testing.T) {
		dict := admin.post("/api/dicts", obj{"labels": zh("年限"), "options": []obj{{"labels": zh("三年以内"), "tone": "info"}, {"labels": zh("十年以上")}}}).is(201).str("key")
		key := add("customer", obj{"type": "select", "dict": dict, "labels": zh("经营年限"), "filterable": true})
		f := metaFieldOf(li, "customer", key)
		if f["label"] != "经营年限" || f["custom"] != true {
			t.Fatalf("%v", f)
		}
		meta := li.get("/api/meta")
		if !slices.Contains(meta.list("entities.customer.list.columns"), any(key)) || !slices.Contains(meta.list("entities.customer.filters"), any(key)) {
			t.Error("not in the list")
		}
		sections := meta.list("entities.customer.form.sections")
		if !slices.Contains(sections[len(sections)-1].(obj)["fields"].([]any), any(key)) {
			t.Error("not in the form")
		}
		ten := f["options"].([]any)[1].(obj)["id"].(string)
		rec := li.must("customer", obj{"name": "老字号", key: ten}).want("values."+key, ten)
		li.must("customer", obj{"name": "新字号"})
		li.query("customer", obj{"filter": obj{"field": key, "op": "eq", "value": ten}, "count": true}).want("count", 1).want("rows.0.label", "老字号")
		li.query("customer", obj{"filter": obj{"field": key, "op": "in", "value": []string{ten}}, "count": true}).want("count", 1)

		note := add("customer", obj{"type": "text", "labels": zh("门店"), "unique": false})
		li.change(rec, obj{note: "西湖文具店"}).ok()
		li.get("/api/search?q=%E6%96%87%E5%85%B7").ok().want("groups.0.rows.0.label", "老字号")
		o.server.Customize.Wait()
	})

	t.Run("CFG-05 a shared dictionary: added, renamed, ordered, retired everywhere", func(t *testing.T) {
		rec := li.must("customer", obj{"name": "展会客户", "source": "fair"})
		options := []obj{{"id": "web"}, {"id": "fair", "retired": true}, {"labels": zh("抖音"), "tone": "ok"}, {"id": "call", "labels": zh("打进来")}}
		admin.put("/api/dicts/source", obj{"options": options}).ok()
		for _, entity := range []string{"customer", "lead"} {
			list := metaFieldOf(li, entity, "source")["options"].([]any)
			if list[0].(obj)["id"] != "web" || list[2].(obj)["label"] != "抖音" || list[3].(obj)["label"] != "打进来" || list[1].(obj)["retired"] != true {
				t.Errorf("%s offers %v", entity, list)
			}
			if len(list) != 8 || list[4].(obj)["retired"] != true {
				t.Errorf("%s: one left out is retired, not lost: %v", entity, list)
			}
			if new := list[2].(obj)["id"].(string); entity == "lead" {
				li.must("lead", obj{"name": "刷到的人", "source": new}).want("values.source", new)
			}
		}
		li.create("customer", obj{"name": "再来", "source": "fair"}).is(422).want("error.field", "source").want("error.key", "field.option_retired")
		li.get("/api/o/customer/"+rec.str("id")).ok().want("values.source", "fair")
		li.change(rec, obj{"address": "杭州", "source": "fair"}).ok().want("values.source", "fair")
		li.query("customer", obj{"filter": obj{"field": "source", "op": "eq", "value": "fair"}, "count": true}).want("count", 1)
	})

	t.Run("CFG-04 the list's columns are fixed or free", func(t *testing.T) {
		admin.put("/api/customize/customer", obj{"columns": []string{"name", "phones", "owner"}, "columnsFixed": true}).ok()
		li.get("/api/meta").want("entities.customer.list.columns", []any{"name", "phones", "owner"}).want("entities.customer.columnsFixed", true)
		admin.put("/api/customize/customer", obj{"columnsFixed": false}).ok()
		li.get("/api/meta").want("entities.customer.columnsFixed", nil).want("entities.customer.list.columns", []any{"name", "phones", "owner"})
		admin.put("/api/customize/customer", obj{"columns": []string{"nmae"}}).is(422).want("error.field", "nmae")
		admin.put("/api/customize/customer", obj{"reset": true}).ok()
		if n := len(li.get("/api/meta").list("entities.customer.list.columns")); n < 6 {
			t.Errorf("%d columns", n)
		}
	})

	t.Run("a form is arranged for one role", func(t *testing.T) {
		role := rights.RoleOf(crm.Sales).String()
		form := admin.get("/api/customize/supplier/form?role="+role).ok().want("own", false)
		var all []any
		for _, s := range form.list("sections") {
			all = append(all, s.(obj)["fields"].([]any)...)
		}
		slices.Reverse(all)
		admin.put("/api/customize/supplier/form", obj{"role": role, "sections": []obj{{"labels": zh("全部"), "fields": all}}}).ok().want("own", true)
		li.get("/api/meta").want("entities.supplier.form.sections.0.label", "全部").want("entities.supplier.form.sections.0.fields.0", all[0])
		if got := admin.get("/api/meta").list("entities.supplier.form.sections"); len(got) < 2 {
			t.Errorf("another role sees %v", got)
		}
		admin.put("/api/customize/supplier/form", obj{"role": role, "sections": []obj{{"labels": zh("全部"), "fields": []string{"phones"}}}}).is(422).want("error.key", "customize.required_missing")
		admin.put("/api/customize/supplier/form", obj{"role": role, "sections": []obj{}}).ok().want("own", false)
	})

	t.Run("CFG-15 required and unique fields stop saving and are named", func(t *testing.T) {
		admin.put("/api/customize/customer/fields/address", obj{"required": true}).ok()
		li.create("customer", obj{"name": "无城市"}).is(422).want("error.field", "address")
		admin.put("/api/customize/customer/fields/address", obj{"required": false}).ok()
		admin.put("/api/customize/customer/fields/taxNo", obj{"unique": true}).ok()
		first := li.must("customer", obj{"name": "甲", "taxNo": "91330106TEST000001"})
		li.create("customer", obj{"name": "乙", "taxNo": "91330106TEST000001"}).is(422).want("error.field", "taxNo").want("error.message", "“91330106TEST000001”已被“甲”使用，请换一个")
		wang := o.user("wang", crm.Sales)
		if a := wang.create("customer", obj{"name": "乙", "taxNo": "91330106TEST000001"}).is(422).want("error.field", "taxNo"); strings.Contains(a.text, "甲") {
			t.Error("the other record is named to who may not see it")
		}
		li.change(first, obj{"taxNo": "91330106TEST000001", "address": "杭州"}).ok()
		admin.put("/api/customize/customer/fields/balance", obj{"unique": true}).is(422).want("error.key", "customize.locked")
		li.must("customer", obj{"name": "同城一", "shortName": "同"})
		li.must("customer", obj{"name": "同城二", "shortName": "同"})
		admin.put("/api/customize/customer/fields/shortName", obj{"unique": true}).is(422).want("error.key", "customize.doubled")
		o.server.Customize.Wait()
	})

	t.Run("hidden is kept, not dropped", func(t *testing.T) {
		key := add("supplier", obj{"type": "decimal", "decimals": 1, "labels": zh("账期")})
		rec := li.must("supplier", obj{"name": "供货商", key: "30.5"}).want("values."+key, "30.5")
		admin.put("/api/customize/supplier/fields/"+key, obj{"hidden": true}).ok()
		if metaFieldOf(li, "supplier", key) != nil {
			t.Error("still shown")
		}
		li.change(rec, obj{"name": "供货商二"}).ok()
		admin.put("/api/customize/supplier/fields/"+key, obj{"hidden": false}).ok()
		li.get("/api/o/supplier/"+rec.str("id")).ok().want("values."+key, "30.5")
		admin.put("/api/customize/supplier/fields/name", obj{"hidden": true}).is(422)
		admin.put("/api/customize/supplier/fields/"+key, obj{"type": "text"}).is(422).want("error.key", "customize.fixed")
	})

	t.Run("bad definitions are refused by name", func(t *testing.T) {
		for at, in := range map[string]obj{
			"type": {"type": "poem", "labels": zh("x")}, "labels": {"type": "text"}, "ref": {"type": "ref", "labels": zh("x"), "ref": "nothing"},
			"dict": {"type": "select", "dict": "nothing", "labels": zh("x")}, "decimals": {"type": "decimal", "decimals": 9, "labels": zh("x")},
			"formula": {"type": "formula", "result": "decimal", "formula": "1 +", "labels": zh("x")}, "unique": {"type": "longtext", "unique": true, "labels": zh("x")},
			"showIf": {"type": "text", "labels": zh("x"), "showIf": obj{"field": "nothing", "op": "eq", "value": 1}}, "series": {"type": "serial", "labels": zh("x")},
			"default": {"type": "int", "default": "many", "labels": zh("x")},
		} {
			admin.post("/api/customize/customer/fields", in).is(422).want("error.field", at)
		}
		admin.post("/api/customize/customer/fields", obj{"type": "formula", "result": "decimal", "formula": "nothing * 2", "labels": zh("x")}).is(422).want("error.key", "field.formula_field")
		admin.post("/api/customize/nothing/fields", obj{"type": "text", "labels": zh("x")}).is(404)
		too := make([]obj, 501)
		for i := range too {
			too[i] = obj{"labels": zh(fmt.Sprint("项", i))}
		}
		admin.post("/api/dicts", obj{"labels": zh("多"), "options": too}).is(422).want("error.key", "customize.too_many_options")
	})

	t.Run("what was changed is there after a restart", func(t *testing.T) {
		again := *li
		again.o = restarted(t, o)
		again.get("/api/meta").ok().want("entities.customer.label", "客户档案").want("rev", li.get("/api/meta").at("rev"))
	})
}

func TestEveryTypeAddedByTheOffice(t *testing.T) {
	o := newOffice(t)
	admin := o.user("root", crm.Admin)
	target := admin.must("supplier", obj{"name": "被指"})
	for name, tt := range map[string]struct {
		def  obj
		in   any
		want string // the value as it is read, or a part of it
		op   string
		find any
	}{
		"text":        {obj{"type": "text"}, "abc", "abc", "contains", "b"},
		"longtext":    {obj{"type": "longtext"}, "a\nb", "a\nb", "contains", "a"},
		"int":         {obj{"type": "int"}, 5, "5", "between", []int{4, 6}},
		"decimal":     {obj{"type": "decimal", "decimals": 3}, "1.5", "1.500", "ge", "1.5"},
		"percent":     {obj{"type": "percent", "decimals": 1}, 12.5, "12.5", "lt", "13"},
		"money":       {obj{"type": "money"}, obj{"minor": 128000, "currency": "CNY"}, "map[currency:CNY minor:128000]", "gt", obj{"minor": 1, "currency": "CNY"}},
		"date":        {obj{"type": "date"}, "2026-11-22", "2026-11-22", "le", "2026-11-22"},
		"datetime":    {obj{"type": "datetime"}, 1790000000000, "1.79e+12", "ge", 1790000000000},
		"bool":        {obj{"type": "bool"}, true, "true", "eq", true},
		"rating":      {obj{"type": "rating"}, 4, "4", "ge", 4},
		"region":      {obj{"type": "region"}, "330106", "浙江省杭州市西湖区", "eq", "33"},
		"email":       {obj{"type": "email"}, "a@b.cn", "a@b.cn", "startsWith", "a@"},
		"url":         {obj{"type": "url"}, "b.cn", "http://b.cn", "contains", "b.cn"},
		"im":          {obj{"type": "im", "im": "qq"}, "12345", "12345", "eq", "12345"},
		"ref":         {obj{"type": "ref", "ref": "supplier"}, target.str("id"), "被指", "eq", target.str("id")},
		"refs":        {obj{"type": "refs", "ref": "supplier"}, []string{target.str("id")}, "被指", "eq", target.str("id")},
		"user":        {obj{"type": "user"}, admin.user.ID.String(), "ROOT", "eq", admin.user.ID.String()},
		"serial":      {obj{"type": "serial", "series": obj{"prefix": "ZZ", "digits": 4}}, nil, "ZZ0001", "startsWith", "ZZ"},
		"multiselect": {obj{"type": "multiselect"}, nil, "", "eq", nil},
		"phones":      {obj{"type": "phones"}, phones("13912345678"), "139", "contains", "3912"},
		"formula":     {obj{"type": "formula", "result": "text", "formula": `name & "!"`}, nil, "试!", "eq", "试!"},
	} {
		t.Run(name, func(t *testing.T) {
			tt.def["labels"] = zh("字段" + name)
			key := admin.post("/api/customize/channel/fields", tt.def).is(201).str("key")
			values := obj{"name": "试"}
			if name == "multiselect" {
				admin.put("/api/dicts/channel."+key, obj{"options": []obj{{"labels": zh("红")}, {"labels": zh("绿")}}}).ok()
				options := metaFieldOf(admin, "channel", key)["options"].([]any)
				red, green := options[0].(obj)["id"], options[1].(obj)["id"]
				tt.in, tt.find, tt.want = []any{green, red}, red, fmt.Sprint([]any{green, red})
			}
			if tt.in != nil {
				values[key] = tt.in
			}
			rec := admin.must("channel", values)
			if got := fmt.Sprint(rec.at("values." + key)); !strings.Contains(got, tt.want) || got == "<nil>" {
				t.Errorf("reads %s, want %s", got, tt.want)
			}
			filters := []obj{{"field": key, "op": tt.op, "value": tt.find}}
			if name != "bool" {
				filters = append(filters, obj{"field": key, "op": "notEmpty"})
			}
			admin.query("channel", obj{"filter": obj{"and": filters}, "count": true}).want("rows.0.id", rec.str("id"))
			// A later write of something else leaves it alone.
			again := admin.change(rec, obj{"address": "杭州"}).ok()
			if fmt.Sprint(again.at("values."+key)) != fmt.Sprint(rec.at("values."+key)) {
				t.Errorf("becomes %v", again.at("values."+key))
			}
		})
	}
}

func TestLines(t *testing.T) {
	o := newOffice(t)
	admin := o.user("root", crm.Admin)
	li := o.user("li", crm.Sales)
	add := func(in obj) string {
		t.Helper()
		in["labels"] = zh("列")
		return admin.post("/api/customize/ticket/fields", in).is(201).str("key")
	}
	parts := add(obj{"type": "lines"})
	item := add(obj{"type": "text", "parent": parts, "required": true})
	qty := add(obj{"type": "decimal", "parent": parts, "measure": "quantity", "default": "1"})
	price := add(obj{"type": "decimal", "parent": parts, "measure": "price"})
	line := add(obj{"type": "formula", "result": "money", "parent": parts, "formula": qty + " * " + price})
	total := add(obj{"type": "formula", "result": "money", "formula": "sum(" + parts + "." + line + ")", "sortable": true})
	count := add(obj{"type": "formula", "result": "int", "formula": "count(" + parts + ")"})
	o.server.Customize.Wait()

	rec := li.must("ticket", obj{"title": "修泵", parts: []obj{
		{"values": obj{item: "轴承", qty: "2", price: "12.5"}}, {"values": obj{item: "机油", price: "30"}}}})
	rec.want("values."+total+".minor", 5500).want("values."+count, 2).want("values."+parts+".0.values."+line+".minor", 2500).
		want("values."+parts+".1.values."+qty, "1.00")
	first := rec.str("values." + parts + ".0.id")

	t.Run("a line keeps its ID, a new one gets one, one left out goes", func(t *testing.T) {
		rec = li.change(rec, obj{parts: []obj{{"values": obj{item: "密封圈", qty: 4, price: "0.5"}}, {"id": first, "values": obj{item: "轴承", qty: "3", price: "12.5"}}}}).ok()
		rec.want("values."+parts+".1.id", first).want("values."+parts+".0.values."+item, "密封圈").want("values."+total+".minor", 3950)
		if n := len(rec.list("values." + parts)); n != 2 {
			t.Errorf("%d lines", n)
		}
	})
	t.Run("what is wrong in a line is named with its place", func(t *testing.T) {
		li.change(rec, obj{parts: []obj{{"id": first, "values": obj{item: "轴承", qty: "viel"}}, {"values": obj{qty: "1"}}}}).is(422).
			want("error.fields.0.field", parts+".0."+qty).want("error.fields.1.field", parts+".1."+item)
	})
	t.Run("records are found by their lines, and sorted by what they come to", func(t *testing.T) {
		li.must("ticket", obj{"title": "别的"})
		li.query("ticket", obj{"filter": obj{"field": parts + "." + item, "op": "contains", "value": "轴承"}, "count": true}).want("count", 1).want("rows.0.label", "修泵")
		li.query("ticket", obj{"filter": obj{"field": parts, "op": "empty"}, "count": true}).want("count", 1).want("rows.0.label", "别的")
		li.query("ticket", obj{"sort": obj{"field": total, "desc": true}}).want("rows.0.label", "修泵")
	})
	t.Run("a line of another record is not taken over", func(t *testing.T) {
		other := li.must("ticket", obj{"title": "抢", parts: []obj{{"id": first, "values": obj{item: "轴承"}}}})
		if other.str("values."+parts+".0.id") == first {
			t.Error("the line moved")
		}
		li.get("/api/o/ticket/"+rec.str("id")).want("values."+parts+".1.id", first)
	})
	t.Run("a formula added later is computed for the records there are", func(t *testing.T) {
		twice := add(obj{"type": "formula", "result": "decimal", "decimals": 2, "formula": count + " * 2", "filterable": true})
		o.server.Customize.Wait()
		li.query("ticket", obj{"filter": obj{"field": twice, "op": "eq", "value": "4"}, "count": true}).want("count", 1)
	})
	t.Run("lines only go with their record's rights", func(t *testing.T) {
		o.user("wang", crm.Sales).query("ticket", obj{"filter": obj{"field": parts + "." + item, "op": "contains", "value": "轴承"}, "count": true}).want("count", 0)
	})
}

func TestNumbers(t *testing.T) {
	o := newOffice(t)
	admin, li := o.user("root", crm.Admin), o.user("li", crm.Sales)
	t.Run("CUS-03 the next new customer gets KH00124 after KH00123, and 124 finds it", func(t *testing.T) {
		admin.put("/api/numbers/customer/no", obj{"next": 123}).ok()
		li.must("customer", obj{"name": "前一个"}).want("values.no", "KH00123")
		rec := li.must("customer", obj{"name": "后一个"}).want("values.no", "KH00124")
		li.get("/api/lookup?entity=customer&q=124").ok().want("rows.0.id", rec.str("id"))
	})
	t.Run("CFG-01 prefix HT and length 6 make HT000123 after HT000122", func(t *testing.T) {
		admin.put("/api/numbers/quote/no", obj{"prefix": "HT", "digits": 6, "reset": "", "next": 122}).ok()
		customer := li.must("customer", obj{"name": "买家"}).str("id")
		for _, want := range []string{"HT000122", "HT000123"} {
			li.must("quote", obj{"customer": customer, "subject": "x", "date": "2026-11-22", "amount": obj{"minor": 1, "currency": "CNY"}}).want("values.no", want)
		}
		admin.put("/api/numbers/quote/no", obj{"next": 100}).is(422).want("error.key", "customize.number_given")
		admin.put("/api/numbers/quote/no", obj{"digits": 0}).is(422).want("error.field", "digits")
		admin.put("/api/numbers/quote/no", obj{"prefix": strings.Repeat("X", 13)}).is(422).want("error.field", "prefix")
		for _, entity := range []string{"customer", "channel", "supplier", "order"} {
			if named(admin.get("/api/numbers").ok().list("numbers"), "entity", entity) == nil {
				t.Errorf("%s has no numbers of its own", entity)
			}
		}
	})
	t.Run("CFG-02 typed by hand only where that is on, and never twice", func(t *testing.T) {
		li.create("customer", obj{"name": "自编", "no": "A-1"}).is(422).want("error.field", "no")
		admin.put("/api/numbers/customer/no", obj{"typed": true}).ok()
		typed := li.must("customer", obj{"name": "自编", "no": "A-1"}).want("values.no", "A-1")
		li.create("customer", obj{"name": "重号", "no": "A-1"}).is(422).want("error.field", "no")
		admin.delete("/api/o/customer/" + typed.str("id") + "?rev=1").ok()
		li.create("customer", obj{"name": "重号", "no": "A-1"}).is(422).want("error.field", "no")
		li.must("customer", obj{"name": "抢先", "no": "KH00127"})
		li.must("customer", obj{"name": "一"}).want("values.no", "KH00126")
		li.must("customer", obj{"name": "二"}).want("values.no", "KH00128") // 127 was typed
		admin.put("/api/numbers/customer/no", obj{"typed": false}).ok()
	})
	t.Run("5.3 not given out twice under simultaneous saving", func(t *testing.T) {
		const each = 15
		var mu sync.Mutex
		seen := map[string]int{}
		var wait sync.WaitGroup
		for worker := range 4 {
			wait.Add(1)
			go func() {
				defer wait.Done()
				for i := range each {
					no := li.create("customer", obj{"name": fmt.Sprint("并发", worker, "-", i)}).str("values.no")
					mu.Lock()
					seen[no]++
					mu.Unlock()
				}
			}()
		}
		wait.Wait()
		if len(seen) != 4*each || seen[""] > 0 {
			t.Errorf("%d different numbers of %d", len(seen), 4*each)
		}
	})
}

func TestOptions(t *testing.T) {
	o := newOffice(t)
	admin, li := o.user("root", crm.Admin), o.user("li", crm.Sales)
	choose := func(values obj) *answer { t.Helper(); return admin.put("/api/options", obj{"values": values}) }

	t.Run("CFG-06 regions by the chain, or typed freely", func(t *testing.T) {
		key := admin.post("/api/customize/channel/fields", obj{"type": "region", "labels": zh("地区")}).is(201).str("key")
		li.get("/api/regions?q=%E6%B5%99%E6%9D%AD%E8%A5%BF").ok().want("rows.0.code", "330106").want("rows.0.name", "浙江省杭州市西湖区")
		all := li.get(li.get("/api/meta").str("options.regions"))
		if all.status != 200 || !strings.Contains(all.header.Get("Cache-Control"), "immutable") || !strings.Contains(all.text, `["4401","广州市"]`) {
			t.Errorf("%d %s", all.status, all.header.Get("Cache-Control"))
		}
		li.must("channel", obj{"name": "链", key: "4401"}).want("values."+key+".country", "中国").want("values."+key+".province", "广东省").want("values."+key+".city", "广州市")
		typed := obj{"country": "中国", "province": "某省", "city": "某市"}
		li.create("channel", obj{"name": "自由", key: typed}).is(422).want("error.field", key)
		choose(obj{"region.chain": false}).ok()
		li.get("/api/meta").want("options.regionChain", false)
		rec := li.must("channel", obj{"name": "自由", key: typed}).want("values."+key+".city", "某市")
		choose(obj{"region.chain": true}).ok()
		li.get("/api/o/channel/"+rec.str("id")).want("values."+key+".province", "某省")
		li.query("channel", obj{"filter": obj{"field": key, "op": "eq", "value": "44"}, "count": true}).want("count", 1)
		li.query("channel", obj{"filter": obj{"field": key, "op": "contains", "value": "某"}, "count": true}).want("count", 1)
	})
	t.Run("CFG-08 decimals of price, quantity and amount; fewer lose nothing", func(t *testing.T) {
		key := admin.post("/api/customize/supplier/fields", obj{"type": "decimal", "measure": "price", "labels": zh("单价")}).is(201).str("key")
		choose(obj{"decimals.price": 3, "decimals.amount": 3}).ok()
		rec := li.must("supplier", obj{"name": "三位", key: "1.2345"}).want("values."+key, "1.235")
		choose(obj{"decimals.price": 1}).ok()
		li.get("/api/o/supplier/"+rec.str("id")).want("values."+key, "1.2")
		choose(obj{"decimals.price": 4}).ok()
		li.get("/api/o/supplier/"+rec.str("id")).want("values."+key, "1.2350")
		customer := li.must("customer", obj{"name": "厘"}).str("id")
		order := li.must("order", obj{"customer": customer, "date": "2026-11-22", "amount": obj{"minor": 100.06, "currency": "CNY"}})
		order.want("values.amount.minor", 100.1)
		if f := metaFieldOf(li, "order", "amount"); fmt.Sprint(f["decimals"]) != "3" {
			t.Errorf("the page is told %v", f["decimals"])
		}
		choose(obj{"decimals.price": 5}).is(422).want("error.field", "decimals.price")
		choose(obj{"decimals.price": "x"}).is(422)
		choose(obj{"no.such": 1}).is(422).want("error.field", "no.such")
		choose(obj{"decimals.price": nil, "decimals.amount": 2}).ok()
	})
	t.Run("CFG-09 CFG-10 pages are told of currency signs and of editing in tables", func(t *testing.T) {
		li.get("/api/meta").want("options.currencySign", true).want("options.editInTable", true)
		choose(obj{"currency.sign": false, "table.edit": false}).ok()
		li.get("/api/meta").want("options.currencySign", false).want("options.editInTable", false)
	})
	t.Run("CFG-11 who may log in is told only where that is on", func(t *testing.T) {
		o.anonymous().get("/api/login-list").is(404)
		choose(obj{"login.list": true}).ok()
		list := o.anonymous().get("/api/login-list").ok()
		if u := named(list.list("users"), "login", "li"); u == nil || u["name"] != "LI" || len(u) != 3 {
			t.Errorf("%v", list.text)
		}
		choose(obj{"login.list": false}).ok()
		o.anonymous().get("/api/login-list").is(404)
	})
	t.Run("CFG-12 a module switched off is gone for all, its data stay", func(t *testing.T) {
		customer := li.must("customer", obj{"name": "有工单"}).str("id")
		ticket := li.must("ticket", obj{"title": "留着的工单", "customer": customer})
		choose(obj{"modules.off": []string{"service"}}).ok()
		for _, who := range []*person{li, admin} {
			meta := who.get("/api/meta").ok().want("entities.ticket", nil)
			if named(meta.list("menu"), "key", "ticket") != nil || named(meta.list("entities.customer.related"), "entity", "ticket") != nil {
				t.Error("still linked")
			}
			who.get("/api/o/ticket/" + ticket.str("id")).is(404)
			who.post("/api/o/ticket/query", obj{}).is(404)
			who.get("/api/lookup?entity=ticket&q=%E5%B7%A5%E5%8D%95").is(404)
			if strings.Contains(who.get("/api/search?q=%E7%95%99%E7%9D%80").ok().text, "留着的工单") {
				t.Error("still found")
			}
			who.create("ticket", obj{"title": "新"}).is(404)
		}
		li.get("/api/o/customer/" + customer + "/timeline").ok()
		choose(obj{"modules.off": []string{}}).ok()
		li.get("/api/o/ticket/"+ticket.str("id")).ok().want("label", "留着的工单")
		choose(obj{"modules.off": []string{"party"}}).is(422)
		choose(obj{"modules.off": []string{"nothing"}}).is(422)
	})
	t.Run("CFG-13 own company data and logo", func(t *testing.T) {
		choose(obj{"company.address": "杭州市文三路 1 号", "company.phone": "0571-88886666"}).ok()
		li.get("/api/company").ok().want("name", "铃客测试").want("address", "杭州市文三路 1 号").want("phone", "0571-88886666").want("logo", nil)
		li.get("/api/company/logo").is(404)
		admin.raw("PUT", "/api/company/logo", "image/png", []byte("no picture")).is(422).want("error.field", "logo")
		li.raw("PUT", "/api/company/logo", "image/png", onePixel).is(403)
		admin.raw("PUT", "/api/company/logo", "image/png", onePixel).ok()
		if got := li.get("/api/company/logo").ok(); got.header.Get("Content-Type") != "image/png" || got.text != string(onePixel) {
			t.Error("another picture comes back")
		}
		admin.delete("/api/company/logo").ok()
		li.get("/api/company/logo").is(404)
	})
	t.Run("CUS-53 key dates are edited only where that is on, and logged", func(t *testing.T) {
		rec := li.must("customer", obj{"name": "日期"})
		registered := rec.str("values.registered")
		if registered == "" {
			t.Fatal("not registered on a day")
		}
		li.change(rec, obj{"registered": "2020-01-01"}).is(422).want("error.field", "registered")
		li.change(rec, obj{"lastContact": 1700000000000}).is(422)
		choose(obj{"keydates.edit": true}).ok()
		rec = li.change(rec, obj{"registered": "2020-01-01", "lastContact": 1700000000000}).ok().
			want("values.registered", "2020-01-01").want("values.lastContact", "1.7e+12")
		li.change(rec, obj{"address": "杭州"}).ok().want("values.lastContact", "1.7e+12")
	})
	t.Run("CUS-16 a customer renamed is so in every list at once", func(t *testing.T) {
		rec := li.must("customer", obj{"name": "旧名有限公司"})
		li.must("contact", obj{"name": "联系人", "customer": rec.str("id")})
		li.change(rec, obj{"name": "新名有限公司"}).ok()
		li.query("contact", obj{"filter": obj{"field": "customer", "op": "eq", "value": rec.str("id")}}).want("rows.0.values.customer.label", "新名有限公司")
		li.query("customer", obj{"search": "新名"}).want("rows.0.id", rec.str("id"))
		li.query("customer", obj{"search": "旧名"}).want("rows", []any{})
	})
}

// TestCustomizeTogether is about several administrators, and about going back.
func TestCustomizeTogether(t *testing.T) {
	o := newOffice(t)
	root, zhou := o.user("root", crm.Admin), o.user("zhou", crm.Admin)
	rev := func() any { return root.get("/api/customize").ok().at("rev") }

	t.Run("what another administrator changed meanwhile is told, and nothing is written over it", func(t *testing.T) {
		for path, in := range map[string]obj{
			"/api/customize/customer/fields/level": {"labels": zh("星级")},
			"/api/customize/customer":              {"columns": []string{"name", "level"}},
			"/api/customize/customer/form":         {"role": "", "sections": []obj{{"labels": zh("全部"), "fields": []string{"name", "no", "level"}}}},
			"/api/dicts/level":                     {"labels": zh("星级")},
			"/api/numbers/customer/no":             {"prefix": "VIP"},
			"/api/options":                         {"values": obj{"table.edit": true}},
		} {
			in["rev"] = rev()
			root.put(path, in).ok()
			zhou.put(path, in).is(409).want("error.key", "customize.changed_meanwhile").want("error.code", "conflict")
			in["rev"] = rev()
			zhou.put(path, in).ok() // having looked
		}
		before := rev()
		root.put("/api/customize/customer/fields/source", obj{"labels": zh("渠道来源"), "rev": before}).ok()
		zhou.put("/api/customize/customer/fields/address", obj{"labels": zh("门牌"), "rev": before}).ok() // another thing
	})
	t.Run("each thing goes back to as it was delivered", func(t *testing.T) {
		fields := root.get("/api/customize/customer/fields").list("fields")
		if named(fields, "key", "level")["changed"] != true || named(fields, "key", "taxNo")["changed"] != false {
			t.Error("what is changed is not told")
		}
		root.put("/api/customize/customer/fields/level", obj{"required": true, "width": 300}).ok()
		root.put("/api/customize/customer/fields/level", obj{"reset": true}).ok()
		if f := named(root.get("/api/customize/customer/fields").list("fields"), "key", "level"); f["changed"] != false || f["required"] != false || f["label"] != "Level" {
			t.Errorf("%v", f)
		}
		root.put("/api/dicts/level", obj{"options": []obj{{"labels": zh("钻石")}, {"id": "b", "labels": zh("乙等")}}}).ok()
		dict := named(root.get("/api/dicts").list("dicts"), "key", "level")
		if dict["changed"] != true {
			t.Error("a changed dictionary is not told")
		}
		root.put("/api/dicts/level", obj{"reset": true}).ok()
		options := named(root.get("/api/dicts").list("dicts"), "key", "level")["options"].([]any)
		if first := options[0].(obj); first["id"] != "a" || first["retired"] != false {
			t.Errorf("%v", first)
		}
		if last := options[len(options)-1].(obj); last["label"] != "钻石" {
			t.Errorf("what the office added is gone: %v", last)
		}
		root.put("/api/numbers/customer/no", obj{"prefix": "ZZ", "digits": 9, "typed": true}).ok()
		root.put("/api/numbers/customer/no", obj{"delivered": true}).ok()
		if n := named(root.get("/api/numbers").list("numbers"), "entity", "customer"); n["prefix"] != "KH" || n["changed"] != false {
			t.Errorf("%v", n)
		}
		root.put("/api/customize/customer/form", obj{"role": "", "sections": []obj{}}).ok().want("own", false)
		root.put("/api/customize/customer", obj{"reset": true}).ok()
		if named(root.get("/api/customize").list("entities"), "name", "customer")["changed"] != false {
			t.Error("the list is not as delivered")
		}
	})
	t.Run("the row of small screens and the widths of columns", func(t *testing.T) {
		root.put("/api/customize/customer", obj{"phone": obj{"title": "name", "badge": "source", "second": "address"}, "widths": obj{"name": 333}}).ok()
		root.get("/api/meta").want("entities.customer.phone", obj{"title": "name", "badge": "source", "second": "address"})
		if f := metaFieldOf(root, "customer", "name"); fmt.Sprint(f["width"]) != "333" {
			t.Errorf("width %v", f["width"])
		}
		root.put("/api/customize/customer", obj{"phone": obj{"title": "nmae"}}).is(422)
		root.put("/api/customize/customer", obj{"phone": obj{"title": ""}}).is(422)
		root.put("/api/customize/customer", obj{"widths": obj{"name": 9999}}).is(422).want("error.field", "width")
	})
	t.Run("a formula is checked and computed while it is written", func(t *testing.T) {
		customer := root.must("customer", obj{"name": "算账"}).str("id")
		line := obj{"values": obj{"name": "甲", "qty": "3", "price": obj{"minor": 1000, "currency": "CNY"}}}
		no := root.must("order", obj{"customer": customer, "date": "2026-11-22", "lines": []obj{line}, "amount": obj{"minor": 3000, "currency": "CNY"}}).str("label")
		try := func(in obj) *answer { return root.post("/api/customize/order/formula", in) }
		try(obj{"formula": "amount * 2", "result": "money"}).ok().want("record", no).want("value.minor", 6000).want("live", false)
		try(obj{"formula": "qty * 10", "result": "decimal", "decimals": 1, "parent": "lines"}).ok().want("value", "30.0")
		try(obj{"formula": "days(date, today())", "result": "int"}).ok().want("live", true)
		try(obj{"formula": "amount *", "result": "money"}).is(422).want("error.field", "formula")
		try(obj{"formula": "nothing + 1", "result": "int"}).is(422).want("error.key", "field.formula_field")
		try(obj{"formula": "1", "result": "poem"}).is(422).want("error.field", "result")
		try(obj{"formula": "1", "result": "int", "parent": "date"}).is(422)
		o.user("li", crm.Sales).post("/api/customize/order/formula", obj{"formula": "1", "result": "int"}).is(403)
	})
	t.Run("CUS-11 a drop-down brings its choices along", func(t *testing.T) {
		key := root.post("/api/customize/customer/fields", obj{"type": "select", "labels": zh("经营年限"),
			"choices": []obj{{"labels": zh("三年以内")}, {"labels": zh("十年以上"), "tone": "ok"}}}).is(201).str("key")
		options := metaFieldOf(root, "customer", key)["options"].([]any)
		if len(options) != 2 || options[1].(obj)["label"] != "十年以上" || options[1].(obj)["tone"] != "ok" {
			t.Errorf("%v", options)
		}
		root.post("/api/customize/customer/fields", obj{"type": "text", "labels": zh("文"), "choices": []obj{{"labels": zh("x")}}}).is(422).want("error.field", "dict")
	})
	t.Run("lines without fields yet are offered to those who add them", func(t *testing.T) {
		lines := root.post("/api/customize/customer/fields", obj{"type": "lines", "labels": zh("设备")}).is(201).str("key")
		if f := named(root.get("/api/customize/customer/fields").list("fields"), "key", lines); f == nil || f["label"] != "设备" {
			t.Errorf("%v", f)
		}
	})
	t.Run("CFG-10 a change typed in a list is refused where that is off, one from a form is not", func(t *testing.T) {
		rec := root.must("customer", obj{"name": "表里改"})
		path := "/api/o/customer/" + rec.str("id")
		root.send("PUT", path, obj{"rev": 1, "values": obj{"address": "一"}}, "X-Edited-In", "table").ok()
		root.put("/api/options", obj{"values": obj{"table.edit": false}}).ok()
		root.send("PUT", path, obj{"rev": 2, "values": obj{"address": "二"}}, "X-Edited-In", "table").is(403).want("error.key", "record.table_edit_off")
		root.get(path).want("values.address", "一")
		root.send("PUT", path, obj{"rev": 2, "values": obj{"address": "二"}}).ok().want("values.address", "二")
	})
}

func TestFieldsThatDepend(t *testing.T) {
	o := newOffice(t)
	admin := o.user("root", crm.Admin)
	key := admin.post("/api/customize/customer/fields", obj{"type": "text", "labels": zh("配偶"), "showIf": obj{"field": "kind", "op": "eq", "value": "person"}, "required": true}).is(201).str("key")
	if f := metaFieldOf(admin, "customer", key); f["showIf"].(obj)["field"] != "kind" {
		t.Fatalf("%v", f)
	}
	admin.must("customer", obj{"name": "公司没有配偶"})
	admin.create("customer", obj{"name": "张三", "kind": "person"}).is(422).want("error.field", key)
	rec := admin.must("customer", obj{"name": "张三", "kind": "person", key: "李四"})
	rec = admin.change(rec, obj{"kind": "company"}).ok().want("values."+key, "李四")
	admin.change(rec, obj{"kind": "person"}).ok().want("values."+key, "李四")
}

func TestQRY01Related(t *testing.T) {
	o := newOffice(t)
	li := o.user("li", crm.Sales)
	at := 1790000000000
	mk := func(name, level, title, text string, fen int) string {
		id := li.must("customer", obj{"name": name, "level": level}).str("id")
		li.must("contact", obj{"name": name + "的人", "customer": id, "title": title})
		li.must("activity", obj{"text": text, "at": at, "customer": id})
		li.must("order", obj{"customer": id, "date": "2026-11-22", "amount": obj{"minor": fen, "currency": "CNY"}})
		return id
	}
	mk("全中", "a", "经理", "寄了样品", 1000001)
	mk("级别不对", "b", "经理", "寄了样品", 2000000)
	mk("职务不对", "a", "职员", "寄了样品", 2000000)
	mk("没寄样品", "a", "经理", "打了电话", 2000000)
	mk("金额不够", "a", "经理", "寄了样品", 1000000)
	t.Run("QRY-01 level A and contact title 经理 and activity text 样品 and order over 10,000", func(t *testing.T) {
		rel := func(entity string, f obj) obj {
			return obj{"related": obj{"entity": entity, "field": "customer", "filter": f}}
		}
		got := li.query("customer", obj{"filter": obj{"and": []obj{
			{"field": "level", "op": "eq", "value": "a"}, rel("contact", obj{"field": "title", "op": "contains", "value": "经理"}),
			rel("activity", obj{"field": "text", "op": "contains", "value": "样品"}),
			rel("order", obj{"field": "amount", "op": "gt", "value": obj{"minor": 1000000, "currency": "CNY"}})}}}).labels("rows")
		if !slices.Equal(got, []string{"全中"}) {
			t.Errorf("finds %v", got)
		}
	})
}

// TestEntityOfOneFile holds the example of ARCHITECTURE.md to its word: one short file
// and labels give a kind of record everything.
func TestEntityOfOneFile(t *testing.T) {
	b, err := os.ReadFile("../modules/service/warranty.go")
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(b, []byte("\n")); n >= 60 {
		t.Errorf("warranty.go has %d lines", n)
	}
	o := newOffice(t)
	li := o.user("li", crm.Sales)
	customer := li.must("customer", obj{"name": "保修客户有限公司"}).str("id")
	rec := li.must("warranty", obj{"thing": "离心泵", "customer": customer, "begin": "2026-11-22", "serialNo": "SN-77001", "months": 24,
		"covers": []obj{{"values": obj{"part": "轴承", "limit": obj{"minor": 50000, "currency": "CNY"}}}}}).
		want("values.no", "BX00001").want("values.end", "2028-11-21").want("values.kind", "standard").want("values.covers.0.values.qty", "1.00")
	for _, typed := range []string{"%E7%A6%BB%E5%BF%83", "lxb", "BX00001", "SN-77001"} {
		li.get("/api/search?q="+typed).ok().want("groups.0.rows.0.id", rec.str("id"))
	}
	li.query("warranty", obj{"filter": obj{"field": "covers.part", "op": "contains", "value": "轴"}, "sort": obj{"field": "end", "desc": true}, "count": true}).want("count", 1)
	li.query("customer", obj{"filter": obj{"related": obj{"entity": "warranty", "field": "customer", "filter": obj{"field": "end", "op": "gt", "value": "2027-01-01"}}}}).want("rows.0.id", customer)
	li.create("warranty", obj{"thing": "另一台", "customer": customer, "begin": "2026-11-22", "serialNo": "SN-77001"}).is(422).want("error.field", "serialNo")
	li.change(rec, obj{"months": 12}).ok().want("values.end", "2027-11-21")
	meta := li.get("/api/meta").ok().want("entities.warranty.label", "Warranty")
	if named(meta.list("menu"), "key", "warranty") == nil || len(meta.list("entities.warranty.form.sections")) != 2 {
		t.Error("no menu entry, or no form")
	}
}
