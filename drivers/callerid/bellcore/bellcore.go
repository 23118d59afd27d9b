// Package bellcore is caller ID by Telcordia GR-30 (TR-NWT-000030): Bell 202 keying
// between the first and second ring. North America, China, Australia, Hong Kong.
package bellcore

import (
	"bellhop/drivers/callerid"
	"bellhop/drivers/callerid/mdmf"
	"bellhop/drivers/fsk"
)

const name = "bellcore"

// Standard is this package's member of the family.
var Standard = callerid.Standard{Name: name, Modem: fsk.Bell202.Name, Encode: Encode, Parse: Parse}

// Bits of channel seizure and of mark before the first octet.
const (
	seizure = 300
	mark    = 180
)

// Encode returns m as the exchange sends it.
func Encode(m callerid.Message, s callerid.Sending) ([]int16, error) {
	frame, err := mdmf.Write(m, s.Single)
	if err != nil {
		return nil, err
	}
	return mdmf.Send(fsk.Bell202, frame, s, seizure, mark), nil
}

// Parse reads a frame from type to checksum.
func Parse(frame []byte) (callerid.Message, error) {
	m, err := mdmf.Read(frame)
	m.Standard = name
	return m, err
}
