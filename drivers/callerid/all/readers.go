package all

import (
	"bellhop/drivers/callerid"
	"bellhop/drivers/callerid/jclip"
	"bellhop/drivers/callerid/mdmf"
	"bellhop/drivers/fsk"
)

// Reader is what an FSK receiver needs to know to hear the standards of one modem.
type Reader struct {
	Modem   fsk.Modem
	Grammar fsk.Grammar
	Parse   func(frame []byte) (callerid.Message, error)
	Known   func(first byte) bool // a frame may begin with this octet
}

// Check reports whether a complete frame is believed.
func (r Reader) Check(frame []byte) bool {
	_, err := r.Parse(frame)
	return err == nil
}

// Readers returns a Reader for each modem, on a line of country. V.23 carries two
// families of frames, which their first octet tells apart.
func Readers(country string) []Reader {
	p, _ := ProfileOf(country)
	bell, v23 := p.reads(fsk.Bell202), p.reads(fsk.V23)
	return []Reader{
		{Modem: fsk.Bell202, Grammar: mdmf.Grammar, Parse: bell, Known: mdmf.Known},
		{
			Modem:   fsk.V23,
			Grammar: v23Grammar,
			Parse: func(frame []byte) (callerid.Message, error) {
				if len(frame) > 0 && jclip.Begins(frame) {
					return jclip.Parse(frame)
				}
				return v23(frame)
			},
			Known: func(first byte) bool { return mdmf.Known(first) || jclip.Begins([]byte{first}) },
		},
	}
}

const nameParam = mdmf.Name

// reads returns what reads an SDMF or MDMF frame of a modem.
func (p Profile) reads(modem fsk.Modem) func(frame []byte) (callerid.Message, error) {
	s := p.standard(modem.Name)
	return func(frame []byte) (callerid.Message, error) {
		m, err := s.Parse(frame)
		return p.name(m), err
	}
}

// first is likely to begin a frame of either family.
var first = fsk.NewPrior(func(b byte) float64 {
	switch {
	case b == mdmf.Call:
		return 60
	case mdmf.Known(b):
		return 8
	case jclip.Begins([]byte{b}):
		return 8
	}
	return 0
})

func v23Grammar(octets []byte) fsk.Next {
	switch {
	case len(octets) == 0:
		return fsk.Next{Prior: first}
	case jclip.Begins(octets):
		return jclip.Grammar(octets)
	}
	return mdmf.Grammar(octets)
}
