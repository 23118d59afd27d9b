package boxserver

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"bellhop/drivers/audio/wav"
	"bellhop/firmware/boxapi"
)

// oneLine is a Scope of line 1, which sounds a ramp.
type oneLine struct{ watched chan error }

func (o oneLine) Watch(ctx context.Context, line int, see func(boxapi.ScopeFrame) error) error {
	if line != 1 {
		return errors.New("no line")
	}
	for i := int64(1); ; i++ {
		if err := see(boxapi.ScopeFrame{At: i, Line: 1}); err != nil {
			o.watched <- err
			return err
		}
		if err := ctx.Err(); err != nil {
			o.watched <- err
			return err
		}
	}
}

func (oneLine) Capture(line int, d time.Duration) ([]int16, error) {
	if line != 1 {
		return nil, errors.New("no line")
	}
	p := make([]int16, d*8000/time.Second)
	for i := range p {
		p[i] = int16(i)
	}
	return p, nil
}

func scoped(t *testing.T, s Scope) func(path, token string) *http.Response {
	server := httptest.NewServer(New(Config{Token: "secret", Scope: s}))
	t.Cleanup(server.Close)
	return func(path, token string) *http.Response {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { res.Body.Close() })
		return res
	}
}

func TestScopeStream(t *testing.T) {
	watched := make(chan error, 1)
	get := scoped(t, oneLine{watched})
	res := get("/v1/scope?line=1", "secret")
	lines := bufio.NewScanner(res.Body)
	for want := int64(1); want <= 3; want++ {
		var f boxapi.ScopeFrame
		if !lines.Scan() || json.Unmarshal(lines.Bytes(), &f) != nil || f.At != want {
			t.Fatalf("frame %d: %s", want, lines.Bytes())
		}
	}
	res.Body.Close()
	if err := <-watched; err == nil {
		t.Error("nobody watches and the line is watched still")
	}
}

func TestScopeRefusals(t *testing.T) {
	get := scoped(t, oneLine{make(chan error, 1)})
	none := scoped(t, nil)
	for path, want := range map[string]int{
		"/v1/scope?line=2": 404, "/v1/scope?line=x": 400, "/v1/scope": 400, "/v1/scope/capture?line=2&seconds=1": 404,
		"/v1/scope/capture?line=1": 400, "/v1/scope/capture?line=1&seconds=31": 400, "/v1/scope/capture?line=1&seconds=0": 400,
		"/v1/scope/capture?line=1&seconds=NaN": 400,
	} {
		if res := get(path, "secret"); res.StatusCode != want {
			t.Errorf("%s: %d, want %d", path, res.StatusCode, want)
		}
	}
	for _, path := range []string{"/v1/scope?line=1", "/v1/scope/capture?line=1&seconds=1"} {
		if res := get(path, "wrong"); res.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s with a wrong token: %d", path, res.StatusCode)
		}
		if res := none(path, "secret"); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s of a box without scope: %d", path, res.StatusCode)
		}
	}
}

func TestScopeCapture(t *testing.T) {
	res := scoped(t, oneLine{})("/v1/scope/capture?line=1&seconds=0.5", "secret")
	if res.Header.Get("Content-Type") != "audio/wav" {
		t.Error(res.Header)
	}
	f, err := wav.NewReader(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	p := make([]int16, 8000)
	n := 0
	for {
		k, err := f.Read(p[n:])
		n += k
		if err != nil {
			break
		}
	}
	if n != 4000 || p[3999] != 3999 {
		t.Errorf("%d samples, last %d", n, p[3999])
	}
}
