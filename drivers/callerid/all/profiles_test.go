package all_test

import (
	"strings"
	"testing"

	"bellhop/drivers/callerid"
	"bellhop/drivers/callerid/all"
	"bellhop/drivers/callerid/dtmfclip"
	"bellhop/drivers/callerid/mdmf"
	"bellhop/drivers/tone"
)

func TestEveryCountryWithTonesHasAProfile(t *testing.T) {
	for _, c := range tone.Countries {
		p, ok := all.ProfileOf(c.Code)
		if !ok || p.Country != c.Code {
			t.Errorf("%s: profile %q, %v", c.Code, p.Country, ok)
		}
		for _, name := range p.FSK {
			if s, ok := all.Lookup(name); !ok || s.Name != name {
				t.Errorf("%s: standard %q not known", c.Code, name)
			}
		}
	}
	for code, want := range map[string]string{"": "CN", "gb": "UK", " de ": "DE", "AUTO": "auto", "XX": "auto"} {
		if p, _ := all.ProfileOf(code); p.Country != want {
			t.Errorf("%q is %q, want %q", code, p.Country, want)
		}
	}
}

// named is a call set-up whose name is in the octets given.
func named(t *testing.T, name string) []byte {
	t.Helper()
	frame, err := mdmf.Build(mdmf.Call,
		callerid.Param{Type: mdmf.Number, Data: []byte("13800138000")},
		callerid.Param{Type: mdmf.Name, Data: []byte(name)})
	if err != nil {
		t.Fatal(err)
	}
	return frame
}

func TestNamesAndLabelsOfEveryCountry(t *testing.T) {
	for _, tt := range []struct{ country, modem, sent, want, standard string }{
		{"CN", "bell202", "\xd5\xc5\xce\xb0", "张伟", "bellcore"},
		{"CN", "bell202", "\xd6\xec\xe9F\xbb\xf9", "朱镕基", "bellcore"},
		{"CN", "bell202", "\xd6\xa3", "郑", "bellcore"},
		{"CN", "v23", "M\xfcller", "Müller", "etsi"},
		{"TW", "bell202", "\xb3\x5c\xab\xd8", "許建", "bellcore"},
		{"HK", "bell202", "\xb3\xaf", "陳", "bellcore"},
		{"JP", "v23", "\x8e\x52\x93\x63", "山田", "etsi"},
		{"DE", "v23", "M\xfcller", "Müller", "etsi"},
		{"FR", "v23", "Ren\xe9e \xc9\xe8", "Renée Éè", "etsi"},
		{"UK", "v23", "SMITH JOHN", "SMITH JOHN", "bt"},
		{"US", "bell202", "SMITH JOHN", "SMITH JOHN", "bellcore"},
		{"AU", "bell202", "SMITH JOHN", "SMITH JOHN", "bellcore"},
		{"IN", "v23", "SINGH", "SINGH", "etsi"},
		{"auto", "bell202", "\xd5\xc5\xce\xb0", "张伟", "bellcore"},
		{"auto", "v23", "M\xfcller", "Müller", "etsi"},
	} {
		t.Run("TEL-01 "+tt.country+" "+tt.want, func(t *testing.T) {
			frame := named(t, tt.sent)
			for _, r := range all.Readers(tt.country) {
				if r.Modem.Name != tt.modem {
					continue
				}
				m, err := r.Parse(frame)
				if err != nil || m.Name != tt.want || m.Standard != tt.standard {
					t.Errorf("%q by %s, %v; want %q by %s", m.Name, m.Standard, err, tt.want, tt.standard)
				}
				if string(m.Raw) != string(frame) || string(m.Params[1].Data) != tt.sent {
					t.Errorf("raw octets %x, parameters %x", m.Raw, m.Params)
				}
			}
		})
	}
}

func TestFormsOfEveryCountry(t *testing.T) {
	for _, tt := range []struct {
		keys  string
		yes   string // countries that take it
		never string
	}{
		{"D13800138000C", "CN US UK DE FR JP AU TW HK IN auto", ""},
		{"A13800138000C", "CN US UK DE FR JP AU TW HK IN auto", ""},
		{"D13800138000#", "CN TW auto", "US UK DE FR JP AU HK IN"},
		{"A13800138000#", "CN IN auto", "US UK DE FR JP AU HK TW"},
		{"13800138000#", "CN auto", "US UK DE FR JP AU TW HK IN"},
	} {
		t.Run("TEL-02 "+tt.keys, func(t *testing.T) {
			for want, countries := range map[bool]string{true: tt.yes, false: tt.never} {
				for _, c := range strings.Fields(countries) {
					p, _ := all.ProfileOf(c)
					m, err := dtmfclip.ParseForms([]byte(tt.keys), p.Clip)
					if (err == nil) != want || want && m.Number != "13800138000" || !want && m.Number != "" {
						t.Errorf("%s: number %q, %v", c, m.Number, err)
					}
				}
			}
		})
	}
	t.Run("TEL-03 reasons are no number anywhere", func(t *testing.T) {
		for _, p := range all.Profiles {
			for keys, want := range map[string]callerid.Reason{
				"D1#": callerid.Private, "D2#": callerid.Unavailable, "D3#": callerid.Unavailable,
				"B00C": callerid.Unavailable, "B10C": callerid.Private, "AB10C": callerid.Private,
			} {
				m, err := dtmfclip.ParseForms([]byte(keys), p.Clip)
				if err != nil || m.Number != "" || m.NumberReason != want {
					t.Errorf("%s %s: %q %q, %v", p.Country, keys, m.Number, m.NumberReason, err)
				}
			}
		}
	})
}
