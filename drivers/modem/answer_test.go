package modem

import (
	"encoding/hex"
	"slices"
	"strings"
	"testing"
)

func TestFields(t *testing.T) {
	for in, want := range map[string][]string{
		`0,0,"CHINA MOBILE",7`: {"0", "0", "CHINA MOBILE", "7"},
		`"SM",3`:               {"SM", "3"},
		`1,1,"a,b",24`:         {"1", "1", "a,b", "24"},
		`1,1,,24`:              {"1", "1", "", "24"},
		`("SM","ME"),("SM")`:   {`("SM","ME")`, `("SM")`},
		` 20 , 99 `:            {"20", "99"},
		``:                     {""},
		`"open`:                {"open"},
	} {
		if got := fields(in); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

func TestSignal(t *testing.T) {
	for in, want := range map[string]int{"0,99": -113, "20,99": -73, "31,0": -51, "99,99": 0, "": 0, "191,99": -25, "x": 0} {
		if got := signalDBm(in); got != want {
			t.Errorf("%q: %d dBm, want %d", in, got, want)
		}
	}
}

func TestRegistered(t *testing.T) {
	for in, want := range map[string]bool{
		"0,1": true, "0,5": true, "2,6,\"1A2B\",\"3C4D\",7": true, "1": true, "0,0": false, "0,2": false, "0,3": false, "": false,
	} {
		if got := registered(in); got != want {
			t.Errorf("%q: %v", in, got)
		}
	}
}

func TestAllows(t *testing.T) {
	for _, tt := range []struct {
		listed, setting string
		want            bool
	}{
		{"(0-2),(0-3),(0,2),(0-2),(0,1)", "2,1,0,1,0", true},
		{"(0-3),(0-3),(0,2),(0,1),(0,1)", "2,1,0,2,0", false},
		{"(1,2),(0,1),(0,2),(0,1),1", "2,1,0,1,0", false}, // takes bfr 1 only
		{"(1,2),(0,1),(0,2),(0,1),1", "1,1,0,1,1", true},
		{"", "2,1,0,1,0", true}, // says nothing: try
	} {
		if got := allows(ranges(tt.listed), tt.setting); got != tt.want {
			t.Errorf("%s allows %s: %v", tt.listed, tt.setting, got)
		}
	}
}

func TestListing(t *testing.T) {
	const pdu = "0891683108100005F0040D91683108108300F000081111221343412304597DFF01"
	info := []string{
		"RING", "+CMGL: 3,0,,24", "+CREG: 1", pdu, "+CMGL: 4,1,\"Zhang, San\",24", pdu, "+CMGL: 5,1,,24", "+CMGL: 6,2,,24", pdu, "+CMTI: \"SM\",9",
	}
	got := listing(info, "+CMGL", true)
	if len(got) != 3 || got[0].index != 3 || got[1].index != 4 || got[2].status != 2 {
		t.Fatalf("%+v", got)
	}
	if want := strings.ToLower(pdu[18:]); hex.EncodeToString(got[0].tpdu) != want {
		t.Errorf("TPDU %x, want %s", got[0].tpdu, want)
	}
	if one := listing([]string{"+CMGR: 0,,24", pdu}, "+CMGR", false); len(one) != 1 || one[0].status != 0 {
		t.Errorf("%+v", one)
	}
}

func FuzzAnswers(f *testing.F) {
	for _, s := range []string{
		`+CMGL: 1,1,,24`, `+CMGL: 1,1,"a,b",24` + "\n07", `(0-2),(0-3),("SM","ME")`, `+CSQ: 20,99`, `"`, `)(`, `+CNMI: (0-9999999999)`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		info := strings.Split(s, "\n")
		for _, e := range append(listing(info, "+CMGL", true), listing(info, "+CMGR", false)...) {
			ParseDeliver(e.tpdu)
			ParseReport(e.tpdu)
		}
		fields(s)
		signalDBm(s)
		registered(s)
		allows(ranges(s), "2,1,0,1,0")
		identityLine(info, "+CGMM")
		mask(s)
	})
}
