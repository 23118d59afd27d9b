package field

import (
	"net/url"
	"strings"
)

// URL is a web address; one typed without a scheme gets http.
var URL Type = &text{name: "url", max: 500, check: checkURL}

func checkURL(s string) (string, error) {
	if !strings.Contains(s, "://") {
		s = "http://" + s
	}
	u, err := url.Parse(s)
	// Any other scheme (javascript:) would run in the page of who clicks it.
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || !strings.Contains(u.Hostname(), ".") {
		return "", &Error{Key: "field.bad_url"}
	}
	return s, nil
}
