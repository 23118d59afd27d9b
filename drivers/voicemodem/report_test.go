package voicemodem

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"bellhop/drivers/callerid"
	"bellhop/drivers/callerid/mdmf"
	"bellhop/drivers/listen"
)

// tell feeds what a modem says, in pieces of n octets a millisecond apart, then lets
// ten seconds pass, and returns the events as words.
func tell(said string, n int) []string {
	var r Reports
	var heard []string
	emit := func(e listen.Event) { heard = append(heard, words(e)) }
	at := int64(0)
	for b := []byte(said); len(b) > 0; at += 8 {
		k := min(n, len(b))
		r.Write(b[:k], at, emit)
		r.Tick(at, emit)
		b = b[k:]
	}
	for range 100 {
		at += 800
		r.Tick(at, emit)
	}
	return heard
}

func words(e listen.Event) string {
	switch {
	case e.Ring != nil && e.Ring.On:
		return "ring"
	case e.Ring != nil:
		return "pause"
	case e.Rejected != nil:
		return "rejected " + e.Rejected.Why
	case e.Caller != nil:
		m := e.Caller
		s := fmt.Sprintf("caller %s", m.Number)
		if m.NumberReason != callerid.Given {
			s += string(rune(m.NumberReason))
		}
		if m.Name != "" {
			s += " " + m.Name
		}
		if m.NameReason != callerid.Given {
			s += " name:" + string(rune(m.NameReason))
		}
		if m.Time != "" {
			s += " @" + m.Time
		}
		if m.Waiting != nil {
			s += fmt.Sprintf(" lamp:%v", *m.Waiting)
		}
		return s
	case e.Tone != nil:
		return "tone " + e.Tone.Name
	case e.Digit != nil:
		return "digit " + string(e.Digit.Key)
	case e.Hook != nil:
		return fmt.Sprintf("hook off:%v", e.Hook.Off)
	}
	return "nothing"
}

func packet(t testing.TB, m callerid.Message, single bool) string {
	frame, err := mdmf.Write(m, single)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ToUpper(hex.EncodeToString(frame))
}

func TestReports(t *testing.T) {
	full := packet(t, callerid.Message{Number: "02087654321", Name: "王小明", Time: "11221405"}, false)
	single := packet(t, callerid.Message{Number: "5551234", Time: "11221405"}, true)
	private := packet(t, callerid.Message{NumberReason: callerid.Private, Time: "11221405"}, false)
	bad := full[:len(full)-2] + "00"
	for name, tt := range map[string]struct{ said, want string }{
		"TEL-01 between the rings":       {"\r\nRING\r\n\r\nDATE = 0321\r\nTIME = 1405\r\nNMBR = 5045550142\r\nNAME = DOE JOHN\r\n\r\nRING\r\n", "ring caller 5045550142 DOE JOHN @03211405"},
		"TEL-01 before the rings":        {"\r\nDATE = 0124\r\nTIME = 1534\r\nNMBR = 02079460123\r\n\r\nRING\r\n", "caller 02079460123 @01241534 ring"},
		"no blanks":                      {"RING\r\nDATE=0321\r\nTIME=1405\r\nNMBR=5045550142\r\nNAME=X\r\n", "ring caller 5045550142 X @03211405"},
		"number only":                    {"RING\r\nNMBR = 13800138000\r\n", "ring caller 13800138000"},
		"name before number":             {"NAME = ACME\r\nNMBR = 13800138000\r\nDATE = 1122\r\nTIME = 0900\r\n", "caller 13800138000 ACME @11220900"},
		"withheld":                       {"DATE = 0321\r\nTIME = 1405\r\nNMBR = P\r\nNAME = P\r\n", "caller P name:P @03211405"},
		"out of area":                    {"DATE = 0321\r\nTIME = 1405\r\nNMBR = O\r\nNAME = O\r\n", "caller O name:O @03211405"},
		"words for reasons":              {"NMBR = PRIVATE\r\n\r\nRING\r\nNMBR = OUT OF AREA\r\n", "caller P ring caller O"},
		"empty number":                   {"DATE = 0321\r\nTIME = 1405\r\nNMBR =\r\n", "caller O @03211405"},
		"missing number":                 {"RING\r\nDATE = 0321\r\nTIME = 1405\r\nRING\r\n", "ring rejected no-number"},
		"name without number":            {"NAME = ACME\r\n", "caller O ACME"},
		"thirteenth month":               {"DATE = 1341\r\nTIME = 1405\r\nNMBR = 5045550142\r\n", "caller 5045550142"},
		"date with strokes":              {"DATE = 03/21\r\nTIME = 14:05\r\nNMBR = 5045550142\r\n", "caller 5045550142 @03211405"},
		"date of rubbish":                {"DATE = --\r\nTIME = \xff\xfe\r\nNMBR = 5045550142\r\nNAME = A=B\r\n", "caller 5045550142 A=B"},
		"name of control characters":     {"NMBR = 5045550142\r\nNAME = A\x01\x02\r\n", "caller 5045550142"},
		"name in GB 2312":                {"NMBR = 13800138000\r\nNAME = \xcd\xf5\xd0\xa1\xc3\xf7\r\n", "caller 13800138000 王小明"},
		"number of rubbish":              {"NMBR = hello\r\n", "rejected grammar"},
		"distinctive ring":               {"RING A\r\nNMBR = 5045550142\r\n", "ring caller 5045550142"},
		"echo and answers":               {"AT+VCID=1\r\r\nOK\r\nAT+VCID=?\r(0-2)\r\n+GCI: B5\r\nDRON=20\r\nDROF=40\r\n56000\r\n", ""},
		"unknown parameter":              {"NMBR = 5045550142\r\nMESG = 030735353531323334AB\r\n", "caller 5045550142"},
		"reason as unknown parameter":    {"DATE = 0321\r\nTIME = 1405\r\nMESG = 040150AB\r\n", "caller P @03211405"},
		"TEL-01 unformatted":             {"RING\r\nMESG = " + full + "\r\n\r\nRING\r\n", "ring caller 02087654321 王小明 @11221405"},
		"unformatted without tag":        {"RING\r\n" + full + "\r\n", "ring caller 02087654321 王小明 @11221405"},
		"unformatted without sum":        {"MESG = " + full[:len(full)-2] + "\r\n", "caller 02087654321 王小明 @11221405"},
		"unformatted with seizure":       {"MESG = 555555" + full + "\r\n", "caller 02087654321 王小明 @11221405"},
		"unformatted over three lines":   {full[:20] + "\r\n" + full[20:40] + "\r\n" + full[40:] + "\r\n", "caller 02087654321 王小明 @11221405"},
		"unformatted single":             {"MESG = " + single + "\r\n", "caller 5551234 @11221405"},
		"unformatted withheld":           {"MESG = " + private + "\r\n", "caller P @11221405"},
		"unformatted, wrong sum":         {"MESG = " + bad + "\r\n", "rejected checksum"},
		"unformatted, cut short":         {"MESG = " + full[:24] + "\r\n", "rejected short"},
		"lamp":                           {"MESG = 82030B01FF70\r\n", "caller  lamp:true"},
		"two messages without a ring":    {"NMBR = 111\r\nNMBR = 222\r\n", "caller 111 caller 222"},
		"rings only":                     {"\r\nRING\r\n\r\nRING\r\n", "ring"},
		"a line longer than any message": {strings.Repeat("NMBR = 1", 1000) + "\r\nNMBR = 123\r\n", "rejected grammar caller 123"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, n := range []int{1, 3, 7, 4096} {
				got := tell(tt.said, n)
				if len(got) > 0 && got[len(got)-1] == "pause" {
					got = got[:len(got)-1]
				}
				text := strings.ReplaceAll(strings.Join(got, " "), "pause ", "")
				if text != tt.want {
					t.Errorf("in pieces of %d: %q, want %q", n, text, tt.want)
				}
			}
		})
	}
}

