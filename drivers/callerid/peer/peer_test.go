package peer_test

import (
	"bytes"
	"errors"
	"testing"

	"bellhop/drivers/callerid"
	"bellhop/drivers/callerid/all"
	"bellhop/drivers/callerid/calleridtest"
	"bellhop/drivers/callerid/mdmf"
	"bellhop/drivers/callerid/peer"
	"bellhop/drivers/dtmf"
)

func build(t *testing.T) peer.Spandsp {
	t.Helper()
	s, err := peer.Build(t.TempDir())
	if errors.Is(err, peer.ErrMissing) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// cases are messages both sides can send; single ones go as SDMF.
var cases = map[string]struct {
	message callerid.Message
	single  bool
}{
	"number and time":  {message: callerid.Message{Number: "13800138000", Time: "11221330"}},
	"with a name":      {message: callerid.Message{Number: "2125550123", Name: "SMITH JOHN", Time: "01020304"}},
	"Chinese name":     {message: callerid.Message{Number: "075512345678", Name: "北京供电局", Time: "06180930"}},
	"withheld":         {message: callerid.Message{NumberReason: callerid.Private, Time: "12312359"}},
	"unavailable":      {message: callerid.Message{NumberReason: callerid.Unavailable, NameReason: callerid.Private}},
	"SDMF number":      {message: callerid.Message{Number: "13912345678", Time: "06180930"}, single: true},
	"SDMF unavailable": {message: callerid.Message{NumberReason: callerid.Unavailable, Time: "06180930"}, single: true},
}

var modems = []string{"bell202", "v23"}

// quiet puts half a second of silence around p.
func quiet(p []int16) []int16 {
	return append(append(make([]int16, 4000), p...), make([]int16, 4000)...)
}

func TestSpandspReadsOurBursts(t *testing.T) {
	s := build(t)
	for _, modem := range modems {
		standard, _ := all.Lookup(modem)
		for name, c := range cases {
			for _, grid := range []bool{false, true} {
				p, err := standard.Encode(c.message, callerid.Sending{Single: c.single, Grid: grid})
				if err != nil {
					t.Fatal(err)
				}
				want, err := mdmf.Write(c.message, c.single)
				if err != nil {
					t.Fatal(err)
				}
				got, err := s.Hear(modem, quiet(p))
				if err != nil {
					t.Fatal(err)
				}
				if len(got) != 1 || !bytes.Equal(got[0], want[:len(want)-1]) {
					t.Errorf("%s, %s, grid %v: spandsp read %x, want %x", modem, name, grid, got, want)
				}
			}
		}
	}
}

func TestWeReadSpandsp(t *testing.T) {
	s := build(t)
	for _, modem := range modems {
		for name, c := range cases {
			frame, err := mdmf.Write(c.message, c.single)
			if err != nil {
				t.Fatal(err)
			}
			p, err := s.Say(modem, frame[:len(frame)-1])
			if err != nil {
				t.Fatal(err)
			}
			got, refused := calleridtest.Hear(quiet(p[0]))
			if len(got) != 1 || got[0].Modem != modem || !bytes.Equal(got[0].Raw, frame) {
				t.Errorf("%s, %s: heard %+v, refused %+v, want %x", modem, name, got, refused, frame)
				continue
			}
			if m := got[0]; m.Number != c.message.Number || m.Name != c.message.Name || m.NumberReason != c.message.NumberReason {
				t.Errorf("%s, %s: heard %+v", modem, name, m)
			}
		}
	}
}

func TestSpandspHearsOurKeys(t *testing.T) {
	s := build(t)
	p, err := dtmf.Generate(dtmf.Keys)
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Keys(quiet(p))
	if err != nil {
		t.Fatal(err)
	}
	if got != dtmf.Keys {
		t.Errorf("spandsp heard %q, want %q", got, dtmf.Keys)
	}
}
