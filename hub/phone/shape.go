package phone

import "strings"

// classify finds the shape of a run of digits; plus says that it began with "+".
func classify(d string, plus bool, office string) Number {
	if d == "" {
		return Number{}
	}
	if n, ok := chinese(d, plus, office); ok {
		return n
	}
	if prefix, rest, ok := cutCarrier(d); ok {
		if n, ok := chinese(rest, false, ""); ok && (n.Kind == Mobile || n.Kind == Landline) && !n.Uncertain {
			n.Carried = prefix
			return n
		}
	}
	if n, ok := foreign(d, plus); ok {
		return n
	}
	if len(d) >= 3 && len(d) <= 5 {
		return Number{Canonical: d, Kind: Internal}
	}
	return Number{Canonical: d[:min(len(d), 32)], Kind: Odd, Uncertain: true}
}

// chinese reads d as a number of mainland China in any of its writings.
func chinese(d string, plus bool, office string) (Number, bool) {
	if n, ok := domestic(d, office); ok {
		if !plus {
			return n, true
		}
		// An exchange that puts + before a trunk 0 or a 400 number is at fault; before
		// anything else + means a country code.
		if d[0] == '0' && n.Kind != Local || isTollFree(d) {
			return n, true
		}
	}
	rest, cut := cutCountry(d, plus)
	if !cut {
		return Number{}, false
	}
	if plus && isLandline("0"+rest) && !isTollFree(rest) {
		return Number{Canonical: "+86" + rest, Kind: Landline}, true
	}
	if n, ok := domestic(rest, ""); ok && n.Kind != Local {
		if n.Kind == Service && !isTollFree(rest) && !plus && d[:2] != "00" {
			return Number{}, false // "8610086" without + is not how anyone writes 10086
		}
		n.Uncertain = false
		return n, true
	}
	return Number{}, false
}

// cutCountry drops the country code 86 in its three writings.
func cutCountry(d string, plus bool) (string, bool) {
	if rest, ok := strings.CutPrefix(d, "0086"); ok {
		return rest, true
	}
	if rest, ok := strings.CutPrefix(d, "86"); ok && (plus || len(rest) >= 10) {
		return rest, true
	}
	return d, false
}

// domestic reads d as dialled inside the country, without a country code. The area
// code's 0 may be missing, as some exchanges send it: then the number is Uncertain.
func domestic(d, office string) (Number, bool) {
	switch {
	case d == "": // nothing stood behind the country code
		return Number{}, false
	case isMobile(d):
		return Number{Canonical: "+86" + d, Kind: Mobile}, true
	case d[0] == '0' && isMobile(d[1:]):
		return Number{Canonical: "+86" + d[1:], Kind: Mobile}, true
	case isService(d):
		return Number{Canonical: d, Kind: Service}, true
	case d[0] == '0' && isTollFree(d[1:]):
		return Number{Canonical: d[1:], Kind: Service}, true
	case isLandline(d):
		return Number{Canonical: "+86" + d[1:], Kind: Landline}, true
	case isLocal(d) && office != "" && isLandline(office+d):
		return Number{Canonical: "+86" + office[1:] + d, Kind: Landline}, true
	case isLocal(d):
		return Number{Canonical: d, Kind: Local, Uncertain: true}, true
	case d[0] != '0' && isLandline("0"+d) && subscriberPlausible("0"+d):
		return Number{Canonical: "+86" + d, Kind: Landline, Uncertain: true}, true
	}
	if n := areaLen(d); n > 0 && isMobile(d[n:]) {
		return Number{Canonical: "+86" + d[n:], Kind: Mobile}, true
	}
	return Number{}, false
}

// foreign reads d as a number of another country, by + or by the dialling prefix 00.
func foreign(d string, plus bool) (Number, bool) {
	rest := d
	if !plus {
		var ok bool
		if rest, ok = strings.CutPrefix(d, "00"); !ok {
			return Number{}, false
		}
	}
	if len(rest) < 7 || len(rest) > 15 || rest[0] == '0' || strings.HasPrefix(rest, "86") {
		return Number{}, false
	}
	// 00 may also be a trunk 0 that the line doubled.
	doubled := !plus && (isLandline(d[1:]) || isMobile(d[2:]))
	return Number{Canonical: "+" + rest, Kind: Foreign, Uncertain: doubled}, true
}

// carriers are the prefixes by which one call is sent over another network.
var carriers = []string{"17909", "17951", "17911", "17900", "12593", "10193", "11808"}

func cutCarrier(d string) (prefix, rest string, ok bool) {
	for _, p := range carriers {
		if rest, ok := strings.CutPrefix(d, p); ok && rest != "" {
			return p, rest, true
		}
	}
	return "", d, false
}

func isMobile(d string) bool {
	return len(d) == 11 && d[0] == '1' && d[1] >= '3'
}

// areaLen gives the length of the area code d begins with, its 0 included: 3 for 010
// and 02x, 4 for the rest, 0 for none.
func areaLen(d string) int {
	switch {
	case len(d) < 3 || d[0] != '0':
		return 0
	case strings.HasPrefix(d, "0400"), strings.HasPrefix(d, "0800"):
		return 0 // no city: a 0 too many before 400 or 800
	case d[1] == '1' && d[2] == '0', d[1] == '2':
		return 3
	case d[1] >= '3' && len(d) >= 4:
		return 4
	}
	return 0
}

// isLandline takes d with its area code: 8 digits behind 010 and 02x, 7 or 8 behind
// the others.
func isLandline(d string) bool {
	n := areaLen(d)
	if n == 0 {
		return false
	}
	local := d[n:]
	if len(local) != 8 && (n == 3 || len(local) != 7) {
		return false
	}
	return local[0] != '0'
}

// subscriberPlausible is stricter than isLandline: for numbers whose area code is
// only supposed.
func subscriberPlausible(d string) bool {
	first := d[areaLen(d)]
	return first >= '2' && first <= '8'
}

func isLocal(d string) bool {
	return (len(d) == 7 || len(d) == 8) && d[0] >= '2' && d[0] <= '8'
}

func isTollFree(d string) bool {
	return len(d) == 10 && (strings.HasPrefix(d, "400") || strings.HasPrefix(d, "800"))
}

// isService knows the numbers that are dialled alike everywhere.
func isService(d string) bool {
	n := len(d)
	switch {
	case isTollFree(d):
		return true
	case n == 3:
		return d[:2] == "11" || d[:2] == "12" // 110, 114, 119, 120, 122
	case n < 5:
		return false
	case strings.HasPrefix(d, "106"):
		return n >= 8 && n <= 21 // senders of bulk texts
	case strings.HasPrefix(d, "100"):
		return n <= 8 // 10086, 1008611
	case strings.HasPrefix(d, "12"), strings.HasPrefix(d, "101"):
		return n <= 6 // 12345, 12306, 101901
	case strings.HasPrefix(d, "116"), strings.HasPrefix(d, "118"):
		return n <= 7 // 116114, 118114
	case strings.HasPrefix(d, "95"):
		return n <= 9 // 95588, 955168, 95xxx with a branch behind it
	case strings.HasPrefix(d, "96"):
		return n <= 8
	}
	return false
}
