package api

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"bellhop/hub/crm"
)

// upload sends a file as a browser does.
func (p *person) upload(name, content string) (int, obj) {
	p.o.t.Helper()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, _ := w.CreateFormFile("file", name)
	io.WriteString(part, content)
	w.Close()
	status, _, body := p.fetch("POST", "/api/files", &form, w.FormDataContentType())
	out := obj{}
	json.Unmarshal(body, &out)
	return status, out
}

func (p *person) fetch(method, path string, in io.Reader, contentType string) (int, http.Header, []byte) {
	p.o.t.Helper()
	req := httptest.NewRequest(method, path, in)
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("Cookie", sessionCookie+"="+p.cookie)
	req.Header.Set(csrfHeader, p.csrf)
	res, err := p.o.server.App().Test(req, -1)
	if err != nil {
		p.o.t.Fatal(err)
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	return res.StatusCode, res.Header, body
}

func TestFiles(t *testing.T) {
	o := newOffice(t)
	li, wang := o.user("li", crm.Sales), o.user("wang", crm.Sales)
	const page = "<html><script>alert(1)</script>"

	status, file := li.upload(`C:\报表\会计报表.html`, page)
	if status != 201 || file["name"] != "会计报表.html" {
		t.Fatalf("%d %v", status, file)
	}
	path := "/api/files/" + file["id"].(string)
	t.Run("CUS-04 a financial statement opens from the customer", func(t *testing.T) {
		made := li.must("customer", obj{"name": "有报表的客户", "statement": []any{file["id"]}})
		got := li.get("/api/o/customer/"+made.str("id")).ok().want("values.statement.0.name", "会计报表.html").want("values.statement.0.size", len(page))
		status, header, body := li.fetch("GET", "/api/files/"+got.str("values.statement.0.id"), nil, "")
		if status != 200 || string(body) != page {
			t.Fatalf("%d %q", status, body)
		}
		if d := header.Get("Content-Disposition"); !strings.HasPrefix(d, "attachment") || !strings.Contains(header.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("a page would run in the office's name: %q", d)
		}
	})
	t.Run("a file is as secret as the records it hangs on", func(t *testing.T) {
		wang.get(path).is(404)
		wang.create("customer", obj{"name": "偷看", "statement": []any{file["id"]}}).is(422).want("error.field", "statement")
	})
	t.Run("DOC-05 attached to a supplier, everybody who reads suppliers opens it", func(t *testing.T) {
		_, shared := li.upload("报价.pdf", "%PDF-1.7 …")
		wang.get("/api/files/" + shared["id"].(string)).is(404) // nobody's but the uploader's yet
		li.must("supplier", obj{"name": "供方", "files": []any{shared["id"]}})
		status, header, _ := wang.fetch("GET", "/api/files/"+shared["id"].(string), nil, "")
		if status != 200 || !strings.HasPrefix(header.Get("Content-Disposition"), "inline") {
			t.Errorf("%d %v", status, header)
		}
	})
	t.Run("what can't be kept is told", func(t *testing.T) {
		if status, out := li.upload("leer.txt", ""); status != 422 || out["error"].(map[string]any)["key"] != "file.empty" {
			t.Errorf("%d %v", status, out)
		}
		if status, _, body := li.fetch("POST", "/api/files", strings.NewReader("x"), "text/plain"); status != 422 || !bytes.Contains(body, []byte("file.missing")) {
			t.Errorf("%d %s", status, body)
		}
		big := strings.Repeat("x", bodyLimit+1)
		if status, _, body := li.fetch("POST", "/api/o/customer", strings.NewReader(big), "application/json"); status != 422 || !bytes.Contains(body, []byte("error.too_large")) {
			t.Errorf("%d %s", status, body)
		}
	})
}
