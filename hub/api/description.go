package api

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/auth"
	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/rights"
)

// descriptionRoutes describe the interface for other programs, made from the definitions
// for whoever asks: what he may not see does not appear. Who manages users sees it as
// the key ?key=ID does.
func (s *Server) descriptionRoutes(api fiber.Router) {
	api.Get("/v1/openapi.json", s.openapi)
	api.Get("/v1/docs", s.docs)
}

// describer writes the description for one asker, in his language.
type describer struct {
	drawer
	company string
}

func (s *Server) describer(c *fiber.Ctx) (describer, error) {
	d := describer{drawer: drawer{schema: s.Records.Schema(), who: Rights(c), lang: Lang(c)}}
	var err error
	if d.company, err = s.Store.Setting(c.UserContext(), "company"); err != nil {
		return d, err
	}
	switch {
	case keyOf(c) != nil:
	case c.Query("key") == "":
		d.who = d.who.Narrowed(nil, false) // as a key with the asker's own roles
	case !d.who.May(rights.Users, rights.Read):
		return d, &crm.Error{Code: crm.Forbidden, Key: "user.no_right"}
	default:
		id, err := crm.ParseID(c.Query("key"))
		if err != nil {
			return d, crm.ErrNotFound
		}
		key, err := s.Store.Key(c.UserContext(), id)
		if err != nil {
			return d, err
		}
		user, err := s.Store.User(c.UserContext(), key.User)
		if err != nil {
			return d, err
		}
		who, err := s.Records.Who(c.UserContext(), user)
		if err != nil {
			return d, err
		}
		d.who = who.Narrowed(key.Entities, key.ReadOnly)
	}
	return d, nil
}

func (s *Server) openapi(c *fiber.Ctx) error {
	d, err := s.describer(c)
	if err != nil {
		return err
	}
	return c.JSON(d.document())
}

// entities are those the asker may read.
func (d describer) entities() (list []*crm.Entity) {
	for _, e := range d.schema.Entities() {
		if d.who.May(e.Name, rights.Read) {
			list = append(list, e)
		}
	}
	return list
}

type tree = map[string]any

func ref(name string) tree { return tree{"$ref": "#/components/schemas/" + name} }

func list(of tree) tree { return tree{"type": "array", "items": of} }

