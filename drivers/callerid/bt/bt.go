// Package bt is caller ID by BT SIN 227 and 242: polarity reversal, the idle-state
// tone alert and a short V.23 preamble before the first ring.
package bt

import (
	"bellhop/drivers/callerid"
	"bellhop/drivers/callerid/mdmf"
	"bellhop/drivers/fsk"
)

const name = "bt"

// Standard is this package's member of the family.
var Standard = callerid.Standard{Name: name, Modem: fsk.V23.Name, Encode: Encode, Parse: Parse}

// Bits of channel seizure and of mark before the first octet.
const (
	seizure = 128
	mark    = 70
)

// Encode returns m as the exchange sends it.
func Encode(m callerid.Message, s callerid.Sending) ([]int16, error) {
	frame, err := mdmf.Write(m, s.Single)
	if err != nil {
		return nil, err
	}
	s.Alert = true // SIN 227 has no other signal before the data
	return mdmf.Send(fsk.V23, frame, s, seizure, mark), nil
}

// Parse reads a frame from type to checksum.
func Parse(frame []byte) (callerid.Message, error) {
	m, err := mdmf.Read(frame)
	m.Standard = name
	return m, err
}
