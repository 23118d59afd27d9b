package api

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"bellhop/hub/crm"
)

// schemaCheck is the part of JSON Schema the description uses.
type schemaCheck struct{ doc obj }

func (c schemaCheck) resolve(ref string) (obj, bool) {
	var at any = map[string]any(c.doc)
	for _, step := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
		m, ok := at.(map[string]any)
		if !ok {
			return nil, false
		}
		at = m[step]
	}
	m, ok := at.(map[string]any)
	return m, ok
}

// refs calls fn with every $ref of the document.
func refs(v any, fn func(string)) {
	switch v := v.(type) {
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok {
			fn(ref)
		}
		for _, sub := range v {
			refs(sub, fn)
		}
	case []any:
		for _, sub := range v {
			refs(sub, fn)
		}
	}
}

// check tells what is wrong with a value, "" if nothing.
func (c schemaCheck) check(schema obj, v any, at string) string {
	if ref, ok := schema["$ref"].(string); ok {
		to, found := c.resolve(ref)
		if !found {
			return at + ": no " + ref
		}
		return c.check(to, v, at)
	}
	for _, sub := range asList(schema["allOf"]) {
		if wrong := c.check(sub.(obj), v, at); wrong != "" {
			return wrong
		}
	}
	for _, key := range []string{"anyOf", "oneOf"} {
		var wrongs []string
		subs := asList(schema[key])
		for _, sub := range subs {
			if wrong := c.check(sub.(obj), v, at); wrong != "" {
				wrongs = append(wrongs, wrong)
			}
		}
		if len(subs) > 0 && len(wrongs) == len(subs) {
			return strings.Join(wrongs, " / ")
		}
	}
	if want, ok := schema["const"]; ok && v != want {
		return fmt.Sprintf("%s is %v, not %v", at, v, want)
	}
	if list, ok := schema["enum"]; ok {
		for _, one := range asList(list) {
			if one == v {
				return ""
			}
		}
		return fmt.Sprintf("%s: %v is not among %v", at, v, list)
	}
	return c.checkType(schema, v, at)
}

func (c schemaCheck) checkType(schema obj, v any, at string) string {
	ok := true
	switch schema["type"] {
	case "null":
		ok = v == nil
	case "string":
		_, ok = v.(string)
		if pattern, has := schema["pattern"].(string); ok && has {
			ok = regexp.MustCompile(pattern).MatchString(v.(string))
		}
	case "integer":
		n, is := v.(float64)
		ok = is && n == float64(int64(n))
	case "number":
		_, ok = v.(float64)
	case "boolean":
		_, ok = v.(bool)
	case "array":
		list, is := v.([]any)
		ok = is
		for i, item := range list {
			if wrong := c.check(schema["items"].(obj), item, fmt.Sprintf("%s.%d", at, i)); wrong != "" {
				return wrong
			}
		}
	case "object":
		return c.checkObject(schema, v, at)
	}
	if !ok {
		return fmt.Sprintf("%s: %v (%T) is no %v %v", at, v, v, schema["type"], schema["pattern"])
	}
	return ""
}

func (c schemaCheck) checkObject(schema obj, v any, at string) string {
	m, ok := v.(map[string]any)
	if !ok {
		return at + " is no object"
	}
	for _, key := range asList(schema["required"]) {
		if _, has := m[key.(string)]; !has {
			return fmt.Sprintf("%s lacks %s", at, key)
		}
	}
	properties, _ := schema["properties"].(obj)
	for key, value := range m {
		if sub, known := properties[key].(obj); known {
			if wrong := c.check(sub, value, at+"."+key); wrong != "" {
				return wrong
			}
		} else if schema["additionalProperties"] == false {
			return at + "." + key + " is not described"
		}
	}
	return ""
}

func asList(v any) []any { l, _ := v.([]any); return l }