func object(required []string, properties tree) tree {
	out := tree{"type": "object", "properties": properties}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

func content(schema tree) tree { return tree{"application/json": tree{"schema": schema}} }

var (
	aText    = tree{"type": "string"}
	anID     = tree{"type": "string", "pattern": `^[0-9]+$`}
	aMoment  = tree{"type": "integer", "format": "int64"}
	aDecimal = tree{"type": "string", "pattern": `^-?[0-9]+(\.[0-9]+)?$`}
)

// document is OpenAPI 3.1.
func (d describer) document() tree {
	paths, schemas := tree{}, d.common()
	for _, e := range d.entities() {
		d.addEntity(e, paths, schemas)
	}
	paths["/lookup"] = tree{"get": d.operation("lookup", d.text("apidoc.lookup"), nil, ref("Hits"),
		query("entity", true), query("q", false), query("limit", false))}
	paths["/search"] = tree{"get": d.operation("search", d.text("apidoc.search"), nil, ref("Found"), query("q", true))}
	paths["/files/{id}"] = tree{"get": tree{"operationId": "getFile", "summary": d.text("apidoc.get_file"), "parameters": []tree{pathParam("id")},
		"responses": tree{"200": tree{"description": "OK", "content": tree{"*/*": tree{"schema": tree{}}}}, "default": errorAnswer}}}
	if d.writes() {
		paths["/files"] = tree{"post": tree{"operationId": "addFile", "summary": d.text("apidoc.add_file"),
			"requestBody": tree{"required": true, "content": tree{"multipart/form-data": tree{"schema": object([]string{"file"}, tree{"file": tree{"type": "string", "contentMediaType": "application/octet-stream"}})}}},
			"responses":   tree{"201": tree{"description": "OK", "content": content(ref("File"))}, "default": errorAnswer}}}
	}
	return tree{
		"openapi": "3.1.0",
		"info":    tree{"title": strings.TrimSpace(d.company + " " + d.text("apidoc.title")), "version": "1", "description": d.introduction()},
		"servers": []tree{{"url": "/api"}}, "security": []tree{{"key": []string{}}}, "paths": paths,
		"components": tree{"schemas": schemas, "securitySchemes": tree{"key": tree{"type": "http", "scheme": "bearer", "description": d.text("apidoc.auth")}}},
	}
}

// writes tells whether the asker may make or change anything.
func (d describer) writes() bool {
	return slices.ContainsFunc(d.entities(), func(e *crm.Entity) bool {
		return d.who.May(e.Name, rights.Create) || d.who.May(e.Name, rights.Edit)
	})
}

func (d describer) introduction() string {
	var parts []string
	for _, key := range []string{"auth", "forms", "filters", "errors", "limits"} {
		parts = append(parts, d.intro(key))
	}
	return strings.Join(parts, "\n\n")
}

var errorAnswer = tree{"description": "error", "content": content(ref("ErrorAnswer"))}

func query(name string, required bool) tree {
	return tree{"name": name, "in": "query", "required": required, "schema": aText}
}

func pathParam(name string) tree {
	return tree{"name": name, "in": "path", "required": true, "schema": anID}
}

func (d describer) operation(id, summary string, body, answer tree, parameters ...tree) tree {
	out := tree{"operationId": id, "summary": summary,
		"responses": tree{"200": tree{"description": "OK", "content": content(answer)}, "default": errorAnswer}}
	if len(parameters) > 0 {
		out["parameters"] = parameters
	}
	if body != nil {
		out["requestBody"] = tree{"required": true, "content": content(body)}
	}
	return out
}

// common are the schemas every entity uses.
func (d describer) common() tree {
	named := object([]string{"id", "name"}, tree{"id": anID, "name": aText})
	operators := []string{}
	for _, op := range field.AllOps {
		operators = append(operators, string(op))
	}
	return tree{
		"Money":      object([]string{"minor", "currency"}, tree{"minor": tree{"type": "number"}, "currency": tree{"type": "string", "pattern": "^[A-Z]{3}$"}}),
		"Phone":      object([]string{"label", "number"}, tree{"label": tree{"enum": field.PhoneLabels}, "number": aText, "display": aText, "place": aText, "masked": tree{"type": "boolean"}}),
		"PhoneWrite": object([]string{"label", "number"}, tree{"label": tree{"enum": field.PhoneLabels}, "number": aText}),
		"Reference":  object([]string{"id", "label", "entity"}, tree{"id": anID, "label": aText, "entity": aText}),
		"Person":     named, "Department": named,
		"Region": object(nil, tree{"code": aText, "name": aText, "country": aText, "province": aText, "city": aText, "text": aText}),
		"File":   object([]string{"id", "name", "size", "type"}, tree{"id": anID, "name": aText, "size": aMoment, "type": aText}),
		"Sort":   object([]string{"field"}, tree{"field": aText, "desc": tree{"type": "boolean"}}),
		"Filter": tree{"description": d.text("apidoc.filters"), "oneOf": []tree{
			object([]string{"and"}, tree{"and": list(ref("Filter"))}), object([]string{"or"}, tree{"or": list(ref("Filter"))}),
			object([]string{"field", "op"}, tree{"field": aText, "op": tree{"enum": operators}, "value": tree{}}),
			object([]string{"related"}, tree{"related": object([]string{"entity", "field"}, tree{"entity": aText, "field": aText, "none": tree{"type": "boolean"}, "filter": ref("Filter")})})}},
		"Query": object(nil, tree{"search": aText, "filter": ref("Filter"), "sort": ref("Sort"), "after": aText,
			"limit": tree{"type": "integer", "minimum": 1, "maximum": 200}, "count": tree{"type": "boolean"}}),
		"Empty": tree{"type": "object"},
		"Hits":  object([]string{"rows"}, tree{"rows": list(object([]string{"entity", "id", "label", "sub"}, tree{"entity": aText, "id": anID, "label": aText, "sub": aText}))}),
		"Found": object([]string{"groups"}, tree{"groups": list(object([]string{"entity", "label", "rows"}, tree{"entity": aText, "label": aText, "rows": list(tree{"type": "object"})}))}),
		"ErrorAnswer": object([]string{"error"}, tree{"error": object([]string{"code", "key", "message"}, tree{
			"code": tree{"enum": []string{"invalid", "conflict", "forbidden", "not_found", "unauthorized", "locked", "rate_limited", "unavailable", "internal"}},
			"key":  aText, "message": aText, "field": aText, "retryAfter": tree{"type": "integer"},
			"fields": list(object([]string{"field", "message"}, tree{"field": aText, "message": aText}))}),
			"current": tree{"description": d.text("apidoc.current")}}),
	}
}

// addEntity adds one kind of record: what may be done with it, and what it holds.
func (d describer) addEntity(e *crm.Entity, paths, schemas tree) {
	m := d.entity(e)
	name := strings.ToUpper(e.Name[:1]) + e.Name[1:]
	record := object([]string{"id", "rev", "entity", "label", "values", "createdAt", "updatedAt", "may"}, tree{
		"id": anID, "rev": tree{"type": "integer"}, "entity": tree{"const": e.Name}, "label": aText, "values": ref(name + "Values"),
		"createdAt": aMoment, "updatedAt": aMoment, "createdBy": ref("Person"), "updatedBy": ref("Person"),
		"may": object([]string{"edit", "delete"}, tree{"edit": tree{"type": "boolean"}, "delete": tree{"type": "boolean"}})})
	record["title"] = m.Label
	schemas[name] = record
	schemas[name+"Values"] = d.values(m.Fields)
	schemas[name+"Page"] = object([]string{"rows"}, tree{"rows": list(ref(name)), "next": aText, "count": tree{"type": "integer"}, "capped": tree{"type": "boolean"}})
	say := func(what string) string {
		return d.schema.Labels.Text(d.lang, "apidoc."+what, map[string]string{"name": m.Label})
	}
	tag := func(o tree) tree { o["tags"] = []string{m.Label}; return o }

	paths["/o/"+e.Name+"/query"] = tree{"post": tag(d.operation("query"+name, say("query"), ref("Query"), ref(name+"Page")))}
	all, one := tree{}, tree{"parameters": []tree{pathParam("id")}, "get": tag(d.operation("get"+name, say("get"), nil, ref(name)))}
	if m.Actions.Create {
		schemas[name+"New"] = d.writable(e, m.Fields, true)
		made := tag(d.operation("create"+name, say("create"), object([]string{"values"}, tree{"values": ref(name + "New")}), ref(name),
			tree{"name": "Idempotency-Key", "in": "header", "description": d.text("apidoc.idempotency"), "schema": tree{"type": "string", "maxLength": maxKey}}))
		responses := made["responses"].(tree)
		responses["201"] = responses["200"]
		delete(responses, "200")
		all["post"] = made
		paths["/o/"+e.Name] = all
	}
	if m.Actions.Edit {
		schemas[name+"Change"] = d.writable(e, m.Fields, false)
		one["put"] = tag(d.operation("change"+name, say("change"), object([]string{"rev", "values"}, tree{"rev": tree{"type": "integer"}, "values": ref(name + "Change")}), ref(name)))
	}
	if m.Actions.Delete {
		one["delete"] = tag(d.operation("delete"+name, say("delete"), nil, ref("Empty"), query("rev", true)))
	}
	paths["/o/"+e.Name+"/{id}"] = one
}

func (d describer) values(fields []metaField) tree {
	properties := tree{}
	for _, f := range fields {
		value := tree{"anyOf": []tree{d.value(f), {"type": "null"}}}
		d.note(value, f)
		properties[f.Key] = value
	}
	return object(nil, properties)
}

// note adds what a field is called and how lists are filtered by it.
func (d describer) note(value tree, f metaField) {
	value["title"] = f.Label
	if f.Hint != "" {
		value["description"] = f.Hint
	}
	if ops := opsOf(f); len(ops) > 0 {
		value["x-filter"] = ops
	}
	if f.Sortable {
		value["x-sortable"] = true
	}
	if f.ReadOnly {
		value["readOnly"] = true
	}
	if f.Mask == field.MaskAlways {
		value["x-masked"] = true
	}
}

// opsOf are the operators a field is filtered by; a masked one by its whole value alone.
func opsOf(f metaField) []field.Op {
	if f.Mask != field.MaskAlways {
		return f.Ops
	}
	if slices.Contains(f.Ops, field.Eq) {
		return []field.Op{field.Eq}
	}
	return nil
}

// value describes a field's value as it is read.
func (d describer) value(f metaField) tree {
	kind := f.Type
	if f.Result != "" {
		kind = f.Result
	}
	switch kind {
	case "int", "datetime":
		return aMoment
	case "rating":
		return tree{"type": "integer", "minimum": 1, "maximum": 5}
	case "decimal", "percent":
		return aDecimal
	case "date":
		return tree{"type": "string", "format": "date"}
	case "bool":
		return tree{"type": "boolean"}
	case "money":
		return ref("Money")
	case "phones":
		return list(ref("Phone"))
	case "ref":
		return ref("Reference")
	case "refs":
		return list(ref("Reference"))
	case "user":
		return ref("Person")
	case "dept":
		return ref("Department")
	case "region":
		return ref("Region")
	case "file", "image":
		return list(ref("File"))
	case "select":
		return choices(f, true)
	case "multiselect":
		return list(choices(f, true))
	case "lines":
		return list(object([]string{"values"}, tree{"id": anID, "values": d.values(f.Lines.Fields)}))
	case "email":
		return tree{"type": "string", "format": "email"}
	}
	return aText
}

func choices(f metaField, read bool) tree {
	options := []tree{}
	for _, o := range f.Options {
		if read || !o.Retired {
			options = append(options, tree{"const": o.ID, "title": o.Label})
		}
	}
	if len(options) == 0 {
		return aText
	}
	return tree{"oneOf": options}
}

// written describes a field's value as it is written.
func (d describer) written(e *crm.Entity, f metaField, isNew bool) tree {
	switch f.Type {
	case "phones":
		return list(ref("PhoneWrite"))
	case "ref", "user", "dept":
		return anID
	case "refs", "file", "image":
		return list(anID)
	case "select":
		return choices(f, false)
	case "multiselect":
		return list(choices(f, false))
	case "lines":
		return list(object([]string{"values"}, tree{"id": anID, "values": d.writableFields(e, f.Key, f.Lines.Fields, isNew)}))
	case "text", "longtext":
		if f.Max > 0 {
			return tree{"type": "string", "maxLength": f.Max}
		}
	}
	return d.value(f)
}

// writable describes what a new record may hold, or a change.
func (d describer) writable(e *crm.Entity, fields []metaField, isNew bool) tree {
	return d.writableFields(e, "", fields, isNew)
}

func (d describer) writableFields(e *crm.Entity, within string, fields []metaField, isNew bool) tree {
	properties, required := tree{}, []string{}
	for _, f := range fields {
		if !d.mayWrite(e, within, f.Key, isNew) {
			continue
		}
		value := d.written(e, f, isNew)
		if f.Required && isNew && f.Default == nil && f.ShowIf == nil && f.Type != "serial" && f.Key != "owner" {
			required = append(required, f.Key)
		} else {
			value = tree{"anyOf": []tree{value, {"type": "null"}}}
		}
		value = tree{"allOf": []tree{value}, "title": f.Label}
		if f.Ref != "" {
			value["x-ref"] = f.Ref
		}
		if f.Default != nil && isNew {
			value["default"] = f.Default
		}
		properties[f.Key] = value
	}
	out := object(required, properties)
	out["additionalProperties"] = false
	return out
}

func (d describer) mayWrite(e *crm.Entity, within, key string, isNew bool) bool {
	f, ok := e.Field(key)
	if within != "" {
		lines, _ := e.Field(within)
		f, ok = lines.Line(key)
	}
	return ok && d.who.MayWrite(e, f, isNew) && !d.who.Masks(e, f)
}

// intro is a text of the description, with the limits a program meets.
func (d describer) intro(key string) string {
	return d.schema.Labels.Text(d.lang, "apidoc."+key, map[string]string{
		"requests": strconv.Itoa(auth.KeyRequests), "megabytes": strconv.Itoa(bodyLimit >> 20), "days": "7"})
}
