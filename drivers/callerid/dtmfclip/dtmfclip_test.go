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

func FuzzParse(f *testing.F) {
	f.Add([]byte("D13800138000C"))
	f.Add([]byte("A1D2B3C"))
	f.Fuzz(func(t *testing.T, keys []byte) {
		if m, err := dtmfclip.Parse(keys); err == nil && m.Number == "" && m.NumberReason == 0 {
			t.Fatalf("believed %q without number or reason", keys)
		}
	})
}
