package field

import (
	"net/mail"
	"strings"
)

// Email is a mail address, its domain in lower case.
var Email Type = &text{name: "email", max: 254, check: checkEmail}

func checkEmail(s string) (string, error) {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s {
		return "", &Error{Key: "field.bad_email"}
	}
	at := strings.LastIndexByte(s, '@')
	if !strings.Contains(s[at+1:], ".") {
		return "", &Error{Key: "field.bad_email"}
	}
	return s[:at+1] + strings.ToLower(s[at+1:]), nil
}
