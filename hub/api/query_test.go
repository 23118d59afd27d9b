package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"bellhop/hub/crm"
	"bellhop/hub/records"
	"bellhop/hub/store"
)

func TestQuery(t *testing.T) {
	o := newOffice(t)
	li := o.user("li", crm.Sales)
	for i := range 23 {
		v := obj{"name": fmt.Sprintf("客户%02d有限公司", i), "level": []string{"a", "b", "c"}[i%3]}
		if i%4 != 0 {
			v["postcode"] = []string{"杭州", "上海", "宁波"}[i%3]
			v["nextContact"] = fmt.Sprintf("2026-11-%02d", 1+i%5)
		}
		if i%2 == 0 {
			v["phones"] = phones(fmt.Sprintf("138000000%02d", i))
		}
		li.must("customer", v)
	}
	for name, tt := range map[string]struct {
		filter obj
		want   int
	}{
		"eq":                 {obj{"field": "level", "op": "eq", "value": "a"}, 8},
		"ne takes empty too": {obj{"field": "postcode", "op": "ne", "value": "杭州"}, 17},
		"in":                 {obj{"field": "level", "op": "in", "value": []string{"a", "b"}}, 16},
		"in nothing":         {obj{"field": "level", "op": "in", "value": []string{}}, 0},
		"empty":              {obj{"field": "postcode", "op": "empty"}, 6},
		"not empty":          {obj{"field": "postcode", "op": "notEmpty"}, 17},
		"contains":           {obj{"field": "name", "op": "contains", "value": "户1"}, 10},
		"a percent sign":     {obj{"field": "name", "op": "contains", "value": "%"}, 0},
		"date":               {obj{"field": "nextContact", "op": "le", "value": "2026-11-02"}, 7},
		"phones":             {obj{"field": "phones", "op": "notEmpty"}, 12},
		"part of a phone":    {obj{"field": "phones", "op": "contains", "value": "138-0000-0010"}, 1},
		"owner":              {obj{"field": "owner", "op": "eq", "value": li.user.ID.String()}, 23},
		"and":                {obj{"and": []obj{{"field": "level", "op": "eq", "value": "a"}, {"field": "postcode", "op": "empty"}}}, 2},
		"or":                 {obj{"or": []obj{{"field": "level", "op": "eq", "value": "a"}, {"field": "postcode", "op": "empty"}}}, 12},
		"and of none":        {obj{"and": []obj{}}, 23},
		"or of none":         {obj{"or": []obj{}}, 0},
		"created":            {obj{"field": "createdAt", "op": "gt", "value": 1}, 23},
	} {
		t.Run(name, func(t *testing.T) {
			li.query("customer", obj{"filter": tt.filter, "count": true, "limit": 1}).want("count", tt.want)
		})
	}
	for name, tt := range map[string]struct {
		body obj
		key  string
	}{
		"no such field":     {obj{"filter": obj{"field": "password", "op": "eq", "value": "x"}}, "query.no_such_field"},
		"an endless text":   {obj{"filter": obj{"field": "name", "op": "contains", "value": strings.Repeat("x", 100_000)}}, "query.bad_filter"},
		"a column's name":   {obj{"filter": obj{"field": "deleted_at", "op": "empty"}}, "query.no_such_field"},
		"SQL as a field":    {obj{"filter": obj{"field": `name" OR 1=1 --`, "op": "eq", "value": "x"}}, "query.no_such_field"},
		"operator":          {obj{"filter": obj{"field": "level", "op": "gt", "value": "a"}}, "query.bad_operator"},
		"option":            {obj{"filter": obj{"field": "level", "op": "eq", "value": "z"}}, "field.no_such_option"},
		"two at once":       {obj{"filter": obj{"field": "level", "op": "empty", "and": []obj{}}}, "query.bad_filter"},
		"nothing":           {obj{"filter": obj{}}, "query.bad_filter"},
		"sort by no column": {obj{"sort": obj{"field": "phones"}}, "query.bad_sort"},
		"sort by SQL":       {obj{"sort": obj{"field": "id; DROP TABLE customer"}}, "query.bad_sort"},
		"cursor":            {obj{"after": "nonsense"}, "query.bad_cursor"},
	} {
		t.Run(name, func(t *testing.T) {
			li.post("/api/o/customer/query", tt.body).is(422).want("error.key", tt.key)
		})
	}
	t.Run("a filter may not be a tower", func(t *testing.T) {
		tower := obj{"field": "postcode", "op": "empty"}
		for range 20 {
			tower = obj{"and": []obj{tower}}
		}
		li.post("/api/o/customer/query", obj{"filter": tower}).is(422).want("error.key", "query.filter_too_large")
	})
	for _, sort := range []obj{{"field": "name"}, {"field": "name", "desc": true}, {"field": "postcode"}, {"field": "postcode", "desc": true},
		{"field": "nextContact", "desc": true}, {"field": "level"}, {"field": "updatedAt", "desc": true}, {"field": "balance"}} {
		t.Run(fmt.Sprint("pages in order of ", sort), func(t *testing.T) {
			var seen []string
			in := obj{"sort": sort, "limit": 4}
			for range 10 {
				page := li.query("customer", in)
				seen = append(seen, page.labels("rows")...)
				if in["after"] = page.str("next"); in["after"] == "" {
					break
				}
			}
			slices.Sort(seen)
			if n := len(slices.Compact(seen)); len(seen) != 23 || n != 23 {
				t.Errorf("%d rows, %d different, want each of 23 once", len(seen), n)
			}
		})
	}
	t.Run("empty values come last both ways", func(t *testing.T) {
		for _, desc := range []bool{false, true} {
			rows := li.query("customer", obj{"sort": obj{"field": "postcode", "desc": desc}, "limit": 50}).list("rows")
			for i, row := range rows {
				empty := row.(obj)["values"].(obj)["postcode"] == nil
				if empty != (i >= 17) {
					t.Fatalf("desc %v: row %d", desc, i)
				}
			}
		}
	})
	t.Run("a cursor of another order is refused", func(t *testing.T) {
		next := li.query("customer", obj{"sort": obj{"field": "name"}, "limit": 4}).str("next")
		li.post("/api/o/customer/query", obj{"sort": obj{"field": "postcode"}, "after": next}).is(422)
	})
}

