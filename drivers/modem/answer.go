package modem

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/warthog618/modem/at"
)

// CMSError is the number in "+CMS ERROR: n" (TS 27.005, clause 3.2.5): why the modem
// or the network refused a text. A refusal without a number is 500, unknown.
type CMSError int

func (e CMSError) Error() string {
	if text, ok := cmsTexts[e]; ok {
		return fmt.Sprintf("CMS error %d: %s", int(e), text)
	}
	return fmt.Sprintf("CMS error %d", int(e))
}

var cmsTexts = map[CMSError]string{
	1: "unassigned number", 8: "operator determined barring", 10: "call barred",
	21: "short message transfer rejected", 27: "destination out of service",
	28: "unidentified subscriber", 29: "facility rejected", 30: "unknown subscriber",
	38: "network out of order", 41: "temporary failure", 42: "congestion",
	47: "resources unavailable", 50: "facility not subscribed", 69: "facility not implemented",
	300: "modem failure", 304: "invalid PDU", 305: "invalid text", 310: "SIM not inserted",
	311: "SIM PIN required", 313: "SIM failure", 314: "SIM busy", 321: "invalid memory index",
	322: "memory full", 330: "service centre address unknown", 331: "no network service",
	332: "network timeout", 500: "unknown error",
}

const cmsUnknown CMSError = 500

// refusal turns what at returns for a final "ERROR" into a CMSError.
func refusal(err error) CMSError {
	if e, ok := errors.AsType[at.CMSError](err); ok {
		if n, err := strconv.Atoi(string(e)); err == nil {
			return CMSError(n)
		}
	}
	if e, ok := errors.AsType[at.CMEError](err); ok {
		switch string(e) {
		case "10", "13", "15":
			return 310
		case "11", "12":
			return 311
		case "14":
			return 314
		case "30":
			return 331
		}
	}
	return cmsUnknown
}

// refused reports whether the modem answered, if only to say no.
func refused(err error) bool {
	_, cms := errors.AsType[at.CMSError](err)
	_, cme := errors.AsType[at.CMEError](err)
	return cms || cme || errors.Is(err, at.ErrError)
}

// value returns what follows "prefix:" in the first line of info that has it. Other
// lines are announcements that came in between.
func value(info []string, prefix string) (string, bool) {
	for _, line := range info {
		if rest, ok := strings.CutPrefix(line, prefix+":"); ok {
			return strings.TrimSpace(rest), true
		}
	}
	return "", false
}

// fields splits a value at commas outside quotes and brackets, and unquotes.
func fields(v string) []string {
	var out []string
	start, depth, quoted := 0, 0, false
	for i, c := range v + "," {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted && i < len(v):
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && (depth <= 0 || i == len(v)):
			out = append(out, strings.Trim(strings.TrimSpace(v[start:min(i, len(v))]), `"`))
			start = i + 1
		}
	}
	return out
}

// field is the i-th of fs, or "".
func field(fs []string, i int) string {
	if i >= 0 && i < len(fs) {
		return fs[i]
	}
	return ""
}

// number is the i-th of fs, or missing.
func number(fs []string, i, missing int) int {
	if n, err := strconv.Atoi(field(fs, i)); err == nil {
		return n
	}
	return missing
}

// signalDBm reads +CSQ: <rssi>,<ber> (TS 27.007, clause 8.5); 0 when unknown. LTE
// modems count from 100 for RSCP-like scales.
func signalDBm(v string) int {
	switch n := number(fields(v), 0, 99); {
	case n >= 0 && n <= 31:
		return -113 + 2*n
	case n >= 100 && n <= 191:
		return -116 + (n - 100)
	}
	return 0
}

// registered reads the <stat> of +CREG?, +CGREG? or +CEREG?: home, roaming, and the
// two for SMS only.
func registered(v string) bool {
	fs := fields(v)
	i := 1 // <n>,<stat>
	if len(fs) == 1 {
		i = 0 // some modems leave <n> out
	}
	switch number(fs, i, 0) {
	case 1, 5, 6, 7:
		return true
	}
	return false
}

// ranges reads a test command's answer such as "(0-2),(0,1,3),2" into the values
// allowed at each place; nil at a place allows nothing to be said about it.
func ranges(v string) [][]int {
	var out [][]int
	for _, f := range fields(v) {
		var allowed []int
		for _, item := range strings.Split(strings.Trim(f, "()"), ",") {
			from, to, isRange := strings.Cut(strings.TrimSpace(item), "-")
			a, err := strconv.Atoi(from)
			if err != nil {
				continue
			}
			b := a
			if isRange {
				if b, err = strconv.Atoi(to); err != nil || b-a > 255 {
					continue
				}
			}
			for ; a <= b; a++ {
				allowed = append(allowed, a)
			}
		}
		out = append(out, allowed)
	}
	return out
}

// allows reports whether ranges permit setting, such as "2,1,0,1,0".
func allows(rs [][]int, setting string) bool {
	for i, f := range fields(setting) {
		n, err := strconv.Atoi(f)
		if err != nil || i < len(rs) && rs[i] != nil && !slices.Contains(rs[i], n) {
			return false
		}
	}
	return true
}

// stored is one entry of +CMGL or +CMGR.
type stored struct {
	index  int // of +CMGL
	status int // 0 unread, 1 read, 2 and 3 our own
	tpdu   []byte
	line   string // the PDU as printed, where tpdu is nil: unreadable
}

// listing reads the entries of +CMGL (index, status, [alpha], length) or, with
// indexed false, of +CMGR (status, [alpha], length). Announcements in between are
// skipped.
func listing(info []string, prefix string, indexed bool) []stored {
	var out []stored
	for i := 0; i < len(info); i++ {
		rest, ok := strings.CutPrefix(info[i], prefix+":")
		if !ok {
			continue
		}
		fs := fields(rest)
		e := stored{index: -1}
		if indexed {
			e.index = number(fs, 0, -1)
			fs = fs[1:]
		}
		e.status = number(fs, 0, -1)
		length := number(fs, len(fs)-1, 0)
		for i+1 < len(info) && !strings.HasPrefix(info[i+1], prefix+":") {
			i++
			if isHex(info[i]) {
				e.line = strings.TrimSpace(info[i])
				break
			}
		}
		if e.line == "" {
			continue
		}
		if b, err := tpduOf(e.line, length); err == nil {
			e.tpdu = b
		}
		out = append(out, e)
	}
	return out
}

func isHex(line string) bool {
	line = strings.TrimSpace(line)
	return line != "" && strings.Trim(line, "0123456789ABCDEFabcdef") == ""
}
