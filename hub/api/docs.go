package api

import (
	"bytes"
	"html/template"
	"strings"

	"github.com/gofiber/fiber/v2"

	"bellhop/hub/crm"
	"bellhop/hub/rights"
)

// docs is the description as a page to read and print; it needs nothing but itself.
func (s *Server) docs(c *fiber.Ctx) error {
	d, err := s.describer(c)
	if err != nil {
		return err
	}
	page := docsPage{Lang: d.lang, Title: strings.TrimSpace(d.company + " " + d.text("apidoc.title")), Base: c.BaseURL() + "/api",
		JSON: "/api/v1/openapi.json?" + string(c.Request().URI().QueryString()), d: d}
	for _, e := range d.entities() {
		page.Entities = append(page.Entities, d.docsEntity(e))
	}
	var b bytes.Buffer
	if err := docsTemplate.Execute(&b, page); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.Send(b.Bytes())
}

type docsPage struct {
	Lang, Title, Base, JSON string
	Entities                []docsEntity
	d                       describer
}

// T is a text of the page.
func (p docsPage) T(key string) string { return p.d.intro(key) }

type docsEntity struct {
	Name, Label string
	Requests    []docsRequest
	Fields      []docsField
}

type docsRequest struct{ Method, Path, Text string }

type docsField struct {
	Key, Label, Type, Ops string
	Choices               []metaOption
	Required, ReadOnly    bool
	Masked                bool
}

func (d describer) docsEntity(e *crm.Entity) docsEntity {
	m := d.entity(e)
	out := docsEntity{Name: e.Name, Label: m.Label}
	add := func(may bool, method, path, what string) {
		if may {
			text := d.schema.Labels.Text(d.lang, "apidoc."+what, map[string]string{"name": m.Label})
			out.Requests = append(out.Requests, docsRequest{method, "/api/o/" + e.Name + path, text})
		}
	}
	add(true, "POST", "/query", "query")
	add(true, "GET", "/{id}", "get")
	add(d.who.May(e.Name, rights.Create), "POST", "", "create")
	add(d.who.May(e.Name, rights.Edit), "PUT", "/{id}", "change")
	add(d.who.May(e.Name, rights.Delete), "DELETE", "/{id}?rev=", "delete")
	for _, f := range m.Fields {
		out.Fields = append(out.Fields, docsFieldOf("", f))
		if f.Lines != nil {
			for _, sub := range f.Lines.Fields {
				out.Fields = append(out.Fields, docsFieldOf(f.Key+"[].", sub))
			}
		}
	}
	return out
}

func docsFieldOf(within string, f metaField) docsField {
	var ops []string
	for _, op := range opsOf(f) {
		ops = append(ops, string(op))
	}
	kind := f.Type
	if f.Ref != "" {
		kind += " → " + f.Ref
	}
	return docsField{Key: within + f.Key, Label: f.Label, Type: kind, Ops: strings.Join(ops, " "), Choices: f.Options,
		Required: f.Required && f.Default == nil && !f.ReadOnly && f.Key != "owner", ReadOnly: f.ReadOnly, Masked: f.Mask == "all"}
}

var docsTemplate = template.Must(template.New("docs").Parse(`<!doctype html>
<html lang="{{.Lang}}">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}}</title>
<style>
body{font:15px/1.6 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;color:#1f2329;background:#f5f6f7;margin:0}
main{max-width:1000px;margin:0 auto;padding:24px 16px 64px}
section{background:#fff;border:1px solid #e5e6eb;border-radius:8px;padding:4px 20px 20px;margin:16px 0}
h1{font-size:24px}h2{font-size:19px;margin:20px 0 8px}
nav a{display:inline-block;margin:0 14px 4px 0}a{color:#1d5fd6;text-decoration:none}
code,pre{font:13px/1.5 ui-monospace,Menlo,Consolas,monospace;background:#f2f3f5;border-radius:4px}
code{padding:1px 5px;overflow-wrap:anywhere}pre{padding:12px;overflow:auto}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:6px 10px;border-bottom:1px solid #e5e6eb}
th{color:#646a73;font-weight:600;font-size:13px;white-space:nowrap}
td.m{white-space:nowrap;font-weight:600}small{color:#646a73}
</style>
<main>
<h1>{{.Title}}</h1>
<nav>{{range .Entities}}<a href="#{{.Name}}">{{.Label}}</a>{{end}}</nav>
<section>
<h2>{{.T "begin"}}</h2>
<p>{{.T "auth"}}</p>
<pre>curl -H "Authorization: Bearer bellhop_…" -H "Content-Type: application/json" \
  -d '{"search":"","limit":20,"count":true}' {{.Base}}/o/customer/query</pre>
<p>{{.T "forms"}}</p><p>{{.T "filters"}}</p>
<pre>{"filter":{"and":[{"field":"createdAt","op":"ge","value":{"rel":"thisMonth"}},{"field":"name","op":"contains","value":"…"}]},"sort":{"field":"updatedAt","desc":true}}</pre>
<p>{{.T "idempotency"}}</p><p>{{.T "errors"}}</p>
<pre>{"error":{"code":"invalid","key":"field.required","message":"…","field":"name","fields":[{"field":"name","message":"…"}]}}</pre>
<p>{{.T "limits"}}</p>
<p><a href="{{.JSON}}">openapi.json</a></p>
</section>
{{$p := .}}{{range .Entities}}<section id="{{.Name}}">
<h2>{{.Label}} <small><code>{{.Name}}</code></small></h2>
<div class="wide"><table>{{range .Requests}}<tr><td class="m">{{.Method}}</td><td><code>{{.Path}}</code></td><td>{{.Text}}</td></tr>{{end}}</table></div>
<h2>{{$p.T "fields"}}</h2>
<div class="wide"><table><tr><th>{{$p.T "key"}}</th><th>{{$p.T "label"}}</th><th>{{$p.T "type"}}</th><th>{{$p.T "ops"}}</th></tr>
{{range .Fields}}<tr><td><code>{{.Key}}</code></td><td>{{.Label}}{{if .Required}} <small>{{$p.T "required"}}</small>{{end}}{{if .ReadOnly}} <small>{{$p.T "readonly"}}</small>{{end}}{{if .Masked}} <small>{{$p.T "masked"}}</small>{{end}}</td>
<td>{{.Type}}{{range .Choices}}<br><small><code>{{.ID}}</code> {{.Label}}</small>{{end}}</td><td><small>{{.Ops}}</small></td></tr>{{end}}
</table></div></section>{{end}}
</main></html>
`))
