package cert

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// browser trusts the authority, as a device that has its certificate installed.
func browser(a *Authority) *http.Client {
	pool := x509.NewCertPool()
	cert, _ := x509.ParseCertificate(a.DER())
	pool.AddCert(cert)
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func TestBOX16(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cert")
	a, err := Open(dir, "广州甲乙")
	if err != nil {
		t.Fatal(err)
	}
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	secure, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer secure.Close()
	go http.Serve(tls.NewListener(secure, a.Config()), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.Copy(w, r.Body) }))
	_, port, _ := net.SplitHostPort(secure.Addr().String())
	go http.Serve(plain, a.Plain(port))
	url := "http://" + plain.Addr().String()
	client := browser(a)
	get := func(path string, cookie bool) (*http.Response, string) {
		t.Helper()
		r, _ := http.NewRequest("GET", url+path, nil)
		r.Header.Set("Accept-Language", "zh-CN")
		if cookie {
			r.AddCookie(&http.Cookie{Name: knows, Value: "1"})
		}
		response, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		text, _ := io.ReadAll(response.Body)
		return response, string(text)
	}
	t.Run("BOX-16 a device with the certificate gets the pages without a warning, by address and by name", func(t *testing.T) {
		for _, host := range []string{"127.0.0.1", "localhost"} {
			r, err := client.Post("https://"+net.JoinHostPort(host, port)+"/", "text/plain", strings.NewReader("您好"))
			if err != nil {
				t.Fatal(err)
			}
			text, _ := io.ReadAll(r.Body)
			r.Body.Close()
			if string(text) != "您好" {
				t.Errorf("%s: %q", host, text)
			}
		}
		if _, err := http.Get("https://127.0.0.1:" + port); err == nil {
			t.Error("a device without it is not warned")
		}
	})
	t.Run("BOX-16 plain HTTP leads there, over the page that helps to install", func(t *testing.T) {
		if r, _ := get("/o/customer", false); r.StatusCode != http.StatusFound || r.Header.Get("Location") != "/install" {
			t.Error(r.Status, r.Header)
		}
		r, text := get("/install", false)
		for _, want := range []string{"安装铃客的证书", "/bellhop.crt", "https://127.0.0.1:" + port, a.Fingerprint(), "iPhone"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is not on the page", want)
			}
		}
		if len(r.Cookies()) != 1 {
			t.Error(r.Cookies())
		}
		if r, _ := get("/o/customer?x=1", true); r.StatusCode != http.StatusTemporaryRedirect || r.Header.Get("Location") != "https://127.0.0.1:"+port+"/o/customer?x=1" {
			t.Error(r.Status, r.Header)
		}
		if r, _ := get("/api/me", false); r.StatusCode != http.StatusTemporaryRedirect {
			t.Error(r.Status)
		}
		if r, text := get("/bellhop.crt", false); text != string(a.DER()) || r.Header.Get("Content-Type") != "application/x-x509-ca-cert" {
			t.Error(r.Header)
		}
		if r, _ := get("/api/health", false); r.StatusCode != http.StatusOK {
			t.Error(r.Status)
		}
	})
	t.Run("BOX-16 the certificate stays the same over restarts; what it signs is renewed", func(t *testing.T) {
		again, err := Open(dir, "another")
		if err != nil || string(again.DER()) != string(a.DER()) {
			t.Fatal("another authority", err)
		}
		first, err := again.certificate(net.IPv4(192, 168, 1, 20))
		if err != nil || !names(first.Leaf, net.IPv4(192, 168, 1, 20)) {
			t.Fatal(err)
		}
		if same, _ := again.certificate(net.IPv4(192, 168, 1, 20)); same != first {
			t.Error("signed anew for nothing")
		}
		if moved, err := again.certificate(net.IPv4(10, 1, 2, 3)); err != nil || moved == first || !names(moved.Leaf, net.IPv4(10, 1, 2, 3)) {
			t.Error("a new address is not on it", err)
		}
		again.now = func() time.Time { return time.Now().AddDate(0, 0, leafDays-20) }
		later, err := again.certificate(nil)
		if err != nil || later.Leaf.NotAfter.Before(again.now().AddDate(0, 0, 300)) {
			t.Error("not renewed", err)
		}
		if info, err := os.Stat(filepath.Join(dir, "authority.pem")); err != nil || info.Mode().Perm() != 0o600 {
			t.Error("others may read the key", err)
		}
	})
	t.Run("BOX-16 the authority is good for local names only", func(t *testing.T) {
		leaf, err := a.sign([]net.IP{net.IPv4(8, 8, 8, 8)})
		if err != nil {
			t.Fatal(err)
		}
		pool := x509.NewCertPool()
		pool.AddCert(a.cert)
		if _, err := leaf.Leaf.Verify(x509.VerifyOptions{Roots: pool}); err == nil {
			t.Error("it may speak for the Internet")
		}
	})
	t.Run("a damaged file is told", func(t *testing.T) {
		os.WriteFile(filepath.Join(dir, "authority.pem"), []byte("x"), 0o600)
		if _, err := Open(dir, "x"); err == nil {
			t.Error("no error")
		}
	})
}
