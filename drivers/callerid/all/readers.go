package all

import (
	"bellhop/drivers/callerid"
	"bellhop/drivers/callerid/bellcore"
	"bellhop/drivers/callerid/bt"
	"bellhop/drivers/callerid/etsi"
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

// Readers returns a Reader for each modem, on a line of country.
func Readers(country string) []Reader {
	v23 := etsi.Parse
	if country == "UK" || country == "GB" {
		v23 = bt.Parse
	}
	return []Reader{
		{Modem: fsk.Bell202, Grammar: mdmf.Grammar, Parse: bellcore.Parse, Known: mdmf.Known},
		{Modem: fsk.V23, Grammar: mdmf.Grammar, Parse: v23, Known: mdmf.Known},
	}
}
