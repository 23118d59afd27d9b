package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/valyala/fasthttp"
)

// client is one user at one browser, on one connection.
type client struct {
	http   fasthttp.Client
	url    string
	header map[string]string
}

func newClient(url string) *client {
	return &client{url: url, header: map[string]string{"Accept-Encoding": "identity"},
		http: fasthttp.Client{MaxConnsPerHost: 1, MaxIdleConnDuration: time.Minute, NoDefaultUserAgentHeader: true}}
}

// ask sends a request and decodes what comes back into out, unless that is nil.
func (c *client) ask(method, path string, in, out any) error {
	req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(req)
	defer fasthttp.ReleaseResponse(res)
	req.SetRequestURI(c.url + path)
	req.Header.SetMethod(method)
	for key, value := range c.header {
		req.Header.Set(key, value)
	}
	if in != nil {
		body, err := json.Marshal(in)
		if err != nil {
			return err
		}
		req.Header.SetContentType("application/json")
		req.SetBody(body)
	}
	if err := c.http.DoTimeout(req, res, 30*time.Second); err != nil {
		return err
	}
	if res.StatusCode() >= 300 {
		return fmt.Errorf("%s %s: %d %s", method, path, res.StatusCode(), res.Body())
	}
	if out == nil {
		return nil
	}
	var cookies []string
	res.Header.VisitAllCookie(func(key, value []byte) {
		var cookie fasthttp.Cookie
		if cookie.ParseBytes(value) == nil {
			cookies = append(cookies, string(key)+"="+string(cookie.Value()))
		}
	})
	if len(cookies) > 0 {
		c.header["Cookie"] = strings.Join(cookies, "; ")
	}
	return json.Unmarshal(res.Body(), out)
}

// login opens a session at the hub.
func (c *client) login(user string) error {
	var me struct {
		CSRF string `json:"csrf"`
	}
	if err := c.ask("POST", "/api/login", map[string]any{"login": user, "password": password}, &me); err != nil {
		return fmt.Errorf("login of %s: %w", user, err)
	}
	c.header["X-CSRF"] = me.CSRF
	return nil
}

type record struct {
	ID     string         `json:"id"`
	Rev    int64          `json:"rev"`
	Values map[string]any `json:"values"`
}

func (c *client) query(entity string, q map[string]any) (rows []record, err error) {
	var page struct {
		Rows []record `json:"rows"`
	}
	err = c.ask("POST", "/api/o/"+entity+"/query", q, &page)
	return page.Rows, err
}

func escaped(s string) string {
	return strings.ReplaceAll(string(fasthttp.AppendQuotedArg(nil, []byte(s))), "+", "%20")
}
