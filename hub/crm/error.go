package crm

import "errors"

// Code says what kind of refusal an Error is; hub/api alone turns it into a status.
type Code string

const (
	Invalid      Code = "invalid"      // what was sent can't be kept
	Conflict     Code = "conflict"     // somebody else was first
	Forbidden    Code = "forbidden"    // the user's rights end here
	NotFound     Code = "not_found"    // no such record, or not for this user
	Unauthorized Code = "unauthorized" // nobody is logged in
	Locked       Code = "locked"       // the account waits after wrong passwords
	RateLimited  Code = "rate_limited" // too many attempts from one address
	Unavailable  Code = "unavailable"  // a part of the box is away for now
)

// Error is a refusal the user reads. Key names the text in the language files, Args
// fill its {placeholders}.
type Error struct {
	Code       Code
	Key        string
	Args       map[string]string
	Field      string  // the field at fault, if one is
	Fields     []Error // each field at fault, where a form has several
	RetryAfter int     // seconds, of Locked and RateLimited
	Current    any     // of Conflict: what stands now, told to the client beside the error
}

func (e *Error) Error() string {
	if e.Field != "" {
		return string(e.Code) + ": " + e.Key + " (" + e.Field + ")"
	}
	return string(e.Code) + ": " + e.Key
}

// IsCode tells whether err is an Error of that code.
func IsCode(err error, code Code) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}

// ErrNotFound is the answer to a record that is not there and to one outside the
// user's scope alike, so that nobody learns of it by asking.
var ErrNotFound = &Error{Code: NotFound, Key: "record.not_found"}