// sample makes a value by its schema, as a program's author would.
func (c schemaCheck) sample(schema obj, records map[string]string) any {
	if ref, ok := schema["$ref"].(string); ok {
		switch ref {
		case "#/components/schemas/Money":
			return obj{"minor": 100, "currency": "CNY"}
		case "#/components/schemas/PhoneWrite":
			return obj{"label": "office", "number": "057188881234"}
		}
		to, _ := c.resolve(ref)
		return c.sample(to, records)
	}
	if entity, ok := schema["x-ref"].(string); ok {
		return records[entity]
	}
	for _, key := range []string{"allOf", "anyOf", "oneOf"} {
		if subs := asList(schema[key]); len(subs) > 0 {
			return c.sample(subs[0].(obj), records)
		}
	}
	if v, ok := schema["const"]; ok {
		return v
	}
	switch schema["type"] {
	case "integer", "number":
		return 1790000000000
	case "boolean":
		return true
	case "array":
		return []any{c.sample(schema["items"].(obj), records)}
	case "object":
		out := obj{}
		for _, key := range asList(schema["required"]) {
			out[key.(string)] = c.sample(schema["properties"].(obj)[key.(string)].(obj), records)
		}
		return out
	}
	switch {
	case schema["format"] == "date":
		return "2026-11-22"
	case schema["format"] == "email":
		return "a@example.com"
	case schema["pattern"] != nil:
		return "1"
	}
	return "照说明写的"
}

