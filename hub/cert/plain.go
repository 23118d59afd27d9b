package cert

import (
	"embed"
	"encoding/json"
	"html/template"
	"net"
	"net/http"
	"strings"

	"bellhop/hub/label"
)

//go:embed labels/*.json
var labels embed.FS

//go:embed install.html
var installPage string

// install is the page that says how to install the certificate, for each kind of device.
var install = template.Must(template.New("install").Parse(installPage))

// knows marks a browser that has opened the encrypted pages before: it is led there
// straight away, others first learn how to install the certificate.
const knows = "bellhop_https"

// Plain serves what comes without encryption: the certificate and how to install it, and
// the way to the encrypted pages at port.
func (a *Authority) Plain(port string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/health", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write([]byte(`{"ok":true}`))
	})
	mux.HandleFunc("GET /bellhop.crt", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-x509-ca-cert")
		w.Header().Set("Content-Disposition", `attachment; filename="bellhop.crt"`)
		w.Write(a.der)
	})
	mux.HandleFunc("GET /install", func(w http.ResponseWriter, r *http.Request) { a.showInstall(w, r, port) })
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie(knows); err != nil && (r.Method == http.MethodGet || r.Method == http.MethodHead) && !strings.HasPrefix(r.URL.Path, "/api/") {
			http.Redirect(w, r, "/install", http.StatusFound)
			return
		}
		// 307 keeps method and body, so that nothing typed is lost.
		http.Redirect(w, r, secureURL(r, port)+r.URL.RequestURI(), http.StatusTemporaryRedirect)
	})
	return mux
}

// secureURL is the encrypted page of the host the browser asked for.
func secureURL(r *http.Request, port string) string {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	if port == "443" {
		if strings.Contains(host, ":") {
			host = "[" + host + "]"
		}
		return "https://" + host
	}
	return "https://" + net.JoinHostPort(host, port)
}

func (a *Authority) showInstall(w http.ResponseWriter, r *http.Request, port string) {
	lang := label.Match(r.Header.Get("Accept-Language"))
	text, err := labels.ReadFile("labels/" + lang + ".json")
	var words map[string]string
	if err == nil {
		err = json.Unmarshal(text, &words)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	// Whoever has seen this page is led on from now.
	http.SetCookie(w, &http.Cookie{Name: knows, Value: "1", Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	w.Header().Set("Cache-Control", "no-store")
	install.Execute(w, map[string]any{"lang": lang, "t": words, "page": secureURL(r, port), "fingerprint": a.Fingerprint()})
}
