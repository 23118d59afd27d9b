package field

import (
	"fmt"
	"regexp"
	"time"
)

// Serial is a number the program gives, by Field.Series. With Series.Typed people may
// type one of their own.
var Serial Type = &text{name: "serial", max: 60}

// Series is a row of numbers: XS-20261122-001 counts anew each day, KH00124 runs on.
type Series struct {
	Prefix string
	Digits int
	Reset  Reset
	Typed  bool // people may type a number; one that is there already is refused
}

// Reset says when a Series begins at 1 again.
type Reset string

const (
	Never   Reset = ""
	Daily   Reset = "day"
	Monthly Reset = "month"
	Yearly  Reset = "year"
)

var resetLayouts = map[Reset]string{Daily: "20060102", Monthly: "200601", Yearly: "2006"}

var seriesPrefix = regexp.MustCompile(`^[\p{L}\p{N}_/-]{0,12}$`)

// Check refuses a series that could not be written or told from another.
func (s *Series) Check() error {
	switch {
	case !seriesPrefix.MatchString(s.Prefix):
		return &Error{Key: "field.bad_prefix"}
	case s.Digits < 1 || s.Digits > 12:
		return &Error{Key: "field.bad_digits"}
	case s.Reset != Never && resetLayouts[s.Reset] == "":
		return &Error{Key: "field.no_such_option"}
	}
	return nil
}

// Period is the part of the number that tells when it was given, "" for Never.
func (s *Series) Period(at time.Time) string {
	if s.Reset == Never {
		return ""
	}
	return at.Format(resetLayouts[s.Reset])
}

// Format writes the n-th number of the period that at lies in.
func (s *Series) Format(at time.Time, n int64) string {
	if period := s.Period(at); period != "" {
		return fmt.Sprintf("%s-%s-%0*d", s.Prefix, period, s.Digits, n)
	}
	return fmt.Sprintf("%s%0*d", s.Prefix, s.Digits, n)
}
