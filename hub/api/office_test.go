package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"bellhop/hub/auth"
	"bellhop/hub/backup"
	"bellhop/hub/crm"
	"bellhop/hub/exchange"
	"bellhop/hub/files"
	"bellhop/hub/modules/all"
	"bellhop/hub/print"
	"bellhop/hub/records"
	"bellhop/hub/rights"
	"bellhop/hub/store"
	"bellhop/hub/store/storetest"
	"bellhop/hub/telephony"
)

// password is good enough; its hash is made once, for argon2id is slow on purpose.
const password = "correct horse 42"

var passwordHash = sync.OnceValue(func() string { return auth.Hash(password) })

// office is a hub in memory of one test, spoken to over HTTP.
type office struct {
	t      testing.TB
	server *Server
	store  *store.Store
	auth   *auth.Auth
}

func newOffice(t testing.TB) *office {
	t.Helper()
	ctx := context.Background()
	schema, err := crm.Compile(append(all.Modules[:len(all.Modules):len(all.Modules)], crm.Module{Name: "hub", Labels: Labels},
		crm.Module{Name: "telephony", Labels: telephony.Labels}, crm.Module{Name: "rights", Labels: rights.Labels}, crm.Module{Name: "exchange", Labels: exchange.Labels}, crm.Module{Name: "print", Labels: print.Labels},
		crm.Module{Name: "backup", Labels: backup.Labels}))
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(ctx, storetest.Source(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := s.Prepare(ctx, schema); err != nil {
		t.Fatal(err)
	}
	guard := auth.New(s)
	o := &office{t: t, store: s, auth: guard}
	recs := records.New(s, schema)
	uploads, err := files.New(t.TempDir(), s, recs)
	if err != nil {
		t.Fatal(err)
	}
	recs.SetOffice(records.Office{Files: uploads.Attachable, FindFiles: uploads.Find})
	swap := exchange.New(exchange.Parts{Store: s, Records: recs, Dir: t.TempDir()})
	t.Cleanup(swap.Close)
	o.server = New(Parts{Store: s, Records: recs, Auth: guard, Files: uploads, Exchange: swap})
	if err := s.SetOffice(ctx, map[string]string{"company": "铃客测试", "area_code": "0571"}, nil); err != nil {
		t.Fatal(err)
	}
	return o
}

// exec changes what no request can.
func (o *office) exec(sql string, args ...any) {
	o.t.Helper()
	err := o.store.Write(o.t.Context(), func(tx *store.Tx) error { _, err := tx.ExecContext(o.t.Context(), sql, args...); return err })
	if err != nil {
		o.t.Fatal(err)
	}
}

// person is a user with a session.
type person struct {
	o             *office
	user          *crm.User
	cookie, csrf  string
	lang, address string
}

// user adds one with a role and a session, past the login's slow hash.
func (o *office) user(login string, role crm.Role) *person {
	o.t.Helper()
	u := auth.NewUser(login, strings.ToUpper(login), role)
	u.Lang = "en"
	if err := o.store.CreateUser(context.Background(), u, passwordHash()); err != nil {
		o.t.Fatal(err)
	}
	session, token, err := o.auth.Open(context.Background(), u, "test", "test")
	if err != nil {
		o.t.Fatal(err)
	}
	return &person{o: o, user: u, cookie: token, csrf: session.CSRF}
}

// answer is what came back.
type answer struct {
	t      testing.TB
	status int
	header http.Header
	text   string
	body   map[string]any
}

func (o *office) anonymous() *person { return &person{o: o} }

func (p *person) send(method, path string, in any, headers ...string) *answer {
	t := p.o.t
	t.Helper()
	var payload io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		payload = bytes.NewReader(b)
	}
	req := httptest.NewRequest(method, path, payload)
	if p.cookie != "" {
		req.Header.Set("Cookie", sessionCookie+"="+p.cookie)
		req.Header.Set(csrfHeader, p.csrf)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := p.o.server.App().Test(req, -1)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
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

func (p *person) get(path string) *answer          { p.o.t.Helper(); return p.send("GET", path, nil) }
func (p *person) post(path string, in any) *answer { p.o.t.Helper(); return p.send("POST", path, in) }
func (p *person) put(path string, in any) *answer  { p.o.t.Helper(); return p.send("PUT", path, in) }
func (p *person) delete(path string) *answer       { p.o.t.Helper(); return p.send("DELETE", path, nil) }
func (p *person) query(entity string, in obj) *answer {
	p.o.t.Helper()
	return p.post("/api/o/"+entity+"/query", in).ok()
}
func (p *person) create(entity string, values obj) *answer {
	p.o.t.Helper()
	return p.post("/api/o/"+entity, obj{"values": values})
}
func (p *person) must(entity string, values obj) *answer {
	p.o.t.Helper()
	return p.create(entity, values).is(201)
}
func (p *person) change(a *answer, values obj) *answer {
	p.o.t.Helper()
	return p.put("/api/o/"+a.str("entity")+"/"+a.str("id"), obj{"rev": a.body["rev"], "values": values})
}

type obj = map[string]any

func (a *answer) is(status int) *answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d: %s", a.status, status, a.text)
	}
	return a
}

func (a *answer) ok() *answer { a.t.Helper(); return a.is(200) }

// at walks into the answer: "values.owner.name", "rows.0.label".
func (a *answer) at(path string) any {
	a.t.Helper()
	var v any = a.body
	for _, step := range strings.Split(path, ".") {
		switch now := v.(type) {
		case map[string]any:
			v = now[step]
		case []any:
			var i int
			fmt.Sscan(step, &i)
			if i >= len(now) {
				return nil
			}
			v = now[i]
		default:
			return nil
		}
	}
	return v
}

func (a *answer) str(path string) string { a.t.Helper(); s, _ := a.at(path).(string); return s }
func (a *answer) list(path string) []any { a.t.Helper(); l, _ := a.at(path).([]any); return l }

// labels are those of the rows at path.
func (a *answer) labels(path string) []string {
	a.t.Helper()
	var out []string
	for _, row := range a.list(path) {
		label, _ := row.(map[string]any)["label"].(string)
		out = append(out, label)
	}
	return out
}

func (a *answer) want(path string, want any) *answer {
	a.t.Helper()
	if got := a.at(path); fmt.Sprint(got) != fmt.Sprint(want) {
		a.t.Errorf("%s is %v, want %v in %s", path, got, want, a.text)
	}
	return a
}
