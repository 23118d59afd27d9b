package modem

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/warthog618/sms/encoding/tpdu"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestDestination(t *testing.T) {
	for name, tt := range map[string]struct {
		to   string
		want string // TP-DA in hex; "" an error
	}{
		"international":       {"+8613800138000", "0d91683108108300f0"},
		"mobile as dialled":   {"13800138000", "0b813108108300f0"},
		"operator":            {"10086", "05810180f6"},
		"bank":                {"95588", "05815985f8"},
		"with blanks":         {"+86 138-0013-8000", "0d91683108108300f0"},
		"service code":        {"*100#", "0581 1a00fb"},
		"letters":             {"CMCC", ""},
		"plus in the middle":  {"138+00", ""},
		"star, international": {"+86*138", ""},
		"too short":           {"10", ""},
		"too long":            {"123456789012345678901", ""},
		"full-width digits":   {"\uff11\uff13\uff18\uff10", ""},
	} {
		t.Run(name, func(t *testing.T) {
			tpdus, err := Encode(tt.to, "x", 0)
			if tt.want == "" {
				if !errors.Is(err, ErrNumber) {
					t.Errorf("got %v", err)
				}
				return
			}
			want := strings.ReplaceAll(tt.want, " ", "")
			if err != nil || !strings.HasPrefix(hex.EncodeToString(tpdus[0][2:]), want) {
				t.Errorf("%x, want TP-DA %s (%v)", tpdus, want, err)
			}
		})
	}
}

func TestEncodeGolden(t *testing.T) {
	// First octet SUBMIT with TP-SRR, TP-MR 0, TP-DA, TP-PID 0, TP-DCS, TP-UDL, TP-UD:
	// written by hand from TS 23.040 and TS 23.038.
	for text, want := range map[string]string{
		"hellohello": "2100" + "05810180f6" + "0000" + "0a" + "e8329bfd4697d9ec37",
		"你好":         "2100" + "05810180f6" + "0008" + "04" + "4f60597d",
	} {
		got, err := Encode("10086", text, 0)
		if err != nil || len(got) != 1 || hex.EncodeToString(got[0]) != want {
			t.Errorf("%s: %x, want %s (%v)", text, got, want, err)
		}
	}
}

func TestParts(t *testing.T) {
	for _, tt := range []struct {
		text string
		want int
	}{
		{"", 0}, {"a", 1}, {strings.Repeat("a", 160), 1}, {strings.Repeat("a", 161), 2}, {strings.Repeat("a", 306), 2},
		{strings.Repeat("a", 307), 3}, {strings.Repeat("€", 80), 1}, {strings.Repeat("€", 81), 2},
		{strings.Repeat("中", 70), 1}, {strings.Repeat("中", 71), 2}, {strings.Repeat("中", 134), 2}, {strings.Repeat("中", 150), 3},
		{strings.Repeat("😀", 35), 1}, {strings.Repeat("😀", 36), 2}, {"\xff", 1},
	} {
		if got := Parts(tt.text); got != tt.want {
			t.Errorf("%.12s… (%d): %d parts, want %d", tt.text, len([]rune(tt.text)), got, tt.want)
		}
	}
	if _, err := Encode("10086", strings.Repeat("中", 67*255+1), 0); !errors.Is(err, ErrTooLong) {
		t.Errorf("got %v", err)
	}
}

func TestReferenceTiesParts(t *testing.T) {
	tpdus, err := Encode("10086", strings.Repeat("中", 71), 0xa7)
	if err != nil {
		t.Fatal(err)
	}
	for i, b := range tpdus {
		d := tpdu.TPDU{Direction: tpdu.MO}
		if err := d.UnmarshalBinary(b); err != nil {
			t.Fatal(err)
		}
		if total, number, reference, ok := d.UDH.ConcatInfo8(); !ok || total != 2 || number != i+1 || reference != 0xa7 {
			t.Errorf("part %d: %d of %d, reference %#x", i+1, number, total, reference)
		}
	}
}

func TestParseDeliver(t *testing.T) {
	for name, tt := range map[string]struct {
		pdu, from, text string
		sentAt          string
		binary          bool
	}{
		"Chinese":            {"040d91683108108300f00008" + "62112241522123" + "044f60597d", "+8613800138000", "你好", "2026-11-22T14:25:12+08:00", false},
		"7 bit, from a name": {"0407d0c3e67008" + "0000" + "62112241522123" + "0ae8329bfd4697d9ec37", "CMCC", "hellohello", "2026-11-22T14:25:12+08:00", false},
		"cut":                {"0407d0c3e67008" + "0000" + "62112241522123" + "0ae8329b", "", "", "", false},
		"no valid time":      {"040d91683108108300f00008" + "ff1f2241522123" + "044f60597d", "+8613800138000", "你好", "", false},
		"data for a port":    {"440d91683108108300f00004" + "62112241522123" + "09060504" + "0b8423f0" + "0102", "+8613800138000", "", "2026-11-22T14:25:12+08:00", true},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := ParseDeliver(unhex(t, tt.pdu))
			if tt.from == "" {
				if err == nil || d.Total != 0 || len(d.TPDU) == 0 {
					t.Errorf("%+v %v", d, err)
				}
				return
			}
			if err != nil || d.From != tt.from || d.Binary != tt.binary || d.Total != 1 {
				t.Fatalf("%+v %v", d, err)
			}
			if got := Join([]*Deliver{&d}); !tt.binary && got != tt.text {
				t.Errorf("text %q", got)
			}
			at := ""
			if !d.SentAt.IsZero() {
				at = d.SentAt.Format(time.RFC3339)
			}
			if at != tt.sentAt {
				t.Errorf("sent %s, want %s", at, tt.sentAt)
			}
		})
	}
}

