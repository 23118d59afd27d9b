// Package phone makes one form out of the many in which a telephone number is typed
// by people and sent by exchanges in China, so that two writings of one number meet.
// It is not a validator: what it does not understand it keeps as digits and says so.
package phone

import "strings"

// Kind says what sort of number it is.
type Kind string

const (
	None     Kind = ""         // no digits at all
	Mobile   Kind = "mobile"   // +861[3-9]…
	Landline Kind = "landline" // +86, area code, subscriber
	Local    Kind = "local"    // subscriber digits whose area nobody told us
	Service  Kind = "service"  // 10086, 95588, 400…: dialled as is, never +86
	Internal Kind = "internal" // 3 to 5 digits of an office exchange
	Foreign  Kind = "foreign"  // + and another country
	Odd      Kind = "odd"      // digits that fit nothing above
)

// Number is a telephone number in its one form.
type Number struct {
	Canonical string // E.164 where it is one ("+8613800138000"), else its digits; "" for None
	Display   string // for people: "138 0013 8000", "0571-8765 4321", "400-810-8888"
	Kind      Kind
	Ext       string // digits after 转, #, ext, a third dash group
	Carried   string // a call-by-call prefix that was dropped: "17951"
	Uncertain bool   // a digit may be missing, doubled or guessed: match by Tail
}

// Normalise reads raw, as typed or as sent by an exchange. areaCode ("0571") completes
// local numbers; it may be empty, and then they stay local. Normalise never fails:
// "P", "O" and text without digits give the zero Number.
func Normalise(raw, areaCode string) Number {
	text, ext := cutExtension(fold(raw))
	plus := strings.HasPrefix(text, "+")
	number := classify(digits(text), plus, area(areaCode))
	if !number.complete() && ext == "" {
		if head, tail, ok := cutLastGroup(text); ok {
			if short := classify(digits(head), plus, area(areaCode)); short.complete() {
				number, ext = short, tail
			}
		}
	}
	if number.Kind == None {
		return Number{}
	}
	number.Ext = ext
	number.Display = Pretty(number.Canonical)
	if ext != "" {
		number.Display += "-" + ext
	}
	return number
}

// complete says that the digits make a whole number of a known shape.
func (n Number) complete() bool {
	switch n.Kind {
	case Mobile, Landline, Local, Service:
		return !n.Uncertain || n.Kind == Local
	}
	return false
}

// area gives an area code with its leading 0, or "".
func area(code string) string {
	code = digits(fold(code))
	code = strings.TrimPrefix(code, "86")
	code = strings.TrimLeft(code, "0")
	if code == "" {
		return ""
	}
	if areaLen("0"+code) != len(code)+1 {
		return ""
	}
	return "0" + code
}

// National gives the digits as dialled inside the country: "13800138000",
// "057187654321", "10086"; a foreign number keeps its +.
func National(canonical string) string {
	rest, ok := strings.CutPrefix(canonical, "+86")
	switch {
	case !ok:
		return canonical
	case isMobile(rest):
		return rest
	}
	return "0" + rest
}

// Area gives the area code of a landline with its leading 0, else "".
func Area(canonical string) string {
	if !strings.HasPrefix(canonical, "+86") {
		return ""
	}
	national := National(canonical)
	if n := areaLen(national); n > 0 {
		return national[:n]
	}
	return ""
}

// Pretty groups a canonical number for people.
func Pretty(canonical string) string {
	national := National(canonical)
	switch {
	case strings.HasPrefix(canonical, "+86") && isMobile(national):
		return national[:3] + " " + national[3:7] + " " + national[7:]
	case strings.HasPrefix(canonical, "+86"):
		n := areaLen(national)
		return national[:n] + "-" + prettyLocal(national[n:])
	case strings.HasPrefix(canonical, "+"):
		return prettyForeign(canonical)
	case isTollFree(canonical):
		return canonical[:3] + "-" + canonical[3:6] + "-" + canonical[6:]
	case isLocal(canonical):
		return prettyLocal(canonical)
	}
	return canonical
}

func prettyLocal(local string) string {
	if len(local) < 7 {
		return local
	}
	return local[:len(local)-4] + " " + local[len(local)-4:]
}
