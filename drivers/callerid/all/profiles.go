package all

import (
	"strings"

	"bellhop/drivers/callerid"
	"bellhop/drivers/callerid/dtmfclip"
)

// Profile is what the exchanges of a country send: which standards key its FSK, how
// names are written, which DTMF forms spell a caller. Both modems are heard on every
// line, private exchanges come from anywhere. Tones and ringing are in package tone
// under the same code.
type Profile struct {
	Country string              // as tone.Country.Code, or "auto"
	FSK     []string            // Standards of its networks, the usual first
	Names   []callerid.Encoding // tried in this order
	Clip    []dtmfclip.Form
}

var (
	chinese  = []callerid.Encoding{callerid.UTF8EastAsian, callerid.LatinWord, callerid.GB18030, callerid.Latin1}
	taiwan   = []callerid.Encoding{callerid.UTF8EastAsian, callerid.LatinWord, callerid.Big5, callerid.Latin1}
	japanese = []callerid.Encoding{callerid.UTF8EastAsian, callerid.ShiftJIS, callerid.Latin1}
	latin    = []callerid.Encoding{callerid.UTF8, callerid.Latin1}
	unknown  = []callerid.Encoding{func(b []byte) (string, bool) { return callerid.Text(b), true }}

	everyForm = []dtmfclip.Form{dtmfclip.Any, dtmfclip.Bare}
	gateways  = []dtmfclip.Form{dtmfclip.Lettered} // no network's own, but an exchange in the house may
)

// Profiles lists the countries known; the last takes whatever comes.
var Profiles = []Profile{
	{"CN", []string{"bellcore"}, chinese, everyForm}, // which letters, differs by exchange
	{"US", []string{"bellcore"}, latin, gateways},
	{"UK", []string{"bt"}, latin, gateways},
	{"DE", []string{"etsi"}, latin, gateways},
	{"FR", []string{"etsi"}, latin, gateways},
	{"JP", []string{"jclip", "etsi"}, japanese, gateways},
	{"AU", []string{"bellcore"}, latin, gateways},
	{"TW", []string{"bellcore"}, taiwan, []dtmfclip.Form{dtmfclip.Lettered, dtmfclip.D}},
	{"HK", []string{"bellcore"}, taiwan, gateways},
	{"IN", []string{"etsi"}, latin, []dtmfclip.Form{dtmfclip.Lettered, dtmfclip.A}},
	{"auto", []string{"bellcore", "etsi"}, unknown, everyForm},
}

// ProfileOf returns the Profile of a country; "" is China, GB is UK. An unknown code
// gives that of "auto", ok false.
func ProfileOf(country string) (p Profile, ok bool) {
	country = strings.ToUpper(strings.TrimSpace(country))
	switch country {
	case "":
		country = "CN"
	case "GB":
		country = "UK"
	}
	for _, p := range Profiles {
		if strings.EqualFold(p.Country, country) {
			return p, true
		}
	}
	return Profiles[len(Profiles)-1], false
}

// standard is the member of the family that reads frames of this modem and format: the
// country's own, else the first of the list.
func (p Profile) standard(modem string) callerid.Standard {
	for _, name := range p.FSK {
		if s, ok := Lookup(name); ok && s.Modem == modem && s.Name != "jclip" {
			return s
		}
	}
	s, _ := Lookup(modem)
	return s
}

// name reads the name of m again as the country writes it.
func (p Profile) name(m callerid.Message) callerid.Message {
	if m.Name == "" {
		return m
	}
	for _, param := range m.Params {
		if param.Type == nameParam {
			m.Name = callerid.Name(param.Data, p.Names)
		}
	}
	return m
}
