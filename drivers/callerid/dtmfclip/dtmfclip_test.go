package dtmfclip_test

import (
	"testing"

	"bellhop/drivers/callerid/calleridtest"
	"bellhop/drivers/callerid/dtmfclip"
)

func TestStandard(t *testing.T) { calleridtest.Run(t, dtmfclip.Standard) }

func TestForms(t *testing.T) {
	for keys, want := range map[string]struct {
		number string
		reason byte
		bad    bool
	}{
		"D13800138000C":           {number: "13800138000"},
		"D075512345678#":          {number: "075512345678"},
		"A0209957574C":            {number: "0209957574"},
		"A01619223838#":           {number: "01619223838"},
		"B02832641610C":           {number: "02832641610"},
		"01614712863#":            {number: "01614712863"},
		"A0202268365D0186C":       {number: "0202268365"},
		"D1#":                     {reason: 'P'},
		"D2#":                     {reason: 'O'},
		"D3#":                     {reason: 'O'},
		"B00C":                    {reason: 'O'},
		"B10C":                    {reason: 'P'},
		"AB00C":                   {reason: 'O'},
		"AB10C":                   {reason: 'P'},
		"AD02268365B10C":          {reason: 'P'},
		"A0202268365B10C":         {reason: 'P'},
		"A0202268365B21C":         {number: "0202268365"},
		"A0202268365D0186B00C":    {reason: 'O'},
		"AD02268365C":             {bad: true},
		"D1C":                     {reason: 'P'},
		"D4#":                     {bad: true},
		"D12":                     {bad: true},
		"12#":                     {bad: true},
		"DC":                      {bad: true},
		"D1*2C":                   {bad: true},
		"C123C":                   {bad: true},
		"D123456789012345678901C": {bad: true},
	} {
		m, err := dtmfclip.Parse([]byte(keys))
		if want.bad != (err != nil) || m.Number != want.number && !want.bad || byte(m.NumberReason) != want.reason {
			t.Errorf("%s: number %q reason %q, %v", keys, m.Number, m.NumberReason, err)
		}
	}
}

func TestFormsOfACountry(t *testing.T) {
	for name, tt := range map[string]struct {
		forms []dtmfclip.Form
		keys  string
		want  string
	}{
		"D to C":                {[]dtmfclip.Form{dtmfclip.D}, "D13800138000C", "13800138000"},
		"A where D is used":     {[]dtmfclip.Form{dtmfclip.D}, "A13800138000C", ""},
		"any letters":           {[]dtmfclip.Form{dtmfclip.Any}, "B13800138000#", "13800138000"},
		"dialled":               {[]dtmfclip.Form{dtmfclip.Lettered}, "13800138000#", ""},
		"bare":                  {[]dtmfclip.Form{dtmfclip.Lettered, dtmfclip.Bare}, "13800138000#", "13800138000"},
		"A with an information": {[]dtmfclip.Form{dtmfclip.A}, "A0202268365D0186C", "0202268365"},
	} {
		t.Run("TEL-02 "+name, func(t *testing.T) {
			m, err := dtmfclip.ParseForms([]byte(tt.keys), tt.forms)
			if m.Number != tt.want || (err == nil) != (tt.want != "") {
				t.Errorf("number %q, %v, want %q", m.Number, err, tt.want)
			}
		})
	}
	t.Run("TEL-03 a reason is taken in every country", func(t *testing.T) {
		m, err := dtmfclip.ParseForms([]byte("B10C"), nil)
		if err != nil || m.NumberReason != 'P' || m.Number != "" {
			t.Errorf("%+v, %v", m, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("D13800138000C"))
	f.Add([]byte("A1D2B3C"))
	f.Fuzz(func(t *testing.T, keys []byte) {
		if m, err := dtmfclip.Parse(keys); err == nil && m.Number == "" && m.NumberReason == 0 {
			t.Fatalf("believed %q without number or reason", keys)
		} else if m.Number != "" && m.NumberReason != 0 {
			t.Fatalf("read %q as a number and a reason", keys)
		}
	})
}