func TestCountIsCapped(t *testing.T) {
	o := newOffice(t)
	li := o.user("li", crm.Sales)
	ctx := context.Background()
	e, _ := o.server.Records.Schema().Entity("privatecontact")
	err := o.store.Write(ctx, func(tx *store.Tx) error {
		for i := range store.CountCap + 1 {
			row := &store.RecordRow{Record: crm.Record{Entity: e.Name, ID: crm.NewID(), Rev: 1, Label: fmt.Sprint("友", i), Owner: li.user.ID, UpdatedAt: int64(i)}}
			if err := o.store.InsertRecord(ctx, tx, e, row); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	li.query("privatecontact", obj{"count": true, "limit": 1}).want("count", 1000).want("capped", true)
}

// FuzzQuery sends anything as a query: the hub may refuse it and never fail.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{
		`{"filter":{"field":"level","op":"in","value":["a"]}}`, `{"filter":{"and":[{"or":[]},{"field":"phones","op":"contains","value":"1"}]}}`,
		`{"search":"张三 zs 138","sort":{"field":"name","desc":true},"limit":3,"count":true}`, `{"filter":{"field":"balance","op":"ge","value":{"minor":1}}}`,
		`{"filter":{"related":{"entity":"contact","field":"customer","filter":{"field":"title","op":"startsWith","value":"x"}}}}`,
		`{"filter":{"or":[{"field":"nextContact","op":"eq","value":{"rel":"days","n":-3}},{"field":"createdAt","op":"lt","value":{"field":"nextContact"}}]}}`,
		`{"filter":{"and":[{"field":"level","op":"notIn","value":["a"]},{"field":"balance","op":"between","value":[null,5]},{"field":"owner","op":"in","value":[{"rel":"me"}]}]}}`,
		`{"filter":{"field":"owner","op":"eq","value":"1"},"after":"e30"}`, `{"after":"eyJzIjp7ImZpZWxkIjoibmFtZSIsImRlc2MiOmZhbHNlfSwiYSI6W10sImkiOiIxIn0","sort":{"field":"name"}}`,
	} {
		f.Add(seed)
	}
	shared := newOffice(f)
	session := shared.user("li", crm.Sales)
	f.Fuzz(func(t *testing.T, body string) {
		if !json.Valid([]byte(body)) {
			return
		}
		o, li := *shared, *session
		o.t, li.o = t, &o
		if a := li.send("POST", "/api/o/customer/query", json.RawMessage(body)); a.status != 200 && a.status != 422 {
			t.Errorf("status %d for %q: %s", a.status, body, a.text)
		}
	})
}

func TestQueryFields(t *testing.T) {
	o := newOffice(t)
	li := o.user("li", crm.Sales)
	li.must("customer", obj{"name": "王芳", "kind": "person", "level": "a", "postcode": "310000", "birthday": "1990-01-01", "phones": phones("13800000001")})
	values := func(in obj) obj { return li.query("customer", in).list("rows")[0].(obj)["values"].(obj) }
	t.Run("QRY-01 a list reads the fields it shows, and no others", func(t *testing.T) {
		got := values(obj{"fields": []string{"level", "phones", "age", "password", "deleted_at"}})
		if len(got) != 3 || got["level"] != "a" || got["phones"] == nil || got["age"] == nil {
			t.Errorf("the row holds %v", got)
		}
	})
	t.Run("QRY-01 no field is enough for a count, all without saying", func(t *testing.T) {
		if got := values(obj{"fields": []string{}}); len(got) != 0 {
			t.Errorf("the row holds %v", got)
		}
		if got := values(obj{}); got["postcode"] != "310000" || got["age"] == nil || len(got) < 20 {
			t.Errorf("the row holds %v", got)
		}
	})
	t.Run("QRY-01 what is sorted and searched by need not be shown", func(t *testing.T) {
		got := values(obj{"fields": []string{"level"}, "search": "王芳", "sort": obj{"field": "nextContact"}})
		if len(got) != 1 || got["level"] != "a" {
			t.Errorf("the row holds %v", got)
		}
	})
}

// More customers of the name than the box looks at first: what it shows must not depend
// on whose they are.
func TestSearchAmongMany(t *testing.T) {
	o := newOffice(t)
	mine, theirs := o.user("li", crm.Sales), o.user("zhao", crm.Sales)
	mine.must("customer", obj{"name": "华信轴承厂"})
	err := o.store.Write(context.Background(), func(tx *store.Tx) error {
		e, _ := o.server.Records.Schema().Entity("customer")
		for i := range 150 {
			v := map[string]any{"name": fmt.Sprintf("华信机电%03d", i), "kind": "company"}
			r := &store.RecordRow{Record: crm.Record{Entity: "customer", ID: crm.NewID(), Rev: 1, Values: v, Label: v["name"].(string),
				Owner: theirs.user.ID, CreatedAt: int64(i), UpdatedAt: int64(i)}, Document: records.Document(e, v)}
			if err := o.store.InsertRecord(context.Background(), tx, e, r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	found := func(u *person) []string {
		return u.get("/api/search?q=" + url.QueryEscape("华信")).labels("groups.0.rows")
	}
	t.Run("QRY-04 a common name fills the box with the newest, those changed last first", func(t *testing.T) {
		if got := found(theirs); len(got) != 6 || got[0] != "华信机电149" || got[5] != "华信机电144" {
			t.Errorf("found %v", got)
		}
	})
	t.Run("QRY-04 one's own is found among many of others, however old", func(t *testing.T) {
		if got := found(mine); len(got) != 1 || got[0] != "华信轴承厂" {
			t.Errorf("found %v", got)
		}
	})
}