func TestDescription(t *testing.T) {
	o := newOffice(t)
	admin := o.user("admin", crm.Admin)
	key, made := admin.newKey("全部", "all", nil)
	doc := key.get("/api/v1/openapi.json").ok()
	c := schemaCheck{doc.body}
	t.Run("IMP-09 every reference of the description resolves, every operation has its own name", func(t *testing.T) {
		doc.want("openapi", "3.1.0").want("components.securitySchemes.key.scheme", "bearer")
		n := 0
		refs(doc.body, func(ref string) {
			n++
			if _, ok := c.resolve(ref); !ok {
				t.Errorf("no %s", ref)
			}
		})
		names := map[string]bool{}
		for path, item := range doc.at("paths").(obj) {
			for method, operation := range item.(obj) {
				op, ok := operation.(obj)
				if !ok {
					continue
				}
				name, _ := op["operationId"].(string)
				if name == "" || names[name] || op["responses"] == nil {
					t.Errorf("%s %s: operationId %q", method, path, name)
				}
				names[name] = true
				for _, placeholder := range regexp.MustCompile(`{(\w+)}`).FindAllStringSubmatch(path, -1) {
					if !strings.Contains(fmt.Sprint(item), "name:"+placeholder[1]) {
						t.Errorf("%s does not describe %s", path, placeholder[1])
					}
				}
				if !servesKeys(strings.ToUpper(method), "/api"+strings.ReplaceAll(path, "{id}", "1")) {
					t.Errorf("%s %s is not for keys", method, path)
				}
			}
		}
		if n < 100 || len(names) < 50 {
			t.Errorf("%d references, %d operations", n, len(names))
		}
	})
	t.Run("IMP-09 what is written by the description is taken, and what comes back is as described", func(t *testing.T) {
		records := map[string]string{}
		for _, e := range o.server.Records.Schema().Entities() {
			name := strings.ToUpper(e.Name[:1]) + e.Name[1:]
			schema, ok := c.resolve("#/components/schemas/" + name + "New")
			if !ok {
				continue // its records are made by the program
			}
			values := c.sample(schema, records).(obj)
			for key, property := range schema["properties"].(obj) {
				if property.(obj)["type"] == nil && e.Name != "relation" && e.Name != "contact" && values[key] == nil && property.(obj)["x-ref"] == nil &&
					!regexp.MustCompile(`"maxLength"|Region|File|\^\[0-9\]|lines|oneOf`).MatchString(fmt.Sprintf("%#v", property)) {
					values[key] = c.sample(property.(obj), records)
				}
			}
			if e.Name == "relation" {
				values["other"] = key.must("customer", obj{"name": "另一方"}).str("id")
			}
			a := key.post("/api/o/"+e.Name, obj{"values": values})
			if a.status != 201 {
				// What the entity's own rules refuse is not the description's affair, a form it gives is.
				a = key.post("/api/o/"+e.Name, obj{"values": c.sample(schema, records)})
			}
			if a.status != 201 {
				t.Errorf("%s by %v: %s", e.Name, values, a.text)
				continue
			}
			records[e.Name] = a.str("id")
			record, _ := c.resolve("#/components/schemas/" + name)
			row := key.get("/api/o/" + e.Name + "/" + a.str("id")).ok()
			if wrong := c.check(record, row.body, e.Name); wrong != "" {
				t.Error(wrong)
			}
			page, _ := c.resolve("#/components/schemas/" + name + "Page")
			if wrong := c.check(page, key.post("/api/o/"+e.Name+"/query", obj{"count": true}).ok().body, e.Name); wrong != "" {
				t.Error(wrong)
			}
		}
		for _, entity := range []string{"customer", "product", "order", "receipt"} {
			if records[entity] == "" {
				t.Errorf("no %s was made", entity)
			}
		}
		refused, _ := c.resolve("#/components/schemas/ErrorAnswer")
		if wrong := c.check(refused, key.post("/api/o/customer", obj{"values": obj{}}).is(422).body, "error"); wrong != "" {
			t.Error(wrong)
		}
	})
	t.Run("IMP-09 it says how each field is filtered, and that is true", func(t *testing.T) {
		values, _ := c.resolve("#/components/schemas/CustomerValues")
		for field, property := range values["properties"].(obj) {
			for _, op := range asList(property.(obj)["x-filter"]) {
				if op == "empty" || op == "notEmpty" {
					key.post("/api/o/customer/query", obj{"filter": obj{"field": field, "op": op}}).ok()
				}
			}
		}
	})
	t.Run("IMP-09 what a key may not see or do does not appear", func(t *testing.T) {
		role := admin.role("看不见税号", obj{"customer": obj{"actions": []string{"read"}, "reach": "all"}}, obj{"customer": obj{"taxNo": "hidden", "phones": "masked"}})
		answer := admin.post("/api/keys", obj{"name": "窄", "roles": []string{role}}).is(201)
		narrow := o.program(answer.str("key"))
		text := narrow.get("/api/v1/openapi.json").ok()
		for _, hidden := range []string{`"/o/order`, "CustomerNew", "CustomerChange", `"put":{"operationId"`, `"delete":{"operationId"`, `"operationId":"create`} {
			if strings.Contains(text.text, hidden) {
				t.Errorf("it tells of %s", hidden)
			}
		}
		text.want("components.schemas.CustomerValues.properties.phones.x-masked", true).want("components.schemas.CustomerValues.properties.taxNo", nil)
		if doc.at("components.schemas.CustomerValues.properties.taxNo") == nil {
			t.Error("a field to be seen is left out")
		}
		byID := admin.get("/api/v1/openapi.json?key=" + answer.str("id")).ok()
		if !reflect.DeepEqual(byID.at("paths.search"), text.at("paths.search")) || len(byID.at("components.schemas").(obj)) != len(text.at("components.schemas").(obj)) {
			t.Error("who made the key is shown another description")
		}
		o.user("li", crm.Sales).get("/api/v1/openapi.json?key=" + answer.str("id")).is(403)
	})
	t.Run("IMP-09 the same to read, in the reader's language", func(t *testing.T) {
		page := admin.get("/api/v1/docs?key=" + made.str("id")).ok()
		for _, word := range []string{"<code>taxNo</code>", "POST", "/api/o/receipt", "openapi.json", "Authorization: Bearer", "铃客测试"} {
			if !strings.Contains(page.text, word) {
				t.Errorf("the page lacks %s", word)
			}
		}
		if regexp.MustCompile(`(src|href)="https?:|<script`).MatchString(page.text) {
			t.Error("the page needs others")
		}
		if zh := o.anonymous().send("GET", "/api/v1/docs", nil, "Authorization", "Bearer "+key.key, langHeader, "zh-TW"); !strings.Contains(zh.text, "介面說明") {
			t.Errorf("%.300s", zh.text)
		}
	})
}