func TestJoinGaps(t *testing.T) {
	// An emoji cut in two by the sender's telephone, with and without its second half.
	head := "440d91683108108300f00008621122415221230a" + "050003070301" + "4f60d83d"
	tail := "440d91683108108300f00008621122415221230a" + "050003070302" + "de00597d"
	a, err1 := ParseDeliver(unhex(t, head))
	b, err2 := ParseDeliver(unhex(t, tail))
	if err1 != nil || err2 != nil || a.Total != 3 || b.Number != 2 || a.Reference != 7 {
		t.Fatal(err1, err2, a, b)
	}
	if got := Join([]*Deliver{&a, &b, nil}); got != "你😀好[…]" {
		t.Errorf("got %q", got)
	}
	if got := Join([]*Deliver{&a, nil, &a}); !strings.HasPrefix(got, "你[…]你") {
		t.Errorf("got %q", got)
	}
}

func TestParseReport(t *testing.T) {
	const delivered = "06050d91683108108300f0" + "62112241522123" + "62112241523123" + "00"
	r, err := ParseReport(unhex(t, delivered))
	if err != nil || r.Reference != 5 || r.To != "+8613800138000" || !r.Delivered() || r.Failed() {
		t.Errorf("%+v %v", r, err)
	}
	trying := Report{Status: 0x20}
	failed := Report{Status: 0x46}
	if trying.Delivered() || trying.Failed() || failed.Delivered() || !failed.Failed() {
		t.Error("TP-ST ranges")
	}
	if _, err := ParseReport(unhex(t, "040d91683108108300f0000862112241522123044f60597d")); err == nil {
		t.Error("a text passes for a report")
	}
}

func TestTPDUOf(t *testing.T) {
	for name, tt := range map[string]struct {
		line   string
		length int
		want   string
	}{
		"with centre":         {"0891683108100005F00401", 2, "0401"},
		"no length":           {"0891683108100005F00401", 0, "0401"},
		"empty centre":        {"000401", 2, "0401"},
		"centre left out":     {"040D91683108108300F0", 10, "040d91683108108300f0"},
		"not hex":             {"+CREG: 1", 2, ""},
		"empty":               {"", 0, ""},
		"shorter than centre": {"0891", 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := tpduOf(tt.line, tt.length)
			if hex.EncodeToString(got) != tt.want || (err == nil) != (tt.want != "") {
				t.Errorf("%x %v", got, err)
			}
		})
	}
}

func FuzzPDU(f *testing.F) {
	for _, s := range []string{
		"040d91683108108300f0000862112241522123044f60597d",
		"440d91683108108300f00008621122415221230a0500030703014f60d83d",
		"06050d91683108108300f0621122415221236211224152312300",
		"0407d0c3e63004000062112241522123 0ae8329bfd4697d9ec37",
		"4400810000ffffffffffffff01ff", "44008100f06211224152212303020000",
	} {
		f.Add(unhex(f, strings.ReplaceAll(s, " ", "")))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if d, err := ParseDeliver(b); err == nil {
			Join([]*Deliver{&d, nil, &d})
		}
		ParseReport(b)
		tpduOf(hex.EncodeToString(b), len(b)/2)
	})
}

func FuzzEncode(f *testing.F) {
	f.Add("+8613800138000", "您好", byte(1))
	f.Add("10086", strings.Repeat("😀", 100), byte(255))
	f.Add("*#", "\xff\x00{}[]€", byte(0))
	f.Add("000", "a\x1be", byte(1))
	f.Fuzz(func(t *testing.T, to, text string, reference byte) {
		parts, err := Encode(to, text, reference)
		if err != nil {
			return
		}
		joined := ""
		for _, p := range parts {
			d := tpdu.TPDU{Direction: tpdu.MO}
			if err := d.UnmarshalBinary(p); err != nil {
				t.Fatal(err)
			}
			alphabet, _ := d.Alphabet()
			b, err := tpdu.DecodeUserData(d.UD, d.UDH, alphabet)
			if err != nil {
				t.Fatal(err)
			}
			joined += string(b)
		}
		if want := strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x1b", ""); joined != want {
			t.Errorf("came out as %q, want %q", joined, want)
		}
	})
}
