package mdmf

import (
	"errors"
	"testing"

	"bellhop/drivers/callerid"
)

// sum appends the checksum.
func sum(s string) []byte { return append([]byte(s), Checksum([]byte(s))) }

func TestRead(t *testing.T) {
	on := true
	for name, tt := range map[string]struct {
		frame []byte
		want  callerid.Message
		err   error
	}{
		"number":              {frame: sum("\x80\x06\x02\x045551"), want: callerid.Message{Number: "5551"}},
		"time, number, name":  {frame: sum("\x80\x13\x01\x0812312359\x02\x0312\x33\x07\x02AB"), want: callerid.Message{Time: "12312359", Number: "123", Name: "AB"}},
		"number withheld":     {frame: sum("\x80\x03\x04\x01P"), want: callerid.Message{NumberReason: 'P'}},
		"absence with number": {frame: sum("\x80\x09\x02\x045551\x08\x01O"), want: callerid.Message{Number: "5551", NameReason: 'O'}},
		"unknown parameter":   {frame: sum("\x80\x09\x02\x045551\xe0\x01\x7f"), want: callerid.Message{Number: "5551"}},
		"SDMF":                {frame: sum("\x04\x0c123123595551"), want: callerid.Message{Time: "12312359", Number: "5551"}},
		"SDMF out of area":    {frame: sum("\x04\x0912312359O"), want: callerid.Message{Time: "12312359", NumberReason: 'O'}},
		"lamp":                {frame: sum("\x82\x03\x0b\x01\xff"), want: callerid.Message{Waiting: &on}},
		"SDMF lamp":           {frame: sum("\x06\x03BBB"), want: callerid.Message{Waiting: &on}},
		"checksum off by one": {frame: []byte("\x80\x06\x02\x045551\xa0"), err: callerid.ErrChecksum},
		"cut short":           {frame: []byte("\x80\x06\x02\x0455"), err: callerid.ErrShort},
		"month 13":            {frame: sum("\x80\x10\x01\x0813312359\x02\x045551"), err: callerid.ErrGrammar},
		"letters in a number": {frame: sum("\x80\x06\x02\x045x51"), err: callerid.ErrGrammar},
		"parameter overruns":  {frame: sum("\x80\x04\x02\x055551"[:6]), err: callerid.ErrGrammar},
		"nothing said":        {frame: sum("\x80\x00"), err: callerid.ErrGrammar},
		"type not known":      {frame: sum("\x55\x02ab"), err: callerid.ErrType},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := Read(tt.frame)
			if !errors.Is(err, tt.err) {
				t.Fatalf("error %v, want %v", err, tt.err)
			}
			if err != nil {
				return
			}
			if m.Number != tt.want.Number || m.Name != tt.want.Name || m.Time != tt.want.Time ||
				m.NumberReason != tt.want.NumberReason || m.NameReason != tt.want.NameReason ||
				(m.Waiting == nil) != (tt.want.Waiting == nil) {
				t.Errorf("%+v, want %+v", m, tt.want)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add(sum("\x80\x13\x01\x0812312359\x02\x03123\x07\x02AB"))
	f.Add(sum("\x04\x0912312359O"))
	f.Add([]byte("\x80\xff\x02"))
	f.Fuzz(func(t *testing.T, frame []byte) {
		m, err := Read(frame)
		if err == nil && Checksum(frame) != 0 {
			t.Fatalf("believed a bad sum: %+v", m)
		}
	})
}

// FuzzGrammar: the grammar goes along with any octets, ends every frame, and says
// Done exactly at the checksum.
func FuzzGrammar(f *testing.F) {
	f.Add(sum("\x80\x06\x02\x045551"))
	f.Add([]byte("\x04\x03abc"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for n := range b {
			next := Grammar(b[:n])
			if next.Dead {
				return
			}
			if next.Done {
				if n != int(b[1])+3 {
					t.Fatalf("done after %d octets of a frame of %d", n, int(b[1])+3)
				}
				return
			}
			if next.Prior == nil {
				t.Fatal("no prior")
			}
		}
	})
}
