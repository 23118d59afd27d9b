package voicemodem

import "strings"

// Dialect is one make of modem: how to know it and the words it uses.
type Dialect struct {
	Name string

	// Matches tells it by what the modem says of itself (ATI0, ATI3, +GMM), upper case.
	Matches func(info string) bool

	// CallerID are the commands that switch caller ID reports on, without "AT" and
	// value ("+VCID"), most likely first. Those that refuse "=?" are passed over.
	CallerID []string

	// Voice mode of V.253. Empty where the modem has none that carries plain samples.
	Voice string // "+FCLASS=8"
	Lift  string // takes the line: "+VLS=1"
	Drop  string // lets it go: "+VLS=0"
	// Abort ends +VRX: <DLE>"!" by V.253 §8.2; the modem closes with <DLE><ETX>.
	Abort string
}

// Dialects in the order they are tried; the last fits all.
var Dialects = []Dialect{
	{
		// The USRobotics USB modem: Conexant inside, its own firmware.
		Name:     "usr5637",
		Matches:  func(info string) bool { return has(info, "ROBOTICS", "USR5637", "5637") },
		CallerID: []string{"+VCID", "#CID"},
		Voice:    "+FCLASS=8", Lift: "+VLS=1", Drop: "+VLS=0", Abort: "\x10!",
	},
	{
		// CX93001, CX93010 and their kin: most USB modems without a famous name.
		Name:     "conexant",
		Matches:  func(info string) bool { return has(info, "CX93", "CX06", "CONEXANT", "ACF3") },
		CallerID: []string{"+VCID"},
		Voice:    "+FCLASS=8", Lift: "+VLS=1", Drop: "+VLS=0", Abort: "\x10!",
	},
	{
		// Rockwell before Conexant: #CID, and a voice mode (#CLS=8) of ADPCM only.
		Name:     "rockwell",
		Matches:  func(info string) bool { return has(info, "RCV", "RC56", "RC336", "RC144", "ROCKWELL") },
		CallerID: []string{"#CID", "+VCID"},
	},
	{
		Name:     "generic",
		Matches:  func(string) bool { return true },
		CallerID: []string{"+VCID", "#CID"},
		Voice:    "+FCLASS=8", Lift: "+VLS=1", Drop: "+VLS=0", Abort: "\x10!",
	},
}

func dialectOf(info string) Dialect {
	info = strings.ToUpper(info)
	for _, d := range Dialects {
		if d.Matches(info) {
			return d
		}
	}
	return Dialects[len(Dialects)-1]
}

func has(info string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(info, w) {
			return true
		}
	}
	return false
}

// countries are the codes of ITU-T T.35 Annex A that +GCI takes. Some have two, and
// modems know the one or the other.
var countries = map[string][]string{
	"AU": {"09"}, "CN": {"26"}, "DE": {"42", "04"}, "FR": {"3D"}, "GB": {"B4"}, "UK": {"B4"},
	"HK": {"50", "99"}, "IN": {"53"}, "JP": {"00"}, "TW": {"FE"}, "US": {"B5"}, "CA": {"20", "B5"},
}