func TestRawAndConfidence(t *testing.T) {
	full := packet(t, callerid.Message{Number: "02087654321", Time: "11221405"}, false)
	for said, want := range map[string]float64{
		"NMBR = 123\r\nNAME = X\r\n":              readByModem,
		"MESG = " + full + "\r\n":                 withSum,
		"MESG = " + full[:len(full)-2] + "\r\n":   withoutSum,
		"MESG = " + full + "0000" + "\r\n":        withSum,
		"MESG = 55" + full[:len(full)-2] + "\r\n": withoutSum,
	} {
		var r Reports
		var got *callerid.Message
		emit := func(e listen.Event) { got = e.Caller }
		r.Write([]byte(said), 0, emit)
		r.Tick(100_000, emit)
		if got == nil {
			t.Errorf("%q: not heard", said)
		} else if got.Confidence != want || len(got.Raw) == 0 {
			t.Errorf("%q: confidence %v, want %v; raw %q", said, got.Confidence, want, got.Raw)
		}
	}
}

func FuzzReports(f *testing.F) {
	for _, said := range []string{
		"RING\r\nDATE = 0321\r\nTIME = 1405\r\nNMBR = 5045550142\r\nNAME = DOE JOHN\r\nRING\r\n",
		"MESG = 8003020131A9\r\n", "MESG = 040150AB\r\n", "8010\r\n0102\r\n", "NMBR=P\r\n", "MESG=55555580\r\n82030B01FF70\r\n",
		"DATE = 9999\r\nTIME = \r\nNMBR = \xff\xff\r\nNAME = \x00\r\n", "=\r\n:\r\nRING\x10\r\n",
	} {
		f.Add([]byte(said), byte(3))
	}
	f.Fuzz(func(t *testing.T, said []byte, n byte) {
		var r Reports
		at := int64(0)
		emit := func(e listen.Event) {
			if e.Caller == nil {
				return
			}
			m := e.Caller
			if m.Number != "" && !mdmf.ValidNumber([]byte(m.Number)) {
				t.Errorf("number %q", m.Number)
			}
			if m.Time != "" && !mdmf.ValidTime([]byte(m.Time)) {
				t.Errorf("time %q", m.Time)
			}
			if m.Number == "" && m.NumberReason == callerid.Given && m.Waiting == nil && m.Name == "" && m.NameReason == 0 && m.Time == "" {
				t.Errorf("a message that says nothing: %q", m.Raw)
			}
		}
		for b := said; len(b) > 0; at += 400 {
			k := min(int(n)+1, len(b))
			r.Write(b[:k], at, emit)
			r.Tick(at, emit)
			b = b[k:]
		}
		r.Tick(at+1_000_000, emit)
	})
}

func FuzzRanges(f *testing.F) {
	f.Add("+VCID: (0-2)")
	f.Add("(0,1,1.0,8)")
	f.Add("(9999999999-3),(0--1)")
	f.Fuzz(func(t *testing.T, answer string) {
		if n := len(ranges(answer)); n > 256 {
			t.Errorf("%d values", n)
		}
	})
}
